# SPDX-License-Identifier: AGPL-3.0-or-later
"""Secrets made on the spot, so that none stands in the repository."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from cycle.database.problems import from_os_error


def segreto(percorso: Path, byte: int = 48) -> str:
    """The secret kept in `percorso`, made at first use (mode 0600) and the same ever after.

    Two processes that arrive together agree: the file appears whole or not at all.
    """
    try:
        return percorso.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    percorso.parent.mkdir(parents=True, exist_ok=True)
    provvisorio = percorso.with_name(f".{percorso.name}.{os.getpid()}")
    descrittore = os.open(provvisorio, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descrittore, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(byte))
    try:
        os.link(provvisorio, percorso)  # unlike rename, the first one wins
    except FileExistsError:
        pass
    finally:
        provvisorio.unlink()
    return percorso.read_text(encoding="ascii").strip()


def chiave_segreta(cartella: Path) -> str:
    """Django's SECRET_KEY for an installation that gives none in the environment.

    Raises ImproperlyConfigured, saying what to do, if `cartella` cannot be used.
    """
    try:
        return segreto(cartella / "secret_key")
    except OSError as errore:
        raise ImproperlyConfigured(str(from_os_error(errore, cartella))) from None
