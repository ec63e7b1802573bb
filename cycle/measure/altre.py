# SPDX-License-Identifier: AGPL-3.0-or-later
"""The other figures comuni print beside the percentage of an objective."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, localcontext
from typing import Any

from cycle.measure.figure import Indicatore
from cycle.measure.indicatore import aggrega
from cycle.measure.numeri import CENTO, LAVORO, ZERO, difetto_numero, netto
from cycle.measure.parametri import ParametriMisura
from cycle.measure.pesi import difetto_pesi, media_pesata


def annuale_stampato(
    indicatore: Indicatore,
) -> tuple[Decimal | date | None, Decimal | date | None]:
    """Target and value of the year as the scheda prints them: like the score's, but of a media
    (and of dates) the last period's (R74). None where no period has one, or the indicator has a
    `difetto`."""
    if indicatore.difetto:
        return None, None
    come = indicatore.aggregazione
    if come == "media" or indicatore.unita_misura == "data":
        come = "ultimo_valore"
    with localcontext(LAVORO):
        previsti: list[Any] = [r.target for r in indicatore.rilevazioni if r.target is not None]
        valori: list[Any] = [r.valore for r in indicatore.rilevazioni if r.valore is not None]
        return (
            aggrega(come, previsti) if previsti else None,
            aggrega(come, valori) if valori else None,
        )


def avanzamento_fasi(
    fasi: Iterable[tuple[Decimal | None, Decimal | None]], parametri: ParametriMisura
) -> Decimal | None:
    """Percentage of progress of phases, given as (peso, avanzamento over 100): weights sum to 100
    or nobody weighs, and no progress entered is 0; independent of the indicators (Cinisello).

    None without phases or with no weight left. Raises ValueError for weights that do not sum to
    100 and figures that are not exact numbers."""
    tutte = list(fasi)
    for peso, avanzamento in tutte:
        for figura in (peso, avanzamento):
            if figura is not None and (difetto := difetto_numero(figura)):
                raise ValueError(f"Fasi: {difetto}.")
    pesi = [peso for peso, _ in tutte]
    if difetto := difetto_pesi(pesi, parametri.tolleranza_pesi):
        raise ValueError(f"Fasi: {difetto}.")
    with localcontext(LAVORO):
        media = media_pesata(pesi, [ZERO if a is None else a for _, a in tutte])
        return None if media is None else netto(media)


def assorbimento(spese: Iterable[Decimal], totale: Decimal) -> Decimal | None:
    """Share, over 100, that the expense of a project (current and investment, of its chapters)
    takes of the total of its centre (Reggio Emilia). None when the total is 0. Raises ValueError
    for figures that are not exact numbers."""
    tutte = list(spese)
    for figura in (*tutte, totale):
        if difetto := difetto_numero(figura):
            raise ValueError(f"Budget: {difetto}.")
    with localcontext(LAVORO):
        return netto(sum(tutte, ZERO) / totale * CENTO) if totale else None
