# SPDX-License-Identifier: AGPL-3.0-or-later
"""The grid of a period in a browser: the keyboard of a spreadsheet, a block pasted from Excel,
each cell saved by itself, two people on the same cell (R52, R53)."""

from __future__ import annotations

from decimal import Decimal

from playwright.sync_api import Page, expect

from cycle.models import Indicatore, RelazioneSemestrale, Rilevazione
from tests import mondo
from tests.e2e.conftest import Entra

GRIGLIA = "/alfa/2026/griglia/2026-1/"


def indicatori() -> list[Indicatore]:
    return list(
        Indicatore.objects.filter(obiettivo=mondo.in_stato("in_corso")).order_by(
            "specifico__ordine", "ordine"
        )
    )


def valori() -> list[Decimal | None]:
    return [Rilevazione.objects.get(indicatore=i, periodo__ordine=1).valore for i in indicatori()]


def apri(pagina: Page) -> Page:
    pagina.goto(GRIGLIA)
    expect(pagina.locator("#stato")).to_have_text("Tutto salvato")
    return pagina


def cella(pagina: Page, i: Indicatore, campo: str = "valore") -> str:
    return f"#c_{campo}_{i.pid}"


def a_fuoco(pagina: Page) -> str:
    trovata: str = pagina.evaluate("document.activeElement.name")
    return trovata


def incolla(pagina: Page, testo: str) -> None:
    """What Ctrl+V gives to the page, with that text in the clipboard."""
    pagina.evaluate(
        """testo => {
          const dati = new DataTransfer();
          dati.setData("text/plain", testo);
          document.activeElement.dispatchEvent(
            new ClipboardEvent("paste", {clipboardData: dati, bubbles: true, cancelable: true}));
        }""",
        testo,
    )


def test_tastiera_e_salvataggio_di_ogni_cella(entra: Entra) -> None:
    """Arrows, Enter, Esc, F2: whoever knows a spreadsheet knows the grid."""
    a, b, c = indicatori()
    pagina = apri(entra(mondo.utente("UNO PO")))
    pagina.focus(cella(pagina, a))
    pagina.keyboard.type("12,50")
    pagina.keyboard.press("Enter")
    assert a_fuoco(pagina) == f"valore_{b.pid}"
    pagina.keyboard.type("3")
    pagina.keyboard.press("ArrowDown")
    assert a_fuoco(pagina) == f"valore_{c.pid}"
    pagina.keyboard.press("ArrowRight")
    assert a_fuoco(pagina) == f"nota_{c.pid}"
    pagina.keyboard.press("ArrowLeft")
    pagina.keyboard.press("Shift+Enter")
    assert a_fuoco(pagina) == f"valore_{b.pid}"
    expect(pagina.locator("[data-manca]")).to_have_text("Manca 1 valore")
    expect(pagina.locator("#stato")).to_contain_text("Tutto salvato, ore")
    assert valori() == [Decimal("12.5"), Decimal(3), None]
    expect(pagina.locator(cella(pagina, a))).to_have_value("12,5")
    # Esc puts back what is stored; F2 moves the caret and not the cell
    pagina.keyboard.type("99")
    pagina.keyboard.press("Escape")
    expect(pagina.locator(cella(pagina, b))).to_have_value("3")
    pagina.keyboard.press("F2")
    pagina.keyboard.press("ArrowLeft")
    pagina.keyboard.type("4")
    assert a_fuoco(pagina) == f"valore_{b.pid}"
    expect(pagina.locator(cella(pagina, b))).to_have_value("43")
    pagina.keyboard.press("Tab")
    expect(pagina.locator("#stato")).to_contain_text("Tutto salvato")
    expect(pagina.locator("#stato.griglia-salvo")).to_have_count(1)
    assert valori()[1] == Decimal(43)


