# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proposals in a workbook: downloaded, filled, brought back; every error at its cell."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from openpyxl import Workbook, load_workbook

from cycle import orologio
from cycle.bozze.lettura import leggi
from cycle.bozze.rubrica import rubrica
from cycle.models import Indicatore, Obiettivo, StoricoIndicatore
from cycle.services import schede
from cycle.services.proposte import (
    EsitoFoglio,
    FoglioNonValido,
    importa_proposte,
    modello,
)
from tests import mondo
from tests.proposte.test_schede import crea, scheda, scritta
from workflows.registro.models import Evento

pytestmark = pytest.mark.django_db


def bozze() -> list[Obiettivo]:
    return list(
        Obiettivo.objects.filter(ciclo=mondo.ciclo(), stato="bozza", unita__codice="S1")
        .select_related("unita")
        .order_by("codice")
    )


def aperto(con: list[Obiettivo] | None = None) -> Workbook:
    return load_workbook(io.BytesIO(modello(mondo.ciclo(), con or [])))


def salvato(libro: Workbook) -> bytes:
    uscita = io.BytesIO()
    libro.save(uscita)
    return uscita.getvalue()


def colonna(libro: Workbook, foglio: str, nome: str) -> int:
    for cella in libro[foglio][1]:
        if str(cella.value).removesuffix(" *") == nome:
            return int(cella.column)
    raise AssertionError(nome)


def scrivi(libro: Workbook, foglio: str, riga: int, **valori: Any) -> None:
    for nome, valore in valori.items():
        libro[foglio].cell(riga, colonna(libro, foglio, nome.replace("_", " ")), valore)


def importa(contenuto: bytes, chi: str = "UNO PO", **altro: Any) -> EsitoFoglio:
    return importa_proposte(
        ciclo=mondo.ciclo(),
        contenuto=contenuto,
        by=mondo.attore(chi),
        istante=mondo.ADESSO,
        **altro,
    )


def errori(contenuto: bytes, chi: str = "UNO PO") -> list[str]:
    with pytest.raises(FoglioNonValido) as no:
        importa(contenuto, chi)
    return [f"{e.foglio}!{e.cella}: {e.messaggio}" for e in no.value.errori]


def nuovo(libro: Workbook | None = None, **altro: Any) -> Workbook:
    """A workbook with one new objective, whole."""
    libro = libro or aperto()
    scrivi(
        libro,
        "Obiettivi",
        2,
        **{"Codice": "N1", "Titolo": "Dal foglio", "Unità": "S1"} | altro,
    )
    scrivi(libro, "Specifici", 2, Obiettivo="N1", Codice="N101", Titolo="Una cosa")
    scrivi(
        libro,
        "Indicatori",
        2,
        **{
            "Obiettivo": "N1",
            "Specifico": "N101",
            "Indicatore": "N. pratiche",
            "Peso": 100,
            "Target Primo semestre 2026": "1.234,5",
            "Target Secondo semestre 2026": 0.5,
        },
    )
    scrivi(libro, "Fasi", 2, Obiettivo="N1", Specifico="N101", Fase="Bando")
    scrivi(
        libro, "Persone", 2, Obiettivo="N1", Specifico="N101", Persona="uno  po", Responsabile="x"
    )
    return libro


def test_scaricato_e_ricaricato_non_cambia_nulla(db: None) -> None:
    crea(rubrica(mondo.ciclo()))
    mie = bozze()
    assert len(mie) == 2
    esito = importa(modello(mondo.ciclo(), mie))
    assert (esito.creati, esito.modificati, esito.uguali) == ((), (), 2)
    assert [o.revisione for o in bozze()] == [o.revisione for o in mie]


def test_una_nuova_e_una_modificata_insieme(db: None) -> None:
    r = rubrica(mondo.ciclo())
    vecchia = crea(r)
    indicatore = Indicatore.objects.get(obiettivo=vecchia)
    StoricoIndicatore.objects.create(
        ente=mondo.ente(), obiettivo=vecchia, indicatore=indicatore, anno=2025, valore=7
    )
    vecchia.refresh_from_db()
    libro = aperto([Obiettivo.objects.select_related("unita").get(pk=vecchia.pk)])
    scrivi(libro, "Obiettivi", 2, Titolo="Cambiata dal foglio", Inizio_previsto="01/02/2026")
    scrivi(libro, "Indicatori", 2, **{"Target Secondo semestre 2026": 9})
    scrivi(libro, "Obiettivi", 3, **{"Codice": "N1", "Titolo": "Nuova", "Unità": "S1"})
    esito = importa(salvato(libro))
    assert ([o.codice for o in esito.creati], [o.codice for o in esito.modificati]) == (
        ["N1"],
        [vecchia.codice],
    )
    letta = scritta(vecchia, r)
    assert (letta.titolo, letta.inizio_previsto) == ("Cambiata dal foglio", date(2026, 2, 1))
    assert letta.specifici[0].indicatori[0].target == {"2026-1": 1, "2026-2": 9}
    # the same rows: what the sheet does not carry is still there
    assert StoricoIndicatore.objects.filter(indicatore=indicatore).exists()
    assert set(Evento.objects.filter(radice_id=vecchia.pk).values_list("verbo", flat=True)) == {
        "crea",
        "modifica",
    }


