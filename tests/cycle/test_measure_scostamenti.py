# SPDX-License-Identifier: AGPL-3.0-or-later
"""When the Nucleo speaks (R62, R73, R78)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from cycle.measure import (
    Indicatore,
    ParametriMisura,
    Ritardo,
    Scostamento,
    scostamenti,
    scostamento,
)
from tests.cycle.costruttori_misura import DI_SERIE, D, indicatore, obiettivo, specifico

GIUGNO, DICEMBRE = 1, 2


def rilievo(i: Indicatore, periodo: int, parametri: ParametriMisura = DI_SERIE) -> Any:
    trovato = scostamento(i, periodo, DICEMBRE, parametri)
    return trovato and (trovato.esito, trovato.previsto, trovato.conseguito)


def test_R78_a_june_miss_is_told_even_if_the_year_makes_it_up() -> None:
    i = indicatore((5, 4), (0, 8))
    assert rilievo(i, GIUGNO) == ("parziale", 5, 4)
    assert rilievo(i, DICEMBRE) is None


def test_R78_at_the_end_the_year_is_judged_not_december() -> None:
    assert rilievo(indicatore((60, 75), (40, 39)), DICEMBRE) is None
    i = indicatore((25, 12), (22, 21))
    assert rilievo(i, GIUGNO) == ("parziale", 25, 12)
    assert rilievo(i, DICEMBRE) == ("parziale", 47, 33)


def test_R78_a_miss_carried_from_june_is_told_in_a_december_on_target() -> None:
    assert rilievo(indicatore((5, 0), (5, 5)), DICEMBRE) == ("parziale", 10, 5)


def test_nothing_achieved_is_a_full_miss() -> None:
    assert rilievo(indicatore((0, 0), (1, 0)), DICEMBRE) == ("mancato", 1, 0)
    assert rilievo(indicatore((3, None), (1, 0)), GIUGNO) == ("mancato", 3, 0)


def test_R73_what_is_not_assessed_is_not_missed() -> None:
    assert rilievo(indicatore((0, 0), (1, 1)), GIUGNO) is None
    assert rilievo(indicatore((None, None), (1, 1)), GIUGNO) is None
    assert rilievo(indicatore((None, 3), (1, 1)), GIUGNO) is None
    assert rilievo(indicatore((0, 0), (0, 0)), DICEMBRE) is None


def test_R74_the_year_of_a_media_is_quoted_as_its_mean() -> None:
    i = indicatore((90, 60), (90, 100), aggregazione="media")
    assert rilievo(i, DICEMBRE) == ("parziale", 90, 80)


def test_R72_a_negative_misses_upwards() -> None:
    i = indicatore((48, 50), (48, 40), natura="negativo", aggregazione="media")
    assert rilievo(i, GIUGNO) == ("parziale", 48, 50)
    assert rilievo(i, DICEMBRE) is None
    assert rilievo(indicatore((0, 1), (0, 0), natura="negativo"), GIUGNO) == ("mancato", 0, 1)
    assert rilievo(indicatore((0, 0), (0, 0), natura="negativo"), GIUGNO) is None


def test_R70_a_band_is_missed_at_its_nearer_edge() -> None:
    fascia = (D(18), D(24))
    i = indicatore((None, 12), (None, 30), fascia=fascia, aggregazione="ultimo_valore")
    assert rilievo(i, GIUGNO) == ("parziale", 18, 12)
    assert rilievo(i, DICEMBRE) == ("parziale", 24, 30)
    assert rilievo(indicatore((None, None), (None, 20), fascia=fascia), GIUGNO) is None


def test_R79_dates() -> None:
    scadenza, fatto = date(2021, 5, 31), date(2021, 6, 3)
    i = indicatore((scadenza, fatto), (None, None), unita_misura="data")
    assert rilievo(i, GIUGNO) == ("mancato", scadenza, fatto)
    tabella = ParametriMisura(tabella_giorni_ritardo=(Ritardo(10, D("0.9")),))
    assert rilievo(i, GIUGNO, tabella) == ("parziale", scadenza, fatto)
    assert rilievo(i, DICEMBRE) == ("mancato", scadenza, fatto)


@pytest.mark.parametrize(
    ("scadenza", "al", "manca"),
    [
        ("2021-05-31", None, False),
        ("2021-05-31", date(2021, 6, 30), True),
        ("2021-06-30", date(2021, 6, 30), True),
        ("2021-07-01", date(2021, 6, 30), False),
    ],
)
def test_R79_an_unmeasured_date_is_missed_once_due(
    scadenza: str, al: date | None, manca: bool
) -> None:
    i = indicatore((scadenza, None), (scadenza, None), unita_misura="data")
    assert (scostamento(i, GIUGNO, DICEMBRE, DI_SERIE, al) is not None) is manca
    assert rilievo(i, DICEMBRE) == ("mancato", date.fromisoformat(scadenza), None)


def test_the_tolerance_is_a_share_of_the_target() -> None:
    tollera = ParametriMisura(tolleranza_osservazioni=D("0.05"))
    assert rilievo(indicatore((100, 95)), GIUGNO, tollera) is None
    assert rilievo(indicatore((100, 94)), GIUGNO, tollera) == ("parziale", 100, 94)


def test_a_cap_below_one_is_not_a_miss() -> None:
    assert rilievo(indicatore((10, 10), cap=D("0.8")), GIUGNO) is None


def test_R62_what_is_neutralised_is_not_told() -> None:
    corto = indicatore((5, 4))
    assert rilievo(replace(corto, neutralizzato="l'alluvione"), GIUGNO) is None
    ob = obiettivo(specifico(corto, neutralizzato="l'alluvione"), specifico(corto, codice="OB02"))
    assert [s.specifico for s in scostamenti(ob, GIUGNO, DICEMBRE, DI_SERIE)] == ["OB02"]


def test_shortfalls_of_an_objective_in_the_order_of_the_scheda() -> None:
    ob = obiettivo(
        specifico(indicatore((5, 4), nome="A"), indicatore((5, 5), nome="B"), codice="OB01"),
        specifico(indicatore((2, 0), nome="C"), codice="OB02"),
    )
    assert scostamenti(ob, GIUGNO, DICEMBRE, DI_SERIE) == (
        Scostamento("OB01", "A", GIUGNO, False, "parziale", D(5), D(4)),
        Scostamento("OB02", "C", GIUGNO, False, "mancato", D(2), D(0)),
    )
    assert all(s.annuale for s in scostamenti(ob, DICEMBRE, DICEMBRE, DI_SERIE))


def test_R78_with_more_periods_only_the_last_judges_the_year() -> None:
    i = indicatore((2, 2), (2, 1), (2, 3))
    trovati = [scostamento(i, periodo, 3, DI_SERIE) for periodo in (1, 2, 3)]
    assert [trovato is not None for trovato in trovati] == [False, True, False]
