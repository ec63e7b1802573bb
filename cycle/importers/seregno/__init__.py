# SPDX-License-Identifier: AGPL-3.0-or-later
"""The 'Piano degli obiettivi' as Seregno prints it: linea > azione, missione > programma,
obiettivo operativo, and its activities (`Ob_Obiet` and six digits) with phases, indicators, staff
and what was done.

`lettore` walks the lines and keeps what was read, `assemblaggio` makes the plan. Tables are joined
on the activity's code, never on their texts, which differ from one table to the other.
"""

from __future__ import annotations

from collections.abc import Callable

from cycle.importers.lettura import concludi, scorri
from cycle.importers.piano import Piano
from cycle.importers.seregno.assemblaggio import assembla
from cycle.importers.seregno.lettore import Lettore
from cycle.importers.testo import Avvisi, leggi_righe

__all__ = ["leggi_seregno"]


def leggi_seregno(
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
    for riga in scorri(righe, avanzamento):
        lettore.leggi(riga)
    lettore.chiudi()
    return concludi(assembla(lettore, anno, avvisi), righe, avvisi, avanzamento)
