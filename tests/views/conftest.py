# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages are asked for as a browser does, at the day of the world; a template that names what does
not exist fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.template import engines
from django.test import Client

from cycle import orologio
from cycle.models import Utente
from tests import mondo


class _NonDefinita(str):
    """Stands for an undefined variable: being printed is the failure."""

    def __mod__(self, variabile: Any) -> str:
        raise AssertionError(f"variabile non definita nel template: {variabile}")


@pytest.fixture(autouse=True)
def variabili_definite(monkeypatch: pytest.MonkeyPatch) -> None:
    motore = engines["django"].engine  # type: ignore[attr-defined]
    monkeypatch.setattr(motore, "string_if_invalid", _NonDefinita("%s"))


@pytest.fixture
def adesso(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Put the product's clock at an instant."""

    def sposta(istante: datetime) -> None:
        monkeypatch.setattr(orologio, "adesso", lambda: istante)

    return sposta


@pytest.fixture(autouse=True)
def giorno_del_mondo(adesso: Callable[[datetime], None]) -> None:
    adesso(mondo.ADESSO)


Entra = Callable[..., Client]


@pytest.fixture
def entra(db: None) -> Entra:
    """A browser in which somebody of the world is logged in."""

    def dentro(chi: str | Utente, ipa: str = "alfa") -> Client:
        client = Client()
        client.force_login(
            chi if isinstance(chi, Utente) else mondo.utente(chi, ipa),
            backend="django.contrib.auth.backends.ModelBackend",
        )
        return client

    return dentro


@pytest.fixture
def dati(settings: Any, tmp_path: Path) -> Path:
    """A directory of data of the test's own."""
    settings.CYCLE_DATA = tmp_path
    return tmp_path
