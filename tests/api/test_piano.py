# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking the plan of a year out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from cycle.exports import piano
from cycle.exports.piano import da_database
from cycle.models import Collaboratore
from cycle.models.indicatore import AGGREGAZIONI, NATURE
from tests import mondo
from tests.api.conftest import ALFA, Come
from workflows.machines.obiettivo import STATI
from workflows.registro.models import Evento

PIANO = f"{ALFA}/anni/2026/piano"


def test_il_piano_e_quello_del_comando(come: Come) -> None:
    risposta = come("GESTIONE CONTROLLO").get(PIANO)
    assert risposta.status_code == 200
    assert risposta.json() == da_database(mondo.ciclo())


@pytest.fixture
def schema() -> Draft202012Validator:
    testo = Path(piano.__file__).with_name("piano.schema.json").read_text("utf-8")
    Draft202012Validator.check_schema(json.loads(testo))
    return Draft202012Validator(json.loads(testo))


def test_il_piano_segue_il_suo_schema(come: Come, schema: Draft202012Validator) -> None:
    esportato = come("GENERALE SEGRETARIO").get(PIANO).json()
    schema.validate(esportato)
    assert esportato["obiettivi"]


@pytest.mark.parametrize(
    ("parola", "valore"),
    [("stato", "fatto"), ("inizio_previsto", "01/01/2026"), ("percentuale_calcolata", 66.7)],
)
def test_lo_schema_rifiuta_cio_che_non_e_un_piano(
    come: Come, schema: Draft202012Validator, parola: str, valore: Any
) -> None:
    esportato = come("GENERALE SEGRETARIO").get(PIANO).json()
    esportato["obiettivi"][0][parola] = valore
    assert not schema.is_valid(esportato)


def test_lo_schema_e_i_modelli_dicono_gli_stessi_valori(schema: Draft202012Validator) -> None:
    definizioni: Any = schema.schema["$defs"]
    indicatore = definizioni["indicatore"]["properties"]
    assert definizioni["obiettivo"]["properties"]["stato"]["enum"] == [s for s, _ in STATI]
    assert indicatore["natura"]["enum"] == [n for n, _ in NATURE]
    assert indicatore["aggregazione"]["enum"] == [a for a, _ in AGGREGAZIONI]


def test_chi_non_vede_le_bozze_non_le_esporta(come: Come) -> None:
    """The revisore may export, and sees what was approved (domain.md 2)."""
    risposta = come("VERIFICA REVISORE").get(PIANO)
    assert risposta.status_code == 200
    stati = {o["stato"] for o in risposta.json()["obiettivi"]}
    assert stati == {"approvato", "in_corso", "rendicontato", "validato"}


@pytest.mark.parametrize("chi", ["UNO DIRIGENTE", "SECONDO NUCLEO", "SENZA INCARICO"])
def test_chi_non_puo_esportare_sa_chi_puo(come: Come, chi: str) -> None:
    prima = Evento.objects.count()
    risposta = come(chi).get(PIANO)
    assert risposta.status_code == 403
    (motivo,) = risposta.json()["motivi"]
    assert motivo["chi"] == "segretario, controllo, revisore"
    assert Evento.objects.count() == prima  # reading is never a refused attempt (R84)


def test_l_esportazione_sta_nel_registro(come: Come) -> None:
    """R84: it changes no row, and is remembered."""
    come("VERIFICA REVISORE").get(PIANO)
    evento = Evento.objects.latest("id")
    assert (evento.verbo, evento.procedura, evento.canale) == ("esporta", "ciclo", "api")
    assert evento.persona_id == mondo.persona("VERIFICA REVISORE").pk
    assert evento.ruolo == "revisore"
    assert evento.oggetto_id == mondo.ciclo().pk
    assert evento.dati == {"anno": 2026, "obiettivi": 5}


@pytest.mark.parametrize("anno", ["2031", "0", "99999999999999999999", "-1", "2026%00", "x"])
def test_un_anno_che_non_c_e(come: Come, anno: str) -> None:
    risposta = come("GESTIONE CONTROLLO").get(f"{ALFA}/anni/{anno}/piano")
    assert risposta.status_code == 404
    assert risposta.json() == {"errore": "Non trovato.", "motivi": []}


def test_di_un_altro_ente_nulla(come: Come) -> None:
    assert come("GESTIONE CONTROLLO").get("/api/v1/beta/anni/2026/piano").status_code == 404


def test_l_impegno_e_della_propria_unita_e_del_controllo(come: Come) -> None:
    """`domain.md` 2: effort, category and matricola, in the plan and in one objective."""
    o = mondo.obiettivo("OE01")
    Collaboratore.objects.filter(obiettivo=o).update(impegno="40.00", inquadramento="D")
    visti = {}
    for chi in ("GESTIONE CONTROLLO", "UNO DIRIGENTE", "DUE DIRIGENTE", "GENERALE SEGRETARIO"):
        letto = come(chi).get(f"{ALFA}/obiettivi/{o.pid}")
        if letto.status_code == 200:
            visti[chi] = {
                (c["impegno"], c["categoria"])
                for s in letto.json()["specifici"]
                for c in s["collaboratori"]
            }
    assert visti == {
        "GESTIONE CONTROLLO": {("40.00", "D")},
        "UNO DIRIGENTE": {("40.00", "D")},
        "GENERALE SEGRETARIO": {(None, None)},
    }
    [esportato] = [
        p
        for p in come("GESTIONE CONTROLLO").get(PIANO).json()["obiettivi"]
        if p["codice"] == "OE01"
    ]
    assert {c["impegno"] for s in esportato["specifici"] for c in s["collaboratori"]} == {"40.00"}
    [coperto] = [
        p
        for p in come("GENERALE SEGRETARIO").get(PIANO).json()["obiettivi"]
        if p["codice"] == "OE01"
    ]
    assert {c["impegno"] for s in coperto["specifici"] for c in s["collaboratori"]} == {None}
