# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opening a year by an act, and moving its terms by another (C2, R41-R49, R52, R66)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cycle import apertura, canonico, termini
from cycle.apertura import Riga
from cycle.calendario import PERIODI, Feste, fra_giorni, ultimo_giorno
from cycle.models import Atto, Ciclo, Ente, Periodo, Proroga, Scadenza
from cycle.parametri import Parametri
from cycle.services import anno as servizi
from cycle.services import enti
from cycle.services.proroga import proroga
from tests import mondo
from workflows.errors import Conflitto, NonAutorizzato, NonPossibile
from workflows.ports import FattiAtto
from workflows.registro.models import Evento

ANNO = mondo.ANNO


def iso(testo: str) -> datetime:
    return datetime.fromisoformat(testo)


def campi(rifiuto: NonPossibile) -> set[str]:
    return {m.guardia for m in rifiuto.tutti()}


def rifiutata(**cosa: Any) -> set[str]:
    """Fields for which the opening is refused; nothing is left of it."""
    prima = (Atto.objects.count(), Scadenza.objects.count(), Ciclo.objects.count())
    with pytest.raises(NonPossibile) as rifiuto:
        mondo.apri(**cosa)
    assert (Atto.objects.count(), Scadenza.objects.count(), Ciclo.objects.count()) == prima
    assert not Evento.objects.filter(verbo="apre", esito="eseguito").exists()
    return campi(rifiuto.value)


def righe(anno: int = ANNO, **cambi: dict[str, Any]) -> list[Riga]:
    """The default calendar, with some terms changed: `variazioni={"data": ...}`."""
    return [
        replace(r, **cambi.get(r.codice.replace("-", "_"), {}))
        for r in apertura.predefinite(anno, Parametri())
    ]


