# SPDX-License-Identifier: AGPL-3.0-or-later
"""Figures for the tests of measures, written as short as on paper."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from cycle.measure import Indicatore, Obiettivo, ParametriMisura, Rilevazione, Specifico

D = Decimal
DI_SERIE = ParametriMisura()


def figura(valore: Any) -> Decimal | date | None:
    """`"2021-11-30"` is a date, any other text or number a Decimal."""
    if isinstance(valore, str) and valore.count("-") == 2:
        return date.fromisoformat(valore)
    return valore if valore is None or isinstance(valore, date) else D(valore)


def indicatore(*periodi: tuple[Any, Any], **altro: Any) -> Indicatore:
    """An indicator with (target, valore) for each period from the first."""
    campi: dict[str, Any] = {
        "nome": "N. incontri",
        "peso": None,
        "natura": "positivo",
        "aggregazione": "somma",
        "unita_misura": "numero",
        **altro,
    }
    if campi["peso"] is not None:
        campi["peso"] = D(campi["peso"])
    rilevazioni = tuple(
        Rilevazione(n, figura(target), figura(valore))
        for n, (target, valore) in enumerate(periodi, 1)
    )
    return Indicatore(rilevazioni=rilevazioni, **campi)


def specifico(*indicatori: Indicatore, codice: str = "OB01", **altro: Any) -> Specifico:
    return Specifico(codice, indicatori, **altro)


def obiettivo(*specifici: Specifico, codice: str = "OB", **altro: Any) -> Obiettivo:
    return Obiettivo(codice, specifici, **altro)


def di_uno(indicatore: Indicatore) -> Obiettivo:
    """The objective that is only this indicator."""
    return obiettivo(specifico(indicatore))
