# SPDX-License-Identifier: AGPL-3.0-or-later
"""The days to answer the Nucleo are told in time, once each (R55)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cycle.models import RelazioneSemestrale
from cycle.services import repliche
from notifications.models import Notifica
from tests import mondo

pytestmark = pytest.mark.django_db


def dette() -> list[tuple[str, str]]:
    return sorted(
        Notifica.objects.filter(materia__startswith="replica:", chiusa_il=None).values_list(
            "utente__username", "testo"
        )
    )


def test_r55_the_dirigente_before_and_the_nucleo_after() -> None:
    r = RelazioneSemestrale.objects.get(
        obiettivo=mondo.in_stato("rendicontato"), periodo__codice="2026-1"
    )
    mondo.osserva(r, "Perché?")  # ten days: until 12 March
    ente, inizio = mondo.ente(), mondo.ADESSO
    assert repliche.ricorda(ente, inizio) == 0
    assert repliche.ricorda(ente, inizio + timedelta(days=3)) == 1
    assert repliche.ricorda(ente, inizio + timedelta(days=4)) == 0
    [(chi, testo)] = dette()
    assert chi == "uno.dirigente.alfa"
    assert "12/03/2026" in testo
    assert repliche.ricorda(ente, inizio + timedelta(days=9)) == 1
    assert [chi for chi, _testo in dette()] == ["uno.dirigente.alfa"]
    assert repliche.ricorda(ente, inizio + timedelta(days=11)) == 1
    assert {chi for chi, _testo in dette()} == {
        "nucleo.comune",
        "secondo.nucleo.alfa",
        "terzo.nucleo.alfa",
    }


def test_answered_nothing_is_left_to_be_done() -> None:
    r = RelazioneSemestrale.objects.get(
        obiettivo=mondo.in_stato("rendicontato"), periodo__codice="2026-1"
    )
    mondo.osserva(r, "Perché?")
    poi = mondo.ADESSO + timedelta(days=5)
    repliche.ricorda(mondo.ente(), poi)
    mondo.muovi(r, "controdeduci", "UNO DIRIGENTE", dati={"rinuncia": True})
    repliche.ricorda(mondo.ente(), poi)
    assert dette() == []


def test_observed_again_with_other_days_it_is_told_again() -> None:
    r = RelazioneSemestrale.objects.get(
        obiettivo=mondo.in_stato("in_corso"), periodo__codice="2026-1"
    )
    mondo.compila(r, "UNO PO")
    mondo.muovi(r, "trasmetti", "UNO DIRIGENTE")
    mondo.osserva(r, "Perché?")
    ente, poi = mondo.ente(), mondo.ADESSO + timedelta(days=5)
    assert repliche.ricorda(ente, poi) == 1
    mondo.muovi(r, "riapri", "PRIMO NUCLEO", motivazione="Un valore.", istante=poi)
    assert (repliche.ricorda(ente, poi), dette()) == (0, [])
    mondo.muovi(r, "trasmetti", "UNO DIRIGENTE", istante=poi)
    mondo.osserva(r, "E adesso?", istante=poi)
    assert repliche.ricorda(ente, poi + timedelta(days=5)) == 1
    assert [chi for chi, _testo in dette()] == ["uno.dirigente.alfa"]