@pytest.mark.usefixtures("db")
class TestApre:
    def test_c2_a_year_that_was_not_there(self) -> None:
        ciclo = mondo.apri(anno=2027, quorum=3)
        assert ciclo.parametri == Parametri(quorum=3).in_dizionario()
        assert ciclo.atto_apertura is not None
        assert (ciclo.atto_apertura.tipo, ciclo.atto_apertura.organo) == ("calendario", "giunta")
        assert [p.codice for p in Periodo.objects.filter(ciclo=ciclo)] == ["2027-1", "2027-2"]
        assert Scadenza.objects.filter(ciclo=ciclo).count() == 13
        connection.check_constraints()

    def test_c2_a_year_that_an_import_had_made_is_completed(self) -> None:
        prima = mondo.ciclo()
        pid = {s.codice: s.pid for s in Scadenza.objects.filter(ciclo=prima)}
        mondo.apri(righe=righe(variazioni={"data": date(2026, 9, 15)}))
        ciclo = mondo.ciclo()
        assert ciclo.pk == prima.pk
        assert {s.codice: s.pid for s in Scadenza.objects.filter(ciclo=ciclo)} == pid
        variazioni = Scadenza.objects.get(ciclo=ciclo, codice="variazioni")
        assert variazioni.termine == iso("2026-09-15T22:00Z")

    def test_c2_from_then_on_the_database_keeps_it_as_it_is(self) -> None:
        ciclo = mondo.apri()
        for tentativo in (
            lambda: Ciclo.objects.filter(pk=ciclo.pk).update(parametri={}),
            lambda: Scadenza.objects.filter(ciclo=ciclo).update(data=date(2026, 12, 1)),
            lambda: Scadenza.objects.filter(ciclo=ciclo, codice="piao").delete(),
            lambda: Scadenza.objects.create(
                ente_id=ciclo.ente_id,
                ciclo=ciclo,
                codice="altro",
                nome="Altro",
                tipo="ordinatoria",
                data=date(2026, 5, 1),
                termine=mondo.ADESSO,
            ),
            lambda: Periodo.objects.filter(ciclo=ciclo).update(al=date(2026, 12, 30)),
        ):
            with pytest.raises(IntegrityError, match=r"C2|R47|R49"), transaction.atomic():
                tentativo()

    def test_r2_the_registro_says_who_and_by_which_act(self) -> None:
        ciclo = mondo.apri()
        evento = Evento.objects.get(verbo="apre")
        assert evento.oggetto_id == ciclo.pk
        assert evento.atto_id == ciclo.atto_apertura_id
        assert (evento.ruolo, evento.organo) == ("controllo", "giunta")
        assert evento.istante == mondo.ADESSO

    def test_r85_its_digest_is_rebuilt_from_the_rows(self) -> None:
        ciclo = mondo.apri(anno=2029, sabato_festivo=True)
        ciclo.refresh_from_db()
        assert ciclo.atto_apertura is not None
        assert canonico.impronta(apertura.testo_di(ciclo)) == ciclo.atto_apertura.digest
        altro = mondo.apri(anno=2030, sabato_festivo=True)
        assert canonico.impronta(apertura.testo_di(altro)) != ciclo.atto_apertura.digest
        with pytest.raises(IntegrityError, match="C2"), transaction.atomic():
            Scadenza.objects.filter(ciclo=ciclo, codice="piao").update(nome="PIAO")

    def test_what_is_fixed_is_what_was_shown(self) -> None:
        scelti = Parametri(periodi=3, patrono_festivo=False)
        mostrata = servizi.prepara(
            ente=mondo.ente(),
            anno=2029,
            parametri=scelti,
            righe=apertura.predefinite(2029, scelti),
            istante=mondo.ADESSO,
        )
        ciclo = mondo.apri(anno=2029, periodi=3, patrono_festivo=False)
        assert ciclo.atto_apertura is not None
        assert ciclo.atto_apertura.digest == mostrata.impronta
        fissati = {s.codice: s.termine for s in Scadenza.objects.filter(ciclo=ciclo)}
        codici = (r.codice for r in mostrata.righe)
        assert fissati == dict(zip(codici, mostrata.termini, strict=True))

    @pytest.mark.parametrize("periodi", [1, 2, 3, 4])
    def test_r52_one_to_four_periods_with_their_terms(self, periodi: int) -> None:
        ciclo = mondo.apri(anno=2027, periodi=periodi)
        fatti = list(Periodo.objects.filter(ciclo=ciclo).values_list("dal", "al"))
        assert fatti[0][0] == date(2027, 1, 1)
        assert fatti[-1][1] == date(2027, 12, 31)
        assert all(dopo - prima == timedelta(days=1) for (_, prima), (dopo, _) in pairwise(fatti))
        codici = set(Scadenza.objects.filter(ciclo=ciclo).values_list("codice", flat=True))
        assert {c for c in codici if c.startswith("relazione-") and c[-1].isdigit()} == {
            f"relazione-{n}" for n in range(1, periodi + 1)
        }
        assert len([c for c in codici if c.startswith("osservazioni-")]) == periodi - 1

    def test_r27_a_special_statute_has_another_backstop(self) -> None:
        """Even where an import had made the year with the ordinary one."""
        mondo.apri(variazione_backstop="12-31")
        legge = Scadenza.objects.get(ciclo=mondo.ciclo(), codice="variazioni-legge")
        assert legge.termine == iso("2026-12-31T23:00Z")

    def test_r44_r45_r46_the_parameters_decide_what_a_holiday_is(self) -> None:
        def ultimo(codice: str, anno: int, **parametri: Any) -> date:
            with transaction.atomic():
                ciclo = mondo.apri(anno=anno, **parametri)
                trovata = Scadenza.objects.get(ciclo=ciclo, codice=codice)
                transaction.set_rollback(True)
            return ultimo_giorno(trovata.termine, "Europe/Rome")

        assert ultimo("variazioni", 2029) == date(2029, 10, 1)  # 30/09/2029 is a Sunday
        assert ultimo("variazioni", 2029, proroga_festivi=False) == date(2029, 9, 30)
        assert ultimo("variazioni", 2028) == date(2028, 9, 30)  # a Saturday
        assert ultimo("variazioni", 2028, sabato_festivo=True) == date(2028, 10, 2)
        assert ultimo("relazione-2", 2027) == date(2028, 2, 1)  # the patron saint's, a Monday
        assert ultimo("relazione-2", 2027, patrono_festivo=False) == date(2028, 1, 31)
        # R47: 15/12/2030 is a Sunday, and stays
        assert ultimo("variazioni-legge", 2030, sabato_festivo=True) == date(2030, 12, 15)

    def test_a_term_of_ones_own(self) -> None:
        nuova = Riga(
            "conferenza", "Conferenza dei dirigenti", "ordinatoria", date(2026, 5, 5), "nessuna",
            ("dirigente",),
        )  # fmt: skip
        mondo.apri(righe=[*righe(), nuova])
        assert Scadenza.objects.get(codice="conferenza", ciclo=mondo.ciclo()).ruoli == ["dirigente"]

    def test_last_year_is_copied_and_its_proroghe_are_not(self) -> None:
        mondo.apri(righe=righe(variazioni={"data": date(2026, 9, 15)}), quorum=3)
        mondo.proroga({"variazioni": date(2026, 9, 22)})
        copia = {r.codice: r for r in apertura.copiate(mondo.ciclo(), 2027)}
        assert copia["variazioni"].data == date(2027, 9, 15)
        assert copia["validazione"].data == date(2028, 2, 28)
        ciclo = mondo.apri(anno=2027, righe=list(copia.values()), numero="5", quorum=3)
        assert ciclo.parametri["quorum"] == 3

    def test_two_years_are_open_together(self) -> None:
        mondo.apri()
        mondo.apri(anno=2027, numero="40")
        assert Ciclo.objects.filter(ente=mondo.ente(), atto_apertura__isnull=False).count() == 2

    def test_r42_in_the_zone_of_the_ente(self) -> None:
        """Not in that of the server, nor of whoever looks."""
        ente = mondo.ente()
        Ente.objects.filter(pk=ente.pk).update(fuso="Atlantic/Azores")
        mondo.apri(anno=2027)
        variazioni = Scadenza.objects.get(ciclo__anno=2027, codice="variazioni")
        assert variazioni.termine == iso("2027-10-01T00:00Z")


