# SPDX-License-Identifier: AGPL-3.0-or-later
"""Figures: targets of the two periods, and the values they came to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from cycle.demo.dati import Tipo

ZERO = Decimal(0)

# Yearly targets people write: 1, 1.2, 1.5 ... 8 times a power of ten.
_TONDI = sorted(
    mille * cifra
    for mille in (1, 10, 100, 1000, 10000)
    for cifra in (10, 12, 15, 20, 25, 30, 40, 50, 60, 80)
)

# How the indicators of a specifico go, by how the specifico goes.
ANDAMENTI = {
    "buono": {"pieno": 59, "superato": 33, "recuperato": 6, "parziale": 2},
    "incerto": {"pieno": 35, "superato": 20, "recuperato": 22, "parziale": 18, "nullo": 5},
    "critico": {"pieno": 58, "parziale": 12, "nullo": 30},
    "pieno": {"pieno": 100},
    "fermo": {"nullo": 100},
}


@dataclass(frozen=True, slots=True)
class Finestra:
    """First and last month of a piece of work, and in which halves of the year it falls."""

    dal: int
    al: int

    @property
    def primo(self) -> bool:
        return self.dal <= 6

    @property
    def secondo(self) -> bool:
        return self.al >= 7


Coppia = tuple[Decimal, Decimal]


def andamenti(sorte: Random, quanti: int, strategico: bool) -> list[str]:
    """How the specifici of an objective go: together, most times well; but of something new one
    alone may come to nothing, and it is the scheda at 66,67."""
    come = sorte.choices(list(ANDAMENTI), (71, 14, 6, 0, 9) if strategico else (80, 20, 0, 0, 0))[0]
    if come != "fermo":
        return [come] * quanti
    fermo = sorte.randrange(quanti)
    return ["fermo" if indice == fermo else "pieno" for indice in range(quanti)]


def esito(sorte: Random, come: str) -> str:
    """How an indicator goes in a specifico that goes `come`."""
    voci = ANDAMENTI[come]
    return sorte.choices(list(voci), list(voci.values()))[0]


def pesi(sorte: Random, quanti: int) -> tuple[Decimal, ...]:
    """Weights that sum to 100 (R68)."""
    scelte = {
        1: ((100,),),
        2: ((50, 50), (50, 50), (50, 50), (60, 40), (70, 30)),
        3: ((33, 33, 34), (33, 34, 33), (50, 30, 20), (40, 30, 30), (30, 40, 30)),
        4: ((25, 25, 25, 25), (50, 30, 10, 10), (40, 20, 20, 20)),
        5: ((20, 20, 20, 20, 20), (30, 25, 20, 15, 10)),
    }
    return tuple(Decimal(peso) for peso in sorte.choice(scelte[quanti]))


def target(sorte: Random, tipo: Tipo, finestra: Finestra) -> Coppia:
    """Targets of June and December; 0 in a half of the year the work does not touch (R73)."""
    pieno = _livello(sorte, tipo)
    if not finestra.secondo:
        return pieno, ZERO
    if not finestra.primo:
        return ZERO, pieno
    if tipo.aggregazione == "massimo":
        return ZERO, pieno
    if tipo.aggregazione == "ultimo_valore":
        return _tronca(pieno * sorte.choice((30, 40, 50)) / 100, tipo.granello), pieno
    if tipo.aggregazione == "media":
        if sorte.random() < 0.85:
            return pieno, pieno
        prima = pieno * (90 if tipo.natura == "positivo" else 110) / 100
        return _tronca(prima, tipo.granello), pieno
    quota = sorte.choice((50, 50, 50, 50, 40, 60, 30, 0, 0))
    prima = _tronca(pieno * quota / 100, tipo.granello)
    return prima, pieno - prima


def valori(sorte: Random, tipo: Tipo, finestra: Finestra, attesi: Coppia, come: str) -> Coppia:
    """Values of June and December, for an indicator that goes `come`."""
    if tipo.aggregazione == "somma":
        fare = _somma if tipo.natura == "positivo" else _somma_in_meno
        return fare(sorte, tipo, finestra, attesi, come)
    if tipo.aggregazione == "media":
        fare = _media if tipo.natura == "positivo" else _media_in_meno
        return fare(sorte, tipo, finestra, attesi, come)
    return _livelli(sorte, tipo, attesi, come)


def _livello(sorte: Random, tipo: Tipo) -> Decimal:
    basso, alto = tipo.scala
    if alto > 100:
        tondi = [Decimal(tondo) for tondo in _TONDI if basso <= tondo <= alto]
        return max(sorte.choice(tondi), tipo.granello)
    if tipo.granello < 1:
        return Decimal(sorte.randint(2 * basso, 2 * alto)) / 2
    return Decimal(sorte.randint(basso, alto))


def _tronca(valore: Decimal, granello: Decimal) -> Decimal:
    return valore // granello * granello


def _fra(sorte: Random, basso: Decimal, alto: Decimal, granello: Decimal) -> Decimal:
    """A multiple of `granello` from `basso` to `alto`; `alto` when there is none between."""
    primo, ultimo = -(-basso // granello), alto // granello
    return granello * sorte.randint(int(primo), int(ultimo)) if primo <= ultimo else alto


def _somma(sorte: Random, tipo: Tipo, finestra: Finestra, attesi: Coppia, come: str) -> Coppia:
    prima, dopo = attesi
    g, totale = tipo.granello, prima + dopo
    # Work that is done every day may fall short, it does not stop.
    if come == "nullo" and totale <= 20 * g:
        return ZERO, ZERO
    if come == "superato":
        extra = _fra(sorte, g, max(g, totale * 6 / 10), g)
        return (prima, dopo + extra) if dopo else (prima + extra, dopo)
    if come == "recuperato" and prima and finestra.secondo:
        meno = _fra(sorte, prima * 3 / 10, prima - g, g)
        return meno, totale - meno
    if come in ("parziale", "nullo") and totale > g:
        fatto = _fra(sorte, totale * 4 / 10, totale - g, g)
        meno = min(fatto, _fra(sorte, prima / 2, prima, g)) if dopo else fatto
        return meno, fatto - meno
    return attesi


def _somma_in_meno(
    sorte: Random, tipo: Tipo, finestra: Finestra, attesi: Coppia, come: str
) -> Coppia:
    prima, dopo = attesi
    g = tipo.granello
    if come in ("parziale", "nullo"):
        di_troppo = g * sorte.randint(1, 3)
        return (prima, dopo + di_troppo) if finestra.secondo else (prima + di_troppo, dopo)
    if come == "recuperato" and dopo and finestra.primo:
        return prima + g, dopo - g
    return _fra(sorte, ZERO, prima, g), _fra(sorte, ZERO, dopo, g)


def _media(sorte: Random, tipo: Tipo, finestra: Finestra, attesi: Coppia, come: str) -> Coppia:
    prima, dopo = attesi
    g, tetto = tipo.granello, tipo.tetto or max(attesi) * 2
    if come == "pieno":
        return attesi
    if come == "recuperato" and prima and dopo + g <= tetto:
        meno = _fra(sorte, g, min(tetto - dopo, prima / 5), g)
        return prima - meno, dopo + meno
    if come in ("parziale", "nullo"):
        return _per_ciascuno(attesi, lambda t: _fra(sorte, t * 6 / 10, t - g, g))
    return _per_ciascuno(attesi, lambda t: _fra(sorte, t, min(tetto, t * 115 / 100), g))


def _media_in_meno(
    sorte: Random, tipo: Tipo, finestra: Finestra, attesi: Coppia, come: str
) -> Coppia:
    prima, dopo = attesi
    g = tipo.granello
    if come in ("parziale", "nullo"):
        return _per_ciascuno(attesi, lambda t: _fra(sorte, t + g, t * 17 / 10, g))
    if come == "recuperato" and prima and dopo:
        di_troppo = _fra(sorte, g, dopo * 3 / 10, g)
        return prima + di_troppo, dopo - di_troppo
    return _per_ciascuno(attesi, lambda t: _fra(sorte, t * 7 / 10, t, g))


def _livelli(sorte: Random, tipo: Tipo, attesi: Coppia, come: str) -> Coppia:
    prima, dopo = attesi
    if come == "nullo":
        return ZERO, ZERO
    if come == "recuperato" and prima and dopo:
        return _tronca(prima / 2, tipo.granello), dopo
    if come == "parziale" and tipo.unita != "si_no" and dopo > prima:
        return prima, _fra(sorte, prima, dopo - tipo.granello, tipo.granello)
    if come == "parziale" and tipo.unita != "si_no":
        return _tronca(prima * 7 / 10, tipo.granello), dopo
    return attesi


def _per_ciascuno(attesi: Coppia, valore: Callable[[Decimal], Decimal]) -> Coppia:
    prima, dopo = attesi
    return valore(prima) if prima else ZERO, valore(dopo) if dopo else ZERO
