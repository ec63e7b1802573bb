# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two windows and the sockets between them: what one person does, the other sees without doing
anything; a lost connection loses nothing, and logging out closes it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
import uvicorn
from django.db import connections
from playwright.sync_api import Page, expect

from cycle.asgi import application
from cycle.models import RelazioneSemestrale
from notifications.models import Notifica
from tests import mondo
from tests.e2e.conftest import Entra

ATTESA = 60_000  # milliseconds after which a thing will not appear any more


class _Servito(uvicorn.Server):
    """In a thread: signals are of the test."""

    def install_signal_handlers(self) -> None:
        pass


@pytest.fixture
def sito(db_vera: None, istante: datetime, settings: Any) -> Iterator[str]:
    """A server with pages, sockets and the worker, as the demo runs."""
    settings.OPERAIO = True
    with connections["owner"].cursor() as cursore:  # nobody heard how the world was made
        cursore.execute("DELETE FROM procrastinate_jobs")
        cursore.execute("DELETE FROM notifications_notifica")
    server = _Servito(
        uvicorn.Config(
            application, host="127.0.0.1", port=0, lifespan="on", ws="websockets-sansio",
            log_level="error",
        )
    )  # fmt: skip
    filo = threading.Thread(target=lambda: asyncio.run(server.serve()))
    filo.start()
    while not server.started:
        assert filo.is_alive()
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    server.force_exit = True
    filo.join()


def campana(pagina: Page) -> str:
    return (pagina.locator(".campana-numero").text_content() or "").strip()


def suona(pagina: Page, quante: int) -> None:
    expect(pagina.locator(".campana-numero")).to_have_text(str(quante), timeout=ATTESA)


def test_the_bell_rings_when_the_segreteria_decides(entra: Entra) -> None:
    o = mondo.in_stato("proposta")
    dirigente = entra(mondo.utente("UNO DIRIGENTE"))
    dirigente.goto("/alfa/")
    assert campana(dirigente) == "0"

    segreteria = entra(mondo.utente("ATTI SEGRETERIA"))
    segreteria.goto(f"/alfa/obiettivi/{o.pid}/transizioni/approva/")
    segreteria.get_by_label("Numero dell'atto").fill("45")
    segreteria.get_by_label("Data dell'atto").fill(date(2026, 2, 26).isoformat())
    segreteria.get_by_label("Parere di regolarità tecnica").fill("segretario, 25/02/2026")
    segreteria.get_by_role("button", name="Registra l'approvazione").click()
    expect(segreteria.locator("#pagina .stato").first).to_have_text("Approvato", timeout=ATTESA)

    suona(dirigente, 1)
    expect(dirigente.locator("#annuncio")).to_contain_text(o.codice)
    expect(dirigente.locator("#riquadro-novita")).to_contain_text(o.codice, timeout=ATTESA)


def test_the_queue_of_the_nucleo_grows_but_not_under_who_writes(entra: Entra) -> None:
    o = mondo.in_stato("in_corso")
    nucleo = entra(mondo.utente("TERZO NUCLEO"))
    nucleo.goto("/alfa/2026/nucleo/2026-1/")
    expect(nucleo.locator("#coda")).not_to_contain_text(o.codice)

    r = RelazioneSemestrale.objects.get(obiettivo=o, periodo__codice="2026-1")
    mondo.compila(r, "UNO PO")
    dirigente = entra(mondo.utente("UNO DIRIGENTE"))
    dirigente.goto(f"/alfa/obiettivi/{o.pid}/relazioni/2026-1/transizioni/trasmetti/")
    dirigente.get_by_role("button", name="Trasmetti", exact=True).click()
    expect(nucleo.locator("#coda")).to_contain_text(o.codice, timeout=ATTESA)

    # somebody else's report comes while one writes: only the count moves
    campo = nucleo.locator("#coda textarea").first
    if campo.count():
        campo.fill("Sto scrivendo")
        campo.focus()
        mondo.muovi(r, "riapri", "PRIMO NUCLEO", motivazione="Da rivedere.")
        expect(nucleo.locator(".campana-numero")).not_to_have_text("1", timeout=ATTESA)
        assert campo.input_value() == "Sto scrivendo"


def test_after_a_lost_connection_nothing_is_missing(entra: Entra) -> None:
    o = mondo.in_stato("proposta")
    dirigente = entra(mondo.utente("UNO DIRIGENTE"))
    dirigente.goto("/alfa/")
    dirigente.context.set_offline(True)
    mondo.muovi(o, "rinvia", "GESTIONE CONTROLLO", motivazione="Da rivedere.")
    assert Notifica.objects.filter(utente=mondo.utente("UNO DIRIGENTE")).count() == 1
    dirigente.context.set_offline(False)
    suona(dirigente, 1)
    expect(dirigente.locator(".campana-urgenti")).to_contain_text("una urgente")


def test_the_open_scheda_says_who_changed_it_and_panels_wait_for_the_keyboard(
    entra: Entra,
) -> None:
    """Two news at once are both there; while the keyboard is in a part of the page, it is not
    taken from under it."""
    o = mondo.in_stato("approvato")
    scheda = entra(mondo.utente("DUE PO"))
    scheda.goto(f"/alfa/obiettivi/{o.pid}/")
    dirigente = entra(mondo.utente("UNO DIRIGENTE"))
    dirigente.goto("/alfa/")
    mondo.muovi(o, "avvia", "UNO PO")
    mondo.muovi(mondo.in_stato("proposta"), "rinvia", "GESTIONE CONTROLLO", motivazione="No.")
    expect(scheda.locator("[data-guarda]")).to_contain_text("Uno Po", timeout=ATTESA)
    assert scheda.locator("[data-guarda]").get_attribute("role") == "status"
    novita = dirigente.locator("#riquadro-novita")
    expect(novita).to_contain_text("avviato da Uno Po", timeout=ATTESA)
    expect(novita).to_contain_text("rinviato al settore", timeout=ATTESA)

    link = novita.locator("a").first
    link.focus()
    qui = link.get_attribute("href")
    mondo.compila(
        RelazioneSemestrale.objects.filter(obiettivo=mondo.in_stato("in_corso"))[0], "UNO PO"
    )
    suona(dirigente, 3)
    assert dirigente.evaluate("document.activeElement.getAttribute('href')") == qui
    dirigente.locator("#contenuto").focus()
    expect(novita).to_contain_text("compilata da Uno Po", timeout=ATTESA)


def test_logging_out_in_a_window_closes_the_other_at_once(entra: Entra) -> None:
    una, altra = entra(mondo.utente("UNO PO")), entra(mondo.utente("UNO PO"))
    altra.add_init_script(
        "const W = window.WebSocket; window.chiuse = [];"
        "window.WebSocket = class extends W { constructor(...a) { super(...a);"
        "this.addEventListener('close', (e) => window.chiuse.push(e.code)); } }"
    )
    altra.goto("/alfa/")
    una.goto("/alfa/")
    una.locator("details.tendina summary").last.click()
    una.get_by_role("button", name="Esci").click()
    altra.wait_for_function("window.chiuse.includes(4003)", timeout=ATTESA)
