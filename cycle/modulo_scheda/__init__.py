# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form of a whole scheda: the objective, its specifici, and below each indicators, phases and
people, as many as there are.

A row is a small form whose prefix is its place (`specifici-0-indicatori-2`), the same words with
which `bozze.verifica` says where a defect is. Rows are added, removed and moved by the server, from
what was typed and nothing else, so that no script is needed and nothing is lost.
"""

from cycle.modulo_scheda.conflitti import concilia, confronta, pid_letti
from cycle.modulo_scheda.scheda import ModuloScheda, etichetta
from cycle.modulo_scheda.testo import Testo, in_testo, inviato, rifai

__all__ = [
    "ModuloScheda",
    "Testo",
    "concilia",
    "confronta",
    "etichetta",
    "in_testo",
    "inviato",
    "pid_letti",
    "rifai",
]
