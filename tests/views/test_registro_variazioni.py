# SPDX-License-Identifier: AGPL-3.0-or-later
"""The year's register of variazioni (R32): a page, a workbook, a PDF, with the same rows."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from pypdf import PdfReader

from cycle.models import CampoVariato, Ciclo, ParereVariazione, RichiestaVariazione
from cycle.richieste import da_valutare
from cycle.services import variazioni
from tests import mondo
from tests.variazioni.mondo import (
    GIUGNO,
    OTTOBRE,
    TARDI,
    approva,
    presentata,
    redigi,
    respingi,
)
from tests.views.conftest import Entra
from workflows.errors import Conflitto, NonAutorizzato, NonPossibile
from workflows.registro.models import Evento

pytestmark = pytest.mark.usefixtures("db", "dati")
REGISTRO = "/alfa/2026/variazioni/registro/"


@pytest.fixture(autouse=True)
def ottobre(adesso: Callable[[datetime], None], giorno_del_mondo: None) -> None:
    adesso(OTTOBRE)


def accolta() -> RichiestaVariazione:
    v = presentata(mondo.in_stato("in_corso"))
    approva(v)
    return v


def valuta(v: RichiestaVariazione, chi: str = "TERZO NUCLEO", **altro: Any) -> ParereVariazione:
    dati = {"esito": "osservazioni", "testo": "Chiesta in tempo; la causa era prevedibile."}
    return variazioni.valuta(
        richiesta=RichiestaVariazione.objects.get(pk=v.pk),
        by=mondo.attore(chi, istante=OTTOBRE),
        istante=OTTOBRE,
        **{**dati, **altro},
    )


def pagina(entra: Entra, chi: str = "UNO PO", **filtri: str) -> str:
    risposta = entra(chi).get(REGISTRO, filtri)
    assert risposta.status_code == 200
    return str(risposta.content.decode())


def celle(contenuto: bytes, foglio: str) -> list[dict[str, Any]]:
    righe = list(load_workbook(io.BytesIO(contenuto))[foglio].iter_rows(values_only=True))
    return [dict(zip(righe[0], r, strict=True)) for r in righe[1:] if any(r)]


def test_r32_ogni_richiesta_con_cambi_decisione_e_valutazione(entra: Entra) -> None:
    v = accolta()
    respinta = presentata(mondo.obiettivo("OE12"), chi="DUE DIRIGENTE")
    respingi(respinta)
    valuta(v)
    html = pagina(entra)
    for detto in (
        "OE04-V1",
        "OE12-V1",
        "La rinuncia del fornitore non era prevedibile.",
        "La rinuncia era prevedibile.",
        "Chiesta in tempo; la causa era prevedibile.",
        "n. 300 del 19/10/2026",
        "Una richiesta decisa aspetta la valutazione del Nucleo.",
    ):
        assert detto in html, detto
    assert "Valuta<span" not in html  # only the Nucleo writes it
    assert "Valuta<span" in pagina(entra, "TERZO NUCLEO")


def test_the_drafts_of_a_settore_are_in_nobodys_register(entra: Entra) -> None:
    redigi(mondo.in_stato("in_corso"))
    assert "Nell'anno non è stata presentata nessuna richiesta" in pagina(entra, "UNO DIRIGENTE")
    assert "Nell'anno non è stata presentata nessuna richiesta" in pagina(entra, "SENZA INCARICO")


def test_the_filters_stand_in_the_address(entra: Entra) -> None:
    accolta()
    presentata(
        mondo.obiettivo("OE12"), chi="DUE DIRIGENTE", istante=TARDI, causa_sopravvenuta="Dopo."
    )
    for filtri, attesi in (
        ({"stato": "approvata"}, {"OE04-V1"}),
        ({"tardiva": "si"}, {"OE12-V1"}),
        ({"unita": "S2"}, {"OE12-V1"}),
        ({"genere": "target"}, {"OE04-V1", "OE12-V1"}),
        ({"genere": "peso"}, set()),
        ({"testo": "oe12"}, {"OE12-V1"}),
        ({"valutazione": "manca"}, {"OE04-V1"}),
        ({"stato": "inesistente", "tardiva": "\x00"}, {"OE04-V1", "OE12-V1"}),
    ):
        html = pagina(entra, **filtri)
        assert {n for n in ("OE04-V1", "OE12-V1") if n in html} == attesi, filtri
        if attesi and "\x00" not in "".join(filtri.values()):
            contenuto = entra("UNO PO").get(f"{REGISTRO}xlsx/", filtri).content
            assert {r["Richiesta"] for r in celle(contenuto, "Richieste")} == attesi, filtri


# --- the Nucleo's evaluation --------------------------------------------------------------------


def test_r32_the_nucleo_alone_evaluates_and_once_it_is_decided(entra: Entra) -> None:
    v = presentata(mondo.in_stato("in_corso"))
    with pytest.raises(Conflitto):
        valuta(v)  # not decided yet
    approva(v)
    for chi in ("GESTIONE CONTROLLO", "ATTI SEGRETERIA", "UNO DIRIGENTE", "SINDACA GIUNTA"):
        with pytest.raises(NonAutorizzato):
            valuta(v, chi)
    with pytest.raises(NonPossibile):
        valuta(v, esito="contrario", testo=" ")
    ciclo = Ciclo.objects.get(ente=mondo.ente(), anno=2026)
    nucleo = mondo.attore("TERZO NUCLEO", istante=OTTOBRE)
    assert da_valutare(nucleo, ciclo) == 1
    valuta(v)
    assert da_valutare(nucleo, ciclo) == 0
    evento = Evento.objects.filter(procedura="variazione", verbo="rendi_parere").latest("pk")
    assert evento.dati["tipo"] == "valutazione"
    with pytest.raises(Conflitto):
        valuta(v, "SECONDO NUCLEO")  # one for each request, and it is not rewritten


def test_the_nucleo_writes_it_from_the_register(entra: Entra) -> None:
    v = accolta()
    browser = entra("TERZO NUCLEO")
    dove = f"/alfa/variazioni/{v.pid}/pareri/valutazione/"
    assert dove in pagina(entra, "TERZO NUCLEO")
    dati = {**mondo.campi(browser.get(dove).content.decode()), "esito": "favorevole"}
    assert browser.post(dove, dati).status_code == 303
    assert "Favorevole" in pagina(entra)


# --- taken out ----------------------------------------------------------------------------------


def test_the_workbook_has_the_same_rows_and_no_text_becomes_a_formula(entra: Entra) -> None:
    v = presentata(mondo.in_stato("in_corso"), motivazione='=HYPERLINK("http://x","y")\nPerché.')
    approva(v, motivazione="+1+1")
    valuta(v, testo="@SUM(A1)")
    risposta = entra("UNO PO").get(f"{REGISTRO}xlsx/")
    assert risposta["Content-Disposition"] == 'attachment; filename="variazioni-alfa-2026.xlsx"'
    [riga] = celle(risposta.content, "Richieste")
    assert riga["Motivazione"].startswith("=HYPERLINK")
    assert (riga["Motivazione della decisione"], riga["Valutazione del Nucleo"]) == (
        "+1+1",
        "@SUM(A1)",
    )
    assert riga["Presentata il"] == datetime(2026, 6, 15)  # noqa: DTZ001 - a cell has no zone
    assert (riga["alle"], riga["Tardiva"], riga["Esito"]) == ("11:00:00", "no", "Approvata")
    [cambio] = celle(risposta.content, "Cambi")
    assert (cambio["Richiesta"], cambio["Prima"], cambio["Dopo"]) == ("OE04-V1", "2", "5")
    for foglio in load_workbook(io.BytesIO(risposta.content)):
        for cella in (c for righe in foglio.iter_rows() for c in righe):
            assert cella.data_type != "f", cella.coordinate
    evento = Evento.objects.filter(procedura="ciclo", verbo="esporta").latest("pk")
    assert evento.dati == {"anno": 2026, "variazioni": 1, "forma": "xlsx"}


def test_the_pdf_is_pdf_ua_and_says_the_same(entra: Entra) -> None:
    v = accolta()
    valuta(v, testo="Parole con un segno \uf0b7 e 中文.")
    risposta = entra("UNO PO").get(f"{REGISTRO}pdf/")
    assert risposta["Content-Type"] == "application/pdf"
    letto = PdfReader(io.BytesIO(risposta.content))
    assert "pdfuaid:part" in str(letto.trailer["/Root"]["/Metadata"].get_data())  # type: ignore[index]
    testo = " ".join(" ".join(p.extract_text() for p in letto.pages).split())
    for detto in ("Registro delle variazioni 2026", "OE04-V1", "Il fornitore ha rinunciato"):
        assert detto in testo, detto
    assert "Parole con un segno" in testo


def test_another_form_is_not_there(entra: Entra) -> None:
    assert entra("UNO PO").get(f"{REGISTRO}csv/").status_code == 404
    assert entra("UNO PO").get("/alfa/1999/variazioni/registro/").status_code == 404


# --- hundreds -----------------------------------------------------------------------------------


def _molte(quante: int) -> None:
    """As many rows more: what makes one of the register is that it was filed."""
    o = mondo.in_stato("in_corso")
    chi = mondo.persona("UNO DIRIGENTE")
    nuove = RichiestaVariazione.objects.bulk_create(
        RichiestaVariazione(
            ente_id=o.ente_id,
            obiettivo=o,
            autore=chi,
            versione_base=1,
            motivazione="Perché serve.",
            presentata_il=GIUGNO,
            presentata_da=chi,
        )
        for _n in range(quante)
    )
    CampoVariato.objects.bulk_create(
        CampoVariato(
            ente_id=o.ente_id,
            obiettivo=o,
            richiesta=v,
            tabella="cycle_obiettivo",
            riga_id=o.pk,
            campo="titolo",
            valore_base="Prima",
            valore_nuovo="Dopo",
            dove=o.codice,
        )
        for v in nuove
    )


def _interrogazioni(entra: Entra, dove: str) -> int:
    browser = entra("TERZO NUCLEO")
    browser.get(dove)
    with CaptureQueriesContext(connection) as chieste:
        assert browser.get(dove).status_code == 200
    return len(chieste)


def test_five_hundred_rows_cost_the_queries_of_one(entra: Entra) -> None:
    """As a page, as a workbook, as a PDF, and through the API."""
    respingi(presentata(mondo.in_stato("in_corso")))
    forme = (REGISTRO, f"{REGISTRO}xlsx/", f"{REGISTRO}pdf/", "/api/v1/alfa/anni/2026/variazioni")
    poche = [_interrogazioni(entra, dove) for dove in forme]
    _molte(500)
    assert [_interrogazioni(entra, dove) for dove in forme] == poche
    assert len(celle(entra("UNO PO").get(f"{REGISTRO}xlsx/").content, "Richieste")) == 501
    html = pagina(entra, pagina="2")
    assert "Pagina 2 di 11" in html
    assert html.count('class="voce-registro"') == 50