def test_un_foglio_intero(db: None) -> None:
    [o] = importa(salvato(nuovo(Programmi="P1"))).creati
    letta = leggi([Obiettivo.objects.select_related("unita").get(pk=o.pk)], rubrica(mondo.ciclo()))[
        o.pk
    ]
    [s] = letta.specifici
    assert (letta.codice, s.codice, len(letta.nodi)) == ("N1", "N101", 1)
    assert s.indicatori[0].target == {"2026-1": Decimal("1234.5"), "2026-2": Decimal("0.5")}
    assert (s.persone[0].persona, s.persone[0].responsabile) == ("UNO PO", True)
    assert s.fasi[0].descrizione == "Bando"


def test_prova_non_scrive(db: None) -> None:
    esito = importa(salvato(nuovo()), prova=True)
    assert len(esito.creati) == 1
    assert not Obiettivo.objects.filter(codice="N1").exists()


@pytest.mark.parametrize(
    ("foglio", "colonna_", "valore", "atteso"),
    [
        ("Obiettivi", "Titolo", None, "Obiettivi!B2: Manca «Titolo»"),
        ("Obiettivi", "Unità", "S9", "Obiettivi!C2: «S9» non è un'unità aperta"),
        ("Obiettivi", "Unità", "S2", "Obiettivi!C2: Serve un incarico"),
        ("Obiettivi", "Codice", "OE04", "Obiettivi!A2: OE04 è già approvato"),
        ("Obiettivi", "Codice", "OE02", "Obiettivi!A2: OE02 è già una proposta"),
        ("Obiettivi", "Codice", "OE11", "Obiettivi!A2: Nel 2026 il codice OE11 è già"),
        ("Obiettivi", "Inizio previsto", "31/02/2026", "Obiettivi!I2: «31/02/2026» non è una data"),
        ("Obiettivi", "Responsabile generale", "Uno Dirigenti", "Obiettivi!G2: Nell'ente non c'è"),
        ("Obiettivi", "Peso", 101, "Obiettivi!K2: Deve stare fra 0 e 100"),
        ("Obiettivi", "Programmi", "P9", "Obiettivi!L2: «P9» non è un programma"),
        ("Specifici", "Obiettivo", "N2", "Specifici!A2: «N2» non è nel foglio «Obiettivi»"),
        ("Indicatori", "Specifico", "N199", "Indicatori!B2: «N199» non è nel foglio «Specifici»"),
        ("Indicatori", "Peso", "tanto", "Indicatori!H2: «tanto» non è un numero"),
        ("Indicatori", "Si misura in", "pollici", "Indicatori!E2: «pollici» non è tra i valori"),
        (
            "Indicatori",
            "Target Primo semestre 2026",
            date(2026, 5, 1),
            "Indicatori!I2: È una data, ma",
        ),
        ("Indicatori", "Target Primo semestre 2026", "1.234", "Indicatori!I2: «1.234» si può"),
        ("Indicatori", "Tipo", "Strano", "Indicatori!D2: «Strano» non è nel catalogo"),
        ("Persone", "Persona", "Nessuno", "Persone!C2: Nell'ente non c'è nessuno"),
        ("Persone", "Impegno %", 130, "Persone!G2: Deve stare fra 0 e 100"),
    ],
)
def test_ogni_errore_alla_sua_cella(
    db: None, foglio: str, colonna_: str, valore: Any, atteso: str
) -> None:
    libro = nuovo()
    libro[foglio].cell(2, colonna(libro, foglio, colonna_)).value = valore
    assert [e for e in errori(salvato(libro)) if e.startswith(atteso)], errori(salvato(libro))
    assert not Obiettivo.objects.filter(codice="N1").exists()


def test_tutti_gli_errori_insieme(db: None) -> None:
    libro = nuovo(Titolo=None, Peso=-1)
    scrivi(libro, "Persone", 2, Persona="Nessuno")
    scrivi(libro, "Obiettivi", 3, **{"Codice": "N1", "Titolo": "Due volte", "Unità": "S1"})
    assert len(errori(salvato(libro))) == 4


