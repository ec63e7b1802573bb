# SPDX-License-Identifier: AGPL-3.0-or-later
"""The calendar: the terms a year begins with, and from a date to the first instant that is too
late (R41-R48)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import holidays

# Of each number of periods: name, first and last day (month, day) (R52).
Giorno = tuple[int, int]
PERIODI: Mapping[int, tuple[tuple[str, Giorno, Giorno], ...]] = {
    1: (("Anno", (1, 1), (12, 31)),),
    2: (("Primo semestre", (1, 1), (6, 30)), ("Secondo semestre", (7, 1), (12, 31))),
    3: (
        ("Primo quadrimestre", (1, 1), (4, 30)),
        ("Secondo quadrimestre", (5, 1), (8, 31)),
        ("Terzo quadrimestre", (9, 1), (12, 31)),
    ),
    4: (
        ("Primo trimestre", (1, 1), (3, 31)),
        ("Secondo trimestre", (4, 1), (6, 30)),
        ("Terzo trimestre", (7, 1), (9, 30)),
        ("Quarto trimestre", (10, 1), (12, 31)),
    ),
}
_ORDINALI = ("primo", "secondo", "terzo", "quarto")


class Voce(NamedTuple):
    """A term that comes every year: `scarto` is the year's offset, `festivi` what happens when it
    falls on a holiday, `ruoli` whom it concerns, `blocca` what can no longer be done after."""

    codice: str
    nome: str
    tipo: str
    scarto: int
    mese: int
    giorno: int
    festivi: str
    ruoli: tuple[str, ...]
    blocca: str = ""
    indispensabile: bool = True  # the engine reads it: no calendar is without


SETTORE = ("dirigente", "po")


def voci(periodi: int = 2, variazione_backstop: Giorno = (12, 15)) -> tuple[Voce, ...]:
    """The default calendar of a year (norms, section 8), by the day it falls on."""
    elenco = [
        Voce(
            "peg",
            "PEG",
            "ordinatoria",
            0,
            1,
            20,
            "nessuna",
            ("controllo", "giunta", "segreteria"),
            indispensabile=False,
        ),
        Voce(
            "piao",
            "PIAO, sezione performance",
            "ordinatoria",
            0,
            1,
            31,
            "nessuna",
            ("controllo", "giunta"),
        ),
        *(v for n in range(1, periodi) for v in _di_periodo(n, PERIODI[periodi][n - 1][2])),
        Voce(
            "variazioni",
            "Richieste di variazione",
            "perentoria",
            0,
            9,
            30,
            "successivo",
            SETTORE,
            "presentare richieste di variazione ordinarie",
        ),
        Voce(
            "decisioni",
            "Decisioni della giunta sulle variazioni",
            "ordinatoria",
            0,
            10,
            31,
            "successivo",
            ("segreteria", "giunta"),
            indispensabile=False,
        ),
        Voce(
            "variazioni-bilancio",
            "Ultime variazioni di bilancio del consiglio",
            "statutaria",
            0,
            11,
            30,
            "nessuna",
            ("ragioneria", "giunta"),
            "variare il bilancio, salvo le eccezioni di legge (art. 175 c. 3 TUEL)",
        ),
        Voce(
            "variazioni-legge",
            "Ultimo giorno per variare il PEG",
            "statutaria",
            0,
            *variazione_backstop,
            "nessuna",
            ("giunta", "segreteria"),
            "approvare variazioni del PEG (art. 175 c. 9 TUEL)",
        ),
        Voce(
            f"chiusura-{periodi}",
            "Chiusura dell'anno"
            if periodi == 1
            else f"Chiusura del {_ORDINALI[periodi - 1]} periodo",
            "statutaria",
            0,
            12,
            31,
            "nessuna",
            ("dirigente", "po", "giunta"),
            "approvare qualsiasi variazione dell'anno",
        ),
        Voce(
            f"relazione-{periodi}",
            "Relazione dell'anno"
            if periodi == 1
            else f"Relazione del {_ORDINALI[periodi - 1]} periodo",
            "ordinatoria",
            1,
            1,
            31,
            "successivo",
            SETTORE,
        ),
        Voce(
            "validazione",
            "Validazione del Nucleo",
            "ordinatoria",
            1,
            2,
            28,
            "successivo",
            ("nucleo",),
        ),
        Voce(
            "relazione-performance",
            "Relazione sulla performance",
            "ordinatoria",
            1,
            6,
            30,
            "successivo",
            ("giunta", "nucleo"),
            indispensabile=False,
        ),
    ]
    return tuple(sorted(elenco, key=lambda v: (v.scarto, v.mese, v.giorno)))


def _di_periodo(numero: int, fine: Giorno) -> tuple[Voce, ...]:
    """A period's end, the report a month later, the Nucleo's remarks after one more."""
    ordinale = _ORDINALI[numero - 1]
    relazione, osservazioni = ((m, monthrange(2001, m)[1]) for m in (fine[0] + 1, fine[0] + 2))
    return (
        Voce(
            f"chiusura-{numero}",
            f"Chiusura del {ordinale} periodo",
            "ordinatoria",
            0,
            *fine,
            "nessuna",
            SETTORE,
        ),
        Voce(
            f"relazione-{numero}",
            f"Relazione del {ordinale} periodo",
            "ordinatoria",
            0,
            *relazione,
            "successivo",
            SETTORE,
        ),
        Voce(
            f"osservazioni-{numero}",
            f"Osservazioni del Nucleo sul {ordinale} periodo",
            "ordinatoria",
            0,
            *osservazioni,
            "successivo",
            ("nucleo",),
        ),
    )


@dataclass(frozen=True, slots=True)
class Feste:
    """What counts as a holiday for an ente in a year (R44-R46): `patrono` is (month, day), none
    where it does not count; `avanti` whether a term that falls on one moves to the next day."""

    patrono: Giorno | None = None
    sabato: bool = False
    avanti: bool = True

    def politica(self, scritta: str) -> str:
        """The holiday policy of a term, as the ente's parameters leave it."""
        return "nessuna" if scritta == "successivo" and not self.avanti else scritta


