# SPDX-License-Identifier: AGPL-3.0-or-later
"""One line of the document: its cells (between tabs) and its pieces (cells cut at the `**` marks,
which is where the layout glues label to value and field to field)."""

from __future__ import annotations

import re
from typing import NamedTuple

_MASSIME_CELLE = 20  # the widest table has five
_TRATTI = "-–—"
_SPAZI = re.compile(r"[ \t]+")


class Pezzo(NamedTuple):
    """A stretch of text without tabs nor bold marks, and the column it stands in."""

    testo: str
    colonna: int


class Riga(NamedTuple):
    """`numero` is 1-based. `celle` keep the empty ones; `pezzi` do not."""

    numero: int
    celle: tuple[str, ...]
    pezzi: tuple[Pezzo, ...]

    @property
    def tabellare(self) -> bool:
        return len(self.celle) > 1

    @property
    def testo(self) -> str:
        return " ".join(cella for cella in self.celle if cella)

    def cella(self, colonna: int) -> str:
        return self.celle[colonna] if colonna < len(self.celle) else ""


def riga_da(numero: int, testo: str) -> Riga | None:
    """The line, or `None` for a blank one and for the dashes that rule a table."""
    if not testo or testo.isspace():
        return None
    celle: list[str] = []
    pezzi: list[Pezzo] = []
    for colonna, cella in enumerate(testo.split("\t", _MASSIME_CELLE)):
        if "*" in cella:
            parti = [parte for scritta in cella.split("**") if (parte := _pulita(scritta))]
            celle.append(" ".join(parti))
            pezzi += [Pezzo(parte, colonna) for parte in parti]
        else:
            parte = _pulita(cella)
            celle.append(parte)
            if parte:
                pezzi.append(Pezzo(parte, colonna))
    if not pezzi or (not pezzi[0].testo.strip(_TRATTI) and _solo_tratti(celle)):
        return None
    return Riga(numero, tuple(celle), tuple(pezzi))


def _pulita(parte: str) -> str:
    parte = parte.strip(" *\t")
    return _SPAZI.sub(" ", parte) if "  " in parte or "\t" in parte else parte


def _solo_tratti(celle: list[str]) -> bool:
    """A single `-` alone is a vacant post, not a rule of the table."""
    piene = [cella for cella in celle if cella]
    return not any(cella.strip(_TRATTI) for cella in piene) and (
        len(piene) > 1 or len(piene[0]) > 1
    )


# --- texts broken on several lines ----------------------------------------------------------

_VOCE_DI_ELENCO = re.compile(r"[-•]|[0-9]{1,2}\)")
_CHIUSO = (".", "!", "?", ";", ":", ")", "»", "”", '"', "…")
_ABBREVIAZIONI = (" n.", " nr.", " art.", " lett.", " es.", " pag.")


def aperto(testo: str) -> bool:
    """Whether a text stops in the middle of a sentence."""
    return bool(testo) and (not testo.endswith(_CHIUSO) or testo.endswith(_ABBREVIAZIONI))


def unisci(parti: list[str]) -> str:
    """One text from the lines it was printed on: a broken sentence is mended with a blank, a new
    sentence begins a new paragraph."""
    pezzi: list[str] = []
    for parte in parti:
        if not parte:
            continue
        if pezzi:
            elenco = _VOCE_DI_ELENCO.match(parte) is not None
            in_elenco = _VOCE_DI_ELENCO.match(pezzi[-1]) is not None
            prosegue = aperto(pezzi[-1]) and not elenco and not in_elenco
            pezzi.append(" " if prosegue or parte[0].islower() else "\n")
        pezzi.append(parte)
    return "".join(pezzi)
