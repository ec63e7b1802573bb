# SPDX-License-Identifier: AGPL-3.0-or-later
"""The score of one indicator (R70-R74, R79), with the choices the rules leave open.

What counts, over periods 1..`fino_a` of which 1..`chiusi` are closed:
- a period without a target is not part of the measure (Seregno's intermediate reading);
- a period with target 0 and value 0 is not assessed (R73);
- a value missing in an open period leaves its period out; in a closed one it counts 0 where more
  is better, and where it is not (natura negativa, fascia) the indicator scores 0: silence is
  never a merit. A date missing is 0 only once all the periods of its indicator are closed;
- a date is judged by its last deadline and the last day recorded since that deadline first
  stood, whatever aggregation and natura;
- a sì/no is full or nothing: the aggregate reaches its target or does not;
- a band (fascia) judges the aggregate of the values, and needs no targets;
- a target of 0 with natura negativa, and any negative one, allow only full or nothing: a ratio
  would divide by zero or reward the wrong direction.

The functions expect `numeri.LAVORO` as the current context.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal, NamedTuple

from cycle.measure.figure import Indicatore
from cycle.measure.numeri import UNO, ZERO
from cycle.measure.parametri import ParametriMisura

Stato = Literal["valutato", "non_valutato", "non_calcolabile"]


class Assente(NamedTuple):
    """Why there is no score."""

    stato: Stato
    motivo: str


class Formula(NamedTuple):
    """The branch of the rules that applied: an expression over T, C and ritardo, and its reason
    in words."""

    espressione: str
    perche: str


class Esito(NamedTuple):
    """What an indicator came to: the aggregates, the ratio, and the formula that gave it."""

    previsto: Any  # Decimal, or date for dates
    conseguito: Any
    r: Decimal
    formula: Formula


PIENO = Formula("1", "il previsto è stato rispettato")
MANCATO = Formula("0", "il previsto non è stato raggiunto e qui vale solo tutto o niente")
TACIUTO = Formula("0", "manca il valore di un periodo chiuso, e dove conta di meno il silenzio è 0")
PROPORZIONE = Formula("C / T", "conta il conseguito in rapporto al previsto")
INVERSO = Formula("T / C", "il previsto è superato, e conta in rapporto al conseguito")
LINEARE = Formula("2 - C / T", "il previsto è superato, e si toglie la parte in più")
IN_FASCIA = Formula("1", "il conseguito è nella fascia")
IN_TEMPO = Formula("1", "la scadenza è stata rispettata")
IN_RITARDO = Formula("ritardo", "la scadenza è passata, e vale la tabella dei giorni di ritardo")
NON_FATTO = Formula("0", "alla chiusura non risulta fatto")


def valore_indicatore(
    indicatore: Indicatore, parametri: ParametriMisura, fino_a: int, chiusi: int
) -> Decimal | Assente:
    """s_i, as a share of 1."""
    # The short way for nine indicators in ten, worth half the time of a plan: over the same periods
    # the ratio of two means is that of two sums. `esito_indicatore` says the same, and takes over
    # when a figure is missing (TypeError) or the target is not positive.
    if indicatore.semplice:
        previsto = conseguito = ZERO
        try:
            for rilevazione in indicatore.rilevazioni:
                if rilevazione.periodo > fino_a:
                    break
                previsto += rilevazione.target  # type: ignore[operator]
                conseguito += rilevazione.valore  # type: ignore[operator]
        except TypeError:
            previsto = ZERO
        if previsto > ZERO:
            return entro_cap(indicatore, parametri, conseguito / previsto)
    esito = esito_indicatore(indicatore, parametri, fino_a, chiusi)
    return esito if isinstance(esito, Assente) else entro_cap(indicatore, parametri, esito.r)


def entro_cap(indicatore: Indicatore, parametri: ParametriMisura, r: Decimal) -> Decimal:
    """r within the cap of the indicator, or else the ente's, and never below 0 (R71)."""
    cap = indicatore.cap or parametri.cap
    if cap is not None and r > cap:
        return cap
    return r if r > ZERO else ZERO


