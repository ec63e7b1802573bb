# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rules R62-R64, R68-R77, R79 on figures worked by hand; the golden ones are published."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, Inexact, localcontext

import pytest

from cycle.measure import (
    Indicatore,
    ParametriMisura,
    Ritardo,
    annuale_stampato,
    arrotonda,
    difetto_pesi,
    insieme,
    misura_obiettivo,
    misura_specifico,
    percentuali,
    punteggio,
)
from tests.cycle.costruttori_misura import (
    DI_SERIE,
    D,
    di_uno,
    indicatore,
    obiettivo,
    specifico,
)

SENZA_CAP = ParametriMisura(cap=None)


def s(i: Indicatore, parametri: ParametriMisura = DI_SERIE, **limiti: int) -> Decimal | None:
    return punteggio(i, parametri, **limiti).s


def stato(i: Indicatore, **limiti: int) -> str:
    return punteggio(i, DI_SERIE, **limiti).stato


class TestFigurePubblicate:
    def test_R64_R75_golden_two_full_specifici_and_one_at_zero(self) -> None:
        """OE0527: the settore gave its reasons, and the score did not move."""
        oe = obiettivo(
            specifico(indicatore((100, 100), (100, 100), peso=100, aggregazione="media")),
            specifico(indicatore((1, 1), (0, 0), peso=100)),
            specifico(indicatore((0, 0), (1, 0), peso=100)),
        )
        percentuale = misura_obiettivo(oe, DI_SERIE).percentuale
        assert percentuale is not None
        assert arrotonda(percentuale) == D("66.67")
        assert str(percentuale) == "66." + "6" * 37 + "7"

    def test_R75_golden_ten_activities_one_short(self) -> None:
        """10701: nine activities full, the tenth short of inspections for half its weight."""
        piene = [specifico(indicatore((5, 4), (0, 8), peso=100)) for _ in range(9)]
        corta = specifico(
            indicatore((95, 100), (95, 100), peso=50, aggregazione="media"),
            indicatore((25, 12), (22, 21), peso=50),
        )
        percentuale = misura_obiettivo(obiettivo(*piene, corta), DI_SERIE).percentuale
        assert percentuale is not None
        assert arrotonda(percentuale) == D("98.51")

    @pytest.mark.parametrize(
        ("target", "valore", "stampata"),
        [(50, 106, "212.00"), (3, 5, "166.67"), (106, 215, "202.83"), (100, 73, "73.00")],
    )
    def test_R71_seregno_has_no_cap(self, target: int, valore: int, stampata: str) -> None:
        """The first reading has no target, and does not enter."""
        percentuale = punteggio(indicatore((None, 40), (target, valore)), SENZA_CAP).percentuale
        assert percentuale is not None
        assert arrotonda(percentuale) == D(stampata)

    def test_R72_modena_hours_to_answer_below_target(self) -> None:
        assert s(indicatore((48, 1), (48, 1), natura="negativo", aggregazione="media")) == 1


