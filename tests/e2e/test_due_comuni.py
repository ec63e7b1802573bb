# SPDX-License-Identifier: AGPL-3.0-or-later
"""One member of the Nucleo at work in two comuni with one login: he examines the reports of the
one, crosses over, examines those of the other; a third comune in the same place never shows."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from cycle.models import RelazioneSemestrale
from cycle.services.enti import crea_ente
from cycle.services.piano import importa
from tests import mondo
from tests.e2e.conftest import Entra

TERZO = "Comune di Gamma"


def relazione(ipa: str) -> RelazioneSemestrale:
    return RelazioneSemestrale.objects.get(
        obiettivo=mondo.obiettivo("OE04", ipa), periodo__codice="2026-1"
    )


@pytest.fixture
def tre_comuni(sito: str) -> None:
    """In two of them a report falls short and waits for the Nucleo; the third has a plan too."""
    for ipa in ("alfa", "beta"):
        mondo.compila(relazione(ipa), "UNO PO", valore=Decimal(0))
        mondo.muovi(relazione(ipa), "trasmetti", "UNO DIRIGENTE")
    ente = crea_ente(nome=TERZO, codice_ipa="gamma", istante=mondo.INIZIO)
    importa(
        ente=ente,
        piano=mondo.piano([mondo.scheda("GAMMA-1", "S1", 1)]),
        come="storico",
        istante=mondo.INIZIO,
    )


def guarda(pagina: Page, ente: str) -> None:
    """Where one is, and nothing of the third."""
    expect(pagina.locator("body")).to_contain_text(ente)
    expect(pagina.locator("body")).not_to_contain_text(TERZO)
    assert "/gamma/" not in pagina.content()


def esamina(pagina: Page, ipa: str, ente: str) -> None:
    """From the desk to the queue; the drafted osservazioni are signed and sent to the settore."""
    guarda(pagina, ente)
    pagina.goto(f"/{ipa}/2026/nucleo/2026-1/")
    guarda(pagina, ente)
    pagina.locator(".coda-invia summary").first.click()
    with pagina.expect_navigation():
        pagina.get_by_role("button", name="Firma e invia al settore").first.click()
    guarda(pagina, ente)
    assert relazione(ipa).stato == "osservata"


def test_one_member_of_the_nucleo_in_two_comuni(entra: Entra, tre_comuni: None) -> None:
    pagina = entra(mondo.utente("PRIMO NUCLEO"))
    pagina.goto("/")
    expect(pagina.locator(".scelta-ente a")).to_have_text(["Comune di Alfa", "Comune di Beta"])
    expect(pagina.locator("body")).not_to_contain_text(TERZO)
    pagina.get_by_role("link", name="Comune di Alfa").click()
    esamina(pagina, "alfa", "Comune di Alfa")
    assert relazione("beta").stato == "trasmessa"  # what he did in one is of that one
    pagina.get_by_text("Cambia ente").click()
    voci = pagina.locator("details[open] .tendina-voci a")
    expect(voci).to_have_text(["Comune di Alfa", "Comune di Beta"])
    voci.last.click()
    pagina.wait_for_url("**/beta/")
    esamina(pagina, "beta", "Comune di Beta")
    for dove in ("", "2026/piano/", "registro/", "notifiche/"):
        pagina.goto(f"/beta/{dove}")
        guarda(pagina, "Comune di Beta")
    di_la = mondo.obiettivo("GAMMA-1", "gamma").pid
    for dove in ("/gamma/", "/gamma/2026/piano/", f"/beta/obiettivi/{di_la}/",
                 f"/gamma/obiettivi/{di_la}/"):  # fmt: skip
        risposta = pagina.goto(dove)
        assert risposta is not None
        assert risposta.status == 404, dove
        expect(pagina.locator("body")).not_to_contain_text(TERZO)
