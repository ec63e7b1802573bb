# SPDX-License-Identifier: AGPL-3.0-or-later
"""A percentage opened: the sentences a dirigente reads. That formulas give the values is a
property, in `test_measure_proprieta`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cycle.measure import Indicatore, ParametriMisura, Ritardo, Spiegazione, spiega
from tests.cycle.costruttori_misura import (
    DI_SERIE,
    D,
    di_uno,
    indicatore,
    obiettivo,
    specifico,
)


def foglia(i: Indicatore, parametri: ParametriMisura = DI_SERIE) -> Spiegazione:
    return spiega(di_uno(i), parametri).figli[0].figli[0]


def test_from_the_objective_down_to_the_periods() -> None:
    albero = spiega(
        obiettivo(
            specifico(
                indicatore((95, 100), (95, 100), peso=50, aggregazione="media", nome="Richieste"),
                indicatore((25, 12), (22, 21), peso=50, nome="Sopralluoghi"),
                codice="OB01",
            ),
            specifico(indicatore((0, 0), (1, 0)), codice="OB02", neutralizzato="l'alluvione"),
        ),
        DI_SERIE,
    )
    assert albero.formula == "(p1) / 1 × 100"
    assert albero.frase == (
        "È al 85,11 %: media semplice di 1 obiettivo specifico. Fuori dal calcolo: OB02."
    )
    primo, secondo = albero.figli
    assert primo.formula == "(peso1 × s1 + peso2 × s2) / (peso1 + peso2)"
    assert [(i.simbolo, i.nome) for i in primo.ingressi] == [
        ("peso1", "peso di Richieste"),
        ("peso2", "peso di Sopralluoghi"),
        ("s1", "punteggio di Richieste"),
        ("s2", "punteggio di Sopralluoghi"),
    ]
    assert primo.frase == "Vale 85,11 %: media pesata di 2 indicatori."
    assert (secondo.valore, secondo.frase) == (None, "OB02 è neutralizzato per l'alluvione.")
    richieste, sopralluoghi = primo.figli
    assert richieste.formula == "min(cap, C / T)"
    assert richieste.frase == (
        "Previsto 95, conseguito 100: conta il conseguito in rapporto al previsto. "
        "Vale 100,00 %, il massimo ammesso."
    )
    previsto, conseguito = sopralluoghi.figli
    assert (previsto.formula, previsto.valore) == ("T1 + T2", 47)
    assert conseguito.frase == "Conseguito 33: somma dei periodi."
    assert richieste.figli[1].formula == "(C1 + C2) / 2"


@pytest.mark.parametrize(
    ("i", "formula", "frase"),
    [
        (
            indicatore((48, 60), natura="negativo"),
            "min(cap, T / C)",
            "Previsto 48, conseguito 60: il previsto è superato, e conta in rapporto al "
            "conseguito. Vale 80,00 %.",
        ),
        (
            indicatore((None, 9), fascia=(D(18), D(24))),
            "min(cap, C / T)",
            "Previsto fra 18 e 24, conseguito 9: conta il conseguito in rapporto al previsto. "
            "Vale 50,00 %.",
        ),
        (
            indicatore(("2021-11-30", "2021-12-03"), unita_misura="data"),
            "min(cap, ritardo)",
            "Previsto entro il 30/11/2021, fatto il 03/12/2021: la scadenza è passata, e vale la "
            "tabella dei giorni di ritardo. Vale 95,00 %.",
        ),
        (
            indicatore(("2021-11-30", None), unita_misura="data"),
            "min(cap, 0)",
            "Previsto entro il 30/11/2021: alla chiusura non risulta fatto. Vale 0,00 %.",
        ),
        (
            indicatore((10, -5)),
            "max(0, min(cap, C / T))",
            "Previsto 10, conseguito -5: conta il conseguito in rapporto al previsto. "
            "Vale 0,00 %, perché sotto zero non si scende.",
        ),
        (
            indicatore((0, 0)),
            "",
            "«N. incontri»: il target dell'anno è 0 e la natura è positiva; correggere il target "
            "o la natura.",
        ),
    ],
)
def test_the_sentence_of_an_indicator(i: Indicatore, formula: str, frase: str) -> None:
    parametri = ParametriMisura(tabella_giorni_ritardo=(Ritardo(10, D("0.95")),))
    nodo = foglia(i, parametri)
    assert (nodo.formula, nodo.frase) == (formula, frase)


def test_R62_counted_full_by_the_parameter() -> None:
    corto = indicatore((4, 1))
    cento = ParametriMisura(neutralizzazione="cento")
    assert foglia(replace(corto, neutralizzato="l'alluvione"), cento).frase == (
        "È neutralizzato per l'alluvione, e conta pieno. Vale 100,00 %."
    )
    albero = spiega(obiettivo(specifico(corto, neutralizzato="l'alluvione")), cento)
    assert albero.figli[0].frase == "Vale 100,00 %: è neutralizzato per l'alluvione, e conta pieno."


def test_R77_the_worst() -> None:
    albero = spiega(
        obiettivo(specifico(indicatore((4, 4)), indicatore((4, 1)))),
        ParametriMisura(indicatori="peggiore"),
    )
    assert albero.figli[0].formula == "min(s1, s2)"
    assert albero.figli[0].frase == "Vale 25,00 %: il peggiore di 2 indicatori."