class TestIndicatore:
    def test_R71_cap_of_the_indicator_wins_over_the_ente(self) -> None:
        assert s(indicatore((10, 15))) == 1
        assert s(indicatore((10, 15), cap=D("1.2"))) == D("1.2")
        assert s(indicatore((10, 15), cap=D("1.2")), SENZA_CAP) == D("1.2")
        assert s(indicatore((10, 15)), SENZA_CAP) == D("1.5")

    def test_R71_never_below_zero(self) -> None:
        esito = punteggio(indicatore((10, -5)), DI_SERIE)
        assert (esito.r, esito.s) == (D("-0.5"), 0)

    @pytest.mark.parametrize(
        ("oltre", "valore", "atteso"),
        [
            ("rapporto", 10, "1"),
            ("rapporto", 16, "0.625"),
            ("lineare", 16, "0.4"),
            ("lineare", 25, "0"),
            ("zero", 11, "0"),
            ("zero", 10, "1"),
        ],
    )
    def test_R72_negative_beyond_target(self, oltre: str, valore: int, atteso: str) -> None:
        parametri = ParametriMisura(negativo_oltre=oltre)
        assert s(indicatore((10, valore), natura="negativo"), parametri) == D(atteso)

    def test_R73_negative_with_annual_target_zero_is_all_or_nothing(self) -> None:
        assert s(indicatore((0, 0), (0, 0), natura="negativo")) == 1
        assert s(indicatore((0, 0), (0, 2), natura="negativo")) == 0

    @pytest.mark.parametrize("valore", [0, 3])
    def test_R73_positive_with_annual_target_zero_is_flagged(self, valore: int) -> None:
        esito = punteggio(indicatore((0, 0), (0, valore)), DI_SERIE)
        assert esito.stato == "non_calcolabile"
        assert "«N. incontri»" in esito.motivo
        assert "correggere" in esito.motivo
        assert misura_obiettivo(di_uno(indicatore((0, 0))), DI_SERIE).percentuale is None

    def test_R73_zero_over_zero_in_a_period_is_not_a_failure(self) -> None:
        i = indicatore((0, 0), (4, 4))
        assert stato(i, fino_a=1) == "non_valutato"
        assert s(i) == 1

    def test_R73_work_done_before_it_was_promised_waits(self) -> None:
        i = indicatore((0, 3), (4, 1))
        assert stato(i, fino_a=1) == "non_valutato"
        assert s(i) == 1

    @pytest.mark.parametrize(
        ("aggregazione", "previsto", "conseguito"),
        [
            ("somma", "16", "13"),
            ("media", "8", "6.5"),
            ("ultimo_valore", "6", "9"),
            ("massimo", "10", "9"),
            ("minimo", "6", "4"),
        ],
    )
    def test_R74_aggregations(self, aggregazione: str, previsto: str, conseguito: str) -> None:
        esito = punteggio(indicatore((10, 4), (6, 9), aggregazione=aggregazione), SENZA_CAP)
        assert (esito.previsto, esito.conseguito) == (D(previsto), D(conseguito))
        assert esito.percentuale is not None
        assert arrotonda(esito.percentuale) == arrotonda(100 * D(conseguito) / D(previsto))

    @pytest.mark.parametrize("aggregazione", ["media", "ultimo_valore", "massimo", "minimo"])
    def test_R74_a_period_not_assessed_is_skipped(self, aggregazione: str) -> None:
        esito = punteggio(indicatore((8, 4), (0, 0), aggregazione=aggregazione), DI_SERIE)
        assert (esito.previsto, esito.conseguito, esito.s) == (8, 4, D("0.5"))

    def test_R74_printed_year_of_a_media_is_the_last_period(self) -> None:
        i = indicatore((80, 60), (90, 100), aggregazione="media")
        assert annuale_stampato(i) == (90, 100)
        assert punteggio(i, SENZA_CAP).conseguito == 80
        assert annuale_stampato(replace(i, aggregazione="somma")) == (170, 160)
        assert annuale_stampato(indicatore()) == (None, None)

    def test_a_june_miss_recovered_by_december_costs_nothing(self) -> None:
        i = indicatore((5, 2), (5, 8))
        assert s(i, fino_a=1) == D("0.4")
        assert s(i) == 1

    def test_periods_count_by_number_not_by_position(self) -> None:
        i = indicatore((4, 1), (6, 6), aggregazione="ultimo_valore")
        assert s(replace(i, rilevazioni=i.rilevazioni[::-1])) == 1

    @pytest.mark.parametrize(
        ("valore", "atteso"),
        [(18, "1"), (24, "1"), (9, "0.5"), (30, "0.8"), (-1, "0")],
    )
    def test_R70_band(self, valore: int, atteso: str) -> None:
        i = indicatore((None, valore), fascia=(D(18), D(24)))
        assert s(i) == D(atteso)

    def test_R70_band_follows_the_parameter_of_negatives_above_it(self) -> None:
        i = indicatore((None, 30), fascia=(D(18), D(24)))
        assert s(i, ParametriMisura(negativo_oltre="lineare")) == D("0.75")
        assert s(i, ParametriMisura(negativo_oltre="zero")) == 0

    def test_R70_band_never_measured_scores_nothing_once_closed(self) -> None:
        i = indicatore((None, None), (None, None), fascia=(D(18), D(24)))
        assert stato(i, chiusi=1) == "non_valutato"
        assert s(i) == 0

    def test_R70_band_around_zero_divides_by_nothing(self) -> None:
        assert s(indicatore((None, 1), fascia=(D(-1), D(0)))) == 0
        assert s(indicatore((None, -2), fascia=(D(-1), D(0)))) == 0

    def test_R70_yes_or_no_is_full_or_nothing(self) -> None:
        assert s(indicatore((1, 1), unita_misura="si_no")) == 1
        assert s(indicatore((1, 0), unita_misura="si_no")) == 0
        assert s(indicatore((1, 1), (1, 0), unita_misura="si_no")) == 0

    def test_a_negative_target_admits_only_full_or_nothing(self) -> None:
        assert s(indicatore((-5, -4))) == 1
        assert s(indicatore((-5, -6))) == 0
        assert s(indicatore((-5, -6), natura="negativo")) == 1
        assert s(indicatore((-5, -4), natura="negativo")) == 0


