# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one types in a long form is never lost, though no page is stored by the browser."""

from __future__ import annotations

from django.conf import settings
from playwright.sync_api import Page, expect

from cycle.models import RelazioneSemestrale
from tests import mondo
from tests.e2e.conftest import Entra

TESTO = "Sportello aperto a marzo.\nMancano ancora i collaudi."


def _relazione() -> RelazioneSemestrale:
    return RelazioneSemestrale.objects.select_related("obiettivo", "periodo").get(
        obiettivo=mondo.in_stato("in_corso"), periodo__codice="2026-1"
    )


def _scrivi(pagina: Page, r: RelazioneSemestrale, valore: str) -> None:
    pagina.goto(f"/alfa/obiettivi/{r.obiettivo.pid}/relazioni/2026-1/")
    pagina.get_by_label("Valore di N. sportelli").fill(valore)
    pagina.get_by_label("Stato di avanzamento").first.fill(TESTO)


def _salva(pagina: Page) -> None:
    pagina.get_by_role("button", name="Salva", exact=True).click()


def test_nothing_typed_is_lost(entra: Entra) -> None:
    r = _relazione()
    po = entra(mondo.utente("UNO PO"))

    # a figure that is none: the form is there, with all that was typed
    _scrivi(po, r, "1.234")
    _salva(po)
    expect(po.get_by_role("alert")).to_contain_text("si può leggere in due modi")
    expect(po.get_by_label("Valore di N. sportelli")).to_have_value("1.234")
    expect(po.get_by_label("Stato di avanzamento").first).to_have_value(TESTO)

    # somebody else submits it meanwhile: there is no form, but there is the text
    _scrivi(po, r, "12,5")
    mondo.compila(r, "UNO PO")
    mondo.muovi(r, "trasmetti", "UNO DIRIGENTE")
    _salva(po)
    scritto = po.get_by_role("region", name="Ciò che avevi scritto")
    expect(scritto).to_contain_text("12,5")
    expect(scritto.get_by_text("Sportello aperto")).to_have_text(TESTO, use_inner_text=True)

    # a step somebody else took, in the form opened inside the page
    o = mondo.in_stato("proposta")
    controllo = entra(mondo.utente("GESTIONE CONTROLLO"))
    controllo.goto(f"/alfa/obiettivi/{o.pid}/")
    controllo.get_by_role("link", name="Rinvia", exact=False).first.click()
    controllo.get_by_label("Motivazione").fill(TESTO)
    mondo.muovi(o, "approva", "ATTI SEGRETERIA", atto=mondo.atto("77"))
    controllo.locator("form.passo button[type=submit]").click()
    expect(controllo.locator("#azione .scritto dd")).to_have_text(TESTO, use_inner_text=True)

    # out of a session that is over one goes with what one wrote
    dirigente = entra(mondo.utente("DUE DIRIGENTE"))
    altra = RelazioneSemestrale.objects.select_related("obiettivo").get(
        obiettivo=mondo.obiettivo("OE12"), periodo__codice="2026-1"
    )
    _scrivi(dirigente, altra, "7")
    dirigente.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    _salva(dirigente)
    expect(dirigente.get_by_role("heading", level=1)).to_contain_text("sei uscito")
    expect(dirigente.locator(".scritto")).to_contain_text("Sportello aperto a marzo.")
    dirigente.get_by_role("link", name="Rientra").click()
    expect(dirigente.get_by_role("heading", level=1)).to_have_text("Accedi")
