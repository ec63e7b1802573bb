# SPDX-License-Identifier: AGPL-3.0-or-later
"""The API is asked as its clients ask it: by URL and JSON, on the day of the world."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from cycle import orologio
from tests import mondo

ALFA = "/api/v1/alfa"


class Chiamante:
    """A person with a session, speaking JSON."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, indirizzo: str, **parametri: Any) -> Any:
        return self.client.get(indirizzo, parametri)

    def post(self, indirizzo: str, corpo: Any = None, **resto: Any) -> Any:
        return self.client.post(indirizzo, _json(corpo), content_type="application/json", **resto)

    def put(self, indirizzo: str, corpo: Any = None, **resto: Any) -> Any:
        return self.client.put(indirizzo, _json(corpo), content_type="application/json", **resto)


def _json(corpo: Any) -> str | bytes:
    return corpo if isinstance(corpo, str | bytes) else json.dumps(corpo or {})


Come = Callable[..., Chiamante]


@pytest.fixture(autouse=True)
def istante(settings: Any, tmp_path: Path) -> datetime:
    """The clock of these tests: the demo's own, moved to the day of the world."""
    settings.DEMO = True
    settings.CYCLE_DATA = tmp_path
    orologio.sposta(mondo.ADESSO)
    return mondo.ADESSO


@pytest.fixture
def come(db: None) -> Come:
    """`come("UNO DIRIGENTE")`: that person of the world, logged in."""

    primo = Client()

    def entra(nome: str, ipa: str = "alfa") -> Chiamante:
        client = Client()
        client.handler = primo.handler  # the middleware is built once
        client.force_login(
            mondo.utente(nome, ipa), backend="django.contrib.auth.backends.ModelBackend"
        )
        return Chiamante(client)

    return entra


def indirizzo(oggetto: Any, ipa: str = "alfa") -> str:
    """URL of an objective or of a report."""
    obiettivo = getattr(oggetto, "obiettivo", oggetto)
    base = f"/api/v1/{ipa}/obiettivi/{obiettivo.pid}"
    return base if obiettivo is oggetto else f"{base}/relazioni/{oggetto.periodo.codice}"
