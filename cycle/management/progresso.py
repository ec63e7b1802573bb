# SPDX-License-Identifier: AGPL-3.0-or-later
"""Progress of long commands: a bar on a terminal, silence elsewhere."""

from __future__ import annotations

from typing import TextIO

LARGHEZZA = 40


class Barra:
    """`barra(fatto, totale)` redraws the line; a total of 0 is not known yet. Used as a context
    manager it leaves the terminal clean."""

    def __init__(self, uscita: TextIO, titolo: str) -> None:
        self.uscita = uscita
        self.titolo = titolo
        self.visibile = uscita.isatty()
        self.pieno, self.vuoto = _caratteri(uscita.encoding or "ascii")

    def __call__(self, fatto: int, totale: int) -> None:
        if not self.visibile:
            return
        if totale:
            pieni = LARGHEZZA * fatto // totale
            disegno = (
                self.pieno * pieni
                + self.vuoto * (LARGHEZZA - pieni)
                + f" {100 * fatto // totale:3d} %"
            )
        else:
            disegno = f"{fatto} righe"
        self.uscita.write(f"\r{self.titolo} {disegno}\x1b[K")
        self.uscita.flush()

    def __enter__(self) -> Barra:
        return self

    def __exit__(self, *_errore: object) -> None:
        if self.visibile:
            self.uscita.write("\r\x1b[K")
            self.uscita.flush()


def _caratteri(codifica: str) -> tuple[str, str]:
    """Full and empty cell, as the terminal can draw them."""
    try:
        "█░".encode(codifica)
    except UnicodeEncodeError:
        return "#", "."
    return "█", "░"