def esito_indicatore(
    indicatore: Indicatore, parametri: ParametriMisura, fino_a: int, chiusi: int
) -> Esito | Assente:
    """Aggregates, ratio and formula of an indicator over its periods."""
    if indicatore.neutralizzato and parametri.neutralizzazione != "quota":
        if parametri.neutralizzazione == "cento":
            perche = f"è neutralizzato per {indicatore.neutralizzato}, e conta pieno"
            return Esito(None, None, UNO, Formula("1", perche))
        motivo = f"«{indicatore.nome}» è neutralizzato per {indicatore.neutralizzato}"
        return Assente("non_valutato", motivo)
    if indicatore.difetto:
        return Assente("non_calcolabile", f"«{indicatore.nome}»: {indicatore.difetto}")
    if indicatore.unita_misura == "data":
        return _esito_data(indicatore, parametri, fino_a, chiusi)
    previsti, conseguiti, taciuto, _ = contati(indicatore, fino_a, chiusi)
    if not conseguiti:
        return _esito_vuoto(indicatore, taciuto, fino_a, chiusi)
    conseguito = aggrega(indicatore.aggregazione, conseguiti)
    if indicatore.fascia is not None:
        return _esito_fascia(indicatore.fascia, parametri, conseguito, taciuto)
    previsto = aggrega(indicatore.aggregazione, previsti)
    positivo = indicatore.natura == "positivo"
    if positivo and previsto == ZERO:
        return _senza_previsto(indicatore, fino_a, chiusi)
    if taciuto and not positivo:
        r, formula = ZERO, TACIUTO
    elif previsto <= ZERO or indicatore.unita_misura == "si_no":
        rispettato = conseguito >= previsto if positivo else conseguito <= previsto
        r, formula = (UNO, PIENO) if rispettato else (ZERO, MANCATO)
    elif positivo:
        r, formula = conseguito / previsto, PROPORZIONE
    elif conseguito <= previsto:
        r, formula = UNO, PIENO
    else:
        r, formula = _oltre(parametri, conseguito, previsto)
    return Esito(previsto, conseguito, r, formula)


def contati(
    indicatore: Indicatore, fino_a: int, chiusi: int
) -> tuple[list[Any], list[Any], bool, list[int]]:
    """Targets and values of the periods that count, whether the value of a closed one is missing,
    and which periods they are."""
    previsti: list[Any] = []
    conseguiti: list[Any] = []
    periodi: list[int] = []
    taciuto = False
    fascia = indicatore.fascia is not None
    for rilevazione in indicatore.rilevazioni:
        periodo = rilevazione.periodo
        if periodo > fino_a:
            break
        target = rilevazione.target
        valore = rilevazione.valore
        if target is None and (valore is None or not fascia):
            continue
        if valore is None:
            if periodo > chiusi:
                continue
            taciuto = True
            valore = ZERO
        if not target and not valore and not fascia:
            continue
        previsti.append(target)
        conseguiti.append(valore)
        periodi.append(periodo)
    return previsti, conseguiti, taciuto, periodi


def aggrega(aggregazione: str, valori: list[Decimal]) -> Decimal:
    """One figure out of those of the periods, in order (R74)."""
    if aggregazione == "somma":
        return sum(valori, ZERO)
    if aggregazione == "media":
        return sum(valori, ZERO) / len(valori)
    if aggregazione == "massimo":
        return max(valori)
    if aggregazione == "minimo":
        return min(valori)
    return valori[-1]


def _oltre(
    parametri: ParametriMisura, conseguito: Decimal, previsto: Decimal
) -> tuple[Decimal, Formula]:
    """A negative indicator beyond its target, 0 < previsto < conseguito (R72)."""
    if parametri.negativo_oltre == "rapporto":
        return previsto / conseguito, INVERSO
    if parametri.negativo_oltre == "lineare":
        return 2 - conseguito / previsto, LINEARE
    return ZERO, MANCATO


