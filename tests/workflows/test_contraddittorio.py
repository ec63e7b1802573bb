# SPDX-License-Identifier: AGPL-3.0-or-later
"""The dialogue on a report (R54-R59): observed, answered, waived or lapsed, validated, reopened."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from cycle import fascicolo
from cycle.models import (
    Astensione,
    InvitoVariazione,
    Osservazione,
    RelazioneSemestrale,
    VoceRelazione,
)
from cycle.services import osservazioni
from cycle.services.osservazioni import Scritta
from cycle.services.riesame import riesamina
from notifications.models import Notifica
from tests import mondo
from workflows.errors import Conflitto, NonAutorizzato, NonPossibile
from workflows.registro.models import Evento

pytestmark = pytest.mark.django_db


def relazione(ordine: int = 2) -> RelazioneSemestrale:
    """The last report of an objective that is reported."""
    return RelazioneSemestrale.objects.select_related("obiettivo").get(
        obiettivo=mondo.in_stato("rendicontato"), periodo__ordine=ordine
    )


def specifici(r: RelazioneSemestrale) -> list[int]:
    return list(
        VoceRelazione.objects.filter(relazione=r)
        .order_by("specifico__ordine")
        .values_list("specifico_id", flat=True)
    )


def annota(
    r: RelazioneSemestrale, testo: str = "Perché?", firma: bool = True, chi: str = "PRIMO NUCLEO"
) -> Osservazione:
    [fatta] = osservazioni.annota(
        relazione=r,
        scritte={specifici(r)[0]: Scritta(testo, firma=firma)},
        by=mondo.attore(chi),
        istante=mondo.ADESSO,
    )
    return fatta


def osservata() -> RelazioneSemestrale:
    r = relazione()
    annota(r)
    mondo.muovi(r, "osserva", "PRIMO NUCLEO")
    return relazione()


def rispondi(r: RelazioneSemestrale, istante: datetime = mondo.ADESSO) -> None:
    osservazioni.rispondi(
        relazione=r,
        risposte={specifici(r)[0]: "Ecco perché."},
        by=mondo.attore("UNO PO", istante=istante),
        istante=istante,
    )


def valida(r: RelazioneSemestrale, istante: datetime = mondo.ADESSO) -> None:
    mondo.muovi(r, "valida", "SECONDO NUCLEO", istante=istante, seduta=mondo.seduta())


class TestOsservare:
    def test_r54_nothing_is_sent_unsigned(self) -> None:
        r = relazione()
        with pytest.raises(NonPossibile, match="Nessuna osservazione"):
            mondo.muovi(r, "osserva", "PRIMO NUCLEO")
        annota(r, firma=False)
        with pytest.raises(NonPossibile, match="ancora in bozza"):
            mondo.muovi(r, "osserva", "PRIMO NUCLEO")

    def test_r54_a_report_not_submitted_is_not_observed(self) -> None:
        aperta = RelazioneSemestrale.objects.get(
            obiettivo=mondo.in_stato("in_corso"), periodo__ordine=1
        )
        with pytest.raises(NonPossibile, match="trasmessa"):
            annota(aperta)

    def test_only_the_nucleo_writes(self) -> None:
        with pytest.raises(NonAutorizzato):
            annota(relazione(), chi="UNO DIRIGENTE")

    def test_the_settore_reads_it_only_when_it_is_sent(self) -> None:
        r = relazione()
        annota(r)
        assert not VoceRelazione.objects.filter(osservazione="Perché?").exists()
        mondo.muovi(r, "osserva", "PRIMO NUCLEO")
        assert VoceRelazione.objects.get(osservazione="Perché?").relazione_id == r.pk

    def test_r50_two_members_lose_nothing_of_each_other(self) -> None:
        r = relazione()
        annota(r, firma=False)
        with pytest.raises(Conflitto):
            osservazioni.annota(
                relazione=r,
                scritte={specifici(r)[0]: Scritta("Altro.", revisione=0)},
                by=mondo.attore("SECONDO NUCLEO"),
                istante=mondo.ADESSO,
            )

    def test_an_empty_text_takes_it_away(self) -> None:
        r = relazione()
        annota(r)
        osservazioni.annota(
            relazione=r,
            scritte={specifici(r)[0]: Scritta(" ")},
            by=mondo.attore("PRIMO NUCLEO"),
            istante=mondo.ADESSO,
        )
        assert not Osservazione.objects.exists()

    def test_what_was_sent_is_not_rewritten_by_the_database_either(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            VoceRelazione.objects.filter(relazione=relazione()).update(osservazione="Un altro.")
        with pytest.raises(NonPossibile):
            annota(osservata(), "Un altro testo.")
        with pytest.raises(IntegrityError), transaction.atomic():
            Osservazione.objects.update(testo="Un altro testo.")

    def test_r39_the_invitation_goes_with_it(self) -> None:
        r = relazione()
        entro = mondo.ADESSO.date() + timedelta(days=30)
        osservazioni.annota(
            relazione=r,
            scritte={specifici(r)[0]: Scritta("Si invita.", firma=True, invita_entro=entro)},
            by=mondo.attore("PRIMO NUCLEO"),
            istante=mondo.ADESSO,
        )
        mondo.muovi(r, "osserva", "PRIMO NUCLEO")
        invito = InvitoVariazione.objects.get(obiettivo=r.obiettivo_id)
        assert (invito.entro, invito.testo) == (entro, "Si invita.")

    def test_r39_whom_it_invites_is_told_of_it(self) -> None:
        r = relazione()
        entro = mondo.ADESSO.date() + timedelta(days=30)
        osservazioni.annota(
            relazione=r,
            scritte={specifici(r)[0]: Scritta("Si invita.", firma=True, invita_entro=entro)},
            by=mondo.attore("PRIMO NUCLEO"),
            istante=mondo.ADESSO,
        )
        osservazioni.invia(relazioni=[r.pk], by=mondo.attore("PRIMO NUCLEO"), istante=mondo.ADESSO)
        invito = InvitoVariazione.objects.get(obiettivo=r.obiettivo_id)
        avvisi = Notifica.objects.filter(materia=f"invito:{invito.pk}", motivo="da_fare")
        detti = dict(avvisi.values_list("persona_id", "testo"))
        assert mondo.persona("UNO DIRIGENTE").pk in detti
        assert mondo.persona("DUE DIRIGENTE").pk not in detti
        assert all("il Nucleo invita a chiedere una variazione" in t for t in detti.values())


class TestRispondere:
    def test_r55_ten_days_of_the_calendar(self) -> None:
        r = osservata()
        assert r.replica_entro is not None
        assert (r.replica_entro - mondo.ADESSO).days == 10

    def test_r55_answered_it_can_be_validated(self) -> None:
        r = osservata()
        with pytest.raises(NonPossibile, match="Manca la risposta"):
            mondo.muovi(r, "controdeduci", "UNO DIRIGENTE")
        rispondi(r)
        assert not VoceRelazione.objects.exclude(risposta="").filter(relazione=r).exists()
        mondo.muovi(r, "controdeduci", "UNO DIRIGENTE")
        assert VoceRelazione.objects.get(risposta="Ecco perché.").relazione_id == r.pk
        valida(relazione())
        assert relazione().stato == "validata"

    def test_r55_a_waiver_is_enough(self) -> None:
        r = osservata()
        mondo.muovi(r, "controdeduci", "UNO DIRIGENTE", dati={"rinuncia": True})
        dopo = relazione()
        assert (dopo.stato, dopo.rinuncia) == ("controdedotta", True)

    def test_r55_before_the_days_are_over_nobody_validates(self) -> None:
        r = osservata()
        with pytest.raises(NonPossibile, match="può ancora rispondere"):
            valida(r)
        assert r.replica_entro is not None
        valida(r, r.replica_entro)
        assert relazione().stato == "validata"

    def test_r55_after_the_days_nobody_answers(self) -> None:
        r = osservata()
        assert r.replica_entro is not None
        with pytest.raises(NonPossibile, match="termine"):
            rispondi(r, r.replica_entro)
        with pytest.raises(NonPossibile, match="termine"):
            mondo.muovi(
                r,
                "controdeduci",
                "UNO DIRIGENTE",
                istante=r.replica_entro,
                dati={"rinuncia": True},
            )

    def test_r55_a_signed_osservazione_is_not_passed_over(self) -> None:
        r = relazione()
        annota(r)
        with pytest.raises(NonPossibile, match="non ha ancora ricevuto"):
            valida(r)


class TestRiaprire:
    @pytest.mark.parametrize("stato", ["trasmessa", "osservata", "controdedotta", "validata"])
    def test_r54_from_each_state(self, stato: str) -> None:
        r = relazione()
        if stato in ("osservata", "controdedotta"):
            r = osservata()
        if stato == "controdedotta":
            mondo.muovi(r, "controdeduci", "UNO DIRIGENTE", dati={"rinuncia": True})
        if stato == "validata":
            valida(r)
        assert relazione().stato == stato
        mondo.muovi(relazione(), "riapri", "TERZO NUCLEO", motivazione="Da rivedere.")
        assert relazione().stato == "riaperta"

    def test_submitted_again_the_dialogue_begins_again(self) -> None:
        r = osservata()
        mondo.muovi(r, "riapri", "TERZO NUCLEO", motivazione="Da rivedere.")
        mondo.compila(relazione(), "UNO PO", valore=Decimal(7))
        mondo.muovi(relazione(), "trasmetti", "UNO DIRIGENTE")
        dopo = relazione()
        assert (dopo.stato, dopo.replica_entro) == ("trasmessa", None)
        assert not VoceRelazione.objects.exclude(osservazione="").filter(relazione=r).exists()
        assert Osservazione.objects.filter(voce__relazione=r).exists()  # what was said stays
        assert fascicolo.di_relazioni([dopo])[dopo.pk].osservazioni == ()


class TestSeduta:
    def test_r54_a_figure_that_moved_stops_it_and_is_named(self) -> None:
        r = relazione()
        mondo.muovi_target(r, Decimal(9))
        with pytest.raises(Conflitto, match="target da 9 a 2"):
            valida(r)

    def test_r57_who_acted_for_the_settore_abstains_and_is_not_counted(self) -> None:
        r = relazione()
        seduta = mondo.seduta()
        conflitto = mondo.persona("UNO PO")
        f = fascicolo.di_relazioni([r])[r.pk]
        assert conflitto.pk in f.agito_per_il_settore
        altri = seduta.presenti
        con_lui = type(seduta)(seduta.data, altri, astenuti=frozenset(list(altri)[:2]))
        with pytest.raises(NonPossibile, match="Presenti insufficienti"):
            mondo.muovi(r, "valida", "SECONDO NUCLEO", seduta=con_lui)
        uno = frozenset({mondo.persona("TERZO NUCLEO").pk})
        mondo.muovi(
            r,
            "valida",
            "SECONDO NUCLEO",
            seduta=type(seduta)(seduta.data, altri, "Uno dissente.", uno),
        )
        astensione = Astensione.objects.get(relazione=r)
        assert (astensione.persona_id, astensione.per_conflitto) == (next(iter(uno)), False)
        assert astensione.seduta.quorum == 2

    def test_r59_who_abstains_was_there(self) -> None:
        seduta = mondo.seduta()
        assente = frozenset({mondo.persona("UNO PO").pk})
        with pytest.raises(NonPossibile, match="astenuti"):
            mondo.muovi(
                relazione(),
                "valida",
                "SECONDO NUCLEO",
                seduta=type(seduta)(seduta.data, seduta.presenti, astenuti=assente),
            )


class TestRiesame:
    """A validation holds for the figures it was made on."""

    def riesamina(self, r: RelazioneSemestrale) -> list[int]:
        return riesamina(
            ente_id=r.ente_id, obiettivi=[r.obiettivo_id], istante=mondo.ADESSO, canale="sistema"
        )

    def test_nothing_moved_nothing_is_reopened(self) -> None:
        r = RelazioneSemestrale.objects.filter(obiettivo=mondo.in_stato("validato"))[0]
        assert self.riesamina(r) == []

    def test_r54_a_figure_that_moves_reopens_it_and_is_named(self) -> None:
        prima, dopo = RelazioneSemestrale.objects.filter(
            obiettivo=mondo.in_stato("validato")
        ).order_by("periodo__ordine")
        mondo.muovi_target(prima, Decimal(8))
        assert self.riesamina(prima) == [dopo.pk, prima.pk]
        assert mondo.obiettivo("OE06").stato == "rendicontato"
        evento = Evento.objects.filter(oggetto_id=prima.pk, procedura="relazione").latest("pk")
        assert (evento.verbo, evento.a, evento.persona_id) == ("riapri", "riaperta", None)
        assert "target da 8 a 1" in evento.motivazione
        assert self.riesamina(prima) == []
