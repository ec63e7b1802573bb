# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the requests of variazione ask of each person on the scrivania: one primary act each, and by
when; nothing that is not theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cycle import agenda
from cycle.services import variazioni
from tests import mondo
from tests.variazioni.mondo import (
    GIUGNO,
    OTTOBRE,
    TARDI,
    approva,
    con_target,
    parametri,
    parere,
    presenta,
    presentata,
    redigi,
)
from tests.views.conftest import Entra

pytestmark = pytest.mark.usefixtures("db")
TUTTI = {
    *("UNO PO", "UNO DIRIGENTE", "DUE PO", "DUE DIRIGENTE", "PRIMO NUCLEO", "ATTI SEGRETERIA"),
    *("SINDACA GIUNTA", "GENERALE SEGRETARIO", "GESTIONE CONTROLLO", "CONTI RAGIONERIA"),
    *("VERIFICA REVISORE", "SENZA INCARICO"),
}


@pytest.fixture(autouse=True)
def giugno(adesso: Callable[[datetime], None], giorno_del_mondo: None) -> None:
    adesso(GIUGNO)


def gruppi(chi: str, istante: datetime = GIUGNO) -> list[agenda.Gruppo]:
    trovata = agenda.agenda(mondo.attore(chi, istante=istante), mondo.ente(), istante)
    return [g for u in trovata.urgenze for g in u.gruppi if g.procedura == "variazione"]


def compiti(istante: datetime = GIUGNO) -> dict[str, set[tuple[str, str]]]:
    """For each person (step, name of the request), of who has any."""
    trovati = {
        chi: {(c.passo, c.codice) for g in gruppi(chi, istante) for c in g.compiti} for chi in TUTTI
    }
    return {chi: suoi for chi, suoi in trovati.items() if suoi}


def entro(chi: str, passo: str, istante: datetime = GIUGNO) -> date:
    [gruppo] = [g for g in gruppi(chi, istante) if g.passo == passo]
    assert gruppo.termine is not None
    return gruppo.termine.ultimo_giorno


def test_a_draft_is_to_be_filed_before_the_term() -> None:
    redigi(mondo.in_stato("in_corso"))
    assert compiti() == {
        "UNO DIRIGENTE": {("presenta", "OE04-V1")},
        "UNO PO": {("completa", "OE04-V1")},
    }
    assert entro("UNO DIRIGENTE", "presenta") == date(2026, 9, 30)


def test_a_draft_without_its_reason_is_to_be_completed() -> None:
    redigi(mondo.in_stato("in_corso"), motivazione="")
    [gruppo] = gruppi("UNO DIRIGENTE")
    assert (gruppo.passo, gruppo.compiti[0].mancano) == ("completa", 1)


def test_r24_a_draft_that_cannot_be_filed_any_more_is_to_be_put_away() -> None:
    parametri(variazione_tardiva="rifiuto_automatico")
    redigi(mondo.in_stato("in_corso"), chi="UNO PO")
    assert compiti(OTTOBRE) == {
        "UNO DIRIGENTE": {("ritira", "OE04-V1")},
        "UNO PO": {("ritira", "OE04-V1")},
    }


def test_r28_r33_opinion_visto_then_the_decision() -> None:
    parametri(variazione_parere_nucleo="obbligatorio")
    v = presentata(mondo.in_stato("in_corso"), effetto_finanziario=True, atto_contabile="C. n. 3")
    assert compiti() == {
        "PRIMO NUCLEO": {("nucleo", "OE04-V1")},
        "CONTI RAGIONERIA": {("ragioneria", "OE04-V1")},
    }
    parere(v)
    assert compiti() == {"CONTI RAGIONERIA": {("ragioneria", "OE04-V1")}}
    parere(v, "ragioneria")
    assert compiti() == {"ATTI SEGRETERIA": {("approva", "OE04-V1")}}
    # 31/10/2026 is a Saturday, which is no holiday (R45)
    assert entro("ATTI SEGRETERIA", "approva") == date(2026, 10, 31)


