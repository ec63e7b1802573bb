# SPDX-License-Identifier: AGPL-3.0-or-later
"""The 'Piano dettagliato degli obiettivi' as Modena prints it: a settore's PEG with its schede
(obiettivi esecutivi and unità organizzative), their specifici (obiettivi specifici and attività
gestionali), indicators by half year, and the dialogue with the Nucleo.

The input is the text of the printed document, as a scanner or a converter gives it: tables with
tabs, `**` where bold text was, html inside cells, pages that break tables. Any settore, year and
programme in this layout is read; see `leggi_modena`.

Order of reading: `importers.righe` (a line) -> `lettore` and `parti` (where we are) -> `grezzo`
(what was read) -> `assemblaggio`, with `persone`, `unita` and `stati` -> `limiti` -> `controlli`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cycle.importers.limiti import entro_limiti
from cycle.importers.modena.assemblaggio import assembla
from cycle.importers.modena.completezza import verifica, verifica_fiducia
from cycle.importers.modena.controlli import controlla
from cycle.importers.modena.lettore import Lettore
from cycle.importers.piano import Piano
from cycle.importers.righe import riga_da
from cycle.importers.testo import Avvisi, leggi_righe

__all__ = ["leggi_modena"]

_OGNI = 500  # lines between two calls of `avanzamento`


def leggi_modena(
    contenuto: bytes,
    *,
    anno: int,
    avanzamento: Callable[[int, int], None] | None = None,
) -> Piano:
    """Read the plan of `anno` from the bytes of the file.

    Every doubtful reading is a numbered `Avviso` of the plan, with its line. `avanzamento`, if
    given, is called with (lines read, lines of the file), last of all with the two equal. The same
    bytes always give an equal plan; time is linear in their number.

    Raises `PianoIllegibile`, and nothing else, when the file is not such a plan, is of another
    year, is cut short, is too damaged to trust, or names two things with one code.
    """
    avvisi = Avvisi()
    righe = leggi_righe(contenuto, avvisi)
    lettore = Lettore(anno, avvisi)
    totale = len(righe.testi)
    for numero, testo in enumerate(righe.testi, start=1):
        riga = riga_da(numero, testo)
        if riga is not None:
            lettore.leggi(riga)
        if avanzamento is not None and numero % _OGNI == 0 and numero < totale:
            avanzamento(numero, totale)
    lettore.chiudi()
    verifica(lettore.documento, anno, righe, avvisi)
    piano = entro_limiti(assembla(lettore.documento, anno, avvisi), avvisi)
    controlla(piano, avvisi)
    verifica_fiducia(righe, avvisi)
    if avanzamento is not None:
        avanzamento(totale, totale)
    return replace(piano, avvisi=avvisi.numerati())