def test_un_blocco_copiato_da_excel(entra: Entra) -> None:
    """Values and notes together, Italian decimals, a note in quotes; what is wrong is said on its
    cell and to who does not see it, and the rest is saved."""
    a, b, c = indicatori()
    pagina = apri(entra(mondo.utente("UNO PO")))
    pagina.focus(cella(pagina, a))
    incolla(pagina, '12,50\tdai registri\r\nmolti\t"due\nrighe"\r\n1.234,5\t\r\n')
    expect(pagina.locator(f"#e_valore_{b.pid}")).to_contain_text("non è un numero")
    expect(pagina.locator(cella(pagina, b))).to_have_attribute("aria-invalid", "true")
    expect(pagina.locator("#griglia-annuncio")).to_contain_text("non è un numero")
    expect(pagina.locator("#stato")).to_contain_text("1 cella da correggere")
    assert valori() == [Decimal("12.5"), None, Decimal("1234.5")]
    note = dict(Rilevazione.objects.filter(periodo__ordine=1).values_list("indicatore", "nota"))
    assert (note[a.pk], note[b.pk], note[c.pk]) == ("dai registri", "due\nrighe", "")
    pagina.fill(cella(pagina, b), "5")
    pagina.keyboard.press("Enter")
    expect(pagina.locator(f"#e_valore_{b.pid}")).to_have_count(0)
    expect(pagina.locator("[data-manca]")).to_have_text("Non manca nessun valore")
    assert valori()[1] == Decimal(5)


def test_due_finestre_sulla_stessa_cella(entra: Entra) -> None:
    """Both values on the cell, whose the other is and since when; each can be kept."""
    a, b, _c = indicatori()
    po = apri(entra(mondo.utente("UNO PO")))
    dirigente = apri(entra(mondo.utente("UNO DIRIGENTE")))
    dirigente.fill(cella(dirigente, a), "7")
    dirigente.keyboard.press("Enter")
    expect(dirigente.locator("#stato")).to_contain_text("Tutto salvato, ore")
    po.fill(cella(po, b), "9")
    po.keyboard.press("Tab")
    po.fill(cella(po, a), "8")
    po.keyboard.press("Enter")
    contesa = po.locator(f"#e_valore_{a.pid}")
    expect(contesa).to_contain_text("Uno Dirigente ha scritto «7»")
    expect(po.locator(cella(po, a))).to_have_value("8")
    assert valori()[:2] == [Decimal(7), Decimal(9)]
    contesa.get_by_role("button", name="Tieni il mio").click()
    expect(contesa).to_have_count(0)
    expect(po.locator("#stato.griglia-salvo")).to_have_count(1)
    assert valori()[0] == Decimal(8)
    dirigente.fill(cella(dirigente, a), "6")
    dirigente.keyboard.press("Enter")
    dirigente.get_by_role("button", name="Prendi questo").click()
    expect(dirigente.locator(cella(dirigente, a))).to_have_value("8")
    assert valori()[0] == Decimal(8)


def test_senza_rete_le_celle_restano_e_si_riprova(entra: Entra) -> None:
    [a, *_] = indicatori()
    pagina = apri(entra(mondo.utente("UNO PO")))
    pagina.route("**/celle/", lambda rotta: rotta.abort())
    pagina.fill(cella(pagina, a), "4")
    pagina.keyboard.press("Enter")
    expect(pagina.locator("#stato")).to_contain_text("non risponde")
    pagina.unroute("**/celle/")
    pagina.get_by_role("button", name="Salva", exact=True).click()
    expect(pagina.locator("#stato")).to_contain_text("Tutto salvato, ore")
    assert valori()[0] == Decimal(4)


def test_dalla_griglia_si_trasmette_tutto_insieme(entra: Entra) -> None:
    """Filled, then submitted with a preview (R54): the values are those on the page."""
    a, b, c = indicatori()
    pagina = apri(entra(mondo.utente("UNO DIRIGENTE")))
    for i in (a, b, c):
        pagina.fill(cella(pagina, i), "2")
    pagina.get_by_role("button", name="Salva e trasmetti…").click()
    expect(pagina.get_by_role("heading", level=1)).to_contain_text("Trasmetti")
    pagina.get_by_role("button", name="Trasmetti tutti").click()
    expect(pagina.locator("main")).to_contain_text("Trasmessa una relazione")
    r = RelazioneSemestrale.objects.get(obiettivo=mondo.in_stato("in_corso"), periodo__ordine=1)
    assert r.stato == "trasmessa"
    assert len(r.impronta) == 64
    assert valori() == [Decimal(2)] * 3