class TestValoriMancanti:
    def test_in_an_open_period_the_period_is_left_out(self) -> None:
        i = indicatore((5, 4), (5, None))
        assert s(i, chiusi=1) == D("0.8")
        assert s(i, chiusi=2) == D("0.4")

    def test_nothing_measured_in_an_open_year_is_not_assessed(self) -> None:
        for natura in ("positivo", "negativo"):
            i = indicatore((5, None), (5, None), natura=natura)
            assert stato(i, chiusi=0) == "non_valutato"

    @pytest.mark.parametrize("target", [0, 5])
    def test_silence_is_never_a_merit_of_a_negative(self, target: int) -> None:
        i = indicatore((target, None), natura="negativo")
        assert s(i) == 0

    def test_no_target_at_all_is_flagged(self) -> None:
        esito = punteggio(indicatore((None, 4), (None, 2)), DI_SERIE)
        assert (esito.stato, esito.s) == ("non_calcolabile", None)
        assert "manca il target" in esito.motivo


class TestDate:
    TABELLA = ParametriMisura(
        tabella_giorni_ritardo=(Ritardo(15, D("0.95")), Ritardo(60, D("0.5")))
    )

    @pytest.mark.parametrize(
        ("fatto", "atteso"),
        [
            ("2021-11-30", "1"),
            ("2021-12-01", "0.95"),
            ("2021-12-15", "0.95"),
            ("2021-12-16", "0.5"),
            ("2022-03-01", "0"),
        ],
    )
    def test_R79_late_dates_by_table(self, fatto: str, atteso: str) -> None:
        i = indicatore(("2021-11-30", fatto), unita_misura="data")
        assert s(i, self.TABELLA) == D(atteso)

    def test_R79_without_a_table_late_is_zero(self) -> None:
        assert s(indicatore(("2021-11-30", "2021-12-01"), unita_misura="data")) == 0

    def test_R79_not_measured_is_zero_only_at_year_end(self) -> None:
        i = indicatore(("2021-11-30", None), ("2021-11-30", None), unita_misura="data")
        assert stato(i, fino_a=1) == "non_valutato"
        assert stato(i, chiusi=1) == "non_valutato"
        assert s(i) == 0

    def test_R79_a_day_recorded_in_june_still_counts_in_december(self) -> None:
        i = indicatore(("2021-11-30", "2021-05-28"), ("2021-11-30", None), unita_misura="data")
        assert s(i) == 1

    def test_R79_a_second_deadline_is_not_met_by_the_first_day(self) -> None:
        i = indicatore(("2021-05-30", "2021-05-28"), ("2021-11-30", None), unita_misura="data")
        assert s(i) == 0

    def test_R79_a_deadline_to_come_is_not_assessed(self) -> None:
        i = indicatore((None, None), ("2021-11-30", None), unita_misura="data")
        assert stato(i, fino_a=1) == "non_valutato"


