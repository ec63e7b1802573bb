# SPDX-License-Identifier: AGPL-3.0-or-later
"""Terms (R41-R49), to the millisecond: `termine` is the first instant that is too late."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from cycle.calendario import PERIODI, festivo, giorno_utile, termine, voci
from cycle.models import Atto, Scadenza
from cycle.services import enti
from tests import mondo
from workflows.ports import RUOLI
from workflows.registro import azioni
from workflows.registro.azioni import Voce

ROMA = "Europe/Rome"
GEMINIANO = (1, 31)


def iso(testo: str) -> datetime:
    return datetime.fromisoformat(testo)


class TestLaGiornataIntera:
    @pytest.mark.parametrize(
        ("giorno", "in_tempo", "tardi"),
        [
            # summer time, then winter time
            (date(2026, 9, 30), "2026-09-30T21:59:59.999Z", "2026-09-30T22:00:00.000Z"),
            (date(2026, 12, 15), "2026-12-15T22:59:59.999Z", "2026-12-15T23:00:00Z"),
            (date(2026, 12, 31), "2026-12-31T22:59:59.999Z", "2026-12-31T23:00:00Z"),
            (date(2027, 1, 31), "2027-01-31T22:59:59.999Z", "2027-01-31T23:00:00Z"),
            # the days of 25 and of 23 hours
            (date(2026, 10, 25), "2026-10-25T22:59:59.999Z", "2026-10-25T23:00:00Z"),
            (date(2026, 3, 29), "2026-03-29T21:59:59.999Z", "2026-03-29T22:00:00Z"),
            # R43: notice of 20/10/2026 15:00, ten days across the end of summer time
            (date(2026, 10, 30), "2026-10-30T22:59:59.999Z", "2026-10-30T23:00:00Z"),
        ],
    )  # fmt: skip
    def test_r41_r43_the_whole_day_belongs_to_the_term(
        self, giorno: date, in_tempo: str, tardi: str
    ) -> None:
        limite = termine(giorno, ROMA)
        assert iso(in_tempo) < limite
        assert iso(tardi) == limite
        assert limite - timedelta(microseconds=1) < limite
        assert limite.tzinfo is UTC

    def test_r42_in_the_zone_of_the_ente(self) -> None:
        giorno = date(2026, 9, 30)
        assert termine(giorno, "Atlantic/Azores") == iso("2026-10-01T00:00Z")
        assert termine(giorno, "Europe/Lisbon") == iso("2026-09-30T23:00Z")
        assert termine(giorno, ROMA) == iso("2026-09-30T22:00Z")


class TestFestivi:
    @pytest.mark.parametrize(
        ("anno", "utile"),
        [
            (2023, date(2023, 9, 30)),  # a Saturday (R45)
            (2026, date(2026, 9, 30)),
            (2027, date(2027, 9, 30)),
            (2028, date(2028, 9, 30)),  # a Saturday
            (2029, date(2029, 10, 1)),  # a Sunday
            (2034, date(2034, 9, 30)),  # a Saturday
            (2035, date(2035, 10, 1)),  # a Sunday
        ],
    )
    def test_r44_r45_the_thirtieth_of_september_over_the_years(
        self, anno: int, utile: date
    ) -> None:
        giorno = date(anno, 9, 30)
        assert giorno_utile(giorno, "successivo", None) == utile
        assert giorno_utile(giorno, "nessuna", None) == giorno
        assert termine(giorno, ROMA, "successivo") == termine(utile, ROMA)

    def test_r46_national_days_easter_monday_and_the_patron_saint(self) -> None:
        for giorno in (
            date(2026, 1, 1),
            date(2026, 1, 6),
            date(2026, 4, 6),  # Easter Monday
            date(2027, 3, 29),  # and of the year after
            date(2026, 4, 25),
            date(2026, 5, 1),
            date(2026, 6, 2),
            date(2026, 8, 15),
            date(2026, 11, 1),
            date(2026, 12, 8),
            date(2026, 12, 25),
            date(2026, 12, 26),
        ):
            assert festivo(giorno, None), giorno
        assert not festivo(date(2025, 10, 4), None)
        assert festivo(date(2027, 10, 4), None)  # since 2026
        geminiano = date(2028, 1, 31)  # a Monday
        assert not festivo(geminiano, None)
        assert festivo(geminiano, GEMINIANO)
        assert not festivo(date(2028, 2, 1), GEMINIANO)

    def test_r46_a_patron_saint_next_to_a_sunday(self) -> None:
        """31/01/2026 is a Saturday and S. Geminiano; the day after is a Sunday."""
        assert giorno_utile(date(2026, 1, 31), "successivo", GEMINIANO) == date(2026, 2, 2)
        assert giorno_utile(date(2026, 1, 31), "successivo", None) == date(2026, 1, 31)
        assert giorno_utile(date(2026, 1, 31), "precedente", GEMINIANO) == date(2026, 1, 30)

    def test_r48_backwards_over_the_longest_row(self) -> None:
        """Christmas, S. Stefano and a Sunday: from 27/12/2026 back to Christmas Eve."""
        assert giorno_utile(date(2026, 12, 27), "precedente", None) == date(2026, 12, 24)
        assert giorno_utile(date(2026, 12, 25), "successivo", None) == date(2026, 12, 28)

    def test_r47_the_backstops_of_the_law_stay_where_they_are(self) -> None:
        """15/12/2030 is a Sunday: it is still the 15th."""
        assert festivo(date(2030, 12, 15), None)
        statutarie = {
            (v.mese, v.giorno): v.festivi
            for n in PERIODI
            for v in voci(n)
            if v.tipo == "statutaria"
        }
        assert statutarie == dict.fromkeys([(11, 30), (12, 15), (12, 31)], "nessuna")
        assert termine(date(2030, 12, 15), ROMA, "nessuna") == iso("2030-12-15T23:00Z")


giorni = st.dates(date(2000, 1, 1), date(2100, 12, 31))
fusi = st.sampled_from(
    [
        ROMA,
        "Europe/Lisbon",
        "Atlantic/Azores",
        "UTC",
        # where the clock moves at midnight, and midnight is skipped or comes twice
        "Africa/Cairo",
        "Asia/Beirut",
        "America/Havana",
        "America/Asuncion",
    ]
)
patroni = st.none() | st.dates(date(2000, 1, 1), date(2000, 12, 31)).map(lambda d: (d.month, d.day))
politiche = st.sampled_from(["nessuna", "successivo", "precedente"])
prova = settings(deadline=None, max_examples=300)


class TestPerTuttiGliAnni:
    @prova
    @given(giorni, fusi, politiche, patroni)
    def test_r41_r42_it_is_the_boundary_between_two_days(
        self, giorno: date, fuso: str, politica: str, patrono: tuple[int, int] | None
    ) -> None:
        limite = termine(giorno, fuso, politica, patrono)
        utile = giorno_utile(giorno, politica, patrono)
        zona = ZoneInfo(fuso)
        assert (limite - timedelta(microseconds=1)).astimezone(zona).date() == utile
        assert limite.astimezone(zona).date() == utile + timedelta(days=1)

    @prova
    @given(giorni, politiche, patroni)
    def test_r44_r48_it_moves_the_least_it_can_and_the_right_way(
        self, giorno: date, politica: str, patrono: tuple[int, int] | None
    ) -> None:
        utile = giorno_utile(giorno, politica, patrono)
        passo = {"nessuna": 0, "successivo": 1, "precedente": -1}[politica]
        scarto = (utile - giorno).days
        if politica == "nessuna":
            assert scarto == 0
            return
        assert not festivo(utile, patrono)
        assert scarto * passo >= 0
        assert abs(scarto) <= 5
        assert all(festivo(giorno + timedelta(days=passo * n), patrono) for n in range(abs(scarto)))

    @prova
    @given(giorni, giorni, fusi, politiche, patroni)
    def test_an_earlier_day_never_ends_later(
        self, uno: date, due: date, fuso: str, politica: str, patrono: tuple[int, int] | None
    ) -> None:
        prima, dopo = sorted((uno, due))
        assert termine(prima, fuso, politica, patrono) <= termine(dopo, fuso, politica, patrono)

    @prova
    @given(giorni)
    def test_r42_a_day_in_rome_has_23_24_or_25_hours(self, giorno: date) -> None:
        durata = termine(giorno, ROMA) - termine(giorno - timedelta(days=1), ROMA)
        assert durata in (timedelta(hours=23), timedelta(hours=24), timedelta(hours=25))
        assert durata == timedelta(hours=24) or (giorno.weekday() == 6 and giorno.month in (3, 10))


class TestCalendarioDellAnno:
    def test_the_default_calendar_is_that_of_the_norms(self) -> None:
        righe = {v.codice: (v.tipo, v.scarto, v.mese, v.giorno, v.festivi) for v in voci()}
        assert righe == {
            "peg": ("ordinatoria", 0, 1, 20, "nessuna"),
            "variazioni-bilancio": ("statutaria", 0, 11, 30, "nessuna"),
            "piao": ("ordinatoria", 0, 1, 31, "nessuna"),
            "chiusura-1": ("ordinatoria", 0, 6, 30, "nessuna"),
            "relazione-1": ("ordinatoria", 0, 7, 31, "successivo"),
            "osservazioni-1": ("ordinatoria", 0, 8, 31, "successivo"),
            "variazioni": ("perentoria", 0, 9, 30, "successivo"),
            "decisioni": ("ordinatoria", 0, 10, 31, "successivo"),
            "variazioni-legge": ("statutaria", 0, 12, 15, "nessuna"),
            "chiusura-2": ("statutaria", 0, 12, 31, "nessuna"),
            "relazione-2": ("ordinatoria", 1, 1, 31, "successivo"),
            "validazione": ("ordinatoria", 1, 2, 28, "successivo"),
            "relazione-performance": ("ordinatoria", 1, 6, 30, "successivo"),
        }
        for v in voci():
            assert set(v.ruoli) <= set(RUOLI)

    @pytest.mark.parametrize(
        ("anno", "codice", "limite"),
        [
            (2026, "variazioni", "2026-09-30T22:00Z"),
            (2029, "variazioni", "2029-10-01T22:00Z"),
            (2035, "variazioni", "2035-10-01T22:00Z"),
            (2030, "variazioni-legge", "2030-12-15T23:00Z"),
            (2028, "chiusura-2", "2028-12-31T23:00Z"),  # a Sunday
            # 31/01/2027 is a Sunday and the patron saint's: Monday
            (2026, "relazione-2", "2027-02-01T23:00Z"),
            # 31/01/2028 is the patron saint's, a Monday: Tuesday
            (2027, "relazione-2", "2028-02-01T23:00Z"),
            (2027, "validazione", "2028-02-28T23:00Z"),
        ],
    )
    def test_r44_r46_the_resolved_instants_of_a_year(
        self, db: None, anno: int, codice: str, limite: str
    ) -> None:
        ciclo = enti.apri_anno(ente=mondo.ente(), anno=anno, istante=mondo.ADESSO)
        scadenza = Scadenza.objects.get(ciclo=ciclo, codice=codice)
        assert scadenza.termine == iso(limite)

    def test_r42_an_ente_elsewhere_has_its_own(self, db: None) -> None:
        ente = enti.crea_ente(
            nome="Comune delle Isole",
            codice_ipa="isole",
            istante=mondo.ADESSO,
            fuso="Atlantic/Azores",
        )
        ciclo = enti.apri_anno(ente=ente, anno=2026, istante=mondo.ADESSO)
        scadenza = Scadenza.objects.get(ciclo=ciclo, codice="variazioni")
        assert scadenza.termine == iso("2026-10-01T00:00Z")


@pytest.mark.usefixtures("db")
class TestTermini:
    def statutarie(self) -> Any:
        return Scadenza.objects.filter(ciclo=mondo.ciclo(), tipo="statutaria")

    def test_r47_a_term_of_the_law_never_moves(self) -> None:
        assert {s.codice for s in self.statutarie()} == {
            "variazioni-bilancio",
            "variazioni-legge",
            "chiusura-2",
        }
        domani = datetime(2026, 12, 31, 23, tzinfo=UTC)
        for cambio in (
            {"termine": domani},
            {"data": date(2026, 12, 16)},
            {"festivi": "successivo"},
            {"tipo": "ordinatoria"},
            {"codice": "altro"},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                self.statutarie().filter(codice="variazioni-legge").update(**cambio)
        with pytest.raises(IntegrityError, match="R47"), transaction.atomic():
            self.statutarie().delete()

    def test_r47_not_even_by_an_act(self) -> None:
        self.con_atto()
        with pytest.raises(IntegrityError, match="R47"), transaction.atomic():
            self.statutarie().update(termine=datetime(2027, 1, 31, tzinfo=UTC))

    def test_r47_nor_is_one_made_that_moves_on_holidays(self) -> None:
        ciclo = mondo.ciclo()
        with pytest.raises(IntegrityError, match="scadenza_di_legge_ferma"), transaction.atomic():
            Scadenza.objects.create(
                ente_id=ciclo.ente_id,
                ciclo=ciclo,
                codice="nuova",
                nome="Nuova",
                tipo="statutaria",
                data=date(2026, 12, 15),
                festivi="successivo",
                termine=mondo.ADESSO,
            )

    def test_r49_the_others_move_only_by_an_act(self) -> None:
        ottobre = {"data": date(2026, 10, 15), "termine": datetime(2026, 10, 15, 22, tzinfo=UTC)}
        variazioni = Scadenza.objects.filter(ciclo=mondo.ciclo(), codice="variazioni")
        with pytest.raises(IntegrityError, match="R49"), transaction.atomic():
            variazioni.update(**ottobre)
        with pytest.raises(IntegrityError, match="R49"), transaction.atomic():
            variazioni.delete()
        self.con_atto()
        assert variazioni.update(**ottobre) == 1

    def test_what_is_not_the_term_may_be_corrected(self) -> None:
        Scadenza.objects.filter(ciclo=mondo.ciclo()).update(nome="Meglio detto")

    def con_atto(self) -> None:
        ciclo = mondo.ciclo()
        azioni.apri(
            ente_id=ciclo.ente_id,
            procedura="ciclo",
            verbo="modifica",
            passi=[Voce(ciclo.pk)],
            attore=mondo.attore("ATTI SEGRETERIA"),
            istante=mondo.ADESSO,
            atto_id=Atto.objects.filter(ciclo=ciclo)[0].pk,
        )
