# SPDX-License-Identifier: AGPL-3.0-or-later
"""Weights: when they are right (R68), and the mean they give."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from operator import mul
from typing import Any

from cycle.measure.numeri import CENTO, LAVORO, ZERO, in_italiano


def difetto_pesi(pesi: Sequence[Decimal | None], tolleranza: Decimal) -> str:
    """What is wrong with the weights of one whole, in Italian, "" when nothing is (R68).

    Nobody weighs (all None), or all do and the sum is exactly 100. A sum within the tolerance
    passes only where every weight is a third or two of the whole, written short."""
    with localcontext(LAVORO):
        return difetto(pesi, tolleranza)


def difetto(pesi: Sequence[Any], tolleranza: Decimal) -> str:
    """`difetto_pesi` for who is in `LAVORO` already: entering it costs more than the sum."""
    try:
        somma = sum(pesi, ZERO)
    except TypeError:
        indicati = sum(peso is not None for peso in pesi)
        return (
            f"i pesi indicati sono {indicati} su {len(pesi)}: indicarli tutti" if indicati else ""
        )
    if somma == CENTO or not pesi:
        return ""
    terzi = all(
        abs(3 * peso - CENTO) <= 3 * tolleranza or abs(3 * peso - 2 * CENTO) <= 3 * tolleranza
        for peso in pesi
    )
    if terzi and abs(somma - CENTO) <= tolleranza:
        return ""
    return f"i pesi sommano {in_italiano(somma)} invece di 100: correggerli"


def media_pesata(pesi: Sequence[Any], valori: Sequence[Decimal]) -> Decimal | None:
    """The mean of `valori`, whose weights are all Decimals or all None: then it is plain. None
    when there are no values, or no weight is left. Expects `LAVORO`."""
    if not valori:
        return None
    if pesi[0] is None:
        return sum(valori, ZERO) / len(valori)
    totale = sum(pesi, ZERO)
    return sum(map(mul, pesi, valori), ZERO) / totale if totale else None
