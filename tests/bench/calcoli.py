# SPDX-License-Identifier: AGPL-3.0-or-later
"""The percentages of many objectives, beside one pass in plain Python over the same numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal, localcontext

from cycle.measure import (
    Indicatore,
    Obiettivo,
    ParametriMisura,
    Rilevazione,
    Specifico,
    arrotonda,
    percentuali,
)
from cycle.measure.numeri import LAVORO
from tests.bench.misura import Riga, alterna, esponente, riga

# specifici -> indicators (weight) -> periods (target, value)
Specifici = list[list[tuple[Decimal, list[tuple[Decimal, Decimal]]]]]
Numeri = list[Specifici]
PARAMETRI = ParametriMisura()


def righe(giri: int, quanti: Sequence[int]) -> Iterator[Riga]:
    """One line, over the largest of the sizes, with the growth over all."""
    nostri: dict[int, list[float]] = {}
    loro: dict[int, list[float]] = {}
    for n in quanti:
        numeri = _numeri(n)
        obiettivi = [_obiettivo(str(k), o) for k, o in enumerate(numeri)]
        uguali = [arrotonda(p) for p in percentuali(obiettivi, PARAMETRI) if p is not None]
        assert uguali == [arrotonda(p) for p in _a_mano(numeri)], "due formule diverse"
        tempi = alterna(
            {
                "a mano": lambda numeri=numeri: _a_mano(numeri),
                "misura": lambda obiettivi=obiettivi: percentuali(obiettivi, PARAMETRI),
            },
            giri=giri,
            chiamate=1,
            avvio=1,
        )
        nostri[n], loro[n] = tempi["misura"], tempi["a mano"]
    maggiore = max(quanti)
    yield riga(
        nostri[maggiore],
        loro[maggiore],
        codice="percentuali",
        titolo=f"percentuali di {maggiore} obiettivi",
        unita="ms",
        riferimento="un giro in Python",
        obiettivo=2.0,
        note={"crescita": round(esponente({n: min(t) for n, t in nostri.items()}), 2)},
    )


def _numeri(quanti: int) -> Numeri:
    """As many objectives, each with two specifici and three indicators over two periods."""
    return [
        [
            [
                (
                    Decimal(100 // indicatori),
                    [
                        (Decimal(10 + (o * 7 + i + p) % 90), Decimal((o * 5 + i * 3 + p) % 100))
                        for p in range(2)
                    ],
                )
                for i in range(indicatori)
            ]
            for indicatori in (1, 2)
        ]
        for o in range(quanti)
    ]


def _obiettivo(codice: str, specifici: Specifici) -> Obiettivo:
    return Obiettivo(
        codice,
        tuple(
            Specifico(
                f"{codice}.{k}",
                tuple(
                    Indicatore(
                        nome=f"{codice}.{k}.{i}",
                        peso=peso,
                        natura="positivo",
                        aggregazione="somma",
                        unita_misura="numero",
                        rilevazioni=tuple(
                            Rilevazione(p, target, valore)
                            for p, (target, valore) in enumerate(periodi, start=1)
                        ),
                    )
                    for i, (peso, periodi) in enumerate(indicatori)
                ),
                None,
            )
            for k, indicatori in enumerate(specifici)
        ),
        None,
    )


def _a_mano(numeri: Numeri) -> list[Decimal]:
    cap, cento = PARAMETRI.cap, Decimal(100)
    risultati = []
    with localcontext(LAVORO):
        for specifici in numeri:
            somma = Decimal(0)
            for indicatori in specifici:
                quota = pesi = Decimal(0)
                for peso, periodi in indicatori:
                    previsto = conseguito = Decimal(0)
                    for target, valore in periodi:
                        previsto += target
                        conseguito += valore
                    r = conseguito / previsto
                    quota += peso * (cap if cap is not None and r > cap else r)
                    pesi += peso
                somma += quota / pesi
            risultati.append(somma / len(specifici) * cento)
    return risultati
