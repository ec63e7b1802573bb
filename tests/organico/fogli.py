# SPDX-License-Identifier: AGPL-3.0-or-later
"""Workbooks for the tests, from lists of values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cycle.importers.fogli import scrivi
from cycle.importers.organico import INCARICHI, PERSONE, UNITA
from cycle.services.organico import LIBRO


def organico(
    unita: Sequence[Sequence[Any]] = (),
    persone: Sequence[Sequence[Any]] = (),
    incarichi: Sequence[Sequence[Any]] = (),
) -> bytes:
    """Rows in the order of the columns of the template; those that are missing are empty."""
    righe = {UNITA: unita, PERSONE: persone, INCARICHI: incarichi}
    return scrivi(
        LIBRO,
        {
            foglio.nome: [
                dict(zip((c.nome for c in foglio.colonne), riga, strict=False))
                for riga in righe[foglio.nome]
            ]
            for foglio in LIBRO
        },
    )
