# SPDX-License-Identifier: AGPL-3.0-or-later
"""Five people, a keyboard: the po fills the grid, the dirigente submits, the Nucleo observes, the
settore answers, the Nucleo validates in a sitting, the segretario reads where the year stands."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from cycle.models import Indicatore, RelazioneSemestrale, Seduta
from tests import mondo
from tests.e2e.conftest import Entra

CODA = "/alfa/2026/nucleo/2026-1/"


def premi(dove: Locator, tasto: str = "Enter") -> None:
    """A key on what has the focus, as who never touches a mouse does."""
    dove.focus()
    dove.press(tasto)


def scrivi(dove: Locator, testo: str) -> None:
    dove.focus()
    dove.page.keyboard.press("Control+a")
    dove.page.keyboard.type(testo)


def relazione() -> RelazioneSemestrale:
    return RelazioneSemestrale.objects.get(
        obiettivo=mondo.in_stato("in_corso"), periodo__codice="2026-1"
    )


def test_from_the_grid_to_the_cruscotto_by_keyboard(entra: Entra) -> None:
    o = mondo.in_stato("in_corso")
    indicatori = list(
        Indicatore.objects.filter(obiettivo=o).order_by("specifico__ordine", "ordine")
    )

    # The po: a figure in each cell and Enter, one of them short of its target.
    po = entra(mondo.utente("UNO PO"))
    po.goto("/alfa/2026/griglia/2026-1/")
    po.focus(f"#c_valore_{indicatori[0].pid}")
    for valore in ("1", "0", "1"):
        po.keyboard.type(valore)
        po.keyboard.press("Enter")
    _testi(po)
    expect(po.locator("#stato")).to_contain_text("Tutto salvato")

    # The dirigente submits.
    dirigente = entra(mondo.utente("UNO DIRIGENTE"))
    dirigente.goto(f"/alfa/obiettivi/{o.pid}/relazioni/2026-1/transizioni/trasmetti/")
    premi(dirigente.get_by_role("button", name="Trasmetti", exact=True))
    expect(dirigente.locator("#pagina .occhiello .stato").first).to_have_text("Trasmessa")

    # The Nucleo finds the draft, signs and sends it.
    nucleo = entra(mondo.utente("PRIMO NUCLEO"))
    nucleo.goto(CODA)
    nucleo.locator(".coda-invia summary").first.press("Enter")
    with nucleo.expect_navigation():
        premi(nucleo.get_by_role("button", name="Firma e invia al settore").first)
    assert relazione().stato == "osservata"

    # The settore answers, and sends the answer.
    dirigente.goto(f"/alfa/obiettivi/{o.pid}/relazioni/2026-1/risposte/")
    scrivi(dirigente.get_by_label("Risposta del settore").first, "Il bando è andato deserto.")
    with dirigente.expect_navigation():
        premi(dirigente.get_by_role("button", name="Salva e invia al Nucleo…"))
    with dirigente.expect_navigation():
        premi(
            dirigente.locator("form.passo button[type=submit], main form button.btn-primary").last
        )
    assert relazione().stato == "controdedotta"

    # The Nucleo validates in a sitting of two.
    nucleo.goto(CODA)
    premi(nucleo.get_by_label(f"Valida {o.codice}"), "Space")
    presenti = nucleo.get_by_role("group", name="Presenti")
    for nome in ("Primo Nucleo", "Secondo Nucleo"):
        premi(presenti.get_by_label(nome), "Space")
    with nucleo.expect_navigation():
        premi(nucleo.get_by_role("button", name="Valida le relazioni scelte"))
    validata = relazione()
    assert validata.stato == "validata"
    assert Seduta.objects.filter(relazioni=validata).count() == 1

    # The segretario: from the desk to the cruscotto, to the list behind a figure.
    segretario = entra(mondo.utente("GENERALE SEGRETARIO"))
    segretario.goto("/alfa/")
    premi(segretario.locator("#menu").get_by_role("link", name="Cruscotto"))
    expect(segretario.get_by_role("heading", level=1)).to_have_text("Cruscotto 2026")
    expect(segretario.locator("main")).to_contain_text("91,67 %")  # of two whole and one of 75
    premi(segretario.locator("#relazioni ~ table").get_by_role("link", name="Validata: 2").first)
    expect(segretario.locator("main p[role=status]")).to_contain_text("2 relazioni")
    expect(segretario.locator("main")).to_contain_text(o.titolo)


def _testi(po: Page) -> None:
    for campo in po.locator("textarea[name^=testo_]").all():
        if campo.is_visible():
            scrivi(campo, "Attività svolta in parte.")
    po.keyboard.press("Tab")
