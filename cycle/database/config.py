# SPDX-License-Identifier: AGPL-3.0-or-later
"""The environment -> Django's DATABASES. Nothing here starts a server or touches the disk."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

from cycle.database.layout import APP_ROLE, DATABASE, DEFAULT_PORT, OWNER_ROLE, Layout

ENGINE = "cycle.database"

_EXAMPLE = "postgresql://utente:password@host:5432/nome_database"
# A statement said five times on a connection is then planned there once and for all: planning most
# of ours costs more than running them. A pooler between us and the server must know prepared
# statements (PgBouncer does since 1.21).
_PREPARED = {"server_side_binding": True, "prepare_threshold": 5}
# A page needs one connection for a few milliseconds; two served processes must leave room to
# commands and to the owner under PostgreSQL's usual max_connections of 100.
_POOL = {"min_size": 1, "max_size": 20, "timeout": 10}


def databases(
    environ: Mapping[str, str], *, base_dir: Path, pool: bool = False
) -> dict[str, dict[str, Any]]:
    """Return DATABASES: `default` is the application role, `owner` the one that migrates.

    `DATABASE_URL` and `DATABASE_OWNER_URL` name a real server; without the second, `owner` is
    the same as `default` (see `stesso_ruolo`). Without either, both aliases are the embedded
    server under `CYCLE_DATA` (default `.data`; relative paths start at `base_dir`), with TCP on
    127.0.0.1 only if `CYCLE_DB_PORT` is set; `CYCLE_DB_FAST=1` names another embedded server,
    made for tests, that does not survive a crash of the machine. `pool` is for processes that
    serve pages, and concerns `default` only.

    Raises ImproperlyConfigured, saying what to do, when a variable cannot be understood.
    """
    url = environ.get("DATABASE_URL", "")
    owner_url = environ.get("DATABASE_OWNER_URL", "")
    if owner_url and not url:
        raise ImproperlyConfigured(
            "DATABASE_OWNER_URL è impostata ma DATABASE_URL no: impostale entrambe per usare un "
            "server PostgreSQL, o nessuna delle due per usare quello incorporato."
        )
    if url:
        default = _from_url("DATABASE_URL", url)
        owner = _from_url("DATABASE_OWNER_URL", owner_url or url)
    else:
        layout = _embedded_layout(environ, base_dir)
        default, owner = _embedded(layout, APP_ROLE), _embedded(layout, OWNER_ROLE)
    for alias in (default, owner):
        alias["OPTIONS"] |= _PREPARED
    if pool:
        default["OPTIONS"]["pool"] = dict(_POOL)
        # A pooled connection may have died with its server while it was idle.
        default["CONN_HEALTH_CHECKS"] = True
    return {"default": default, "owner": owner}


def stesso_ruolo(databases: Mapping[str, Mapping[str, Any]]) -> bool:
    """Tell whether the application connects with the owner's role, and so could alter tables."""
    return bool(databases["default"]["USER"] == databases["owner"]["USER"])


def _embedded_layout(environ: Mapping[str, str], base_dir: Path) -> Layout:
    port = environ.get("CYCLE_DB_PORT", "")
    if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ImproperlyConfigured(
            f"CYCLE_DB_PORT vale «{port}»: deve essere un numero di porta tra 1 e 65535; toglila "
            "per usare il database solo attraverso il suo socket."
        )
    # Resolved, so that two spellings of one directory are one server.
    data = (base_dir / Path(environ.get("CYCLE_DATA") or ".data").expanduser()).resolve()
    # Apart from the durable one: no test run can ever put real data at risk.
    fast = environ.get("CYCLE_DB_FAST") == "1"
    return Layout(
        root=data / ("postgres-fast" if fast else "postgres"),
        port=int(port) if port else None,
        durable=not fast,
    )


def _embedded(layout: Layout, role: str) -> dict[str, Any]:
    return {
        "ENGINE": ENGINE,
        "NAME": DATABASE,
        "USER": role,
        # Filled at connection time: it exists only after the server's first start.
        "PASSWORD": "",
        "HOST": str(layout.socket),
        "PORT": str(layout.port or DEFAULT_PORT),
        "OPTIONS": {},
        "EMBEDDED": layout,
    }


def _from_url(variable: str, url: str) -> dict[str, Any]:
    if not url.startswith(("postgresql://", "postgres://")):
        raise ImproperlyConfigured(
            f"{variable} non indica un database PostgreSQL, l'unico supportato: "
            f"deve avere la forma {_EXAMPLE}."
        )
    try:
        options: dict[str, Any] = dict(conninfo_to_dict(url))
    except (psycopg.Error, UnicodeError):
        # The cause may quote the URL, password included: it is not repeated.
        raise ImproperlyConfigured(
            f"{variable} è scritta male: deve avere la forma {_EXAMPLE}. I caratteri speciali "
            "di utente e password vanno codificati (per esempio @ diventa %40, / diventa %2F); "
            "un socket si indica con ?host=/percorso/della/cartella; dopo il punto "
            "interrogativo valgono solo i parametri di libpq."
        ) from None
    port = str(options.pop("port", ""))
    if any(not part.isdigit() or not 0 < int(part) < 65536 for part in port.split(",") if part):
        raise ImproperlyConfigured(f"{variable}: la porta deve essere un numero tra 1 e 65535.")
    name = options.pop("dbname", "")
    if not name:
        raise ImproperlyConfigured(
            f"{variable} non dice il nome del database: deve avere la forma {_EXAMPLE}."
        )
    return {
        "ENGINE": ENGINE,
        "NAME": name,
        "USER": options.pop("user", ""),
        "PASSWORD": options.pop("password", ""),
        "HOST": options.pop("host", ""),
        "PORT": port,
        "OPTIONS": options,
    }
