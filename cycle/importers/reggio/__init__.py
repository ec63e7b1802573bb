# SPDX-License-Identifier: AGPL-3.0-or-later
"""The 'Piano Esecutivo di Gestione' as Reggio Emilia prints it: centro di responsabilità (CDR),
indirizzo > obiettivo strategico > azione, progetto or prodotto, its obiettivi with indicators, a
date or a number each, phases, money by chapter and article, people with their effort.

`lettore` walks the lines and keeps what was read; `sommario` recomputes what the summary of each
CDR prints; `assemblaggio` makes the plan. Everything is joined on codes, never on position: a page
may be lost.
"""

from __future__ import annotations

from collections.abc import Callable

from cycle.importers.lettura import concludi, scorri
from cycle.importers.piano import Piano
from cycle.importers.reggio.assemblaggio import assembla
from cycle.importers.reggio.lettore import Lettore
from cycle.importers.testo import Avvisi, leggi_righe

__all__ = ["leggi_reggio"]


def leggi_reggio(
    contenuto: bytes,
    *,
    anno: int,
    avanzamento: Callable[[int, int], None] | None = None,
) -> Piano:
    """Read the plan of `anno`: see `leggi_modena`, whose promises it keeps. Totals and shares are
    recomputed, and each difference from the printed ones is an Avviso. Raises `PianoIllegibile`,
    and nothing else."""
    avvisi = Avvisi()
    righe = leggi_righe(contenuto, avvisi)
    lettore = Lettore(avvisi)
    for riga in scorri(righe, avanzamento):
        lettore.leggi(riga)
    lettore.chiudi()
    return concludi(assembla(lettore, anno, avvisi), righe, avvisi, avanzamento)
