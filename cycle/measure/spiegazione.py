# SPDX-License-Identifier: AGPL-3.0-or-later
"""A percentage opened: at each step the formula that applied, its inputs, and a sentence.

A formula is an expression over the symbols of its inputs (`×` for times): whoever evaluates it
on them, with the fifty digits of `numeri.LAVORO`, finds the value of the step in all the forty a
result keeps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, localcontext
from typing import Literal

from cycle.measure.calcolo import limiti, percento, valore_obiettivo, valore_specifico
from cycle.measure.figure import Indicatore, Obiettivo, Specifico
from cycle.measure.indicatore import (
    IN_RITARDO,
    Assente,
    Esito,
    Stato,
    aggrega,
    contati,
    entro_cap,
    esito_indicatore,
)
from cycle.measure.numeri import CENTO, LAVORO, in_italiano
from cycle.measure.parametri import ParametriMisura

Livello = Literal["obiettivo", "specifico", "indicatore", "aggregato"]


@dataclass(frozen=True, slots=True)
class Ingresso:
    """An input of a formula; `simbolo` is "" when it only informs."""

    simbolo: str
    nome: str
    valore: Decimal | date | int


@dataclass(frozen=True, slots=True)
class Spiegazione:
    """A step. `valore` is what `formula` gives, `percentuale` the same over 100, unrounded (None
    for the aggregates of an indicator); both None, and `formula` empty, unless `valutato`, and
    then `frase` says why."""

    livello: Livello
    titolo: str
    formula: str
    ingressi: tuple[Ingresso, ...]
    valore: Decimal | None
    percentuale: Decimal | None
    stato: Stato
    frase: str
    figli: tuple[Spiegazione, ...] = ()


def spiega(
    obiettivo: Obiettivo,
    parametri: ParametriMisura,
    fino_a: int | None = None,
    chiusi: int | None = None,
    nomi: tuple[str, str] = ("obiettivo specifico", "obiettivi specifici"),
) -> Spiegazione:
    """The tree of steps behind `misura_obiettivo`: objective, specifici, indicators, aggregates.
    `nomi` are how the ente calls one specifico, and many."""
    fino, chiuso = limiti(fino_a, chiusi)
    with localcontext(LAVORO):
        figli = tuple(_specifico(s, parametri, fino, chiuso) for s in obiettivo.specifici)
        valore = valore_obiettivo(obiettivo, parametri, fino, chiuso)
        if isinstance(valore, Assente):
            assente = _assente("obiettivo", obiettivo.codice, valore, figli)
            return replace(assente, frase=assente.frase + _fra_gli_altri(obiettivo, parametri))
        pesano = parametri.aggregazione_specifici == "ponderata"
        pesi = [s.peso if pesano else None for s in obiettivo.specifici]
        formula, ingressi = _media("p", pesi, figli)
        quanti = _plurale(len(_valutati(figli)), *nomi)
        quota = valore / CENTO
        return Spiegazione(
            "obiettivo",
            obiettivo.codice,
            f"{formula} × 100",
            ingressi,
            valore,
            percento(quota),
            "valutato",
            f"È al {_percentuale(quota)}: media {'pesata' if pesano else 'semplice'} di {quanti}."
            + _esclusi(figli)
            + _fra_gli_altri(obiettivo, parametri),
            figli,
        )


def _specifico(
    specifico: Specifico, parametri: ParametriMisura, fino_a: int, chiusi: int
) -> Spiegazione:
    figli = tuple(_indicatore(i, parametri, fino_a, chiusi) for i in specifico.indicatori)
    valore = valore_specifico(specifico, parametri, fino_a, chiusi)
    if isinstance(valore, Assente):
        return _assente("specifico", specifico.codice, valore, figli)
    quanti = _plurale(len(_valutati(figli)), "indicatore", "indicatori")
    ingressi: tuple[Ingresso, ...] = ()
    if specifico.neutralizzato and parametri.neutralizzazione == "cento":
        formula = "1"
        come = f"è neutralizzato per {specifico.neutralizzato}, e conta pieno"
    elif parametri.indicatori == "peggiore":
        ingressi = _quote("s", figli)
        simboli = [ingresso.simbolo for ingresso in ingressi]
        formula = f"min({', '.join(simboli)})" if len(simboli) > 1 else simboli[0]
        come = f"il peggiore di {quanti}"
    else:
        pesi = [i.peso for i in specifico.indicatori]
        formula, ingressi = _media("s", pesi, figli)
        pesata = any(peso is not None for peso in pesi)
        come = f"media {'pesata' if pesata else 'semplice'} di {quanti}"
    return Spiegazione(
        "specifico",
        specifico.codice,
        formula,
        ingressi,
        valore,
        percento(valore),
        "valutato",
        f"Vale {_percentuale(valore)}: {come}." + _esclusi(figli) + _quota(specifico, parametri),
        figli,
    )


def _indicatore(
    indicatore: Indicatore, parametri: ParametriMisura, fino_a: int, chiusi: int
) -> Spiegazione:
    esito = esito_indicatore(indicatore, parametri, fino_a, chiusi)
    if isinstance(esito, Assente):
        return _assente("indicatore", indicatore.nome, esito, ())
    s = entro_cap(indicatore, parametri, esito.r)
    cap = indicatore.cap or parametri.cap
    formula = esito.formula.espressione
    ingressi = _ingressi(indicatore, esito)
    frase = f"{_figure(indicatore, esito)}{esito.formula.perche}. Vale {_percentuale(s)}"
    if cap is not None:
        formula = f"min(cap, {formula})"
        ingressi += (Ingresso("cap", "punteggio massimo", cap),)
        if esito.r > cap:
            frase += ", il massimo ammesso"
    if s > esito.r:
        formula = f"max(0, {formula})"
        frase += ", perché sotto zero non si scende"
    return Spiegazione(
        "indicatore",
        indicatore.nome,
        formula,
        ingressi,
        s,
        percento(s),
        "valutato",
        f"{frase[0].upper()}{frase[1:]}." + _quota(indicatore, parametri),
        _aggregati(indicatore, esito, fino_a, chiusi),
    )


def _ingressi(indicatore: Indicatore, esito: Esito) -> tuple[Ingresso, ...]:
    if esito.previsto is None:
        return ()
    if indicatore.unita_misura != "data":
        nome = "previsto" if indicatore.fascia is None else "limite della fascia"
        return (
            Ingresso("T", nome, esito.previsto),
            Ingresso("C", "conseguito", esito.conseguito),
        )
    ingressi = [Ingresso("", "scadenza", esito.previsto)]
    if esito.conseguito is not None:
        ingressi.append(Ingresso("", "fatto il", esito.conseguito))
    if esito.formula is IN_RITARDO:
        giorni = (esito.conseguito - esito.previsto).days
        ingressi.append(Ingresso("", "giorni di ritardo", giorni))
        ingressi.append(Ingresso("ritardo", "punteggio per quel ritardo", esito.r))
    return tuple(ingressi)


def _figure(indicatore: Indicatore, esito: Esito) -> str:
    if esito.previsto is None:
        return ""
    if indicatore.unita_misura == "data":
        entro = f"previsto entro il {esito.previsto:%d/%m/%Y}"
        if esito.conseguito is None:
            return f"{entro}: "
        return f"{entro}, fatto il {esito.conseguito:%d/%m/%Y}: "
    conseguito = in_italiano(esito.conseguito)
    if indicatore.fascia is not None:
        minimo, massimo = (in_italiano(valore) for valore in indicatore.fascia)
        return f"previsto fra {minimo} e {massimo}, conseguito {conseguito}: "
    return f"previsto {in_italiano(esito.previsto)}, conseguito {conseguito}: "


_COME_SI_AGGREGA = {
    "somma": "somma dei periodi",
    "media": "media dei periodi",
    "massimo": "il maggiore dei periodi",
    "minimo": "il minore dei periodi",
    "ultimo_valore": "l'ultimo dei periodi",
}


def _aggregati(
    indicatore: Indicatore, esito: Esito, fino_a: int, chiusi: int
) -> tuple[Spiegazione, ...]:
    """How T and C come from the periods; nothing for dates, and where no period counts."""
    if indicatore.unita_misura == "data" or esito.previsto is None:
        return ()
    previsti, conseguiti, _, periodi = contati(indicatore, fino_a, chiusi)
    nodi = []
    for simbolo, titolo, valori in (("T", "Previsto", previsti), ("C", "Conseguito", conseguiti)):
        if not valori or (simbolo == "T" and indicatore.fascia is not None):
            continue
        ingressi = tuple(
            Ingresso(f"{simbolo}{periodo}", f"periodo {periodo}", valore)
            for periodo, valore in zip(periodi, valori, strict=True)
        )
        valore = aggrega(indicatore.aggregazione, valori)
        come = _COME_SI_AGGREGA[indicatore.aggregazione]
        nodi.append(
            Spiegazione(
                "aggregato",
                titolo,
                _formula_aggregato(indicatore.aggregazione, [i.simbolo for i in ingressi]),
                ingressi,
                valore,
                None,
                "valutato",
                f"{titolo} {in_italiano(valore)}: {come}.",
            )
        )
    return tuple(nodi)


def _formula_aggregato(aggregazione: str, simboli: list[str]) -> str:
    if len(simboli) == 1 or aggregazione == "ultimo_valore":
        return simboli[-1]
    if aggregazione in ("massimo", "minimo"):
        return f"{'max' if aggregazione == 'massimo' else 'min'}({', '.join(simboli)})"
    somma = " + ".join(simboli)
    return somma if aggregazione == "somma" else f"({somma}) / {len(simboli)}"


def _valutati(figli: tuple[Spiegazione, ...]) -> list[tuple[int, Spiegazione, Decimal]]:
    return [
        (n, figlio, figlio.valore) for n, figlio in enumerate(figli, 1) if figlio.valore is not None
    ]


def _quote(simbolo: str, figli: tuple[Spiegazione, ...]) -> tuple[Ingresso, ...]:
    return tuple(
        Ingresso(f"{simbolo}{n}", f"punteggio di {figlio.titolo}", valore)
        for n, figlio, valore in _valutati(figli)
    )


def _media(
    simbolo: str, pesi: list[Decimal | None], figli: tuple[Spiegazione, ...]
) -> tuple[str, tuple[Ingresso, ...]]:
    """Formula and inputs of the mean of the children that have a score."""
    quote = _quote(simbolo, figli)
    valutati = _valutati(figli)
    dati = tuple(
        Ingresso(f"peso{n}", f"peso di {figlio.titolo}", peso)
        for n, figlio, _ in valutati
        if (peso := pesi[n - 1]) is not None
    )
    if not dati:
        return f"({' + '.join(q.simbolo for q in quote)}) / {len(quote)}", quote
    prodotti = " + ".join(f"{d.simbolo} × {q.simbolo}" for d, q in zip(dati, quote, strict=True))
    return f"({prodotti}) / ({' + '.join(d.simbolo for d in dati)})", (*dati, *quote)


def _assente(
    livello: Livello, titolo: str, assente: Assente, figli: tuple[Spiegazione, ...]
) -> Spiegazione:
    frase = f"{assente.motivo[0].upper()}{assente.motivo[1:]}."
    return Spiegazione(livello, titolo, "", (), None, None, assente.stato, frase, figli)


def _esclusi(figli: tuple[Spiegazione, ...]) -> str:
    fuori = [figlio.titolo for figlio in figli if figlio.valore is None]
    return f" Fuori dal calcolo: {', '.join(fuori)}." if fuori else ""


def _quota(parte: Indicatore | Specifico, parametri: ParametriMisura) -> str:
    """What is neutralised and counts all the same for as much as it has reached (R62)."""
    if not parte.neutralizzato or parametri.neutralizzazione != "quota":
        return ""
    return f" È neutralizzato per {parte.neutralizzato}: conta quanto ha raggiunto."


_FRA_GLI_ALTRI = {
    "escludi": "nelle medie di più obiettivi non conta",
    "cento": "nelle medie di più obiettivi conta 100",
    "quota": "nelle medie di più obiettivi conta quanto ha raggiunto",
}


def _fra_gli_altri(obiettivo: Obiettivo, parametri: ParametriMisura) -> str:
    if not obiettivo.neutralizzato:
        return ""
    come = _FRA_GLI_ALTRI[parametri.neutralizzazione]
    return f" È neutralizzato per {obiettivo.neutralizzato}: {come} (R62)."


def _percentuale(quota: Decimal) -> str:
    return f"{in_italiano(percento(quota), 2)} %"


def _plurale(numero: int, uno: str, molti: str) -> str:
    return f"{numero} {uno if numero == 1 else molti}"
