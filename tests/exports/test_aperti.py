# SPDX-License-Identifier: AGPL-3.0-or-later
"""Open data (R86-R88): what the schema says, nobody in it, results only once they are validated."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from io import StringIO
from typing import Any

import jsonschema
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from cycle.exports import aperti
from cycle.models import Obiettivo
from cycle.views.aperti import SCHEMA
from tests import mondo
from tests.registro.test_come_era import nessuna_azione
from workflows.registro.models import Evento

pytestmark = pytest.mark.usefixtures("db")
APERTI = "/alfa/2026/dati-aperti/"


def entra(chi: str) -> Client:
    porta = Client()
    porta.force_login(mondo.utente(chi), backend="django.contrib.auth.backends.ModelBackend")
    return porta


def dati() -> dict[str, Any]:
    return aperti.da_ciclo(mondo.ciclo())


def test_r88_it_is_what_the_schema_says() -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(aperti.in_json(dati())), schema)


def test_r86_drafts_and_people_stay_out() -> None:
    codici = {o["codice"] for o in dati()["obiettivi"]}
    assert codici == set(
        Obiettivo.objects.filter(ciclo=mondo.ciclo(), versione__gt=0).values_list(
            "codice", flat=True
        )
    )
    testo = aperti.in_json(dati()).decode()
    for nome in mondo.PERSONE:
        assert nome not in testo
    assert "Attività svolta come previsto" not in testo


@pytest.mark.parametrize(
    "scritto",
    [
        "Uno Dirigente",
        "DIRIGENTE UNO",
        "uno\u00a0dirigente",
        "Dirigente, Uno",
        "U. Dirigente",
        "Dirigente U.",
    ],
)
def test_r86_a_name_in_a_title_is_taken_away(scritto: str) -> None:
    o = mondo.in_stato("bozza")
    nessuna_azione()
    Obiettivo.objects.filter(pk=o.pk).update(titolo=f"Affiancare {scritto} allo sportello")
    mondo.porta(mondo.ente(), o.codice, "approvato")
    (titolo,) = (x["titolo"] for x in dati()["obiettivi"] if x["codice"] == o.codice)
    assert titolo == f"Affiancare {aperti.OMESSO} allo sportello"


def test_r86_a_surname_after_a_title_is_taken_away_and_alone_it_is_a_word() -> None:
    senza = aperti._Omissione(["FONTANA MARIA", "DEI ROSSI ANNA"])
    assert senza("la dott.ssa Fontana e l'arch. Rossi") == (
        f"la dott.ssa {aperti.OMESSO} e l'arch. {aperti.OMESSO}"
    )
    assert senza("Ing. M. Fontana") == f"Ing. {aperti.OMESSO}"
    for scritto in ("Restauro della fontana", "Ing. Verdi", "i semafori rossi", "art. F. Verdi"):
        assert senza(scritto) == scritto


def test_results_are_there_once_they_are_validated() -> None:
    per_stato = {o["stato"]: o for o in dati()["obiettivi"]}

    def valori(o: dict[str, Any]) -> set[str | None]:
        return {r["valore"] for s in o["specifici"] for i in s["indicatori"] for r in i["periodi"]}

    assert valori(per_stato["rendicontato"]) == {None}
    assert per_stato["rendicontato"]["percentuale_validata"] is None
    assert None not in valori(per_stato["validato"])
    assert per_stato["validato"]["percentuale_validata"] == "100.00"


def test_the_csv_has_a_row_for_each_indicator_and_period() -> None:
    righe = list(csv.DictReader(io.StringIO(aperti.in_csv(dati()).decode("utf-8-sig"))))
    assert tuple(righe[0]) == aperti.COLONNE
    assert len(righe) == 6 * len(dati()["obiettivi"])


def test_the_page_gives_the_files_to_who_may_export_and_the_registro_remembers() -> None:
    porta = entra("VERIFICA REVISORE")
    assert "Scarica il JSON" in porta.get(APERTI).content.decode()
    assert "Scarica il JSON" not in entra("UNO PO").get(APERTI).content.decode()
    for forma in ("json", "csv"):
        risposta = porta.get(f"{APERTI}{forma}/")
        assert risposta["X-Content-SHA256"] == hashlib.sha256(risposta.content).hexdigest()
        evento = Evento.objects.filter(verbo="esporta").latest("id")
        assert evento.dati["sha256"] == risposta["X-Content-SHA256"]  # type: ignore[index]
        assert entra("UNO PO").get(f"{APERTI}{forma}/").status_code == 403
    assert porta.get(f"{APERTI}exe/").status_code == 404
    assert porta.get("/alfa/dati-aperti/schema/").json()["$id"] == "urn:ciclo:aperti:1"


def test_the_command_prints_the_same_bytes() -> None:
    uscita, errori = StringIO(), StringIO()
    call_command("esporta_aperti", ente="alfa", anno=2026, stdout=uscita, stderr=errori)
    assert uscita.getvalue().encode() == aperti.in_json(dati())
    assert hashlib.sha256(uscita.getvalue().encode()).hexdigest() in errori.getvalue()
    with pytest.raises(CommandError):
        call_command("esporta_aperti", ente="alfa", anno=1999)
