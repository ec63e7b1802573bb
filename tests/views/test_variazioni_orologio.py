# SPDX-License-Identifier: AGPL-3.0-or-later
"""The settore's term through the pages, with the demo's own clock moved around its midnight (R21,
R22, R41, R50)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from cycle import orologio
from cycle.models import RichiestaVariazione
from tests import mondo
from tests.variazioni.mondo import GIUGNO, con_target, redigi, rileggi
from tests.views.conftest import Entra

pytestmark = pytest.mark.usefixtures("db")
# Minutes away from it: the instant is that at which the database's transaction began, which for
# a test is its own beginning. To the millisecond it is tried in `tests/variazioni/test_tempi.py`.
PRIMA = datetime(2026, 9, 30, 21, 50, tzinfo=UTC)
MEZZANOTTE = datetime(2026, 9, 30, 22, 0, tzinfo=UTC)
DOPO = datetime(2026, 9, 30, 22, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def giorno_del_mondo() -> None:
    """No clock but the demo's."""


@pytest.fixture(autouse=True)
def demo(settings: Any, tmp_path: Path) -> None:
    settings.DEMO = True
    settings.CYCLE_DATA = tmp_path


def bozza(quanto: int) -> RichiestaVariazione:
    return redigi(
        mondo.in_stato("in_corso"),
        lambda s: con_target(s, quanto),
        istante=GIUGNO,
        causa_sopravvenuta="Il fornitore è fallito.",
    )


def presenta(browser: Client, v: RichiestaVariazione) -> str:
    """Press the button of the page, and read what it says."""
    dove = f"/alfa/variazioni/{v.pid}/passi/presenta/"
    campi = {"revisione": str(v.revisione)}
    risposta = browser.post(dove, campi, follow=True)
    assert risposta.status_code == 200, risposta.content
    return str(risposta.content.decode())


def test_r41_before_midnight_of_rome_in_time_and_from_it_on_late(entra: Entra) -> None:
    browser = entra("UNO DIRIGENTE")
    v = bozza(5)
    orologio.sposta(PRIMA)
    assert "presentata nei termini" in presenta(browser, v)
    letta = rileggi(v)
    assert letta.presentata_il is not None
    assert letta.presentata_il < MEZZANOTTE
    tardi = redigi(
        mondo.in_stato("in_corso"),
        lambda s: con_target(s, 4, n=1),
        istante=GIUGNO,  # a draft written in time (R22)
        causa_sopravvenuta="Il fornitore è fallito.",
    )
    orologio.sposta(DOPO)
    assert "presentata fuori termine" in presenta(browser, tardi)
    assert rileggi(tardi).tardiva is True


def test_r50_the_second_click_after_midnight_keeps_the_first_instant(entra: Entra) -> None:
    browser = entra("UNO DIRIGENTE")
    v = bozza(5)
    orologio.sposta(PRIMA)
    presenta(browser, v)
    prima = rileggi(v).presentata_il
    orologio.sposta(DOPO)
    assert "era già presentata nei termini, il 30/09/2026 alle 23:" in presenta(browser, v)
    assert (rileggi(v).presentata_il, rileggi(v).tardiva) == (prima, False)
