# SPDX-License-Identifier: AGPL-3.0-or-later
"""The private calendar: one's own terms, at an address that only its owner knows."""

from __future__ import annotations

import logging
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings as impostazioni
from django.test import Client
from icalendar import Calendar

from cycle import orologio, termini
from cycle.models import FeedCalendario, Incarico, Utente
from cycle.services import feed
from cycle.tracce import SenzaGettoni
from tests import mondo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def giorno_del_mondo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orologio, "adesso", lambda: mondo.ADESSO)


def leggi(gettone: str, ipa: str = "alfa") -> Any:
    return Client().get(f"/{ipa}/calendario/{gettone}.ics")


def eventi(gettone: str) -> dict[str, Any]:
    """The events by their summary, as an agenda reads them."""
    risposta = leggi(gettone)
    assert risposta.status_code == 200
    calendario = Calendar.from_ical(risposta.content)
    return {str(e["summary"]): e for e in calendario.walk("VEVENT")}


def test_without_a_login_the_terms_of_ones_roles() -> None:
    mondo.apri()
    gettone = feed.crea(persona=mondo.persona("SECONDO NUCLEO"))
    risposta = leggi(gettone)
    assert risposta["Content-Type"] == "text/calendar; charset=utf-8"
    assert risposta["Cache-Control"] == "private, no-store"
    assert not risposta.cookies
    assert set(eventi(gettone)) == {
        "Osservazioni del Nucleo sul primo periodo 2026",
        "Validazione del Nucleo 2026",
        "Relazione sulla performance 2026",
    }


def test_r41_an_event_ends_when_the_term_does_in_utc() -> None:
    mondo.apri()
    trovati = eventi(feed.crea(persona=mondo.persona("UNO DIRIGENTE")))
    evento = trovati["Richieste di variazione 2026"]
    limite = termini.effettivo(mondo.ciclo(), "variazioni", mondo.ADESSO)
    assert evento["dtend"].dt == limite
    assert evento["dtstart"].dt == limite - timedelta(hours=1)
    assert b"20260930T220000Z" in evento["dtend"].to_ical()
    assert "presentare richieste di variazione" in evento["description"]
    assert str(evento["url"]).endswith("/alfa/2026/calendario/#variazioni")


def test_the_alarms_are_well_made() -> None:
    mondo.apri()
    evento = eventi(feed.crea(persona=mondo.persona("UNO PO")))["Richieste di variazione 2026"]
    avvisi = evento.walk("VALARM")
    assert [a["trigger"].dt for a in avvisi] == [-timedelta(days=7), -timedelta(days=1)]
    assert all(a["action"] == "DISPLAY" and a["description"] for a in avvisi)


def test_r49_a_proroga_moves_the_same_event() -> None:
    mondo.apri()
    gettone = feed.crea(persona=mondo.persona("UNO PO"))
    prima = eventi(gettone)["Richieste di variazione 2026"]
    mondo.proroga({"variazioni": date(2026, 10, 15)})
    dopo = eventi(gettone)["Richieste di variazione 2026"]
    assert dopo["uid"] == prima["uid"]
    assert (prima["sequence"], dopo["sequence"]) == (0, 1)
    assert b"20261015T220000Z" in dopo["dtend"].to_ical()
    assert "Giunta n. 15" in dopo["description"]


def test_the_uids_are_all_different() -> None:
    mondo.apri()
    mondo.apri(anno=2027, numero="44")
    trovati = eventi(feed.crea(persona=mondo.persona("SINDACA GIUNTA")))
    assert len({str(e["uid"]) for e in trovati.values()}) == len(trovati) == 14


def test_of_the_roles_held_now() -> None:
    mondo.apri()
    gettone = feed.crea(persona=mondo.persona("UNO PO"))
    assert eventi(gettone)
    Incarico.objects.filter(persona=mondo.persona("UNO PO")).update(al=mondo.ADESSO)
    assert not eventi(gettone)


def test_only_its_digest_is_kept_and_a_new_one_shuts_the_old() -> None:
    persona = mondo.persona("UNO PO")
    vecchio = feed.crea(persona=persona)
    nuovo = feed.crea(persona=persona)
    riga = FeedCalendario.objects.get(persona=persona)
    assert nuovo not in (riga.impronta, vecchio)
    assert len(riga.impronta) == 64
    assert leggi(vecchio).status_code == 404
    assert leggi(nuovo).status_code == 200
    assert feed.revoca(persona=persona)
    assert not feed.revoca(persona=persona)
    assert leggi(nuovo).status_code == 404


def test_nobody_s_token_opens_nothing() -> None:
    gettone = feed.crea(persona=mondo.persona("UNO PO"))
    riga = FeedCalendario.objects.get()
    for sbagliato in ("x", gettone[:-1], gettone + "A", riga.impronta, "A" * 400):
        assert leggi(sbagliato).status_code == 404
    assert leggi(gettone, "beta").status_code == 404
    assert leggi(gettone, "nessuno").status_code == 404
    Utente.objects.filter(pk=mondo.utente("UNO PO").pk).update(is_active=False)
    assert leggi(gettone).status_code == 404


def test_one_query_more_or_less_whatever_the_terms(django_assert_max_num_queries: Any) -> None:
    mondo.apri()
    gettone = feed.crea(persona=mondo.persona("SINDACA GIUNTA"))
    # transaction, token, ente, roles, terms, proroghe and their acts
    with django_assert_max_num_queries(9):
        leggi(gettone)
    mondo.apri(anno=2027, numero="44")
    mondo.proroga({"piao": date(2026, 3, 31), "decisioni": date(2026, 11, 10)})
    with django_assert_max_num_queries(9):
        leggi(gettone)


def test_the_token_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Django writes the address of every refusal; the log's filter takes the token out."""
    assert "senza_gettoni" in impostazioni.LOGGING["handlers"]["console"]["filters"]
    caplog.handler.addFilter(filtro := SenzaGettoni())
    try:
        with caplog.at_level(logging.DEBUG):
            leggi("un-gettone-segreto")
    finally:
        caplog.handler.removeFilter(filtro)
    assert "/alfa/calendario/***" in caplog.text
    assert "un-gettone-segreto" not in caplog.text


@pytest.mark.parametrize(
    "prima", ["/inviti/00000000-0000-0000-0000-000000000001/", "/password/MQ/"]
)
def test_nor_are_those_that_let_somebody_in(prima: str) -> None:
    riga = logging.LogRecord("django", 30, "", 0, "Forbidden: %s", (f"{prima}c8-segreto/",), None)
    assert SenzaGettoni().filter(riga)
    assert riga.getMessage() == f"Forbidden: {prima}***/"


def test_r84_the_registro_does_not_keep_it() -> None:
    from workflows.registro.models import Evento, Modifica

    prima = (Evento.objects.count(), Modifica.objects.count())
    feed.crea(persona=mondo.persona("UNO PO"))
    feed.revoca(persona=mondo.persona("UNO PO"))
    assert (Evento.objects.count(), Modifica.objects.count()) == prima
