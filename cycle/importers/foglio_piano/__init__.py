# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole plan in a workbook, for the comune that has no published document: all that a `Piano`
holds, a sheet for each kind of thing; read with every error at its cell, and written."""

from cycle.importers.foglio_piano.lettura import (
    FONTE,
    FoglioLetto,
    in_parole,
    leggi_con_celle,
    leggi_foglio,
)
from cycle.importers.foglio_piano.libro import LIBRO, PERIODI_MASSIMI
from cycle.importers.foglio_piano.scrittura import modello, righe, scrivi_foglio, segnato

__all__ = [
    "FONTE",
    "LIBRO",
    "PERIODI_MASSIMI",
    "FoglioLetto",
    "in_parole",
    "leggi_con_celle",
    "leggi_foglio",
    "modello",
    "righe",
    "scrivi_foglio",
    "segnato",
]
