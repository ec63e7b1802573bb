# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every test runs on a real PostgreSQL, in a copy of one model that already holds the world of
`tests.mondo`. Most roll back; those that must commit take `db_vera`, a copy of their own."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from cycle.database import cloni

# Importing the ASGI application would say that this is a served process, to those it starts too.
os.environ.setdefault("CYCLE_SERVER", "0")

RADICE = Path(__file__).resolve().parent.parent


def _impronta() -> str:
    """Digest of all that makes the model: our code and the world's."""
    digest = hashlib.sha256()
    sorgenti = [
        p for d in ("cycle", "workflows", "notifications") for p in (RADICE / d).rglob("*.py")
    ]
    for percorso in sorted([*sorgenti, RADICE / "tests" / "mondo.py"]):
        digest.update(percorso.as_posix().encode())
        digest.update(percorso.read_bytes())
    return digest.hexdigest()


def punta(nome: str) -> None:
    """Make both aliases speak to the database `nome`."""
    for alias in ("default", "owner"):
        connections[alias].close()
        pool = getattr(connections[alias], "close_pool", None)
        if pool is not None:
            pool()
        connections[alias].settings_dict["NAME"] = nome
        settings.DATABASES[alias]["NAME"] = nome


def _costruisci(nome: str) -> None:
    from tests import mondo

    punta(nome)
    call_command("migrate", verbosity=0)
    mondo.costruisci()
    punta(nome)  # closes the connections, so that the model can be copied


@pytest.fixture(scope="session")
def modello_db(django_db_blocker: Any) -> str:
    """Name of the model every copy is made of."""
    with django_db_blocker.unblock():
        return cloni.prepara_modello("ciclo_modello", _costruisci, impronta=_impronta())


@pytest.fixture(scope="session")
def nome_db() -> str:
    return f"ciclo_prova_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}_{os.getpid()}"


@pytest.fixture(scope="session")
def django_db_setup(modello_db: str, nome_db: str, django_db_blocker: Any) -> Iterator[None]:
    """A copy of the model for this worker."""
    prima = settings.DATABASES["default"]["NAME"]
    with django_db_blocker.unblock():
        cloni.clona(modello_db, nome_db)
        punta(nome_db)
    yield
    with django_db_blocker.unblock():
        punta(prima)
        cloni.elimina(nome_db)


@pytest.fixture
def db_vera(
    django_db_setup: None, modello_db: str, nome_db: str, django_db_blocker: Any
) -> Iterator[None]:
    """A database of this test alone, in which transactions really commit."""
    proprio = f"{nome_db}_vera"
    with django_db_blocker.unblock():
        cloni.clona(modello_db, proprio)
        punta(proprio)
        try:
            yield
        finally:
            punta(nome_db)
            cloni.elimina(proprio)
