# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk of a report and its states never disagree (`domain.md` 6); reports move by the hundred
in a fixed number of statements."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from viewflow.workflow import STATUS
from viewflow.workflow.models import Task

from cycle import agenda
from cycle.models import RelazioneSemestrale
from tests import mondo
from workflows.machines.relazione import STATI
from workflows.processes import validazione

pytestmark = pytest.mark.django_db


def relazione() -> RelazioneSemestrale:
    return RelazioneSemestrale.objects.get(
        obiettivo=mondo.obiettivo("OE04"), periodo__codice="2026-1"
    )


def aperti() -> set[str]:
    trovato = validazione.processo(relazione())
    return set(trovato.aperti) if trovato and trovato.in_corso else set()


def trasmetti() -> RelazioneSemestrale:
    mondo.compila(relazione(), "UNO PO", valore=Decimal(0))
    mondo.muovi(relazione(), "trasmetti", "UNO DIRIGENTE")
    return relazione()


def test_every_state_has_its_task() -> None:
    assert set(validazione.APERTO) == {s for s, _nome in STATI}
    assert set(validazione.APERTO.values()) - {""} == set(validazione.COMPITI)


def test_observed_answered_validated() -> None:
    r = trasmetti()
    assert aperti() == {"esame"}
    mondo.osserva(r, "Perché?")
    assert aperti() == {"risposta"}
    mondo.muovi(r, "controdeduci", "UNO DIRIGENTE", dati={"rinuncia": True})
    assert aperti() == {"seduta"}
    mondo.muovi(r, "valida", "SECONDO NUCLEO", seduta=mondo.seduta())
    trovato = validazione.processo(r)
    assert trovato is not None
    assert (trovato.in_corso, trovato.aperti) == (False, frozenset())
    assert trovato.fatti == set(validazione.COMPITI)
    chi = Task.objects.get(process=trovato.id, flow_task=validazione.Validazione.risposta)
    assert chi.owner == mondo.utente("UNO DIRIGENTE")
    assert not Task.objects.filter(process=trovato.id, status=STATUS.NEW).exists()


def test_nothing_observed_goes_to_the_sitting_at_once() -> None:
    r = trasmetti()
    mondo.muovi(r, "valida", "SECONDO NUCLEO", seduta=mondo.seduta())
    trovato = validazione.processo(r)
    assert trovato is not None
    assert trovato.fatti == {"compilazione", "esame", "seduta"}


def test_reopened_the_desk_begins_again() -> None:
    r = trasmetti()
    primo = validazione.processo(r)
    mondo.muovi(r, "riapri", "TERZO NUCLEO", motivazione="Da rivedere.")
    secondo = validazione.processo(r)
    assert primo is not None
    assert secondo is not None
    assert primo.id != secondo.id
    assert aperti() == {"compilazione"}
    assert not Task.objects.filter(process=primo.id, status=STATUS.NEW).exists()


def test_many_cost_what_one_does() -> None:
    uno = [trasmetti()]
    tre = [
        uno[0],
        *RelazioneSemestrale.objects.filter(obiettivo=mondo.in_stato("rendicontato")),
    ]
    with CaptureQueriesContext(connection) as prima:
        validazione.segui([(r, "osservata") for r in uno], None, mondo.ADESSO)
    with CaptureQueriesContext(connection) as dopo:
        validazione.segui([(r, "controdedotta") for r in tre], None, mondo.ADESSO)
    assert len(dopo) == len(prima)


def test_r55_the_answer_waits_on_the_desk_of_the_dirigente_with_its_day() -> None:
    mondo.osserva(trasmetti(), "Perché?")
    dirigente = mondo.attore("UNO DIRIGENTE")
    trovata = agenda.agenda(dirigente, mondo.ente(), mondo.ADESSO)
    gruppi = [g for u in trovata.urgenze for g in u.gruppi if g.passo == "controdeduci"]
    [gruppo] = gruppi
    assert gruppo.termine is not None
    assert (gruppo.termine.nome, gruppo.termine.giorni) == ("Risposta al Nucleo", 10)
