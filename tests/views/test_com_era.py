# SPDX-License-Identifier: AGPL-3.0-or-later
"""`?al=`: the normal pages show what they showed at an instant, with a banner, and only to read."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cycle.models import Obiettivo
from cycle.services import schede
from tests import mondo
from tests.views.conftest import Entra

pytestmark = pytest.mark.usefixtures("db")
PIANO = "/alfa/2026/piano/"


def ora() -> datetime:
    with connection.cursor() as cursore:
        cursore.execute("SELECT clock_timestamp()")
        return cursore.fetchone()[0]  # type: ignore[no-any-return]


def dove(o: Obiettivo) -> str:
    return f"/alfa/obiettivi/{o.pid}/"


def test_the_scheda_as_it_was_with_a_banner_and_no_button(entra: Entra) -> None:
    o = mondo.in_stato("approvato")
    prima = ora()
    mondo.muovi(o, "avvia", "UNO PO")
    porta = entra("UNO PO")
    adesso = porta.get(dove(o)).content.decode()
    assert "In corso" in adesso
    assert "Torna ad adesso" not in adesso
    allora = porta.get(dove(o), {"al": prima.isoformat()}).content.decode()
    assert "Com&#x27;era il" in allora or "Com'era il" in allora
    assert "Torna ad adesso" in allora
    assert "ha avviato l" not in allora
    assert "ha avviato l" in adesso
    assert "Chiedi una variazione" in adesso
    assert "Chiedi una variazione" not in allora


def test_before_it_was_there_the_page_says_so(entra: Entra) -> None:
    o = mondo.in_stato("approvato")
    pagina = entra("UNO PO").get(dove(o), {"al": "2001-01-01"})
    assert pagina.status_code == 200
    assert "Allora non c" in pagina.content.decode()


def test_an_instant_that_is_none_is_said(entra: Entra) -> None:
    o = mondo.in_stato("approvato")
    for indirizzo in (dove(o), PIANO):
        pagina = entra("UNO PO").get(indirizzo, {"al": "ieri"})
        assert pagina.status_code == 200
        assert "«ieri» non è una data" in pagina.content.decode()


def test_a_draft_of_then_is_seen_only_by_who_sees_drafts(entra: Entra) -> None:
    o = mondo.in_stato("proposta")
    prima = ora()
    mondo.muovi(o, "approva", "ATTI SEGRETERIA", atto=mondo.atto(numero="77"))
    al = {"al": prima.isoformat()}
    assert "Torna ad adesso" in entra("UNO PO").get(dove(o), al).content.decode()
    altrui = entra("DUE PO").get(dove(o), al)
    assert altrui.status_code == 200
    assert "Torna ad adesso" not in altrui.content.decode()
    piano = entra("DUE PO").get(PIANO, al).content.decode()
    assert o.titolo not in piano
    assert o.titolo in entra("UNO PO").get(PIANO, al).content.decode()


def test_the_whole_plan_with_what_was_deleted_leads_to_its_scheda(entra: Entra) -> None:
    o = mondo.in_stato("bozza")
    prima = ora()
    schede.elimina_bozza(
        obiettivo=o, by=mondo.attore("UNO DIRIGENTE"), istante=mondo.ADESSO, revisione=o.revisione
    )
    porta = entra("UNO PO")
    al = {"al": prima.isoformat()}
    for vista in ("", "unita", "programma", "stati"):
        piano = porta.get(PIANO, {**al, "vista": vista}).content.decode()
        assert "Torna ad adesso" in piano
        if vista in ("", "stati"):
            assert o.titolo in piano
    assert o.titolo not in porta.get(PIANO).content.decode()
    suo = f"/alfa/obiettivi/00000000-0000-0000-0000-{o.pk:012x}/"
    assert o.titolo in porta.get(suo, al).content.decode()
    assert porta.get(suo).status_code == 404


def test_nothing_of_another_ente(entra: Entra) -> None:
    o = mondo.in_stato("approvato")
    prima = ora().isoformat()
    fuori = entra("UNO DIRIGENTE", "beta")
    assert fuori.get(f"/beta/obiettivi/{o.pid}/", {"al": prima}).status_code == 404
    assert fuori.get(dove(o), {"al": prima}).status_code == 404


def test_an_instant_costs_one_query_more(entra: Entra) -> None:
    o = mondo.in_stato("approvato")
    porta, al = entra("UNO PO"), {"al": ora().isoformat()}
    with CaptureQueriesContext(connection) as adesso:
        porta.get(PIANO)
    with CaptureQueriesContext(connection) as allora:
        porta.get(PIANO, al)
    assert len(allora) - len(adesso) <= 3  # the savepoint, and its end
    with CaptureQueriesContext(connection) as adesso:
        porta.get(dove(o))
    with CaptureQueriesContext(connection) as allora:
        porta.get(dove(o), al)
    assert len(allora) - len(adesso) <= 4