def _esito_fascia(
    fascia: tuple[Decimal, Decimal],
    parametri: ParametriMisura,
    conseguito: Decimal,
    taciuto: bool,
) -> Esito:
    """Inside the band full; outside, the nearer edge is the target, of a positive indicator below
    the band and of a negative one above it."""
    minimo, massimo = fascia
    sotto = conseguito < minimo
    limite = minimo if sotto else massimo
    if taciuto:
        r, formula = ZERO, TACIUTO
    elif minimo <= conseguito <= massimo:
        r, formula = UNO, IN_FASCIA
    elif limite <= ZERO:
        r, formula = ZERO, MANCATO
    elif sotto:
        r, formula = conseguito / limite, PROPORZIONE
    else:
        r, formula = _oltre(parametri, conseguito, limite)
    return Esito(limite, conseguito, r, formula)


def _esito_data(
    indicatore: Indicatore, parametri: ParametriMisura, fino_a: int, chiusi: int
) -> Esito | Assente:
    scadenza: Any = None
    fatto: Any = None
    for rilevazione in indicatore.rilevazioni:
        if rilevazione.periodo > fino_a:
            break
        if rilevazione.target is not None and rilevazione.target != scadenza:
            scadenza, fatto = rilevazione.target, None
        fatto = rilevazione.valore or fatto
    if scadenza is None:
        return _senza_previsto(indicatore, fino_a, chiusi)
    if fatto is None:
        if _tutto_chiuso(indicatore, fino_a, chiusi):
            return Esito(scadenza, None, ZERO, NON_FATTO)
        return Assente("non_valutato", f"«{indicatore.nome}» non è ancora misurato")
    ritardo = (fatto - scadenza).days
    return Esito(
        scadenza,
        fatto,
        parametri.punteggio_ritardo(ritardo),
        IN_RITARDO if ritardo > 0 else IN_TEMPO,
    )


def _esito_vuoto(
    indicatore: Indicatore, taciuto: bool, fino_a: int, chiusi: int
) -> Esito | Assente:
    """No period counts: nothing measured, nothing promised, or only zeros."""
    if indicatore.fascia is not None and indicatore.rilevazioni:
        if _tutto_chiuso(indicatore, fino_a, chiusi):
            return Esito(indicatore.fascia[0], ZERO, ZERO, NON_FATTO)
        return Assente("non_valutato", f"«{indicatore.nome}» non è ancora misurato")
    if indicatore.natura == "negativo":
        if taciuto:
            return Esito(ZERO, ZERO, ZERO, TACIUTO)
        if any(
            r.periodo <= fino_a and r.target is not None and r.valore is not None
            for r in indicatore.rilevazioni
        ):
            return Esito(ZERO, ZERO, UNO, PIENO)
    return _senza_previsto(indicatore, fino_a, chiusi)


def _senza_previsto(indicatore: Indicatore, fino_a: int, chiusi: int) -> Assente:
    """The target so far is 0 or missing: a defect of the plan, unless one is still to count."""
    ammette_zero = indicatore.natura == "negativo"
    for r in indicatore.rilevazioni:
        da_contare = r.periodo > fino_a or (r.valore is None and r.periodo > chiusi)
        if da_contare and (r.target or (ammette_zero and r.target is not None)):
            return Assente("non_valutato", f"«{indicatore.nome}»: nulla da valutare finora")
    if any(r.target is not None for r in indicatore.rilevazioni):
        return Assente(
            "non_calcolabile",
            f"«{indicatore.nome}»: il target dell'anno è 0 e la natura è positiva; "
            "correggere il target o la natura",
        )
    return Assente("non_calcolabile", f"«{indicatore.nome}»: manca il target; indicarlo")


def _tutto_chiuso(indicatore: Indicatore, fino_a: int, chiusi: int) -> bool:
    return all(r.periodo <= min(fino_a, chiusi) for r in indicatore.rilevazioni)
