# SPDX-License-Identifier: AGPL-3.0-or-later
"""An ente from nothing, in a real browser: created, its first controllo invited, the chart loaded
from a workbook, the others invited, and one of them at work."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect

from cycle.models import Incarico, Persona, Utente
from cycle.services import posta
from tests.e2e.test_accessibilita import _guarda
from tests.organico.fogli import organico

DIRIGENTE = "bice.neri@comune.it"
PASSWORD = "una frase lunga e mia"


@pytest.fixture
def finestra(sito: str, chromium: Browser, settings: Any) -> Iterator[Page]:
    """The browser of somebody nobody knows yet."""
    settings.URL_BASE = sito
    contesto = chromium.new_context(
        base_url=sito, locale="it-IT", viewport={"width": 1280, "height": 900}
    )
    yield contesto.new_page()
    contesto.close()


def lettera(indirizzo: str) -> str:
    """The link in the last letter to somebody."""
    posta.spedisci()
    testi = [str(m.body) for m in mail.outbox if m.to == [indirizzo]]
    trovato = re.search(r"http://\S+", testi[-1])
    assert trovato is not None
    return trovato[0]


def accetta(pagina: Page, indirizzo: str) -> None:
    pagina.goto(lettera(indirizzo))
    assert not _guarda(pagina, "invito")
    pagina.get_by_label("Password", exact=True).fill(PASSWORD)
    pagina.get_by_label("La stessa password").fill(PASSWORD)
    pagina.get_by_role("button", name="Accetta ed entra").click()
    expect(pagina.locator("#avvisi")).to_contain_text(f"si entra con «{indirizzo}»")


def test_from_nothing_to_somebody_at_work(finestra: Page, tmp_path: Path) -> None:
    call_command(
        "ente", "crea", "--ipa", "nuovo", "--nome", "Comune Nuovo", "--patrono", "29/06",
        "--controllo", "ada.rossi@comune.it", "--persona", "Rossi Ada", stdout=io.StringIO(),
    )  # fmt: skip
    pagina = finestra
    accetta(pagina, "ada.rossi@comune.it")
    pagina.get_by_role("link", name="Organico").click()
    pagina.get_by_role("link", name="Carica un file").click()
    file = tmp_path / "organico.xlsx"
    inizio = date(2026, 1, 1)
    righe = [["Neri", "Bice", DIRIGENTE, "Dirigente"]]
    unita = [["10", "Servizi alla città", "settore"], ["10A", "Scuole", "servizio", "10"]]
    dato = [DIRIGENTE, "dirigente", "10", "", "", "", "decreto n. 1", inizio]
    file.write_bytes(organico(unita, righe, [[DIRIGENTE, "dirigente", "11", *dato[3:]]]))
    pagina.get_by_label("File .xlsx compilato").set_input_files(file)
    pagina.get_by_role("button", name="Mostra che cosa cambia").click()
    expect(pagina.get_by_role("heading", level=1)).to_have_text("Un errore da correggere")
    expect(pagina.get_by_role("row").nth(1)).to_contain_text("C2")
    assert not _guarda(pagina, "errori del file")
    pagina.set_viewport_size({"width": 1280, "height": 900})
    file.write_bytes(organico(unita, righe, [dato]))
    pagina.get_by_role("link", name="Carica il file corretto").click()
    pagina.get_by_label("File .xlsx compilato").set_input_files(file)
    pagina.get_by_role("button", name="Mostra che cosa cambia").click()
    expect(pagina.get_by_role("heading", level=1)).to_have_text("Che cosa cambierebbe")
    assert not _guarda(pagina, "anteprima")
    pagina.set_viewport_size({"width": 1280, "height": 900})
    assert not Persona.objects.filter(nome_completo="NERI BICE").exists()
    pagina.get_by_role("button", name="Scrivi tutto").click()
    expect(pagina.locator("#avvisi")).to_contain_text("Scritto: 4 differenze.")
    expect(pagina.get_by_role("row", name="Servizi alla città")).to_contain_text("Neri Bice")
    assert Incarico.objects.get(persona__nome_completo="NERI BICE").unita.codice == "10"
    pagina.get_by_role("link", name="Persone (2)").click()
    pagina.get_by_role("button", name="Invita Neri Bice").click()
    expect(pagina.locator("#avvisi")).to_contain_text("Un invito in partenza.")
    pagina.get_by_role("group").filter(has_text="Rossi Ada").locator("summary").last.click()
    pagina.get_by_role("button", name="Esci").click()
    accetta(pagina, DIRIGENTE)
    expect(pagina.get_by_role("heading", level=1)).to_be_visible()
    assert Utente.objects.filter(username=DIRIGENTE).exists()
    # who has lost the password finds another way in
    pagina.get_by_role("group").filter(has_text="Neri Bice").locator("summary").last.click()
    pagina.get_by_role("button", name="Esci").click()
    pagina.goto("/accedi/")
    pagina.get_by_role("link", name="Password dimenticata?").click()
    pagina.get_by_label("Nome utente o indirizzo e-mail").fill(DIRIGENTE)
    pagina.get_by_role("button", name="Chiedi la lettera").click()
    pagina.goto(lettera(DIRIGENTE))
    assert not _guarda(pagina, "nuova password")
    pagina.get_by_label("Password", exact=True).fill(PASSWORD + "!")
    pagina.get_by_label("La stessa password").fill(PASSWORD + "!")
    pagina.get_by_role("button", name="Cambia la password").click()
    pagina.get_by_label("Nome utente").fill(DIRIGENTE)
    pagina.get_by_label("Password").fill(PASSWORD + "!")
    pagina.get_by_role("button", name="Entra", exact=True).click()
    expect(pagina).to_have_url(re.compile("/nuovo/$"))
