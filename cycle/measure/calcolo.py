# SPDX-License-Identifier: AGPL-3.0-or-later
"""From figures to the percentages of specifici, objectives and many of them (R62-R64, R68-R77).

Everything runs over periods 1..`fino_a` (None: the whole year), of which 1..`chiusi` are closed
(None: all of them). What counts of an indicator is said in `indicatore`.

What an indicator without a score does to the others:
- `non_valutato` (nothing to judge yet, or neutralised, R62): it is left out and the weights of
  the others share its own in proportion; a specifico with none left is left out in turn;
- `non_calcolabile` (no target in the whole year, annual target 0 with natura positiva, weights
  that do not sum to 100, a `difetto` of the indicator): so is all that stands above, until the
  plan is corrected.

No step is rounded: `numeri.LAVORO` carries fifty digits and results keep forty. Words written by
the settore are not an input: a justification never moves a score by itself (R64).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from cycle.measure.figure import Indicatore, Obiettivo, Specifico
from cycle.measure.indicatore import (
    Assente,
    Stato,
    entro_cap,
    esito_indicatore,
    valore_indicatore,
)
from cycle.measure.numeri import CENTO, LAVORO, UNO, netto
from cycle.measure.parametri import ParametriMisura
from cycle.measure.pesi import difetto, media_pesata

SEMPRE = sys.maxsize


@dataclass(frozen=True, slots=True)
class Punteggio:
    """The score of an indicator: `r` as reached, `s` within its cap and never below 0 (1 = full),
    both None unless `stato` is `valutato`; then `motivo` is empty, else it says why."""

    previsto: Decimal | date | tuple[Decimal, Decimal] | None
    conseguito: Decimal | date | None
    r: Decimal | None
    s: Decimal | None
    stato: Stato
    motivo: str

    @property
    def percentuale(self) -> Decimal | None:
        """`s` over 100, unrounded."""
        return None if self.s is None else percento(self.s)


@dataclass(frozen=True, slots=True)
class Misura:
    """The percentage of a specifico or an objective, unrounded; None unless `stato` is
    `valutato`, and then `motivo` says why."""

    percentuale: Decimal | None
    stato: Stato
    motivo: str


@dataclass(frozen=True, slots=True)
class MisuraInsieme:
    """The percentage of many objectives, over those that have one, and how many do not: no
    objective disappears from the count (R63)."""

    percentuale: Decimal | None
    valutati: int
    non_valutati: int
    non_calcolabili: int
    neutralizzati: int


def percentuali(
    obiettivi: Iterable[Obiettivo],
    parametri: ParametriMisura,
    fino_a: int | None = None,
    chiusi: int | None = None,
) -> list[Decimal | None]:
    """The percentage of each objective, in order, unrounded; None where there is none."""
    fino, chiuso = limiti(fino_a, chiusi)
    with localcontext(LAVORO):
        esiti = [valore_obiettivo(o, parametri, fino, chiuso) for o in obiettivi]
    return [None if isinstance(esito, Assente) else netto(esito) for esito in esiti]


def media_specifici(
    percentuali: Iterable[tuple[Decimal | None, Decimal]], parametri: ParametriMisura
) -> Decimal | None:
    """The percentage of an objective from those of its specifici as somebody decided them, each
    with its weight: plain, or weighted where the ente weighs and all have one (R69, R75). None
    when there are none."""
    coppie = list(percentuali)
    pesi = [peso for peso, _ in coppie]
    if parametri.aggregazione_specifici == "media" or None in pesi:
        pesi = [None] * len(coppie)
    with localcontext(LAVORO):
        media = media_pesata(pesi, [valore for _, valore in coppie])
    return None if media is None else netto(media)


def misura_obiettivo(
    obiettivo: Obiettivo,
    parametri: ParametriMisura,
    fino_a: int | None = None,
    chiusi: int | None = None,
) -> Misura:
    """The percentage of one objective (R75), or why it has none."""
    with localcontext(LAVORO):
        return _misura(valore_obiettivo(obiettivo, parametri, *limiti(fino_a, chiusi)), UNO)


def misura_specifico(
    specifico: Specifico,
    parametri: ParametriMisura,
    fino_a: int | None = None,
    chiusi: int | None = None,
) -> Misura:
    """The percentage of one specifico (R75), or why it has none."""
    with localcontext(LAVORO):
        return _misura(valore_specifico(specifico, parametri, *limiti(fino_a, chiusi)), CENTO)


def punteggio(
    indicatore: Indicatore,
    parametri: ParametriMisura,
    fino_a: int | None = None,
    chiusi: int | None = None,
) -> Punteggio:
    """The score of one indicator (R71-R74), or why it has none."""
    fino, chiuso = limiti(fino_a, chiusi)
    with localcontext(LAVORO):
        esito = esito_indicatore(indicatore, parametri, fino, chiuso)
        if isinstance(esito, Assente):
            return Punteggio(None, None, None, None, esito.stato, esito.motivo)
        return Punteggio(
            indicatore.fascia or esito.previsto,
            esito.conseguito,
            esito.r,
            entro_cap(indicatore, parametri, esito.r),
            "valutato",
            "",
        )


def insieme(
    obiettivi: Iterable[Obiettivo],
    parametri: ParametriMisura,
    fino_a: int | None = None,
    chiusi: int | None = None,
) -> MisuraInsieme:
    """The mean of any selection of objectives: weighted, in proportion, when all of those that
    count have a weight, else plain (R69). Neutralised ones count as the parameter says (R62)."""
    tutti = list(obiettivi)
    pesi: list[Decimal | None] = []
    valori: list[Decimal] = []
    non_valutati = non_calcolabili = 0
    fino, chiuso = limiti(fino_a, chiusi)
    with localcontext(LAVORO):
        for obiettivo in tutti:
            if obiettivo.neutralizzato and parametri.neutralizzazione != "quota":
                if parametri.neutralizzazione == "escludi":
                    continue
                esito: Decimal | Assente = CENTO
            else:
                esito = valore_obiettivo(obiettivo, parametri, fino, chiuso)
            if isinstance(esito, Decimal):
                pesi.append(obiettivo.peso)
                valori.append(esito)
            elif esito.stato == "non_valutato":
                non_valutati += 1
            else:
                non_calcolabili += 1
        if None in pesi:
            pesi = [None] * len(pesi)
        media = media_pesata(pesi, valori)
    return MisuraInsieme(
        None if media is None else netto(media),
        len(valori),
        non_valutati,
        non_calcolabili,
        sum(bool(o.neutralizzato) for o in tutti),
    )


# The steps. They expect `numeri.LAVORO` as the current context, and limits that are numbers.


def limiti(fino_a: int | None, chiusi: int | None) -> tuple[int, int]:
    """Both limits as numbers."""
    return (
        SEMPRE if fino_a is None else fino_a,
        SEMPRE if chiusi is None else chiusi,
    )


def percento(quota: Decimal) -> Decimal:
    """A share of 1 as an unrounded percentage."""
    with localcontext(LAVORO):
        return netto(CENTO * quota)


def valore_obiettivo(
    obiettivo: Obiettivo, parametri: ParametriMisura, fino_a: int, chiusi: int
) -> Decimal | Assente:
    """P, over 100."""
    specifici = obiettivo.specifici
    if not specifici:
        return _difetto(obiettivo.codice, "non ha niente da misurare")
    pesi: list[Decimal | None] = []
    quote: list[Decimal] = []
    assenti: list[Assente] = []
    for specifico in specifici:
        quota = valore_specifico(specifico, parametri, fino_a, chiusi)
        if isinstance(quota, Decimal):
            quote.append(quota)
            pesi.append(specifico.peso)
        else:
            assenti.append(quota)
    if parametri.aggregazione_specifici == "media":
        pesi = [None] * len(quote)
    elif None in (tutti := [specifico.peso for specifico in specifici]):
        assenti.append(_difetto(obiettivo.codice, "manca il peso di uno specifico: indicarlo"))
    elif errore := difetto(tutti, parametri.tolleranza_pesi):
        assenti.append(_difetto(obiettivo.codice, errore))
    if assenti and (guasto := _guasto(assenti)):
        return guasto
    media = media_pesata(pesi, quote)
    return _nulla_da_valutare(obiettivo.codice, assenti) if media is None else media * CENTO


def valore_specifico(
    specifico: Specifico, parametri: ParametriMisura, fino_a: int, chiusi: int
) -> Decimal | Assente:
    """p_k, as a share of 1."""
    if specifico.neutralizzato and parametri.neutralizzazione != "quota":
        if parametri.neutralizzazione == "cento":
            return UNO
        motivo = f"{specifico.codice} è neutralizzato per {specifico.neutralizzato}"
        return Assente("non_valutato", motivo)
    indicatori = specifico.indicatori
    if not indicatori:
        return _difetto(specifico.codice, "non ha indicatori")
    pesi: list[Decimal | None] = []
    punteggi: list[Decimal] = []
    assenti: list[Assente] = []
    for indicatore in indicatori:
        s = valore_indicatore(indicatore, parametri, fino_a, chiusi)
        if isinstance(s, Decimal):
            punteggi.append(s)
            pesi.append(indicatore.peso)
        else:
            assenti.append(s)
    pesano = parametri.indicatori == "somma_pesata"
    if pesano:
        tutti = [i.peso for i in indicatori] if assenti else pesi
        if errore := difetto(tutti, parametri.tolleranza_pesi):
            assenti.append(_difetto(specifico.codice, errore))
    if assenti and (guasto := _guasto(assenti)):
        return guasto
    quota = media_pesata(pesi, punteggi) if pesano else min(punteggi, default=None)
    return _nulla_da_valutare(specifico.codice, assenti) if quota is None else quota


def _guasto(assenti: list[Assente]) -> Assente | None:
    """All that makes the whole not computable, together."""
    motivi = [assente.motivo for assente in assenti if assente.stato == "non_calcolabile"]
    return Assente("non_calcolabile", "; ".join(motivi)) if motivi else None


def _difetto(codice: str, errore: str) -> Assente:
    return Assente("non_calcolabile", f"{codice}: {errore}")


def _nulla_da_valutare(codice: str, assenti: list[Assente]) -> Assente:
    motivi = "; ".join(assente.motivo for assente in assenti)
    return Assente("non_valutato", motivi or f"{codice}: tutti i pesi sono 0")


def _misura(esito: Decimal | Assente, scala: Decimal) -> Misura:
    if isinstance(esito, Assente):
        return Misura(None, esito.stato, esito.motivo)
    return Misura(netto(scala * esito), "valutato", "")
