# SPDX-License-Identifier: AGPL-3.0-or-later
"""What holds for any figures (R68-R79): bounds, monotonicity, scale, order, exactness, and an
explanation that says what was computed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Context, Decimal, FloatOperation, Inexact, Rounded, localcontext
from fractions import Fraction
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cycle.measure import (
    Indicatore,
    Obiettivo,
    ParametriMisura,
    Rilevazione,
    Ritardo,
    Specifico,
    Spiegazione,
    arrotonda,
    insieme,
    misura_obiettivo,
    misura_specifico,
    percentuali,
    punteggio,
    scostamenti,
    spiega,
)
from cycle.measure.numeri import LAVORO, netto
from tests.cycle.costruttori_misura import D

prova = settings(deadline=None, max_examples=200)

AGGREGAZIONI = ("somma", "media", "ultimo_valore", "massimo", "minimo")


def decimali(minimo: str, massimo: str) -> st.SearchStrategy[Decimal]:
    """Few digits and many zeros: the figures where rules meet."""
    return st.one_of(
        st.integers(max(int(D(minimo)), -3), min(int(D(massimo)), 12)).map(Decimal),
        st.decimals(minimo, massimo, places=2, allow_nan=False, allow_infinity=False),
    )


positive = decimali("0", "1000000")
qualunque = st.one_of(
    decimali("-1000000", "1000000"),
    st.sampled_from([D("9.99E+17"), D("-9.99E+17"), D("1E-18"), D("0E-500"), D("-0")]),
)
giorni = st.dates(date(2021, 1, 1), date(2021, 12, 31))


@st.composite
def pesi(draw: st.DrawFn, quanti: int) -> list[Decimal | None]:
    """None, or weights that sum to 100 exactly."""
    if draw(st.booleans()):
        return [None] * quanti
    tagli = sorted(draw(st.lists(st.integers(0, 10000), min_size=quanti - 1, max_size=quanti - 1)))
    passi = zip([0, *tagli], [*tagli, 10000], strict=True)
    return [D(b - a).scaleb(-2) for a, b in passi]


@st.composite
def indicatori(draw: st.DrawFn, figure: st.SearchStrategy[Any], **fissi: Any) -> Indicatore:
    """An ordinary indicator: numbers, every value measured."""
    periodi = draw(st.integers(1, 4))
    campi: dict[str, Any] = {
        "nome": draw(st.sampled_from(["N. atti", "Tempo medio"])),
        "peso": None,
        "natura": draw(st.sampled_from(["positivo", "negativo"])),
        "aggregazione": draw(st.sampled_from(AGGREGAZIONI)),
        "unita_misura": "numero",
        **fissi,
    }
    rilevazioni = tuple(Rilevazione(n, draw(figure), draw(figure)) for n in range(1, periodi + 1))
    return Indicatore(rilevazioni=rilevazioni, **campi)


@st.composite
def indicatori_qualunque(draw: st.DrawFn) -> Indicatore:
    """Anything the domain admits."""
    unita = draw(st.sampled_from(["numero", "numero", "euro", "si_no", "data"]))
    giuste = giorni if unita == "data" else qualunque
    figure = st.none() | (giuste if draw(st.integers(0, 9)) else giorni | qualunque)
    fascia = draw(st.none() | st.tuples(qualunque, qualunque).map(sorted).map(tuple))
    return draw(
        indicatori(
            figure,
            unita_misura=unita,
            fascia=fascia,
            peso=draw(st.none() | decimali("0", "100")),
            cap=draw(st.none() | decimali("0", "3")),
            neutralizzato=draw(st.sampled_from(["", "l'alluvione"])),
        )
    )


@st.composite
def obiettivi(
    draw: st.DrawFn, di_che: st.SearchStrategy[Indicatore], pesati: bool = True
) -> Obiettivo:
    specifici = []
    for n in range(draw(st.integers(1, 4))):
        gruppo = draw(st.lists(di_che, min_size=1, max_size=3))
        if pesati:
            dati = draw(pesi(len(gruppo)))
            gruppo = [replace(i, peso=p) for i, p in zip(gruppo, dati, strict=True)]
        specifici.append(
            Specifico(
                f"OB{n}", tuple(gruppo), neutralizzato=draw(st.sampled_from(["", "l'alluvione"]))
            )
        )
    if pesati:
        dati = draw(pesi(len(specifici)))
        specifici = [replace(s, peso=p) for s, p in zip(specifici, dati, strict=True)]
    return Obiettivo(
        "OB", tuple(specifici), neutralizzato=draw(st.sampled_from(["", "l'alluvione"]))
    )


parametri = st.builds(
    ParametriMisura,
    cap=st.sampled_from([D(1), D("0.9"), D("1.2"), None]),
    negativo_oltre=st.sampled_from(["rapporto", "lineare", "zero"]),
    indicatori=st.sampled_from(["somma_pesata", "peggiore"]),
    aggregazione_specifici=st.sampled_from(["media", "ponderata"]),
    neutralizzazione=st.sampled_from(["escludi", "cento", "quota"]),
    tabella_giorni_ritardo=st.sampled_from([(), (Ritardo(7, D("0.95")), Ritardo(30, D("0.5")))]),
    tolleranza_osservazioni=st.sampled_from([D(0), D("0.05")]),
)
limiti = st.none() | st.integers(0, 4)
ordinari = obiettivi(indicatori(positive))
comunque = st.one_of(
    ordinari, obiettivi(indicatori_qualunque()), obiettivi(indicatori_qualunque(), pesati=False)
)


@prova
@given(comunque, parametri, limiti, limiti)
def test_never_an_arithmetic_error_and_never_a_figure_without_reason(
    ob: Obiettivo, p: ParametriMisura, fino_a: int | None, chiusi: int | None
) -> None:
    """R73: division by zero never reaches the user."""
    misura = misura_obiettivo(ob, p, fino_a, chiusi)
    assert (misura.percentuale is None) == (misura.stato != "valutato")
    assert (misura.percentuale is None) == bool(misura.motivo)
    if misura.percentuale is not None:
        assert misura.percentuale >= 0
        arrotonda(misura.percentuale)
    assert p.giudizio(misura.percentuale)
    assert percentuali([ob], p, fino_a, chiusi) == [misura.percentuale]
    insieme([ob, ob], p, fino_a, chiusi)
    for periodo in range(1, 5):
        scostamenti(ob, periodo, 4, p)
        scostamenti(ob, periodo, 4, p, date(2021, 6, 30))


@prova
@given(comunque, parametri, limiti, limiti)
def test_bounds(ob: Obiettivo, p: ParametriMisura, fino_a: int | None, chiusi: int | None) -> None:
    """R71: with no cap above 1 a percentage lies between 0 and 100."""
    ob = replace(
        ob,
        specifici=tuple(
            replace(s, indicatori=tuple(replace(i, cap=None) for i in s.indicatori))
            for s in ob.specifici
        ),
    )
    p = replace(p, cap=D(1) if p.cap is None else min(p.cap, D(1)))
    percentuale = misura_obiettivo(ob, p, fino_a, chiusi).percentuale
    assert percentuale is None or 0 <= percentuale <= 100


@prova
@given(indicatori(positive), parametri, st.integers(0, 3), positive)
def test_monotone_in_every_value(
    i: Indicatore, p: ParametriMisura, quale: int, in_piu: Decimal
) -> None:
    """More is never worse for a positive indicator, never better for a negative one (R70)."""
    quale %= len(i.rilevazioni)
    prima = i.rilevazioni[quale]
    assert isinstance(prima.valore, Decimal)
    dopo = replace(prima, valore=prima.valore + in_piu)
    mosso = replace(i, rilevazioni=(*i.rilevazioni[:quale], dopo, *i.rilevazioni[quale + 1 :]))
    era, ora = punteggio(i, p).percentuale, punteggio(mosso, p).percentuale
    assume(era is not None and ora is not None)
    assert era is not None
    assert ora is not None
    assert ora >= era if i.natura == "positivo" else ora <= era


@prova
@given(ordinari, parametri, st.sampled_from(["0.01", "0.5", "3", "7", "1000"]))
def test_scale(ob: Obiettivo, p: ParametriMisura, fattore: str) -> None:
    """Counting in tens or in thousands, targets and values alike, changes nothing."""

    def scalata(i: Indicatore) -> Indicatore:
        nuove = tuple(
            Rilevazione(r.periodo, r.target * D(fattore), r.valore * D(fattore))  # type: ignore[operator]
            for r in i.rilevazioni
        )
        return replace(i, rilevazioni=nuove)

    scalato = replace(
        ob,
        specifici=tuple(
            replace(s, indicatori=tuple(map(scalata, s.indicatori))) for s in ob.specifici
        ),
    )
    assert misura_obiettivo(scalato, p).percentuale == misura_obiettivo(ob, p).percentuale


@prova
@given(comunque, parametri, limiti, st.randoms(use_true_random=False))
def test_order_is_irrelevant(
    ob: Obiettivo, p: ParametriMisura, fino_a: int | None, caso: Any
) -> None:
    """Of specifici, of indicators, of the rows of the periods."""

    def mescolati(cose: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(caso.sample(cose, len(cose)))

    mescolato = replace(
        ob,
        specifici=mescolati(
            tuple(
                replace(
                    s,
                    indicatori=mescolati(
                        tuple(
                            replace(i, rilevazioni=mescolati(i.rilevazioni)) for i in s.indicatori
                        )
                    ),
                )
                for s in ob.specifici
            )
        ),
    )
    prima, dopo = misura_obiettivo(ob, p, fino_a), misura_obiettivo(mescolato, p, fino_a)
    assert (prima.percentuale, prima.stato) == (dopo.percentuale, dopo.stato)


@prova
@given(decimali("1", "1000"), decimali("1", "1000"), decimali("0", "1000"), parametri)
def test_a_sum_forgets_when(
    giugno: Decimal, dicembre: Decimal, fatto: Decimal, p: ParametriMisura
) -> None:
    """Periods are cumulative: what June missed and December made up costs nothing."""
    previsto = giugno + dicembre

    def anno(*valori: Decimal) -> Decimal | None:
        rilevazioni = tuple(
            Rilevazione(n, t, v)
            for n, (t, v) in enumerate(zip((giugno, dicembre), valori, strict=True), 1)
        )
        return punteggio(
            Indicatore("N. atti", None, "positivo", "somma", "numero", rilevazioni), p
        ).percentuale

    fatto = min(fatto, previsto)
    assert anno(fatto, previsto - fatto) == anno(giugno, dicembre)


def in_frazioni(i: Indicatore, p: ParametriMisura) -> Fraction | None:
    """R71-R74 for sums of positive figures, written again, without a Decimal."""
    previsto = sum((Fraction(r.target) for r in i.rilevazioni), Fraction(0))  # type: ignore[arg-type]
    conseguito = sum((Fraction(r.valore) for r in i.rilevazioni), Fraction(0))  # type: ignore[arg-type]
    cap = None if p.cap is None else Fraction(p.cap)
    if i.natura == "positivo":
        if not previsto:
            return None
        r = conseguito / previsto
    elif conseguito <= previsto:
        r = Fraction(1)
    elif not previsto or p.negativo_oltre == "zero":
        r = Fraction(0)
    elif p.negativo_oltre == "rapporto":
        r = previsto / conseguito
    else:
        r = max(Fraction(0), 2 - conseguito / previsto)
    return r if cap is None else min(cap, r)


@prova
@given(obiettivi(indicatori(positive, aggregazione="somma")), parametri)
def test_exact(ob: Obiettivo, p: ParametriMisura) -> None:
    """The result is that of fractions, which never round, in all its forty digits."""
    p = replace(p, aggregazione_specifici="media", indicatori="somma_pesata")
    quote = []
    for s in ob.specifici:
        s = replace(s, neutralizzato="")
        punteggi = [in_frazioni(i, p) for i in s.indicatori]
        assume(None not in punteggi)
        pesi_ = [Fraction(1 if i.peso is None else i.peso) for i in s.indicatori]
        quote.append(sum(w * r for w, r in zip(pesi_, punteggi, strict=True) if r) / sum(pesi_))
    ob = replace(ob, specifici=tuple(replace(s, neutralizzato="") for s in ob.specifici))
    esatta = 100 * sum(quote, Fraction(0)) / len(quote)
    with localcontext(LAVORO):
        attesa = netto(D(esatta.numerator) / D(esatta.denominator))
    assert misura_obiettivo(ob, p).percentuale == attesa


def ricalcola(nodo: Spiegazione) -> Decimal:
    simboli = {i.simbolo: i.valore for i in nodo.ingressi if i.simbolo}
    ammessi = {"__builtins__": {}, "min": min, "max": max}
    return Decimal(eval(nodo.formula.replace("×", "*"), ammessi, simboli))


def tutti(nodo: Spiegazione) -> list[Spiegazione]:
    return [nodo, *(sotto for figlio in nodo.figli for sotto in tutti(figlio))]


@prova
@given(comunque, parametri, limiti, limiti)
def test_the_explanation_says_what_was_computed(
    ob: Obiettivo, p: ParametriMisura, fino_a: int | None, chiusi: int | None
) -> None:
    albero = spiega(ob, p, fino_a, chiusi)
    misura = misura_obiettivo(ob, p, fino_a, chiusi)
    assert (albero.percentuale, albero.stato) == (misura.percentuale, misura.stato)
    for s, nodo in zip(ob.specifici, albero.figli, strict=True):
        sotto = misura_specifico(s, p, fino_a, chiusi)
        assert (nodo.percentuale, nodo.stato) == (sotto.percentuale, sotto.stato)
        for i, foglia in zip(s.indicatori, nodo.figli, strict=True):
            assert foglia.percentuale == punteggio(i, p, fino_a, chiusi).percentuale
    with localcontext(LAVORO):
        for nodo in tutti(albero):
            assert nodo.frase.endswith(".")
            if nodo.valore is None:
                assert not nodo.formula
                continue
            assert netto(ricalcola(nodo)) == netto(nodo.valore)


@prova
@given(comunque, parametri)
def test_the_context_of_the_caller_does_not_matter(ob: Obiettivo, p: ParametriMisura) -> None:
    attesa, spiegata = misura_obiettivo(ob, p), spiega(ob, p)
    with localcontext(Context(prec=1, Emax=1, Emin=-1, traps=[Inexact, Rounded, FloatOperation])):
        assert misura_obiettivo(ob, p) == attesa
        assert spiega(ob, p) == spiegata
