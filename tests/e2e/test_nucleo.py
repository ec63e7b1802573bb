# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Nucleo goes through its queue with the keyboard alone, and sends a settore's osservazioni."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cycle.models import Osservazione, RelazioneSemestrale
from tests import mondo
from tests.e2e.conftest import Entra

CODA = "/alfa/2026/nucleo/2026-1/"


@pytest.fixture
def corta(sito: str) -> RelazioneSemestrale:
    r = RelazioneSemestrale.objects.get(obiettivo=mondo.obiettivo("OE04"), periodo__codice="2026-1")
    mondo.compila(r, "UNO PO", valore=Decimal(0))
    mondo.muovi(r, "trasmetti", "UNO DIRIGENTE")
    return r


def test_da_tastiera(entra: Entra, corta: RelazioneSemestrale) -> None:
    pagina = entra(mondo.utente("TERZO NUCLEO"))
    pagina.goto(CODA)
    pagina.keyboard.press("Alt+ArrowDown")
    pagina.keyboard.press("Alt+ArrowDown")
    assert pagina.evaluate("document.activeElement.name.split('_')[0]") == "testo"
    pagina.keyboard.press("Control+Home")
    pagina.keyboard.type("Vista. ")
    with pagina.expect_navigation():
        pagina.keyboard.press("Control+Enter")
    firmata = Osservazione.objects.get()
    assert firmata.testo.startswith("Vista. Al 30/06/2026")
    assert firmata.firmata_il is not None
    assert firmata.voce.specifico.codice == "OE0402"
    pagina.locator(".coda-invia summary").first.press("Enter")
    with pagina.expect_navigation():
        pagina.get_by_role("button", name="Firma e invia al settore").first.press("Enter")
    assert RelazioneSemestrale.objects.get(pk=corta.pk).stato == "osservata"
