# SPDX-License-Identifier: AGPL-3.0-or-later
"""A real server, a real browser, a database of the test's own.

The browser is Debian's chromium. Where it is missing these tests say so in every run's summary,
and in CI they fail: they are never quietly passed over.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as impostazioni
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from cycle import orologio
from cycle.models import Utente
from tests import mondo

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGOMENTI = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        messaggio = (
            "MANCA CHROMIUM: le prove nel browser non sono state eseguite. "
            "Installare il pacchetto Debian «chromium» e ripetere."
        )
        if os.environ.get("CI"):
            pytest.fail(messaggio)
        pytest.skip(messaggio)
    # Playwright's own loop must not make Django think it is in async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGOMENTI)
        yield browser
        browser.close()


class _Zitto(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


class _Server(ThreadedWSGIServer):
    """Each thread closes the connections it opened, so that the database can be dropped."""

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        super().process_request_thread(request, client_address)
        connections.close_all()


@pytest.fixture
def istante(settings: Any, tmp_path: Path) -> datetime:
    """The clock of these tests: the demo's own, moved to the day of the world."""
    settings.DEMO = True
    settings.CYCLE_DATA = tmp_path
    orologio.sposta(mondo.ADESSO)
    return mondo.ADESSO


@pytest.fixture
def sito(db_vera: None, istante: datetime) -> Iterator[str]:
    """Address of a server on the test's database."""
    server = _Server(("127.0.0.1", 0), _Zitto)
    server.set_app(get_wsgi_application())
    filo = threading.Thread(target=server.serve_forever, daemon=True)
    filo.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    filo.join()


Entra = Callable[[Utente], Page]


@pytest.fixture
def entra(sito: str, chromium: Browser) -> Iterator[Entra]:
    """A window of the browser in which a person is logged in; each person has their own."""
    aperti: dict[int, BrowserContext] = {}

    def dentro(utente: Utente) -> Page:
        if utente.pk not in aperti:
            contesto = chromium.new_context(
                base_url=sito, locale="it-IT", viewport={"width": 1280, "height": 900}
            )
            client = Client()
            client.force_login(utente, backend="django.contrib.auth.backends.ModelBackend")
            contesto.add_cookies(
                [
                    {
                        "name": impostazioni.SESSION_COOKIE_NAME,
                        "value": client.cookies[impostazioni.SESSION_COOKIE_NAME].value,
                        "url": sito,
                    }
                ]
            )
            aperti[utente.pk] = contesto
        return aperti[utente.pk].new_page()

    yield dentro
    for contesto in aperti.values():
        contesto.close()
