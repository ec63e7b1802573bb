# SPDX-License-Identifier: AGPL-3.0-or-later
"""The parameters of measurement: defaults of the rules, JSON, refusals that name the key."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cycle.measure import NON_VALUTABILE, FasciaGiudizio, ParametriMisura, Ritardo
from tests.cycle.costruttori_misura import D


def test_defaults_are_those_of_the_rules() -> None:
    """R62, R68, R69, R71, R72, R76, R77, R79."""
    assert ParametriMisura.da_dizionario({}) == ParametriMisura()
    assert ParametriMisura().in_dizionario() == {
        "cap": "1",
        "negativo_oltre": "rapporto",
        "indicatori": "somma_pesata",
        "aggregazione_specifici": "media",
        "neutralizzazione": "escludi",
        "tabella_giorni_ritardo": [],
        "tolleranza_pesi": "0.01",
        "tolleranza_osservazioni": "0",
        "fasce": [
            ["95", "raggiunto"],
            ["50", "parzialmente raggiunto"],
            ["0", "non raggiunto"],
        ],
    }


def test_every_parameter_survives_json() -> None:
    parametri = ParametriMisura(
        cap=None,
        negativo_oltre="lineare",
        indicatori="peggiore",
        aggregazione_specifici="ponderata",
        neutralizzazione="quota",
        tabella_giorni_ritardo=(Ritardo(10, D("0.95")), Ritardo(30, D("0.5"))),
        tolleranza_pesi=D("0.02"),
        tolleranza_osservazioni=D("0.05"),
        fasce=(FasciaGiudizio(D(91), "superiore"), FasciaGiudizio(D(0), "inferiore")),
    )
    letto = json.loads(json.dumps(parametri.in_dizionario()))
    assert ParametriMisura.da_dizionario(letto) == parametri


@pytest.mark.parametrize(
    ("chiave", "valore"),
    [
        ("tetto", 1),
        ("cap", "0"),
        ("cap", "-1"),
        ("cap", "NaN"),
        ("cap", "Infinity"),
        ("cap", "molto"),
        ("cap", 1.2),
        ("cap", True),
        ("cap", []),
        ("negativo_oltre", "quadratico"),
        ("negativo_oltre", None),
        ("negativo_oltre", ["zero"]),
        ("indicatori", "migliore"),
        ("aggregazione_specifici", ""),
        ("neutralizzazione", 3),
        ("tabella_giorni_ritardo", "10"),
        ("tabella_giorni_ritardo", None),
        ("tabella_giorni_ritardo", [[10]]),
        ("tabella_giorni_ritardo", [["10", "0.5"]]),
        ("tabella_giorni_ritardo", [[True, "0.5"]]),
        ("tabella_giorni_ritardo", [[0, "0.5"]]),
        ("tabella_giorni_ritardo", [[10, "0.5"], [10, "0.4"]]),
        ("tabella_giorni_ritardo", [[10, "0.5"], [20, "0.6"]]),
        ("tabella_giorni_ritardo", [[10, "95"]]),
        ("tabella_giorni_ritardo", [[10, "NaN"]]),
        ("tolleranza_pesi", "-0.01"),
        ("tolleranza_pesi", None),
        ("tolleranza_osservazioni", "1"),
        ("fasce", []),
        ("fasce", {"95": "raggiunto"}),
        ("fasce", [["95", "raggiunto"]]),
        ("fasce", [["0", "basso"], ["95", "alto"]]),
        ("fasce", [["95", "alto"], ["95", "medio"], ["0", "basso"]]),
        ("fasce", [["95", " "], ["0", "basso"]]),
        ("fasce", [["95", 7], ["0", "basso"]]),
        ("fasce", [[0.5, "alto"], ["0", "basso"]]),
        ("fasce", [["NaN", "alto"]]),
    ],
)
def test_a_wrong_parameter_is_refused_by_its_name(chiave: str, valore: Any) -> None:
    with pytest.raises(ValueError, match=f"Parametro di misura «{chiave}»: .+\\.$"):
        ParametriMisura.da_dizionario({chiave: valore})


def test_integers_are_decimals_too() -> None:
    assert ParametriMisura.da_dizionario({"cap": 2}).cap == D(2)


@pytest.mark.parametrize(
    ("percentuale", "etichetta"),
    [
        ("100", "raggiunto"),
        ("212", "raggiunto"),
        ("95", "raggiunto"),
        ("94.999", "parzialmente raggiunto"),
        ("50", "parzialmente raggiunto"),
        ("49.99", "non raggiunto"),
        ("0", "non raggiunto"),
    ],
)
def test_R76_bands_judge_the_unrounded_figure(percentuale: str, etichetta: str) -> None:
    assert ParametriMisura().giudizio(D(percentuale)) == etichetta


def test_R76_no_figure_is_not_a_bad_figure() -> None:
    assert ParametriMisura().giudizio(None) == NON_VALUTABILE