@cache
def _nazionali(anno: int) -> Mapping[date, str]:
    return dict(holidays.country_holidays("IT", years=anno, language="it_IT"))


def festa(giorno: date, patrono: Giorno | None, sabato: bool = False) -> str:
    """Why `giorno` is a holiday: a national one, the patron saint's, a Sunday or, where it counts,
    a Saturday (R45, R46); empty when it is none."""
    if nome := _nazionali(giorno.year).get(giorno):
        return nome
    if (giorno.month, giorno.day) == patrono:
        return "festa del patrono"
    if giorno.weekday() == 6:
        return "domenica"
    return "sabato" if sabato and giorno.weekday() == 5 else ""


def festivo(giorno: date, patrono: Giorno | None, sabato: bool = False) -> bool:
    """Sunday, a national holiday or the patron saint's day, given as (month, day); Saturday only
    where the ente says so (R45, R46)."""
    return bool(festa(giorno, patrono, sabato))


def giorno_utile(giorno: date, politica: str, patrono: Giorno | None, sabato: bool = False) -> date:
    """The day to which a term that falls on a holiday moves (R44, R48)."""
    passo = {"nessuna": 0, "successivo": 1, "precedente": -1}[politica]
    while passo and festivo(giorno, patrono, sabato):
        giorno += timedelta(days=passo)
    return giorno


def termine(
    giorno: date,
    fuso: str,
    politica: str = "nessuna",
    patrono: Giorno | None = None,
    sabato: bool = False,
) -> datetime:
    """The first instant, in UTC, that is too late for a term: the whole day belongs to it (R41),
    in the ente's zone and never by a fixed offset (R42)."""
    ultimo = giorno_utile(giorno, politica, patrono, sabato)
    mezzanotte = datetime.combine(ultimo + timedelta(days=1), time(), ZoneInfo(fuso))
    return mezzanotte.astimezone(UTC)


def fra_giorni(inizio: datetime, giorni: int, fuso: str) -> datetime:
    """The first instant that is too late for a term of so many days from `inizio`: the day it
    starts from is not counted, and days are of the calendar, whatever their hours (R43)."""
    primo = inizio.astimezone(ZoneInfo(fuso)).date()
    return termine(primo + timedelta(days=giorni), fuso)


def ultimo_giorno(termine: datetime, fuso: str) -> date:
    """The last day of a term, in the ente's zone: the one before the first instant too late."""
    return (termine - timedelta(microseconds=1)).astimezone(ZoneInfo(fuso)).date()
