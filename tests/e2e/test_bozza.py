# SPDX-License-Identifier: AGPL-3.0-or-later
"""A scheda written in a real browser: what is missing follows the typing, rows come with the
keyboard, what is not saved is not lost by leaving."""

from __future__ import annotations

from playwright.sync_api import expect

from cycle.models import Obiettivo
from tests import mondo
from tests.e2e.conftest import Entra

S0, I0 = "#id_specifici-0", "#id_specifici-0-indicatori-0"


def test_from_an_empty_page_to_a_proposal(entra: Entra) -> None:
    pagina = entra(mondo.utente("UNO DIRIGENTE"))
    pagina.goto("/alfa/2026/proposte/nuova/")
    pannello = pagina.locator("#completezza")
    expect(pannello).to_contain_text("La scheda non ha obiettivi specifici.")
    pagina.fill("#id_titolo", "Uno sportello in più")
    pagina.fill(f"{S0}-titolo", "Trovare la sede")
    pagina.fill(f"{I0}-nome", "N. sportelli")
    pagina.fill(f"{I0}-peso", "60")
    expect(pannello).to_contain_text("i pesi sommano 60 invece di 100")
    expect(pagina.locator("#pesi-specifici-0")).to_have_text("pesi: 60 su 100")
    expect(pagina.locator("[data-da-salvare]")).to_have_text("Ci sono modifiche non salvate.")
    # a second indicator, from the keyboard: nothing typed is lost, and the focus goes there
    pagina.focus("button[value='aggiungi:specifici-0-indicatori']")
    pagina.keyboard.press("Enter")
    secondo = pagina.locator("#id_specifici-0-indicatori-1-nome")
    expect(secondo).to_be_focused()
    pagina.keyboard.type("N. utenti")
    expect(pagina.locator("#id_titolo")).to_have_value("Uno sportello in più")
    pagina.fill("#id_specifici-0-indicatori-1-peso", "40")
    for indicatore in (0, 1):
        for periodo in ("2026-1", "2026-2"):
            pagina.fill(f"#id_specifici-0-indicatori-{indicatore}-target-{periodo}", "5")
    expect(pannello).to_contain_text("Si può proporre")
    pagina.click(".salva button[value='proponi']")
    pagina.wait_for_url("**/transizioni/proponi/")
    o = Obiettivo.objects.latest("pk")
    assert (o.titolo, o.codice, o.stato) == ("Uno sportello in più", "OE07", "bozza")
    pagina.get_by_role("button", name="Proponi").click()
    pagina.wait_for_url("**/obiettivi/*/")
    o.refresh_from_db()
    assert o.stato == "proposta"


def test_leaving_with_unsaved_changes_asks(entra: Entra) -> None:
    pagina = entra(mondo.utente("UNO PO"))
    pagina.goto(f"/alfa/obiettivi/{mondo.in_stato('bozza').pid}/modifica/")
    domande: list[str] = []

    def rispondi(dialogo: object) -> None:
        domande.append(dialogo.type)  # type: ignore[attr-defined]
        dialogo.accept()  # type: ignore[attr-defined]

    pagina.on("dialog", rispondi)
    pagina.click("#menu >> text=Scrivania")
    pagina.wait_for_url("**/alfa/")
    assert domande == []
    pagina.go_back()
    pagina.fill("#id_titolo", "Altro")
    pagina.click("#menu >> text=Scrivania")
    pagina.wait_for_url("**/alfa/")
    assert domande == ["beforeunload"]


def test_without_a_script_rows_come_and_go(entra: Entra) -> None:
    """The same page with JavaScript off."""
    con = entra(mondo.utente("UNO PO"))
    contesto = con.context.browser.new_context(  # type: ignore[union-attr]
        java_script_enabled=False, storage_state=con.context.storage_state()
    )
    pagina = contesto.new_page()
    con.goto("/alfa/")
    pagina.goto(con.url.split("/alfa/")[0] + "/alfa/2026/proposte/nuova/")
    pagina.fill("#id_titolo", "Senza script")
    pagina.click("button[value='aggiungi:specifici-0-fasi']")
    pagina.fill(f"{S0}-fasi-0-descrizione", "Bando")
    pagina.click("button[value='verifica']")
    assert pagina.input_value(f"{S0}-fasi-0-descrizione") == "Bando"
    pagina.fill(f"{S0}-titolo", "Una cosa")
    pagina.press("#id_titolo", "Enter")  # the first button saves
    pagina.wait_for_url("**/modifica/")
    assert Obiettivo.objects.latest("pk").titolo == "Senza script"
    contesto.close()