C = "calendario"
ERRATE: list[tuple[dict[str, Any], str]] = [
    ({"numero": " "}, "atto.numero"),
    ({"numero": "9" * 31}, "atto.numero"),
    ({"giorno": None}, "atto.giorno"),
    ({"giorno": date(2026, 3, 3)}, "atto.giorno"),  # tomorrow
    ({"giorno": date(1926, 3, 3)}, "atto.giorno"),
    ({"anno": 1999, "righe": righe(1999)}, "anno"),
    ({"nucleo_organo": "oiv"}, "parametri.smvp_versione"),
    ({"righe": righe(variazioni={"data": date(2026, 12, 16)})}, f"{C}.variazioni.giorno"),
    ({"righe": righe(relazione_1={"data": date(2026, 6, 29)})}, f"{C}.relazione-1.giorno"),
    ({"righe": righe(validazione={"data": date(2027, 1, 30)})}, f"{C}.validazione.giorno"),
    ({"righe": righe(piao={"data": date(2024, 12, 31)})}, "calendario.piao.giorno"),
    ({"righe": righe(piao={"nome": "  "})}, "calendario.piao.nome"),
    ({"righe": righe(piao={"tipo": "mite"})}, "calendario.piao.tipo"),
    ({"righe": righe(piao={"festivi": "boh"})}, "calendario.piao.festivi"),
    ({"righe": righe(piao={"ruoli": ()})}, "calendario.piao.ruoli"),
    ({"righe": righe(piao={"ruoli": ("sindaco",)})}, "calendario.piao.ruoli"),
    ({"righe": righe(piao={"blocca": "x" * 201})}, "calendario.piao.blocca"),
    ({"righe": [*righe(), righe()[0]]}, "calendario.peg.nome"),
    ({"righe": [r for r in righe() if r.codice != "variazioni"]}, "calendario"),
    # R47: neither moved, nor taken away, nor turned into something softer
    (
        {"righe": righe(variazioni_legge={"data": date(2026, 12, 20)})},
        f"{C}.variazioni-legge.giorno",
    ),
    (
        {"righe": [r for r in righe() if r.codice != "variazioni-legge"]},
        "calendario.variazioni-legge.giorno",
    ),
    ({"righe": righe(variazioni_legge={"tipo": "ordinatoria"})}, f"{C}.variazioni-legge.giorno"),
    # R52: the plan that was imported has its targets in two periods
    ({"periodi": 3}, "parametri.periodi"),
]


