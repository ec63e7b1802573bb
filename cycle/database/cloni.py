# SPDX-License-Identifier: AGPL-3.0-or-later
"""Databases for tests, copied from a model instead of being migrated or flushed each time.

Append-only tables refuse the TRUNCATE of a TransactionTestCase, and deferred triggers do not
fire in a test that rolls back: such a test wants a database of its own, and a copy costs tens of
milliseconds. Works on the embedded server and on any PostgreSQL 15+ whose owner role (alias
`owner`) has CREATEDB.
"""

import time
from collections.abc import Callable
from typing import Any

import psycopg
from django.db import connections
from psycopg import sql

# Copying files beats replaying the WAL of every page, for a database of this size.
_STRATEGY = sql.SQL("FILE_COPY")
_DROP_ATTEMPTS = 100


def prepara_modello(nome: str, costruisci: Callable[[str], None], *, impronta: str) -> str:
    """Return the name of the model `nome` built for `impronta`, building it if there is none.

    `impronta` is a digest of all that the model depends on (the migrations, typically).
    `costruisci` receives the name of an empty database, fills it and closes its connections. One
    process builds, the others wait; if it fails nothing remains. Models of `nome` with another
    impronta are dropped.
    """
    modello = f"{nome}_{impronta[:16]}"
    with _server() as server:
        server.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [nome])
        existing = [
            row[0]
            for row in server.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
                # What a model is: ours, and closed to connections.
                " AND NOT datallowconn AND datdba = current_user::regrole",
                [f"{nome}_"],
            )
        ]
        if modello in existing:
            return modello
        for old in existing:
            _drop(server, old)
        # It takes its name only when whole.
        building = f"{modello}_wip"
        _drop(server, building)
        _run(server, "CREATE DATABASE {}", building)
        try:
            costruisci(building)
            _run(server, "ALTER DATABASE {} ALLOW_CONNECTIONS false", building)
            server.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
                [building],
            )
            _run(server, "ALTER DATABASE {} RENAME TO {}", building, modello)
        except BaseException:
            _drop(server, building)
            raise
    return modello


def clona(modello: str, nome: str) -> None:
    """Make database `nome` a copy of `modello`, in place of one left by a killed run."""
    with _server() as server:
        _drop(server, nome)
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY {}").format(
                sql.Identifier(nome), sql.Identifier(modello), _STRATEGY
            )
        )


def elimina(nome: str) -> None:
    """Drop database `nome`, if there is one, closing whoever is connected to it."""
    with _server() as server:
        _drop(server, nome)


def _server() -> psycopg.Connection[Any]:
    """A connection of the owner to the maintenance database, outside Django's own."""
    params = connections["owner"].get_connection_params()
    for django_only in ("cursor_factory", "context"):
        params.pop(django_only, None)
    return psycopg.connect(**params | {"dbname": "postgres", "autocommit": True})


def _run(server: psycopg.Connection[Any], statement: str, *names: str) -> None:
    server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _drop(server: psycopg.Connection[Any], nome: str) -> None:
    for _ in range(_DROP_ATTEMPTS):
        try:
            return _run(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", nome)
        except psycopg.errors.InsufficientPrivilege:
            # An autovacuum is at work there, and it is not ours to close: it will soon be done.
            time.sleep(0.1)
    _run(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", nome)
