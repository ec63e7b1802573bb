# SPDX-License-Identifier: AGPL-3.0-or-later
"""Readers of published plans, one for each layout: bytes in, a neutral `piano.Piano` out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from cycle.importers.cinisello import leggi_cinisello
from cycle.importers.foglio_piano import leggi_foglio
from cycle.importers.modena import leggi_modena
from cycle.importers.modena.anno import anno_stampato
from cycle.importers.piano import Piano
from cycle.importers.reggio import leggi_reggio
from cycle.importers.seregno import leggi_seregno


class Lettore(Protocol):
    def __call__(
        self,
        contenuto: bytes,
        *,
        anno: int,
        avanzamento: Callable[[int, int], None] | None = None,
    ) -> Piano: ...


LETTORI: dict[str, Lettore] = {
    "cinisello": leggi_cinisello,
    "foglio": leggi_foglio,
    "modena": leggi_modena,
    "reggio": leggi_reggio,
    "seregno": leggi_seregno,
}
ANNI: dict[str, Callable[[bytes], int]] = {"modena": anno_stampato}


def leggi(
    forma: str,
    contenuto: bytes,
    *,
    anno: int | None = None,
    avanzamento: Callable[[int, int], None] | None = None,
) -> Piano:
    """Read a document in the layout `forma`; without `anno`, of the year it prints. Raises
    `PianoIllegibile`."""
    return LETTORI[forma](
        contenuto,
        anno=anno if anno is not None else ANNI[forma](contenuto),
        avanzamento=avanzamento,
    )