@pytest.mark.usefixtures("db")
class TestNonApre:
    def test_who_may_not(self) -> None:
        for chi in ("UNO DIRIGENTE", "ATTI SEGRETERIA", "SINDACA GIUNTA", "SENZA INCARICO"):
            with pytest.raises(NonAutorizzato) as rifiuto:
                servizi.apri(
                    ente=mondo.ente(),
                    anno=2027,
                    parametri=Parametri(),
                    righe=righe(2027),
                    atto=FattiAtto("4", date(2026, 2, 1)),
                    by=mondo.attore(chi),
                    istante=mondo.ADESSO,
                )
            assert "Programmazione e controllo" in str(rifiuto.value)

    def test_twice(self) -> None:
        mondo.apri()
        with pytest.raises(Conflitto, match="già stato aperto"):
            mondo.apri(numero="5")

    @pytest.mark.parametrize(
        ("cosa", "campo"),
        ERRATE,
    )
    def test_bad_input_names_the_field_and_writes_nothing(
        self, cosa: dict[str, Any], campo: str
    ) -> None:
        assert campo in rifiutata(**cosa)

    def test_all_that_is_wrong_is_said_at_once(self) -> None:
        assert rifiutata(numero="", giorno=None, righe=righe(piao={"ruoli": ()})) == {
            "atto.numero",
            "atto.giorno",
            "calendario.piao.ruoli",
        }

    def test_r42_today_is_that_of_the_ente(self) -> None:
        """At 23:30 UTC it is already tomorrow in Rome: an act dated tomorrow is of today."""
        sera = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
        mondo.apri(giorno=date(2026, 3, 3), istante=sera)
        with pytest.raises(NonPossibile):
            mondo.apri("beta", giorno=date(2026, 3, 4), istante=sera)


@pytest.mark.usefixtures("db")
class TestProroga:
    def test_r49_before_or_after_it_expired_and_the_last_holds(self) -> None:
        mondo.apri()
        mondo.proroga({"piao": date(2026, 3, 31), "variazioni": date(2026, 10, 15)})
        dopo = mondo.ADESSO + timedelta(days=1)
        mondo.proroga({"piao": date(2026, 4, 30)}, numero="16", istante=dopo)
        ciclo = mondo.ciclo()
        assert termini.effettivo(ciclo, "piao", dopo) == iso("2026-04-30T22:00Z")
        assert termini.effettivo(ciclo, "variazioni", dopo) == iso("2026-10-15T22:00Z")
        # as it was: before the second, and before either
        assert termini.effettivo(ciclo, "piao", mondo.ADESSO) == iso("2026-03-31T22:00Z")
        prima = mondo.ADESSO - timedelta(microseconds=1)
        assert termini.effettivo(ciclo, "piao", prima) == iso("2026-01-31T23:00Z")
        assert termini.effettivo(ciclo, "nessuno", prima) is None

    def test_r49_the_first_term_stays_written(self) -> None:
        mondo.apri()
        (fatta,) = mondo.proroga({"piao": date(2026, 3, 31)})
        assert fatta.scadenza.termine == iso("2026-01-31T23:00Z")
        assert (fatta.atto.numero, fatta.atto.tipo) == ("15", "calendario")
        evento = Evento.objects.get(verbo="proroga")
        assert (evento.ruolo, evento.atto_id) == ("segreteria", fatta.atto_id)
        assert evento.motivazione == "Il servizio è rimasto fermo."

    def test_r44_a_proroga_too_moves_off_a_holiday(self) -> None:
        mondo.apri()
        mondo.proroga({"variazioni": date(2026, 10, 4)})  # a Sunday
        ciclo = mondo.ciclo()
        assert termini.effettivo(ciclo, "variazioni", mondo.ADESSO) == iso("2026-10-05T22:00Z")

    @pytest.mark.parametrize(
        ("fino_a", "campo"),
        [
            ({}, "fino_a"),
            ({"variazioni-legge": date(2026, 12, 20)}, "fino_a.variazioni-legge"),
            ({"chiusura-2": date(2027, 1, 10)}, "fino_a.chiusura-2"),
            ({"piao": date(2026, 1, 31)}, "fino_a.piao"),
            ({"piao": date(2026, 1, 15)}, "fino_a.piao"),
            ({"piao": date(2099, 1, 15)}, "fino_a.piao"),
            ({"inventato": date(2026, 5, 1)}, "fino_a.inventato"),
        ],
    )
    def test_r47_r49_never_a_term_of_the_law_and_only_forward(
        self, fino_a: dict[str, date], campo: str
    ) -> None:
        mondo.apri()
        with pytest.raises(NonPossibile) as rifiuto:
            mondo.proroga(fino_a)
        assert campi(rifiuto.value) == {campo}
        assert not Proroga.objects.exists()
        assert not Atto.objects.filter(numero="15").exists()

    def test_r49_not_backward_from_the_proroga_before(self) -> None:
        mondo.apri()
        mondo.proroga({"piao": date(2026, 4, 30)})
        with pytest.raises(NonPossibile, match="30/04/2026"):
            mondo.proroga({"piao": date(2026, 3, 31)}, numero="16")

    def test_r49_by_the_organ_that_set_it(self) -> None:
        mondo.apri()
        with pytest.raises(NonPossibile) as rifiuto:
            mondo.proroga({"piao": date(2026, 3, 31)}, organo="consiglio")
        assert campi(rifiuto.value) == {"atto.organo"}
        mondo.proroga({"piao": date(2026, 3, 31)}, organo="commissario")

    def test_r49_not_of_a_year_nobody_opened(self) -> None:
        with pytest.raises(NonPossibile) as rifiuto:
            mondo.proroga({"piao": date(2026, 3, 31)})
        assert campi(rifiuto.value) == {"anno"}

    def test_r50_one_act_decides_once(self) -> None:
        mondo.apri()
        mondo.proroga({"piao": date(2026, 3, 31)})
        with pytest.raises(NonPossibile) as rifiuto:
            mondo.proroga({"variazioni": date(2026, 10, 15)})
        assert campi(rifiuto.value) == {"atto.numero"}

    def test_who_may_not(self) -> None:
        mondo.apri()
        for chi in ("UNO DIRIGENTE", "SECONDO NUCLEO", "GENERALE SEGRETARIO", "SENZA INCARICO"):
            with pytest.raises(NonAutorizzato):
                mondo.proroga({"piao": date(2026, 3, 31)}, chi=chi)

    def test_a_motive_is_due(self) -> None:
        mondo.apri()
        with pytest.raises(NonPossibile) as rifiuto:
            proroga(
                ciclo=mondo.ciclo(),
                fino_a={"piao": date(2026, 3, 31)},
                atto=FattiAtto("15", date(2026, 3, 1)),
                motivazione=" \n",
                by=mondo.attore("ATTI SEGRETERIA"),
                istante=mondo.ADESSO,
            )
        assert campi(rifiuto.value) == {"motivazione"}

    def test_every_reader_sees_the_new_term(self) -> None:
        from cycle import agenda, elenco, filtri

        mondo.apri()
        tardi = datetime(2026, 8, 5, 9, tzinfo=UTC)
        attore = mondo.attore("UNO DIRIGENTE", istante=tardi)

        def letto() -> tuple[set[int], set[Any]]:
            gruppi = agenda.agenda(attore, mondo.ente(), tardi).urgenze
            giorni = {
                g.termine.giorni
                for u in gruppi
                for g in u.gruppi
                if g.procedura == "relazione" and g.periodo == "2026-1" and g.termine
            }
            ciclo = mondo.ciclo()
            ciclo.ente = mondo.ente()
            righe = elenco.Elenco(attore, ciclo, filtri.Filtri.da_url({}), tardi).pagina(1)
            return giorni, {r.ritardo_dal for r in righe if r.codice == "OE04"}  # type: ignore[attr-defined]

        assert letto()[0] == {-5}
        mondo.proroga({"relazione-1": date(2026, 8, 20)})
        assert letto()[0] == {15}


