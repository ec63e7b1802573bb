# SPDX-License-Identifier: AGPL-3.0-or-later
"""Measures: from figures to percentages and shortfalls (R62-R64, R68-R79). Pure functions of
exact Decimals, no ORM, no clock, no rounding but `arrotonda` for display.

`figure` is what is measured, `parametri` how an ente measures, `pesi` when weights are right,
`indicatore` the score of one indicator and the choices behind it, `calcolo` what stands above it,
`spiegazione` a percentage opened step by step, `scostamenti` what the Nucleo is told, `altre` the
figures beside the percentage.
"""

from cycle.measure.altre import annuale_stampato, assorbimento, avanzamento_fasi
from cycle.measure.calcolo import (
    Misura,
    MisuraInsieme,
    Punteggio,
    insieme,
    media_specifici,
    misura_obiettivo,
    misura_specifico,
    percentuali,
    punteggio,
)
from cycle.measure.figure import Indicatore, Obiettivo, Rilevazione, Specifico
from cycle.measure.numeri import arrotonda, in_italiano
from cycle.measure.parametri import NON_VALUTABILE, FasciaGiudizio, ParametriMisura, Ritardo
from cycle.measure.pesi import difetto_pesi
from cycle.measure.scostamenti import Scostamento, scostamenti, scostamento
from cycle.measure.spiegazione import Ingresso, Spiegazione, spiega

__all__ = [
    "NON_VALUTABILE",
    "FasciaGiudizio",
    "Indicatore",
    "Ingresso",
    "Misura",
    "MisuraInsieme",
    "Obiettivo",
    "ParametriMisura",
    "Punteggio",
    "Rilevazione",
    "Ritardo",
    "Scostamento",
    "Specifico",
    "Spiegazione",
    "annuale_stampato",
    "arrotonda",
    "assorbimento",
    "avanzamento_fasi",
    "difetto_pesi",
    "in_italiano",
    "insieme",
    "media_specifici",
    "misura_obiettivo",
    "misura_specifico",
    "percentuali",
    "punteggio",
    "scostamenti",
    "scostamento",
    "spiega",
]