class TestPesi:
    @pytest.mark.parametrize(
        "pesi",
        [
            ("33", "33", "34"),
            ("33.33", "33.33", "33.33"),
            ("66.67", "33.33"),
            ("66.66", "33.33"),
            ("100",),
            ("50", "30", "10", "10"),
            (),
            (None, None),
        ],
    )
    def test_R68_right(self, pesi: tuple[str | None, ...]) -> None:
        dati = [None if p is None else D(p) for p in pesi]
        assert difetto_pesi(dati, DI_SERIE.tolleranza_pesi) == ""

    @pytest.mark.parametrize(
        ("pesi", "frase"),
        [
            (("50", "49.99"), "99,99"),
            (("33.34", "33.34", "33.34"), "100,02"),
            (("60", "60"), "120"),
            (("0", "0"), "0"),
            (("50", None), "sono 1 su 2"),
        ],
    )
    def test_R68_wrong(self, pesi: tuple[str | None, ...], frase: str) -> None:
        dati = [None if p is None else D(p) for p in pesi]
        assert frase in difetto_pesi(dati, DI_SERIE.tolleranza_pesi)

    def test_R68_thirds_written_short_lose_nothing(self) -> None:
        terzi = specifico(*(indicatore((1, 1), peso="33.33") for _ in range(3)))
        assert misura_specifico(terzi, DI_SERIE).percentuale == 100

    def test_R68_wrong_weights_are_not_computable_and_say_so(self) -> None:
        storto = specifico(indicatore((1, 1), peso=50), indicatore((1, 1), peso=40))
        misura = misura_obiettivo(obiettivo(specifico(indicatore((1, 1))), storto), DI_SERIE)
        assert (misura.percentuale, misura.stato) == (None, "non_calcolabile")
        assert "i pesi sommano 90 invece di 100" in misura.motivo

    def test_R68_who_does_not_weigh_takes_the_plain_mean(self) -> None:
        sp = specifico(indicatore((4, 4)), indicatore((4, 1)))
        assert misura_specifico(sp, DI_SERIE).percentuale == D("62.5")

    def test_R73_an_indicator_not_assessed_leaves_its_weight_to_the_others(self) -> None:
        sp = specifico(
            indicatore((0, 0), (1, 1), peso=50),
            indicatore((4, 4), (4, 4), peso=30),
            indicatore((4, 2), (4, 6), peso=20),
        )
        assert misura_specifico(sp, DI_SERIE, fino_a=1).percentuale == D("80")
        assert misura_specifico(sp, DI_SERIE).percentuale == 100

    def test_R77_the_worst_indicator(self) -> None:
        sp = specifico(indicatore((4, 4), peso=90), indicatore((4, 1), peso=10))
        assert misura_specifico(sp, ParametriMisura(indicatori="peggiore")).percentuale == 25

    def test_R69_specifici_plain_or_weighted(self) -> None:
        ob = obiettivo(
            specifico(indicatore((4, 4)), peso=D(75)), specifico(indicatore((4, 1)), peso=D(25))
        )
        ponderata = ParametriMisura(aggregazione_specifici="ponderata")
        assert misura_obiettivo(ob, DI_SERIE).percentuale == D("62.5")
        assert misura_obiettivo(ob, ponderata).percentuale == D("81.25")

    def test_R69_weighted_without_weights_is_not_computable(self) -> None:
        ponderata = ParametriMisura(aggregazione_specifici="ponderata")
        misura = misura_obiettivo(di_uno(indicatore((4, 4))), ponderata)
        assert misura.stato == "non_calcolabile"
        assert "manca il peso" in misura.motivo


class TestObiettivo:
    def test_every_defect_is_told_together(self) -> None:
        misura = misura_obiettivo(
            obiettivo(
                specifico(indicatore((0, 0), nome="N. accessi")),
                specifico(codice="OB02"),
                specifico(indicatore((1, 1))),
            ),
            DI_SERIE,
        )
        assert misura.stato == "non_calcolabile"
        assert "«N. accessi»" in misura.motivo
        assert "OB02: non ha indicatori" in misura.motivo

    def test_an_empty_objective_is_not_computable(self) -> None:
        assert misura_obiettivo(obiettivo(), DI_SERIE).stato == "non_calcolabile"

    def test_R73_a_specifico_not_assessed_yet_is_left_out(self) -> None:
        ob = obiettivo(specifico(indicatore((4, 1), (4, 4))), specifico(indicatore((0, 0), (1, 0))))
        assert misura_obiettivo(ob, DI_SERIE, fino_a=1).percentuale == 25
        assert misura_obiettivo(ob, DI_SERIE).percentuale == D("31.25")

    def test_nothing_assessed_has_no_percentage(self) -> None:
        misura = misura_obiettivo(di_uno(indicatore((0, 0), (1, 0))), DI_SERIE, fino_a=1)
        assert (misura.percentuale, misura.stato) == (None, "non_valutato")

    def test_percentages_of_many_keep_the_order(self) -> None:
        uno, due = di_uno(indicatore((4, 1))), di_uno(indicatore((4, 3)))
        assert percentuali([uno, obiettivo(), due], DI_SERIE) == [25, None, 75]

    def test_fractions_that_make_a_whole_are_whole(self) -> None:
        """1/3 and 2/3 together are a half, not a hair below: a band at 50 must hold."""
        ob = obiettivo(specifico(indicatore((3, 1))), specifico(indicatore((3, 2))))
        percentuale = misura_obiettivo(ob, DI_SERIE).percentuale
        assert percentuale == 50
        assert DI_SERIE.giudizio(percentuale) == "parzialmente raggiunto"

    def test_the_callers_decimal_context_does_not_matter(self) -> None:
        ob = obiettivo(
            specifico(indicatore(("1.234567", "1.111111"))), specifico(indicatore((7, 3)))
        )
        atteso = misura_obiettivo(ob, DI_SERIE).percentuale
        with localcontext(prec=2, traps=[Inexact]):
            assert misura_obiettivo(ob, DI_SERIE).percentuale == atteso
            assert percentuali([ob], DI_SERIE) == [atteso]
            assert punteggio(indicatore((3, 1)), DI_SERIE).percentuale is not None
            assert difetto_pesi([D("33.33")] * 3, D("0.01")) == ""
            assert arrotonda(D("1234.565")) == D("1234.57")