giorni = st.dates(date(2020, 1, 1), date(2060, 12, 31))
fusi = st.sampled_from(
    ["Europe/Rome", "Europe/Lisbon", "Atlantic/Azores", "UTC", "Africa/Cairo", "America/Havana"]
)
istanti = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis gives it its zone
    datetime(2060, 1, 1),  # noqa: DTZ001
    timezones=st.just(ZoneInfo("Europe/Rome")),
)
feste = st.builds(
    Feste,
    st.none() | st.dates(date(2000, 1, 1), date(2000, 12, 31)).map(lambda d: (d.month, d.day)),
    st.booleans(),
    st.booleans(),
)
molti = settings(deadline=None, max_examples=200)


class TestPerTuttiICasi:
    @molti
    @given(giorni, fusi, feste, st.sampled_from(["nessuna", "successivo", "precedente"]))
    def test_r41_r46_a_term_ends_with_a_day_and_moves_only_off_a_holiday(
        self, giorno: date, fuso: str, regole: Feste, politica: str
    ) -> None:
        riga = Riga("x", "X", "ordinatoria", giorno, politica, ("po",))
        termine = apertura.risolvi(riga, fuso, regole)
        zona = ZoneInfo(fuso)
        ultimo = ultimo_giorno(termine, fuso)
        # 23:59:59.999 of the last day is in time, the next midnight is not
        assert (termine - timedelta(milliseconds=1)).astimezone(zona).date() == ultimo
        assert termine.astimezone(zona).date() == ultimo + timedelta(days=1)
        if politica == "nessuna" or (politica == "successivo" and not regole.avanti):
            assert ultimo == giorno
        spostata = apertura.spostata(riga, fuso, regole)
        assert bool(spostata) == (ultimo != giorno)

    @molti
    @given(giorni, fusi, feste)
    def test_r47_a_term_of_the_law_stays_whatever_the_holiday(
        self, giorno: date, fuso: str, regole: Feste
    ) -> None:
        riga = Riga("x", "X", "statutaria", giorno, "successivo", ("po",))
        assert ultimo_giorno(apertura.risolvi(riga, fuso, regole), fuso) == giorno

    @molti
    @given(istanti, st.integers(0, 400), fusi)
    def test_r43_days_are_of_the_calendar_and_the_first_is_not_counted(
        self, inizio: datetime, quanti: int, fuso: str
    ) -> None:
        limite = fra_giorni(inizio, quanti, fuso)
        primo = inizio.astimezone(ZoneInfo(fuso)).date()
        assert ultimo_giorno(limite, fuso) == primo + timedelta(days=quanti)
        # whoever asks, in whatever zone, asks the same instant
        assert fra_giorni(inizio.astimezone(UTC), quanti, fuso) == limite

    def test_r43_the_example_across_the_end_of_summer_time(self) -> None:
        avviso = datetime(2026, 10, 20, 15, 0, tzinfo=ZoneInfo("Europe/Rome"))
        assert fra_giorni(avviso, 10, "Europe/Rome") == iso("2026-10-30T23:00Z")

    @molti
    @given(st.integers(2001, 2098), st.sampled_from(sorted(PERIODI)), feste)
    def test_the_default_calendar_stands_in_every_year(
        self, anno: int, periodi: int, regole: Feste
    ) -> None:
        scelti = Parametri(periodi=periodi)
        predefinite = apertura.predefinite(anno, scelti)
        assert apertura.difetti(predefinite, anno, scelti) == []
        stesse, note = apertura.allinea(predefinite, anno, scelti)
        assert sorted(stesse, key=lambda r: r.codice) == sorted(predefinite, key=lambda r: r.codice)
        assert note == []

    @molti
    @given(
        st.integers(2001, 2098), st.sampled_from(sorted(PERIODI)), st.sampled_from(sorted(PERIODI))
    )
    def test_changing_the_periods_gives_a_calendar_that_stands(
        self, anno: int, prima: int, dopo: int
    ) -> None:
        vecchie = apertura.predefinite(anno, Parametri(periodi=prima))
        scelti = Parametri(periodi=dopo, variazione_backstop=(12, 31))
        nuove, note = apertura.allinea(vecchie, anno, scelti)
        attese = {r.codice for r in apertura.predefinite(anno, scelti)}
        assert {r.codice for r in nuove} == attese
        assert note
        leggi = {r.codice: r.data for r in nuove if r.di_legge}
        assert leggi == {r.codice: r.data for r in apertura.predefinite(anno, scelti) if r.di_legge}
        assert [d for d in apertura.difetti(nuove, anno, scelti) if d.regola == "R47"] == []


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 31)), min_size=1, max_size=5))
def test_r49_whatever_is_tried_the_term_only_goes_forward(db: None, tentativi: list[date]) -> None:
    with transaction.atomic():
        mondo.apri()
        ciclo = mondo.ciclo()
        prima = termini.effettivo(ciclo, "piao", mondo.ADESSO)
        for n, giorno in enumerate(tentativi):
            istante = mondo.ADESSO + timedelta(hours=n)
            with suppress(NonPossibile):
                mondo.proroga({"piao": giorno}, numero=f"1{n}", istante=istante)
            dopo = termini.effettivo(ciclo, "piao", istante)
            assert prima is not None
            assert dopo is not None
            assert dopo >= prima
            prima = dopo
        transaction.set_rollback(True)


def test_imports_still_make_a_year_without_an_act(db: None) -> None:
    ciclo = enti.apri_anno(ente=mondo.ente(), anno=2031, istante=mondo.ADESSO)
    assert ciclo.atto_apertura is None
    assert Scadenza.objects.filter(ciclo=ciclo).count() == 13
