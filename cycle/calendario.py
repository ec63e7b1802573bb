# SPDX-License-Identifier: AGPL-3.0-or-later
"""The calendar's arithmetic: from a date to the first instant that is too late (R41-R48)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

# Default calendar of a year (norms, section 8): code, name, kind, year offset, month, day,
# holiday policy, roles concerned, what it blocks.
CALENDARIO: tuple[tuple[str, str, str, int, int, int, str, tuple[str, ...], str], ...] = (
    (
        "piao",
        "PIAO, sezione performance",
        "ordinatoria",
        0,
        1,
        31,
        "nessuna",
        ("controllo", "giunta"),
        "",
    ),
    (
        "chiusura-1",
        "Chiusura del primo periodo",
        "ordinatoria",
        0,
        6,
        30,
        "nessuna",
        ("dirigente", "po"),
        "",
    ),
    (
        "relazione-1",
        "Relazione del primo periodo",
        "ordinatoria",
        0,
        7,
        31,
        "successivo",
        ("dirigente", "po"),
        "",
    ),
    (
        "osservazioni-1",
        "Osservazioni del Nucleo sul primo periodo",
        "ordinatoria",
        0,
        8,
        31,
        "successivo",
        ("nucleo",),
        "",
    ),
    (
        "variazioni",
        "Richieste di variazione",
        "perentoria",
        0,
        9,
        30,
        "successivo",
        ("dirigente", "po"),
        "presentare richieste di variazione ordinarie",
    ),
    (
        "decisioni",
        "Decisioni della giunta sulle variazioni",
        "ordinatoria",
        0,
        10,
        31,
        "successivo",
        ("segreteria", "giunta"),
        "",
    ),
    (
        "variazioni-legge",
        "Ultimo giorno per variare il PEG",
        "statutaria",
        0,
        12,
        15,
        "nessuna",
        ("giunta", "segreteria"),
        "approvare variazioni del PEG (art. 175 c. 9 TUEL)",
    ),
    (
        "chiusura-2",
        "Chiusura del secondo periodo",
        "statutaria",
        0,
        12,
        31,
        "nessuna",
        ("dirigente", "po", "giunta"),
        "approvare qualsiasi variazione dell'anno",
    ),
    (
        "relazione-2",
        "Relazione del secondo periodo",
        "ordinatoria",
        1,
        1,
        31,
        "successivo",
        ("dirigente", "po"),
        "",
    ),
    (
        "validazione",
        "Validazione del Nucleo",
        "ordinatoria",
        1,
        2,
        28,
        "successivo",
        ("nucleo",),
        "",
    ),
    (
        "relazione-performance",
        "Relazione sulla performance",
        "ordinatoria",
        1,
        6,
        30,
        "successivo",
        ("giunta", "nucleo"),
        "",
    ),
)


@cache
def _nazionali(anno: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("IT", years=anno))


def festivo(giorno: date, patrono: tuple[int, int] | None) -> bool:
    """Sunday, a national holiday or the patron saint's day, given as (month, day); Saturday is
    not a holiday (R45, R46)."""
    return (
        giorno.weekday() == 6
        or giorno in _nazionali(giorno.year)
        or (giorno.month, giorno.day) == patrono
    )


def giorno_utile(giorno: date, politica: str, patrono: tuple[int, int] | None) -> date:
    """The day to which a term that falls on a holiday moves (R44, R48)."""
    passo = {"nessuna": 0, "successivo": 1, "precedente": -1}[politica]
    while passo and festivo(giorno, patrono):
        giorno += timedelta(days=passo)
    return giorno


def termine(
    giorno: date, fuso: str, politica: str = "nessuna", patrono: tuple[int, int] | None = None
) -> datetime:
    """The first instant, in UTC, that is too late for a term: the whole day belongs to it (R41),
    in the ente's zone and never by a fixed offset (R42)."""
    ultimo = giorno_utile(giorno, politica, patrono)
    mezzanotte = datetime.combine(ultimo + timedelta(days=1), time(), ZoneInfo(fuso))
    return mezzanotte.astimezone(UTC)