class TestNeutralizzazione:
    """R62-R63."""

    QUOTE = [("escludi", "100"), ("cento", "100"), ("quota", "62.5")]

    @pytest.mark.parametrize(("effetto", "attesa"), QUOTE)
    def test_R62_an_indicator(self, effetto: str, attesa: str) -> None:
        sp = specifico(
            indicatore((4, 4), peso=50), indicatore((4, 1), peso=50, neutralizzato="l'alluvione")
        )
        parametri = ParametriMisura(neutralizzazione=effetto)
        assert misura_specifico(sp, parametri).percentuale == D(attesa)

    @pytest.mark.parametrize(("effetto", "attesa"), QUOTE)
    def test_R62_a_specifico(self, effetto: str, attesa: str) -> None:
        ob = obiettivo(
            specifico(indicatore((4, 4))),
            specifico(indicatore((4, 1)), neutralizzato="l'alluvione"),
        )
        parametri = ParametriMisura(neutralizzazione=effetto)
        assert misura_obiettivo(ob, parametri).percentuale == D(attesa)

    def test_R62_the_weight_goes_to_the_others_in_proportion(self) -> None:
        sp = specifico(
            indicatore((4, 4), peso=30),
            indicatore((4, 1), peso=10),
            indicatore((4, 0), peso=60, neutralizzato="l'alluvione"),
        )
        assert misura_specifico(sp, DI_SERIE).percentuale == D("81.25")

    @pytest.mark.parametrize(("effetto", "attesa"), QUOTE)
    def test_R62_R63_an_objective_among_others(self, effetto: str, attesa: str) -> None:
        obiettivi = [
            di_uno(indicatore((4, 4))),
            replace(di_uno(indicatore((4, 1))), neutralizzato="l'alluvione"),
        ]
        misura = insieme(obiettivi, ParametriMisura(neutralizzazione=effetto))
        assert misura.percentuale == D(attesa)
        assert misura.neutralizzati == 1

    def test_R63_R69_the_whole_counts_also_those_without_a_figure(self) -> None:
        obiettivi = [
            replace(di_uno(indicatore((4, 4))), peso=D(20)),
            replace(di_uno(indicatore((4, 1))), peso=D(30)),
            di_uno(indicatore((0, 0))),
            di_uno(indicatore((0, 0), (1, 1))),
        ]
        misura = insieme(obiettivi, DI_SERIE, fino_a=1)
        assert misura.percentuale == D(55)
        assert (misura.valutati, misura.non_valutati, misura.non_calcolabili) == (2, 1, 1)

    def test_R69_the_mean_is_plain_unless_all_have_a_weight(self) -> None:
        obiettivi = [replace(di_uno(indicatore((4, 4))), peso=D(90)), di_uno(indicatore((4, 1)))]
        assert insieme(obiettivi, DI_SERIE).percentuale == D("62.5")
        assert insieme([], DI_SERIE).percentuale is None
