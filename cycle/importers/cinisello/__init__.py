# SPDX-License-Identifier: AGPL-3.0-or-later
"""The 'Scheda PEG di rendicontazione' as Cinisello Balsamo prints it: mandato > missione >
programma, obiettivo di PEG, weighted phases with planned and effective dates, indicators with two
past years, the state at 31/12.

The text comes from a scanner which read the columns one into the other. What can be proved is
rebuilt: a row is known by its figures, a column by its label or by being the only one that can hold
a thing. What cannot is left empty, and told; a note that may be of several rows is kept, as it
stands, among the sections of the scheda.

`pagine` cuts pages and columns, `fasi` (with `colonne`) and `indicatori` read the two tables,
`assemblaggio` makes the plan: each obiettivo has one specifico, which carries them.
"""

from __future__ import annotations

from collections.abc import Callable

from cycle.importers.cinisello.assemblaggio import assembla
from cycle.importers.cinisello.pagine import Lettore
from cycle.importers.lettura import concludi
from cycle.importers.piano import Piano
from cycle.importers.testo import Avvisi, leggi_righe

__all__ = ["leggi_cinisello"]

_OGNI = 500  # lines between two calls of `avanzamento`


def leggi_cinisello(
    contenuto: bytes,
    *,
    anno: int,
    avanzamento: Callable[[int, int], None] | None = None,
) -> Piano:
    """Read the plan of `anno`: see `leggi_modena`, whose promises it keeps. Raises
    `PianoIllegibile`, and nothing else."""
    avvisi = Avvisi()
    righe = leggi_righe(contenuto, avvisi)
    lettore = Lettore(avvisi)
    totale = len(righe.testi)
    for numero, testo in enumerate(righe.testi, start=1):
        lettore.leggi(numero, testo)
        if avanzamento is not None and numero % _OGNI == 0 and numero < totale:
            avanzamento(numero, totale)
    lettore.chiudi()
    return concludi(assembla(lettore, anno, avvisi), righe, avvisi, avanzamento)
