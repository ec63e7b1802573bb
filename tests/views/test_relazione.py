# SPDX-License-Identifier: AGPL-3.0-or-later
"""The report of a period: filling, saving, figures that are not figures, submitting, reading."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cycle.models import (
    Indicatore,
    RelazioneSemestrale,
    Rilevazione,
)
from tests import mondo
from workflows.registro.models import Evento

pytestmark = pytest.mark.django_db


def relazione(stato: str = "in_corso", periodo: str = "2026-1") -> RelazioneSemestrale:
    return RelazioneSemestrale.objects.select_related("obiettivo", "periodo").get(
        obiettivo=mondo.in_stato(stato), periodo__codice=periodo
    )


def dove(r: RelazioneSemestrale) -> str:
    return f"/alfa/obiettivi/{r.obiettivo.pid}/relazioni/{r.periodo.codice}/"


def pagina(client: Client, r: RelazioneSemestrale, codice: int = 200) -> str:
    risposta = client.get(dove(r))
    assert risposta.status_code == codice, risposta.content.decode()
    return risposta.content.decode()


def indicatori(r: RelazioneSemestrale) -> list[Indicatore]:
    return list(
        Indicatore.objects.filter(obiettivo=r.obiettivo_id).order_by("specifico__ordine", "ordine")
    )


def campo(i: Indicatore) -> str:
    return f"valore_{i.pid}"


def tutto(r: RelazioneSemestrale, valore: str = "1", **altro: str) -> dict[str, Any]:
    """Every field of the form, each indicator at `valore`."""
    return {
        "revisione": str(r.revisione),
        **{campo(i): valore for i in indicatori(r)},
        **{f"testo_{s.pid}": "" for s in r.obiettivo.obiettivospecifico_tutti.all()},
        **altro,
    }


def salva(client: Client, r: RelazioneSemestrale, dati: dict[str, Any], codice: int) -> Any:
    risposta = client.post(dove(r), dati)
    assert risposta.status_code == codice, risposta.content.decode()
    return risposta


def valori(r: RelazioneSemestrale) -> list[Decimal | date | None]:
    return [
        v.valore if v.valore is not None else v.valore_data
        for v in Rilevazione.objects.filter(
            obiettivo=r.obiettivo_id, periodo=r.periodo_id
        ).order_by("indicatore__specifico__ordine", "indicatore__ordine")
    ]


# --- filling ------------------------------------------------------------------------------------


def test_si_dice_che_cosa_manca(entra: Callable[..., Client]) -> None:
    r = relazione()
    testo = pagina(entra("UNO PO"), r)
    assert "Mancano 3 valori" in testo
    assert testo.count("data-dovuta") == 3
    assert f'href="#id_{campo(indicatori(r)[0])}"' in testo


def test_salva_e_rivedi(entra: Callable[..., Client]) -> None:
    r = relazione()
    client = entra("UNO PO")
    specifico = r.obiettivo.obiettivospecifico_tutti.earliest("ordine")
    dati = tutto(r, "12,5", **{f"testo_{specifico.pid}": "Fatto <quasi> tutto."})
    dati[campo(indicatori(r)[2])] = ""
    risposta = salva(client, r, dati, 303)
    assert risposta["Location"] == dove(r)
    assert valori(r) == [Decimal("12.5"), Decimal("12.5"), None]
    testo = pagina(client, r)
    assert "Salvato: relazione 2026-1." in testo
    assert "Manca 1 valore" in testo
    assert testo.count('value="12,5"') == 2
    assert "Fatto &lt;quasi&gt; tutto." in testo
    assert "ha compilato la relazione" in testo


@pytest.mark.parametrize(
    ("scritto", "atteso"),
    [
        ("1234", Decimal(1234)),
        ("1.234,5", Decimal("1234.5")),
        ("1234.5", Decimal("1234.5")),
        (" 98 % ", Decimal(98)),
        ("0", Decimal(0)),
        ("-3,25", Decimal("-3.25")),
        ("0,123456", Decimal("0.123456")),
        ("", None),
    ],
)
def test_numeri_come_li_scrivono_gli_italiani(
    entra: Callable[..., Client], scritto: str, atteso: Decimal | None
) -> None:
    r = relazione()
    salva(entra("UNO PO"), r, tutto(r, scritto), 303)
    assert valori(r) == [atteso] * 3


def test_salvare_cio_che_si_rilegge_non_cambia_nulla(entra: Callable[..., Client]) -> None:
    """What the field shows is all that is stored: no decimal is lost, no point is misread."""
    r = relazione()
    client = entra("UNO PO")
    salva(client, r, tutto(r, "1234567,123456"), 303)
    testo = pagina(client, r)
    riletti = dict(re.findall(r'name="(valore_[^"]+)" value="([^"]*)"', testo))
    revisione = re.search(r'name="revisione" value="(\d+)"', testo)
    assert revisione is not None
    salva(client, r, {**tutto(r), **riletti, "revisione": revisione[1]}, 303)
    assert valori(r) == [Decimal("1234567.123456")] * 3


@pytest.mark.parametrize(
    "scritto",
    ["molti", "1.234", "12.345.678", "1,2,3", "NaN", "Infinity", "1e30", "0,1234567", "1 o 2"],
)
def test_cio_che_non_e_un_numero_si_corregge_senza_riscrivere(
    entra: Callable[..., Client], scritto: str
) -> None:
    """422, each error at its field, nothing saved, everything typed still there."""
    r = relazione()
    primo, secondo, _terzo = indicatori(r)
    dati = tutto(r, "7")
    dati[campo(primo)] = scritto
    testo = salva(entra("UNO PO"), r, dati, 422).content.decode()
    assert f'id="id_{campo(primo)}_error"' in testo
    assert f'href="#id_{campo(primo)}"' in testo
    assert f'name="{campo(primo)}" value="{scritto}"' in testo
    assert f'name="{campo(secondo)}" value="7"' in testo
    assert valori(r) == [None] * 3


def test_mille_e_duecento_o_uno_e_due(entra: Callable[..., Client]) -> None:
    r = relazione()
    testo = salva(entra("UNO PO"), r, tutto(r, "1.234"), 422).content.decode()
    assert "scrivere 1234 oppure 1,234" in testo


def test_valori_che_mancano_nel_modulo_non_cancellano_gli_altri(
    entra: Callable[..., Client],
) -> None:
    """A crooked request: fields it does not send are empty, and an unknown one is not read."""
    r = relazione()
    altro = indicatori(relazione("rendicontato"))[0]
    salva(entra("UNO PO"), r, {**tutto(r), campo(altro): "99"}, 303)
    assert Rilevazione.objects.filter(indicatore=altro, valore=99).count() == 0


def test_si_no_e_date_hanno_il_loro_campo(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("bozza")
    si_no, data, _ = Indicatore.objects.filter(obiettivo=o).order_by("specifico__ordine", "ordine")
    Indicatore.objects.filter(pk=si_no.pk).update(unita_misura="si_no")
    Indicatore.objects.filter(pk=data.pk).update(unita_misura="data")
    Rilevazione.objects.filter(indicatore=data).update(
        target=None, target_data=date(2026, 5, 31), valore=None
    )
    mondo.muovi(o, "proponi", "UNO DIRIGENTE")
    mondo.muovi(o, "approva", "ATTI SEGRETERIA", atto=mondo.atto(numero="99"))
    mondo.muovi(o, "avvia", "UNO PO")
    r = RelazioneSemestrale.objects.get(obiettivo=o, periodo__codice="2026-1")
    client = entra("UNO PO")
    testo = pagina(client, r)
    assert f'<select class="form-control" id="id_{campo(si_no)}"' in testo
    assert re.search(rf'type="date"[^>]*name="{campo(data)}"', testo)
    assert "31/05/2026" in testo
    dati = {**tutto(r), campo(si_no): "0", campo(data): "2026-05-20"}
    salva(client, r, dati, 303)
    assert valori(r) == [Decimal(0), date(2026, 5, 20), Decimal(1)]
    testo = pagina(client, r)
    assert '<option value="0" selected>No</option>' in testo
    assert 'value="2026-05-20"' in testo
    r.refresh_from_db()
    for sbagliato in ({campo(si_no): "2"}, {campo(data): "2026-02-30"}):
        salva(client, r, {**tutto(r), campo(si_no): "1", campo(data): "", **sbagliato}, 422)


# --- who, when ----------------------------------------------------------------------------------


def test_chi_puo_scriverla(entra: Callable[..., Client]) -> None:
    """R4: only po and dirigente of the unit; the others read; who sees nothing gets a 404."""
    r = relazione()
    for chi, (ruolo, unita) in mondo.PERSONE.items():
        client = entra(chi)
        if not ruolo:
            pagina(client, r, 404)
            salva(client, r, tutto(r), 404)
        elif unita == "S1":
            assert "<textarea" in pagina(client, r)
        else:
            assert "<textarea" not in pagina(client, r)
            salva(client, r, tutto(r), 403)
            salva(client, r, {"revisione": "x"}, 403)  # a broken form tells them no more
    assert valori(r) == [None] * 3


def test_di_un_altro_ente_e_404(entra: Callable[..., Client]) -> None:
    r = relazione()
    client = entra("UNO PO", "beta")
    pagina(client, r, 404)
    salva(client, r, tutto(r), 404)


def test_un_periodo_che_non_c_e(entra: Callable[..., Client]) -> None:
    r = relazione()
    assert entra("UNO PO").get(dove(r).replace("2026-1", "2026-3")).status_code == 404


def test_trasmessa_si_legge_soltanto(entra: Callable[..., Client]) -> None:
    """R54: submitting freezes."""
    r = relazione("rendicontato")
    client = entra("UNO PO")
    testo = pagina(client, r)
    assert "<textarea" not in testo
    assert r.impronta in testo
    assert "calcolata 100,00\u00a0%" in testo
    assert testo.count("target raggiunto") == 3
    assert salva(client, r, tutto(r), 422)
    assert Evento.objects.filter(verbo="compila", esito="rifiutato").count() == 1


def test_prima_dell_avvio_non_c_e_relazione(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("approvato")
    risposta = entra("UNO PO").get(f"/alfa/obiettivi/{o.pid}/relazioni/2026-1/")
    assert risposta.status_code == 404


def test_due_persone_nella_stessa_relazione(entra: Callable[..., Client]) -> None:
    """R50: who saves second is told, loses nothing, and sees what is written now."""
    r = relazione()
    salva(entra("UNO PO"), r, tutto(r, "5"), 303)
    risposta = salva(entra("UNO DIRIGENTE"), r, tutto(r, "8"), 409)
    testo = risposta.content.decode()
    assert testo.count('value="8"') == 3
    assert testo.count("ora è scritto: 5") == 3
    assert valori(r) == [Decimal(5)] * 3
    nuova = re.search(r'name="revisione" value="(\d+)"', testo)
    assert nuova is not None
    salva(entra("UNO DIRIGENTE"), r, {**tutto(r, "8"), "revisione": nuova[1]}, 303)
    assert valori(r) == [Decimal(8)] * 3


# --- submitting and after -----------------------------------------------------------------------


def test_salva_e_trasmetti(entra: Callable[..., Client]) -> None:
    r = relazione()
    client = entra("UNO DIRIGENTE")
    risposta = salva(client, r, {**tutto(r, "1"), "poi": "trasmetti"}, 303)
    assert risposta["Location"] == f"{dove(r)}transizioni/trasmetti/"
    modulo = client.get(risposta["Location"]).content.decode()
    assert "si congelano" in modulo
    r.refresh_from_db()
    fatto = client.post(risposta["Location"], {"revisione": r.revisione})
    assert fatto.status_code == 303
    assert fatto["Location"] == dove(r)
    r.refresh_from_db()
    assert r.stato == "trasmessa"
    assert "Trasmessa il 02/03/2026 alle 10:00" in pagina(client, r)


def test_un_valore_che_manca_non_si_trasmette(entra: Callable[..., Client]) -> None:
    """R53."""
    r = relazione()
    risposta = entra("UNO DIRIGENTE").post(
        f"{dove(r)}transizioni/trasmetti/", {"revisione": r.revisione}
    )
    assert risposta.status_code == 422
    assert risposta.content.decode().count("manca il valore di 2026-1") == 3


def test_la_po_compila_e_non_trasmette(entra: Callable[..., Client]) -> None:
    r = relazione()
    testo = pagina(entra("UNO PO"), r)
    assert "Salva e trasmetti" not in testo
    assert "perche-no/trasmetti" in testo


def test_il_periodo_di_prima_si_vede_pallido(entra: Callable[..., Client]) -> None:
    r = relazione()
    mondo.compila(r, "UNO PO")
    testo = pagina(entra("UNO PO"), relazione(periodo="2026-2"))
    assert re.search(r'class="numero prima"[^>]*>1</td>', testo)


def test_ad_htmx_torna_la_parte_di_pagina_che_cambia(entra: Callable[..., Client]) -> None:
    r = relazione()
    mondo.compila(r, "UNO PO")
    r.refresh_from_db()
    client = entra("UNO DIRIGENTE")
    risposta = client.post(
        f"{dove(r)}transizioni/trasmetti/",
        {"revisione": r.revisione},
        headers={"HX-Request": "true"},
    )
    assert (risposta.status_code, risposta["HX-Retarget"]) == (200, "#pagina")
    parte, _, _ = risposta.content.decode().partition('<div id="avvisi"')
    assert parte.strip() in pagina(client, r)


def test_osservazione_e_risposta_si_leggono(entra: Callable[..., Client]) -> None:
    r = relazione("rendicontato")
    mondo.osserva(r, "Perché?", "Ecco.")
    for chi in ("UNO PO", "PRIMO NUCLEO"):
        testo = pagina(entra(chi), r)
        assert "Perché?" in testo
        assert "Ecco." in testo


def test_le_domande_al_database_non_dipendono_da_chi_guarda(
    entra: Callable[..., Client],
) -> None:
    r = relazione()
    quante = set()
    for chi in ("UNO PO", "UNO DIRIGENTE", "PRIMO NUCLEO"):
        client = entra(chi)
        pagina(client, r)
        with CaptureQueriesContext(connection) as fatte:
            pagina(client, r)
        quante.add(len(fatte))
    assert len(quante) == 1
