# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's percentages and shortfalls: never invented, always those of `cycle.measure`."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import cast

from cycle import measure
from cycle.importers.piano import Indicatore, Obiettivo, Specifico
from cycle.measure.figure import Aggregazione, Natura, UnitaMisura
from cycle.osservazioni import Esame, Politica, bozze

PARAMETRI = measure.ParametriMisura()
ULTIMO = 2


def percentuale(obiettivo: Obiettivo) -> Decimal:
    """The percentage of the year as the form prints it: two decimals, half-up (R75). Raises
    ValueError where there is none, with the reason."""
    figure = measure.Obiettivo(
        obiettivo.codice, tuple(_specifico(specifico) for specifico in obiettivo.specifici)
    )
    misura = measure.misura_obiettivo(figure, PARAMETRI)
    if misura.percentuale is None:
        raise ValueError(misura.motivo)
    return measure.arrotonda(misura.percentuale)


def mancati(specifico: Specifico, periodo: int) -> tuple[measure.Scostamento, ...]:
    """What the Nucleo has to speak of at the first or second period (R78)."""
    solo = measure.Obiettivo(specifico.codice, (_specifico(specifico),))
    return measure.scostamenti(solo, periodo, ULTIMO, PARAMETRI)


def osservazione(specifico: Specifico, testo: str, esame: Esame) -> str:
    """What the Nucleo writes of it: the draft of the product, as it is (R78); "" where there is
    nothing to say. `testo` are the settore's words."""
    solo = measure.Obiettivo(specifico.codice, (_specifico(specifico),))
    trovate = bozze(solo, {specifico.codice: testo}, esame, Politica(), PARAMETRI)
    return trovate[0].testo if trovate else ""


def con_annuali(indicatore: Indicatore) -> Indicatore:
    """The indicator with its yearly figures as printed (R74); no value before the year is over."""
    target, valore = measure.annuale_stampato(_indicatore(indicatore))
    concluso = all(r.valore is not None for r in indicatore.rilevazioni)
    return replace(
        indicatore,
        target_annuo=target if isinstance(target, Decimal) else None,
        valore_annuo=valore if concluso and isinstance(valore, Decimal) else None,
    )


def senza_mancati(specifico: Specifico) -> Specifico:
    """The specifico as it would be had every target been met."""
    return replace(
        specifico,
        indicatori=tuple(
            replace(i, rilevazioni=tuple(replace(r, valore=r.target) for r in i.rilevazioni))
            for i in specifico.indicatori
        ),
    )


def _specifico(specifico: Specifico) -> measure.Specifico:
    return measure.Specifico(
        specifico.codice, tuple(_indicatore(indicatore) for indicatore in specifico.indicatori)
    )


def _indicatore(indicatore: Indicatore) -> measure.Indicatore:
    return measure.Indicatore(
        indicatore.nome,
        indicatore.peso,
        cast(Natura, indicatore.natura),
        cast(Aggregazione, indicatore.aggregazione),
        cast(UnitaMisura, indicatore.unita_misura),
        tuple(
            measure.Rilevazione(numero, r.target, r.valore)
            for numero, r in enumerate(indicatore.rilevazioni, 1)
        ),
    )
