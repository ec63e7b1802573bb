# SPDX-License-Identifier: AGPL-3.0-or-later
"""The osservazione that the Nucleo would write, drafted: pure functions from figures and words to
Italian. `politica` is what each ente decides of it, `frasi` how figures are said, `bozze` the
whole."""

from cycle.osservazioni.bozze import Bozza, Esame, Rilievo, bozze
from cycle.osservazioni.politica import FRASI, QUALI, Politica

__all__ = ["FRASI", "QUALI", "Bozza", "Esame", "Politica", "Rilievo", "bozze"]
