# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a workbook is expected to hold: sheets, columns, types. Reader and template follow it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Tipo = Literal["testo", "data", "numero", "percentuale", "si_no", "scelta", "email", "figura"]


@dataclass(frozen=True, slots=True)
class Colonna:
    """A column, found by its header whatever case, accents and punctuation it is written with.

    `nome` is how code calls it. Values are read as: testo and email `str` ("" when empty), data
    `date`, numero and percentuale `Decimal` (12,5 % is 12.5), si_no `bool`, scelta the value of
    the choice, figura a `date` or a `Decimal` as it is written (sì is 1); None when empty.
    `scelte` are (value, label): a cell may hold either.
    """

    nome: str
    intestazione: str
    tipo: Tipo = "testo"
    obbligatoria: bool = False
    massimo: int = 1000  # characters
    scelte: tuple[tuple[str, str], ...] = ()
    a_capo: bool = False  # keeps the line ends of a text
    nota: str = ""  # for the sheet of instructions
    esempio: str = ""
    larghezza: int = 0  # characters; 0: by type


@dataclass(frozen=True, slots=True)
class Foglio:
    """A sheet: one header row, then one row for each thing."""

    nome: str
    colonne: tuple[Colonna, ...]
    obbligatorio: bool = True
    nota: str = ""
    massimo_righe: int = 20_000


@dataclass(frozen=True, slots=True)
class Libro:
    """A workbook. `istruzioni` are the paragraphs with which its sheet of instructions begins."""

    titolo: str
    fogli: tuple[Foglio, ...]
    istruzioni: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Foglio]:
        return iter(self.fogli)
