# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking times fairly on a machine that does other things too: contestants alternate call by
call, so that whatever disturbs one disturbs them all, and what counts is their ratio."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from time import perf_counter
from typing import Any

Giri = list[float]  # one figure for each round


@dataclass(frozen=True)
class Figura:
    """Median of the rounds and their spread, in the line's unit."""

    mediana: float
    minimo: float
    massimo: float

    @classmethod
    def di(cls, giri: Sequence[float]) -> Figura:
        return cls(median(giri), min(giri), max(giri))


@dataclass(frozen=True)
class Riga:
    """One line: our figure, the reference's, and their ratio round by round against its goal.

    `obiettivo` is the ratio not to be exceeded (or, with `almeno`, to be reached); None for what
    is printed for comparison only. `limiti` are goals on other figures: name -> (figure, most).
    """

    codice: str
    titolo: str
    unita: str
    riferimento: str
    figura: Figura
    figura_riferimento: Figura
    rapporto: Figura
    obiettivo: float | None = None
    almeno: bool = False
    limiti: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    note: Mapping[str, Any] = field(default_factory=dict)

    @property
    def raggiunto(self) -> bool | None:
        if self.obiettivo is None:
            return None
        r = self.rapporto.mediana
        entro = r >= self.obiettivo if self.almeno else r <= self.obiettivo
        return entro and all(figura <= massimo for figura, massimo in self.limiti.values())

    def come_dizionario(self) -> dict[str, Any]:
        return {**asdict(self), "raggiunto": self.raggiunto}


def riga(nostri: Sequence[float], loro: Sequence[float], **resto: Any) -> Riga:
    """The line of two contestants measured in the same rounds."""
    return Riga(
        figura=Figura.di(nostri),
        figura_riferimento=Figura.di(loro),
        rapporto=Figura.di([a / b for a, b in zip(nostri, loro, strict=True)]),
        **resto,
    )


def alterna(
    concorrenti: Mapping[str, Callable[[], object]], *, giri: int, chiamate: int, avvio: int = 12
) -> dict[str, Giri]:
    """Call the contestants in turn (A B A B ...), `chiamate` times in each of `giri` rounds, and
    return the median time of each in each round, in milliseconds. The first `avvio` calls, in
    which plans and caches are made, are not counted."""
    for _ in range(avvio):
        for funzione in concorrenti.values():
            funzione()
    tempi: dict[str, Giri] = {nome: [] for nome in concorrenti}
    for _ in range(giri):
        giro: dict[str, list[float]] = {nome: [] for nome in concorrenti}
        for _ in range(chiamate):
            for nome, funzione in concorrenti.items():
                inizio = perf_counter()
                funzione()
                giro[nome].append((perf_counter() - inizio) * 1000)
        for nome, misurati in giro.items():
            tempi[nome].append(median(misurati))
    return tempi


def esponente(punti: Mapping[int, float]) -> float:
    """Growth of a time with the size: the slope of its logarithm (1 is linear)."""
    x = [math.log(n) for n in punti]
    y = [math.log(t) for t in punti.values()]
    mx, my = sum(x) / len(x), sum(y) / len(y)
    return sum((a - mx) * (b - my) for a, b in zip(x, y, strict=True)) / sum(
        (a - mx) ** 2 for a in x
    )


def tabella(righe: Sequence[Riga]) -> str:
    """The lines as a table for a terminal, times and ratios with their spread."""
    celle = [("riga", "nostro", "riferimento", "rapporto", "obiettivo", "")]
    for r in righe:
        segno = "≥" if r.almeno else "≤"
        celle.append(
            (
                r.titolo,
                _ampiezza(r.figura, r.unita),
                f"{_ampiezza(r.figura_riferimento, r.unita)} {r.riferimento}",
                _ampiezza(r.rapporto, ""),
                "-" if r.obiettivo is None else f"{segno} {r.obiettivo:g}",
                {None: "", True: "ok", False: "NON RAGGIUNTO"}[r.raggiunto],
            )
        )
    larghezze = [max(len(riga[c]) for riga in celle) for c in range(6)]
    linee = [
        "  ".join(testo.ljust(n) for testo, n in zip(riga, larghezze, strict=True)).rstrip()
        for riga in celle
    ]
    linee.insert(1, "  ".join("-" * n for n in larghezze))
    for r in righe:
        for nome, (figura, massimo) in r.limiti.items():
            linee.append(f"{r.titolo}: {nome} {figura:g} (≤ {massimo:g})")
        for nome, valore in r.note.items():
            linee.append(f"{r.titolo}: {nome} {valore}")
    return "\n".join(linee)


def _ampiezza(f: Figura, unita: str) -> str:
    return f"{f.mediana:.2f} [{f.minimo:.2f}-{f.massimo:.2f}] {unita}".rstrip()
