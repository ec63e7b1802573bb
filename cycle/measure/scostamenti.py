# SPDX-License-Identifier: AGPL-3.0-or-later
"""When the Nucleo speaks: the shortfalls of a period (R78).

Before the last period the period's own figures are judged; at the last one the year as a whole,
so that a miss made up over the year is passed over in silence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, localcontext
from typing import Literal

from cycle.measure.figure import Indicatore, Obiettivo
from cycle.measure.indicatore import Assente, Esito, esito_indicatore
from cycle.measure.numeri import LAVORO, UNO, ZERO
from cycle.measure.parametri import ParametriMisura


@dataclass(frozen=True, slots=True)
class Scostamento:
    """A target missed: `mancato` if nothing of it scores, else `parziale`.

    previsto, conseguito: of the period, or of the year when `annuale`; for a band, its nearer
        edge; None is a date on which nothing happened.
    specifico: the code, "" when the indicator was judged alone."""

    specifico: str
    indicatore: str
    periodo: int
    annuale: bool
    esito: Literal["mancato", "parziale"]
    previsto: Decimal | date
    conseguito: Decimal | date | None


def scostamento(
    indicatore: Indicatore,
    periodo: int,
    ultimo: int,
    parametri: ParametriMisura,
    al: date | None = None,
    specifico: str = "",
) -> Scostamento | None:
    """The shortfall of an indicator at `periodo` of 1..`ultimo`, None when there is none: on
    target within the tolerance, not assessed (R73), not computable, or neutralised (R62).

    `al` is the last day of the period. Without it, an unmeasured date before the last period is
    not missed: it may fall due later."""
    annuale = periodo >= ultimo
    if indicatore.neutralizzato:
        return None
    if not annuale:
        sole = tuple(r for r in indicatore.rilevazioni if r.periodo == periodo)
        if indicatore.unita_misura == "data" and any(_puo_attendere(r.target, al) for r in sole):
            sole = tuple(r for r in sole if r.valore is not None)
        if all(r.target is None and r.valore is None for r in sole):
            return None
        indicatore = replace(indicatore, rilevazioni=sole)
    with localcontext(LAVORO):
        esito = esito_indicatore(indicatore, parametri, periodo, periodo)
        if isinstance(esito, Assente) or not _manca(esito, parametri):
            return None
        return Scostamento(
            specifico,
            indicatore.nome,
            periodo,
            annuale,
            "mancato" if esito.r <= ZERO else "parziale",
            esito.previsto,
            esito.conseguito,
        )


def scostamenti(
    obiettivo: Obiettivo,
    periodo: int,
    ultimo: int,
    parametri: ParametriMisura,
    al: date | None = None,
) -> tuple[Scostamento, ...]:
    """The shortfalls of an objective at a period, in the order of the scheda."""
    trovati = (
        scostamento(indicatore, periodo, ultimo, parametri, al, specifico.codice)
        for specifico in obiettivo.specifici
        if not (obiettivo.neutralizzato or specifico.neutralizzato)
        for indicatore in specifico.indicatori
    )
    return tuple(trovato for trovato in trovati if trovato is not None)


def _manca(esito: Esito, parametri: ParametriMisura) -> bool:
    return esito.r < UNO - parametri.tolleranza_osservazioni


def _puo_attendere(scadenza: Decimal | date | None, al: date | None) -> bool:
    return al is None or (isinstance(scadenza, date) and scadenza > al)
