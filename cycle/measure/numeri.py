# SPDX-License-Identifier: AGPL-3.0-or-later
"""Exact numbers: the contexts every measure is computed in, and how a figure is printed.

No result depends on the decimal context of whoever calls.
"""

from __future__ import annotations

from decimal import (
    MAX_EMAX,
    MIN_EMIN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)


def _contesto(cifre: int, arrotondamento: str) -> Context:
    return Context(
        prec=cifre,
        rounding=arrotondamento,
        Emin=MIN_EMIN,
        Emax=MAX_EMAX,
        capitals=1,
        clamp=0,
        flags=[],
        traps=[InvalidOperation, DivisionByZero, Overflow],
    )


# Ten digits more than a result keeps: 1/3 + 2/3 must be 1, or a band at 95 and a half-up at the
# third decimal would fall on the wrong side of a figure that is exact on paper.
LAVORO = _contesto(50, ROUND_HALF_EVEN)
_RISULTATO = _contesto(40, ROUND_HALF_EVEN)
_STAMPA = _contesto(80, ROUND_HALF_UP)

ZERO = Decimal(0)
UNO = Decimal(1)
CENTO = Decimal(100)

_ORDINE_MASSIMO = 18


def netto(valore: Decimal) -> Decimal:
    """`valore` freed of what divisions left in its last ten digits; nothing else is rounded."""
    return _RISULTATO.plus(valore)


def difetto_numero(valore: object) -> str:
    """Why measures cannot be made of `valore`, "" if they can: a finite Decimal, zero or between
    10^-18 and 10^18 in size."""
    if not isinstance(valore, Decimal):
        return f"{valore!r} non è un numero decimale esatto"
    if not valore.is_finite():
        return f"{valore} non è un numero finito"
    if valore and not -_ORDINE_MASSIMO <= valore.adjusted() < _ORDINE_MASSIMO:
        return f"{valore} è fuori scala (fra 10^-18 e 10^18)"
    return ""


def arrotonda(valore: Decimal, decimali: int = 2) -> Decimal:
    """Half-up to `decimali` places (R75): for display only, never between steps.

    Raises ValueError for NaN, infinities and figures beyond 10^36."""
    if not valore.is_finite() or valore.adjusted() > 36:
        raise ValueError(f"{valore} non si può arrotondare: non è una misura.")
    arrotondato = _STAMPA.quantize(netto(valore), Decimal(1).scaleb(-decimali, _STAMPA))
    return arrotondato if arrotondato else arrotondato.copy_abs()


def in_italiano(valore: Decimal, decimali: int | None = None) -> str:
    """`1.234,5`: Italian marks, half-up; without `decimali`, at most two and no idle zeros."""
    testo = format(arrotonda(valore, 2 if decimali is None else decimali), ",f")
    if decimali is None and "." in testo:
        testo = testo.rstrip("0").rstrip(".")
    return testo.translate(str.maketrans(",.", ".,"))
