# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbers printed and refused, defects of a plan, and the figures beside the percentage
(R71, R74, R75)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cycle.measure import (
    Punteggio,
    annuale_stampato,
    arrotonda,
    assorbimento,
    avanzamento_fasi,
    in_italiano,
    misura_obiettivo,
    percentuali,
    punteggio,
)
from tests.cycle.costruttori_misura import DI_SERIE, D, di_uno, indicatore


class TestNumeri:
    @pytest.mark.parametrize(
        ("valore", "stampato"),
        [
            ("66.665", "66.67"),
            ("66.664999", "66.66"),
            ("0.005", "0.01"),
            ("-0.001", "0.00"),
            ("-0.005", "-0.01"),
            ("1E+30", "1E+30"),
            ("0E-400", "0.00"),
        ],
    )
    def test_R75_half_up_for_display(self, valore: str, stampato: str) -> None:
        assert arrotonda(D(valore)) == D(stampato)
        assert not arrotonda(D(valore)).is_signed() or D(stampato) < 0

    @pytest.mark.parametrize(
        "valore", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+40", "1E+999999"]
    )
    def test_what_is_not_a_measure_cannot_be_rounded(self, valore: str) -> None:
        with pytest.raises(ValueError, match="non si può arrotondare"):
            arrotonda(D(valore))

    @pytest.mark.parametrize(
        ("valore", "decimali", "testo"),
        [
            ("1234567.5", None, "1.234.567,5"),
            ("12.00", None, "12"),
            ("100", None, "100"),
            ("66.666666", 2, "66,67"),
            ("95", 2, "95,00"),
        ],
    )
    def test_italian_marks(self, valore: str, decimali: int | None, testo: str) -> None:
        assert in_italiano(D(valore), decimali) == testo

    @pytest.mark.parametrize("guasto", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+18", "1E-19"])
    @pytest.mark.parametrize("campo", ["target", "valore", "peso", "cap", "fascia"])
    def test_figures_that_are_not_numbers_are_refused(self, guasto: str, campo: str) -> None:
        argomenti: dict[str, Any] = {
            "target": {"periodi": (guasto, 1)},
            "valore": {"periodi": (1, guasto)},
            "fascia": {"fascia": (D(0), D(guasto))},
        }.get(campo, {campo: D(guasto)})
        periodi = argomenti.pop("periodi", (1, 1))
        with pytest.raises(ValueError, match=r"«N[.] incontri»"):
            indicatore(periodi, **argomenti)

    @pytest.mark.parametrize(
        "argomenti",
        [
            {"natura": "neutro"},
            {"aggregazione": "mediana"},
            {"unita_misura": "mele"},
            {"peso": -1},
        ],
    )
    def test_an_indicator_out_of_the_lists_is_refused(self, argomenti: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match=r"«N[.] incontri»"):
            indicatore((1, 1), **argomenti)

    @pytest.mark.parametrize(
        ("argomenti", "frase"),
        [
            ({"cap": D(0)}, "punteggio massimo"),
            ({"fascia": (D(2), D(1))}, "il minimo della fascia"),
            ({"unita_misura": "data"}, "unità di misura"),
        ],
    )
    def test_a_defect_of_the_plan_is_told_and_stops_nobody_else(
        self, argomenti: dict[str, Any], frase: str
    ) -> None:
        guasto = indicatore((1, 1), **argomenti)
        misura = misura_obiettivo(di_uno(guasto), DI_SERIE)
        assert misura.stato == "non_calcolabile"
        assert frase in misura.motivo
        assert percentuali([di_uno(guasto), di_uno(indicatore((1, 1)))], DI_SERIE) == [None, 100]
        assert annuale_stampato(guasto) == (None, None)

    def test_a_date_among_numbers_and_a_band_of_dates_are_defects(self) -> None:
        assert punteggio(indicatore((1, "2021-05-31")), DI_SERIE).stato == "non_calcolabile"
        data = indicatore((None, "2021-05-31"), unita_misura="data", fascia=(D(1), D(2)))
        assert "una data non ha fascia" in punteggio(data, DI_SERIE).motivo

    def test_floats_and_repeated_periods_are_refused(self) -> None:
        i = indicatore((1, 1), (1, 1))
        prima, seconda = i.rilevazioni
        with pytest.raises(ValueError, match="due volte"):
            replace(i, rilevazioni=(prima, replace(seconda, periodo=1)))
        with pytest.raises(ValueError, match="da 1"):
            replace(i, rilevazioni=(replace(prima, periodo=0),))
        with pytest.raises(ValueError, match="esatto"):
            replace(i, rilevazioni=(replace(prima, valore=0.5),))  # type: ignore[arg-type]

    def test_a_punteggio_without_score_has_no_percentage(self) -> None:
        esito = Punteggio(None, None, None, None, "non_valutato", "nulla")
        assert esito.percentuale is None


class TestAltreFigure:
    def test_cinisello_phases_by_weight_and_progress(self) -> None:
        fasi = [(D(40), D(100)), (D(60), D(50)), (D(0), None)]
        assert avanzamento_fasi(fasi, DI_SERIE) == 70
        assert avanzamento_fasi([(None, D(100)), (None, None)], DI_SERIE) == 50
        assert avanzamento_fasi([], DI_SERIE) is None

    def test_cinisello_phases_with_wrong_weights_are_refused(self) -> None:
        with pytest.raises(ValueError, match="90 invece di 100"):
            avanzamento_fasi([(D(90), D(100))], DI_SERIE)
        with pytest.raises(ValueError, match="finito"):
            avanzamento_fasi([(D(100), D("NaN"))], DI_SERIE)

    def test_reggio_share_of_the_centre(self) -> None:
        quota = assorbimento([D("60000"), D("23200.5")], D("1000006"))
        assert quota is not None
        assert arrotonda(quota) == D("8.32")
        assert assorbimento([D(5)], D(0)) is None
        with pytest.raises(ValueError, match="finito"):
            assorbimento([D("Infinity")], D(1))
