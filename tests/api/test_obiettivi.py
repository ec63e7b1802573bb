# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of objectives, and one objective."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from cycle.models import Collaboratore, Obiettivo, Persona
from cycle.services.piano import importa
from tests import mondo
from tests.api.conftest import ALFA, Come, indirizzo

ELENCO = f"{ALFA}/obiettivi"


def codici(risposta: Any) -> list[str]:
    assert risposta.status_code == 200, risposta.content
    return [o["codice"] for o in risposta.json()["obiettivi"]]


def test_elenco_in_ordine_di_codice_con_il_totale(come: Come) -> None:
    risposta = come("GESTIONE CONTROLLO").get(ELENCO)
    trovati = codici(risposta)
    assert trovati == sorted(trovati)
    assert len(trovati) == 8
    assert {k: v for k, v in risposta.json().items() if k != "obiettivi"} == {
        "totale": 8,
        "limite": 50,
        "scarto": 0,
        "successiva": None,
    }


@pytest.mark.parametrize(
    ("chi", "vede"),
    [
        # drafts and proposals of the own unit; what was approved, everywhere (domain.md 2)
        ("UNO DIRIGENTE", ["OE01", "OE02", "OE03", "OE04", "OE05", "OE06", "OE12"]),
        ("DUE PO", ["OE03", "OE04", "OE05", "OE06", "OE11", "OE12"]),
        ("VERIFICA REVISORE", ["OE03", "OE04", "OE05", "OE06", "OE12"]),
        ("CONTI RAGIONERIA", ["OE03", "OE04", "OE05", "OE06", "OE12"]),
        (
            "SINDACA GIUNTA",
            ["OE01", "OE02", "OE03", "OE04", "OE05", "OE06", "OE11", "OE12"],
        ),
        ("SENZA INCARICO", []),
    ],
)
def test_ognuno_vede_il_suo(come: Come, chi: str, vede: list[str]) -> None:
    assert codici(come(chi).get(ELENCO)) == vede


@pytest.mark.parametrize(
    ("filtri", "trova"),
    [
        ({"stato": "in_corso"}, ["OE04", "OE12"]),
        ({"unita": "S2"}, ["OE11", "OE12"]),
        ({"unita": "ENTE", "stato": "bozza"}, ["OE01", "OE11"]),
        ({"unita": "NESSUNA"}, []),
        ({"tipo": "OE", "anno": 2026, "unita": "S2"}, ["OE11", "OE12"]),
        ({"tipo": "XX"}, []),
        ({"testo": "oe11"}, ["OE11"]),
        ({"testo": "servizio migliorare OE03"}, ["OE03"]),
        ({"testo": "attesa dei cittadini", "unita": "S2"}, ["OE11", "OE12"]),
        ({"testo": "%"}, []),
        ({"testo": "_E03"}, []),
        ({"testo": "'; DROP TABLE cycle_obiettivo; --"}, []),
        ({"unita": "' OR 1=1 --"}, []),
    ],
)
def test_filtri(come: Come, filtri: dict[str, Any], trova: list[str]) -> None:
    assert codici(come("GESTIONE CONTROLLO").get(ELENCO, **filtri)) == trova


def test_le_pagine_si_seguono_senza_salti(come: Come) -> None:
    chi = come("GESTIONE CONTROLLO")
    visti: list[str] = []
    pagina: str | None = f"{ELENCO}?limite=3&testo=servizio&anno=2026"
    passi = 0
    while pagina:
        risposta = chi.get(pagina)
        visti += codici(risposta)
        assert risposta.json()["totale"] == 8
        pagina, passi = risposta.json()["successiva"], passi + 1
    assert passi == 3
    assert visti == codici(chi.get(ELENCO))


@pytest.mark.parametrize(
    ("parametro", "valore"),
    [
        ("limite", "0"),
        ("limite", "-1"),
        ("limite", "201"),
        ("limite", "9" * 5000),
        ("scarto", "-1"),
        ("scarto", "1000001"),
        ("limite", "dieci"),
        ("anno", "1999"),
        ("anno", "-5"),
        ("stato", "approvata"),
        ("testo", "a\x00b"),
        ("testo", "x" * 101),
        ("unita", "S1\x00"),
        ("tipo", "\x00"),
        ("limit", "3"),
        ("Stato", "bozza"),
    ],
)
def test_un_parametro_sbagliato_e_nominato(come: Come, parametro: str, valore: str) -> None:
    risposta = come("GESTIONE CONTROLLO").get(ELENCO, **{parametro: valore})
    assert risposta.status_code == 422
    (motivo,) = risposta.json()["motivi"]
    assert motivo["campo"] == parametro
    assert motivo["messaggio"].startswith(f"{parametro}: ")


def test_oltre_l_ultimo_non_c_e_niente(come: Come) -> None:
    risposta = come("GESTIONE CONTROLLO").get(ELENCO, scarto=1_000_000)
    assert codici(risposta) == []
    assert risposta.json()["totale"] == 8


def test_un_anno_mai_aperto(come: Come) -> None:
    risposta = come("GESTIONE CONTROLLO").get(ELENCO, anno=2031)
    assert risposta.status_code == 404
    assert risposta.json() == {"errore": "Non trovato.", "motivi": []}


