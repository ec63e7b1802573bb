# SPDX-License-Identifier: AGPL-3.0-or-later
"""The last seconds of 30/09 in a browser, with the demo's clock (R21, R22, R41)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from cycle import orologio
from cycle.models import RichiestaVariazione
from tests import mondo
from tests.e2e.conftest import Entra
from tests.variazioni.mondo import GIUGNO, con_target, redigi, rileggi

MEZZANOTTE = datetime(2026, 9, 30, 22, 0, tzinfo=UTC)  # 24:00 of Rome


def _presenta(pagina: Page, v: RichiestaVariazione, quando: datetime) -> None:
    """The form is opened before, the button pressed when the clock says so."""
    orologio.sposta(MEZZANOTTE - timedelta(minutes=5))
    pagina.goto(f"/alfa/variazioni/{v.pid}/passi/presenta/")
    expect(pagina.locator("main")).to_contain_text("24:00")
    orologio.sposta(quando)
    pagina.get_by_role("button", name="Presenta", exact=True).click()
    expect(pagina.get_by_role("heading", level=1)).to_contain_text("Richiesta di variazione")


def test_r21_before_and_after_the_last_second(entra: Entra) -> None:
    """Read at five to midnight, pressed before and after it: the server's clock decides, not the
    page's. Half a minute is left, which no browser takes to press a button."""
    orologio.sposta(GIUGNO)
    o = mondo.in_stato("in_corso")
    causa = "Il fornitore è fallito."
    in_tempo, tardi = (
        redigi(o, lambda s, n=n: con_target(s, 9, n=n), causa_sopravvenuta=causa) for n in (0, 1)
    )
    pagina = entra(mondo.utente("UNO DIRIGENTE"))
    _presenta(pagina, in_tempo, MEZZANOTTE - timedelta(seconds=30))
    expect(pagina.locator("main")).to_contain_text("presentata nei termini")
    _presenta(pagina, tardi, MEZZANOTTE)
    expect(pagina.locator("main")).to_contain_text("presentata fuori termine")
    prima, dopo = rileggi(in_tempo), rileggi(tardi)
    assert prima.presentata_il is not None
    assert dopo.presentata_il is not None
    assert prima.presentata_il < MEZZANOTTE <= dopo.presentata_il
    assert (prima.tardiva, dopo.tardiva) == (False, True)
