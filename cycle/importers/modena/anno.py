# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which year a document speaks of, for who was not told."""

from __future__ import annotations

import re
from collections import Counter

from cycle.importers.piano import PianoIllegibile
from cycle.importers.testo import Avvisi, leggi_righe

_PERIODO = re.compile(r"^\W*(20\d\d) (?:Giugno|Dicembre)\b")


def anno_stampato(contenuto: bytes) -> int:
    """The year of the periods that the indicators of the document print.

    Raises PianoIllegibile when there is none, or more than one.
    """
    anni = Counter(
        int(trovato[1])
        for testo in leggi_righe(contenuto, Avvisi()).testi
        if (trovato := _PERIODO.match(testo))
    )
    if not anni:
        raise PianoIllegibile(
            "Il file non ha righe di periodo («2021 Giugno», «2021 Dicembre»): non è un piano in "
            "questa forma. Controllare di aver scelto il documento giusto."
        )
    ((anno, quanti), *altri) = anni.most_common(2)
    if altri and altri[0][1] * 10 > quanti:
        raise PianoIllegibile(
            f"Il file parla di più anni ({', '.join(str(a) for a in sorted(anni))}): importare "
            "un anno alla volta, indicandolo."
        )
    return anno