def test_le_query_dell_elenco_non_crescono_con_le_righe(
    come: Come, django_assert_num_queries: Any
) -> None:
    chi = come("GESTIONE CONTROLLO")
    for limite in (1, 8):
        # session, user; savepoint, persona, ente, incarichi; year, its ente, its calendar;
        # count, page; release
        with django_assert_num_queries(12):
            assert len(codici(chi.get(ELENCO, limite=limite))) == limite


# --- one ----------------------------------------------------------------------------------------


def test_la_scheda_e_quella_del_piano_esportato(come: Come) -> None:
    o = mondo.in_stato("in_corso")
    scheda = come("GESTIONE CONTROLLO").get(indirizzo(o)).json()
    piano = come("GESTIONE CONTROLLO").get(f"{ALFA}/anni/2026/piano").json()
    nel_piano = next(x for x in piano["obiettivi"] if x["codice"] == o.codice)
    proprie = {"pid", "anno", "versione", "revisione", "links"}
    assert {k: v for k, v in scheda.items() if k not in proprie} == nel_piano
    assert scheda["pid"] == str(o.pid)
    assert (scheda["anno"], scheda["versione"], scheda["revisione"]) == (2026, 1, o.revisione)
    assert set(scheda["links"]["relazioni"]) == {"2026-1", "2026-2"}
    assert come("GESTIONE CONTROLLO").get(scheda["links"]["transizioni"]).status_code == 200
    assert come("GESTIONE CONTROLLO").get(scheda["links"]["relazioni"]["2026-1"]).status_code == 200


def test_una_bozza_non_ha_relazioni_da_seguire(come: Come) -> None:
    scheda = come("UNO PO").get(indirizzo(mondo.in_stato("bozza"))).json()
    assert scheda["links"]["relazioni"] == {}


def test_impegno_e_matricola_escono_solo_per_chi_puo(come: Come) -> None:
    """Effort, category and matricola are of the own unit and of controllo (`domain.md` 2)."""
    Persona.objects.filter(nome_completo="UNO PO").update(matricola="MATR-777")
    collaboratori = Collaboratore.objects.filter(obiettivo=mondo.in_stato("bozza"))
    collaboratori.update(impegno="33.5", inquadramento="INQ-888")
    o = Obiettivo.objects.get(pk=mondo.in_stato("bozza").pk)
    segreti = ("MATR-777", "INQ-888", "33.5")
    for chi, li_vede in (
        ("UNO PO", True),
        ("GESTIONE CONTROLLO", True),
        ("GENERALE SEGRETARIO", False),
    ):
        scheda = come(chi).get(indirizzo(o)).content.decode()
        assert [segreto in scheda for segreto in segreti] == [li_vede] * 3
        for percorso in (f"{indirizzo(o)}/transizioni", ELENCO):
            testo = come(chi).get(percorso).content.decode()
            assert not any(segreto in testo for segreto in segreti)


@pytest.mark.parametrize("suffisso", ["", "/transizioni"])
def test_di_cio_che_non_si_vede_non_si_dice_nulla(come: Come, suffisso: str) -> None:
    altrove, bozza = mondo.in_stato("validato", "beta"), mondo.obiettivo("OE11")
    inesistente = "00000000-0000-4000-8000-000000000000"
    risposte = [
        come("UNO DIRIGENTE").get(indirizzo(altrove) + suffisso),
        come("UNO DIRIGENTE").get(indirizzo(altrove, "beta") + suffisso),
        come("UNO DIRIGENTE").get(indirizzo(bozza) + suffisso),
        come("UNO DIRIGENTE").get(f"{ELENCO}/{inesistente}{suffisso}"),
        come("UNO DIRIGENTE", "beta").get(indirizzo(bozza) + suffisso),
    ]
    assert {r.status_code for r in risposte} == {404}
    assert len({r.content for r in risposte}) == 1


def test_le_query_della_scheda_non_crescono_con_la_scheda(
    come: Come, django_assert_num_queries: Any
) -> None:
    ente = mondo.ente()
    grande = mondo.scheda("GR1", "S1", 1, anno=2027)
    grande = replace(
        grande,
        specifici=tuple(
            replace(grande.specifici[n % 2], codice=f"GR1{n:02d}") for n in range(1, 13)
        ),
    )
    importa(ente=ente, piano=mondo.piano([grande], 2027), come="piano", istante=mondo.ADESSO)
    chi = come("GESTIONE CONTROLLO")
    for o in (mondo.in_stato("bozza"), mondo.obiettivo("GR1", anno=2027)):
        # session, user; savepoint, persona, ente, incarichi; objective; specifici, nodes (2),
        # phases, money, past years,
        # collaboratori, rilevazioni, indicatori, voci; periods with a report; release
        with django_assert_num_queries(19):
            assert chi.get(indirizzo(o)).status_code == 200
        with django_assert_num_queries(10):
            assert chi.get(f"{indirizzo(o)}/transizioni").status_code == 200


def test_gli_enti_sono_i_propri(come: Come) -> None:
    assert [e["ipa"] for e in come("PRIMO NUCLEO").get("/api/v1/enti").json()] == ["alfa", "beta"]
    assert [e["ipa"] for e in come("DUE PO").get("/api/v1/enti").json()] == ["alfa"]
    (ente,) = come("DUE PO", "beta").get("/api/v1/enti").json()
    assert come("DUE PO", "beta").get(ente["links"]["obiettivi"]).status_code == 200
    assert json.dumps(ente).count("Comune di Beta") == 1
