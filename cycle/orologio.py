# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one place that reads the clock. Rules never do: they are given an instant.

In the demo the clock can be moved from the page, so that 30/09 can be tried in March; the shift
stands in a file of the demo's data. Outside the demo it does not exist.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection


def adesso() -> datetime:
    """The present instant, in UTC (R42)."""
    return vero() + spostamento()


def vero() -> datetime:
    """The real instant, in UTC, wherever the demo's clock stands."""
    return datetime.now(UTC)


def della_transazione() -> datetime:
    """The instant at which the current transaction began, by the database's clock: one for every
    process of the server, and before any lock it waited for (R21-R23). Moved as the demo's is."""
    with connection.cursor() as cursore:
        cursore.execute("SELECT transaction_timestamp()")
        istante: datetime = cursore.fetchone()[0]
    return istante.astimezone(UTC) + spostamento()


def oggi(istante: datetime, fuso: str) -> str:
    """The calendar day of `istante` in the zone `fuso`, ISO."""
    return istante.astimezone(ZoneInfo(fuso)).date().isoformat()


def _file() -> Path:
    return Path(settings.CYCLE_DATA) / "orologio.json"


def spostamento() -> timedelta:
    """How far the demo's clock stands from the real one."""
    if not settings.DEMO:
        return timedelta(0)
    try:
        return timedelta(seconds=json.loads(_file().read_text(encoding="ascii"))["secondi"])
    except (FileNotFoundError, ValueError, KeyError):
        return timedelta(0)


def sposta(verso: datetime | None) -> None:
    """Move the demo's clock so that now is `verso`; None puts it back. The recorded time of
    the registro does not move: it is the database's."""
    if not settings.DEMO:
        raise RuntimeError("l'orologio si sposta solo nella demo")
    if verso is None:
        _file().unlink(missing_ok=True)
        return
    with NamedTemporaryFile("w", dir=_file().parent, encoding="ascii", delete=False) as nuovo:
        json.dump({"secondi": (verso - vero()).total_seconds()}, nuovo)
    Path(nuovo.name).replace(_file())  # who reads meanwhile finds the old one, whole
