# SPDX-License-Identifier: AGPL-3.0-or-later
"""When and how the Nucleo of an ente speaks: its choices and its sentences, with our defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# Of which objectives something more than the finding is said.
QUALI = ("strategici", "tutti", "nessuno")

# sentence -> the placeholders it may hold
FRASI: Mapping[str, tuple[str, ...]] = {
    "rilievo": ("quando", "risulta", "rilievi"),
    "parole": ("testo",),
    "invito": ("termine",),
    "chiesta": (),
    "perche": (),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Politica:
    """invita: the objectives for which, before the last period, the settore is invited to ask for
        a variazione by the calendar's term (R39).
    chiede: those for which, at the last one with none asked for, the Nucleo asks why (R40).
    citazione: the most characters of the settore's words that are quoted; 0 quotes none.
    The others are sentences: `rilievo` says what was found, `parole` quotes the settore, `invito`
    and `perche` are the two above, `chiesta` says that a variazione has been asked for. An empty
    sentence is left out.

    A strategic objective is one that hangs on the political programme."""

    invita: str = "strategici"
    chiede: str = "strategici"
    citazione: int = 1500
    rilievo: str = "{quando} {risulta} {rilievi}."
    parole: str = "Il settore segnala quanto segue: «{testo}»."
    invito: str = (
        "Il settore è invitato a valutare se l'obiettivo sia ancora raggiungibile e, in caso "
        "contrario, a chiederne la variazione: il termine è il {termine}."
    )
    chiesta: str = "Sull'obiettivo è stata chiesta una variazione."
    perche: str = (
        "Nessuna variazione dell'obiettivo risulta chiesta nei termini: il Nucleo ne chiede le "
        "ragioni."
    )