def test_un_foglio_vecchio_non_sovrascrive(db: None) -> None:
    r = rubrica(mondo.ciclo())
    o = crea(r)
    o.refresh_from_db()
    contenuto = modello(r.ciclo, [Obiettivo.objects.select_related("unita").get(pk=o.pk)])
    schede.modifica(
        obiettivo=o,
        scheda=scheda(codice=o.codice, titolo="Intanto"),
        rubrica=r,
        by=mondo.attore("UNO PO"),
        istante=mondo.ADESSO,
    )
    assert "Obiettivi!N2: OE07 è cambiato" in errori(contenuto)[0]


@pytest.mark.parametrize(
    "contenuto", [b"", b"PK\x03\x04rotto", b"\xd0\xcf\x11\xe0vecchio", b"codice;titolo\n"]
)
def test_cio_che_non_e_un_foglio(db: None, contenuto: bytes) -> None:
    assert errori(contenuto)


def test_un_foglio_senza_righe(db: None) -> None:
    assert "nessun obiettivo" in errori(modello(mondo.ciclo()))[0]


def test_cinquemila_righe_sono_troppe_e_mille_no(db: None) -> None:
    libro = nuovo()
    for n in range(3, 5010):
        scrivi_veloce(libro, n)
    assert errori(salvato(libro))
    assert not Obiettivo.objects.filter(codice__startswith="N").exists()


def scrivi_veloce(libro: Workbook, n: int) -> None:
    foglio = libro["Obiettivi"]
    foglio.cell(n, 1, f"N{n}")
    foglio.cell(n, 2, f"Titolo {n}")
    foglio.cell(n, 3, "S1")


def test_duecento_in_poche_domande(db: None, django_assert_max_num_queries: Any) -> None:
    libro = nuovo()
    for n in range(3, 203):
        scrivi_veloce(libro, n)
    contenuto = salvato(libro)
    with django_assert_max_num_queries(60):
        esito = importa(contenuto)
    assert len(esito.creati) == 201


# --- the pages and the command ------------------------------------------------------------------


@pytest.fixture
def po(db: None, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(orologio, "adesso", lambda: mondo.ADESSO)
    client = Client()
    client.force_login(mondo.utente("UNO PO"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_si_scarica_si_prova_si_scrive(po: Client) -> None:
    scaricato = po.get("/alfa/2026/proposte/foglio/?unita=S1")
    assert scaricato["Content-Disposition"].endswith('"proposte-alfa-2026-S1.xlsx"')
    libro = load_workbook(io.BytesIO(scaricato.content))
    assert libro["Obiettivi"].cell(2, 1).value == "OE01"
    dove = "/alfa/2026/proposte/importa/"
    caricato = SimpleUploadedFile("x.xlsx", salvato(nuovo()))
    testo = po.post(dove, {"file": caricato}).content.decode()
    assert "nuova bozza" in testo
    assert not Obiettivo.objects.filter(codice="N1").exists()
    nascosto = testo.split('name="contenuto" value="')[1].split('"')[0]
    assert po.post(dove, {"contenuto": nascosto, "conferma": "1"}).status_code == 303
    assert Obiettivo.objects.filter(codice="N1").exists()


def test_la_pagina_dice_le_celle(po: Client) -> None:
    libro = nuovo(Peso=101)
    risposta = po.post(
        "/alfa/2026/proposte/importa/", {"file": SimpleUploadedFile("x.xlsx", salvato(libro))}
    )
    assert risposta.status_code == 422
    assert "<b>Obiettivi!K2</b>" in risposta.content.decode()
    for dati in ({}, {"contenuto": "***"}, {"file": SimpleUploadedFile("x", b"x" * 4_000_000)}):
        assert po.post("/alfa/2026/proposte/importa/", dati).status_code == 422


def test_il_comando(db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "p.xlsx"
    file.write_bytes(salvato(nuovo()))
    comando: Callable[..., Any] = lambda *p: call_command(  # noqa: E731
        "importa", "xlsx", str(file), "--ente", "alfa", "--anno", "2026", *p
    )
    comando("--prova")
    assert "Prova: non è stato scritto nulla." in capsys.readouterr().out
    comando()
    assert "Bozze create: 1" in capsys.readouterr().out
    file.write_bytes(salvato(nuovo(Peso=101)))
    with pytest.raises(CommandError, match="Obiettivi K2"):
        comando()
    with pytest.raises(CommandError, match="non c'è"):
        call_command("importa", "xlsx", str(file), "--ente", "no", "--anno", "2026")