def test_r33_an_optional_opinion_is_offered_beside_the_decision() -> None:
    presentata(mondo.in_stato("in_corso"))
    assert compiti() == {
        "ATTI SEGRETERIA": {("approva", "OE04-V1")},
        "PRIMO NUCLEO": {("nucleo", "OE04-V1")},
    }


def test_r24_a_late_one_to_be_declared_inadmissible() -> None:
    parametri(variazione_tardiva="irricevibile_con_motivazione", variazione_parere_nucleo="nessuno")
    presentata(mondo.in_stato("in_corso"), istante=TARDI, causa_sopravvenuta="Dopo.")
    assert compiti(OTTOBRE) == {"GESTIONE CONTROLLO": {("dichiara_irricevibile", "OE04-V1")}}


def test_r34_the_settore_replies_within_its_days() -> None:
    """Five days from the filing, the day itself not counted (R43)."""
    v = redigi(mondo.in_stato("in_corso"), chi="ATTI SEGRETERIA", d_ufficio=True, istante=GIUGNO)
    assert compiti() == {"ATTI SEGRETERIA": {("presenta", "OE04-V1")}}
    presenta(v, chi="ATTI SEGRETERIA")
    assert compiti()["UNO DIRIGENTE"] == {("replica", "OE04-V1")}
    assert entro("UNO DIRIGENTE", "replica") == date(2026, 6, 20)


def test_r30_what_moved_is_to_be_rebased_by_its_author_and_nobody_decides_meanwhile() -> None:
    o = mondo.in_stato("in_corso")
    prima = presentata(o)
    dopo = redigi(o, lambda s: con_target(s, 8))
    approva(prima, istante=datetime(2026, 10, 20, 9, tzinfo=UTC))
    assert compiti(OTTOBRE)["UNO DIRIGENTE"] == {("ribasa", "OE04-V2")}
    variazioni.ribasa(
        richiesta=dopo, by=mondo.attore("UNO DIRIGENTE", istante=OTTOBRE), istante=OTTOBRE
    )
    assert ("ribasa", "OE04-V2") not in compiti(OTTOBRE)["UNO DIRIGENTE"]


def test_r32_what_is_decided_is_to_be_evaluated_by_the_nucleo() -> None:
    v = presentata(mondo.in_stato("in_corso"))
    approva(v)
    assert compiti(OTTOBRE) == {"PRIMO NUCLEO": {("valutazione", "OE04-V1")}}
    assert entro("PRIMO NUCLEO", "valutazione", OTTOBRE) == date(2027, 6, 30)


def test_each_task_leads_to_its_act(entra: Entra) -> None:
    v = presentata(mondo.in_stato("in_corso"))
    bozza = redigi(mondo.in_stato("in_corso"), lambda s: con_target(s, 8, n=1))
    for chi, dove in (
        ("ATTI SEGRETERIA", f"/alfa/variazioni/{v.pid}/passi/approva/"),
        ("PRIMO NUCLEO", f"/alfa/variazioni/{v.pid}/pareri/nucleo/"),
        ("UNO DIRIGENTE", f"/alfa/variazioni/{bozza.pid}/passi/presenta/"),
        ("UNO PO", f"/alfa/variazioni/{bozza.pid}/modifica/"),
    ):
        browser = entra(chi)
        assert f'href="{dove}"' in browser.get("/alfa/").content.decode(), chi
        assert browser.get(dove).status_code == 200, chi


@pytest.mark.parametrize("chi", ["ATTI SEGRETERIA", "PRIMO NUCLEO", "UNO DIRIGENTE"])
def test_many_requests_cost_the_queries_of_one(entra: Entra, chi: str) -> None:
    browser, o = entra(chi), mondo.in_stato("in_corso")

    def interrogazioni() -> int:
        with CaptureQueriesContext(connection) as chieste:
            assert browser.get("/alfa/").status_code == 200
        return len(chieste)

    presentata(o)
    redigi(o, lambda s: con_target(s, 3, n=1))
    browser.get("/alfa/")
    una = interrogazioni()

    presentata(mondo.obiettivo("OE12"), chi="DUE DIRIGENTE")
    presentata(o, lambda s: con_target(s, 9, n=1))
    redigi(o, lambda s: con_target(s, 7))
    assert interrogazioni() == una
