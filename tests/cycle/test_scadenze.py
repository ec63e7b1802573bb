# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reminders of the terms: once each, the latest step only after a stop, to whoever holds the
role; and the job that sends them."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from cycle import lavori, orologio
from cycle.calendario import termine, ultimo_giorno
from cycle.models import (
    Battito,
    Ente,
    Incarico,
    Obiettivo,
    Persona,
    Preavviso,
    RelazioneSemestrale,
    Scadenza,
)
from cycle.services.scadenze import GIORNI, MEMORIA, passo, scadenze
from cycle.termini import in_vigore
from notifications.models import Notifica
from tests import mondo
from tests.asincrono import corri
from workflows.registro.models import Evento

ROMA = ZoneInfo("Europe/Rome")


def alle(mese: int, giorno: int, ora: int = 9) -> datetime:
    return datetime(2026, mese, giorno, ora, tzinfo=ROMA)


def scadenza(codice: str = "variazioni", ipa: str = "alfa") -> Scadenza:
    return Scadenza.objects.get(ciclo=mondo.ciclo(ipa), codice=codice)


def avvisati(codice: str = "variazioni") -> dict[str, str]:
    """Name of the person -> what is told, of the open news of a term."""
    nomi = dict(Persona.objects.values_list("pk", "nome_completo"))
    return {
        nomi[n.persona_id]: n.testo
        for n in Notifica.objects.filter(
            materia=f"scadenza:{scadenza(codice).pk}", chiusa_il__isnull=True
        )
    }


def passi(codice: str = "variazioni") -> list[str]:
    return list(
        Preavviso.objects.filter(scadenza=scadenza(codice))
        .order_by("pk")
        .values_list("passo", flat=True)
    )


SETTORI = {"UNO DIRIGENTE", "UNO PO", "DUE DIRIGENTE", "DUE PO"}


@pytest.mark.usefixtures("db")
class TestAvvisi:
    def test_thirty_seven_and_one_day_before_then_late_then_the_segretario(self) -> None:
        mondo.apri()
        attesi = [
            (alle(8, 30), [], None),
            (alle(8, 31), ["30"], "mancano 30 giorni"),
            (alle(9, 22), ["30"], "mancano 30 giorni"),
            (alle(9, 23), ["30", "7"], "mancano 7 giorni"),
            (alle(9, 29), ["30", "7", "1"], "manca un giorno"),
            (alle(9, 30), ["30", "7", "1", "0"], "il termine è oggi"),
            (alle(10, 1), ["30", "7", "1", "0", "scaduta"], "non si può più presentare"),
            (alle(10, 7), ["30", "7", "1", "0", "scaduta"], "è passato"),
        ]
        for istante, fatti, testo in attesi:
            scadenze(istante)
            assert passi() == fatti, istante
            if testo:
                assert set(avvisati()) == SETTORI
                assert all(testo in detto for detto in avvisati().values()), istante
        scadenze(alle(10, 8))
        assert passi()[-1] == "segretario"
        assert set(avvisati()) == SETTORI | {"GENERALE SEGRETARIO"}

    def test_twice_tells_nothing_twice(self) -> None:
        mondo.apri()
        assert scadenze(alle(8, 31)) > 0
        Notifica.objects.update(letta_il=mondo.ADESSO)
        assert scadenze(alle(8, 31)) == 0
        assert scadenze(alle(8, 31, 23)) == 0
        assert not Notifica.objects.filter(letta_il__isnull=True).exists()

    def test_after_a_stop_only_the_latest_step_of_each_term(self) -> None:
        mondo.apri()
        scadenze(alle(10, 20))
        fatti = list(Preavviso.objects.values_list("scadenza__codice", "passo"))
        assert len({codice for codice, _ in fatti}) == len(fatti)
        # three weeks late, ten days to go; what expired long ago is history
        assert dict(fatti) == {
            "osservazioni-1": "segretario",
            "variazioni": "segretario",
            "decisioni": "30",
        }

    def test_r41_to_the_instant_it_is_not_late_yet(self) -> None:
        mondo.apri()
        ultimo = datetime(2026, 9, 30, 21, 59, 59, 999_000, tzinfo=UTC)
        scadenze(ultimo)
        assert passi() == ["0"]
        assert "il termine è oggi" in avvisati()["UNO PO"]
        scadenze(ultimo + timedelta(milliseconds=1))
        assert passi() == ["0", "scaduta"]

    def test_r49_a_proroga_begins_again_and_is_told(self) -> None:
        mondo.apri()
        scadenze(alle(10, 1))
        assert passi() == ["scaduta"]
        mondo.proroga(
            {"variazioni": date(2026, 10, 15)}, giorno=date(2026, 10, 1), istante=alle(10, 2)
        )
        assert all("prorogato al 15/10/2026" in detto for detto in avvisati().values())
        assert set(avvisati()) == SETTORI
        scadenze(alle(10, 8))
        assert passi() == ["scaduta", "7"]
        scadenze(alle(10, 16))
        assert passi() == ["scaduta", "7", "scaduta"]

    def test_who_holds_the_role_at_that_instant(self) -> None:
        mondo.apri()
        scadenze(alle(8, 31))
        Incarico.objects.filter(persona=mondo.persona("UNO PO")).update(al=alle(9, 10))
        scadenze(alle(9, 23))
        assert set(avvisati()) == SETTORI - {"UNO PO"}  # and the old one is closed

    def test_old_news_of_a_term_are_settled(self) -> None:
        mondo.apri()
        scadenze(alle(10, 8))
        assert avvisati()
        scadenze(alle(10, 1) + MEMORIA + timedelta(hours=1))
        assert not avvisati()

    def test_a_year_nobody_opened_sends_nothing(self) -> None:
        assert scadenze(alle(9, 29)) == 0
        assert not Preavviso.objects.exists()

    def test_r84_the_registro_has_it_and_nothing_out_of_procedure(self) -> None:
        mondo.apri()
        fuori = Evento.objects.filter(fuori_procedura=True).count()
        scadenze(alle(8, 31))
        evento = Evento.objects.get(verbo="avvisa", oggetto_id=scadenza().pk)
        assert (evento.canale, evento.persona_id) == ("sistema", None)
        assert evento.istante == alle(8, 31)
        assert Evento.objects.filter(fuori_procedura=True).count() == fuori

    def test_the_heartbeat_is_of_the_real_clock(self) -> None:
        prima = orologio.vero()
        scadenze(alle(9, 29))
        scadenze(alle(9, 30))
        battito = Battito.objects.get()
        assert battito.nome == "scadenze"
        assert prima <= battito.istante <= orologio.vero()

    def test_one_ente_that_fails_does_not_stop_the_others(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        mondo.apri("alfa")
        mondo.apri("beta")
        # a zone that no longer exists: whatever reads its days fails
        Ente.objects.filter(codice_ipa="alfa").update(fuso="Europe/Atlantide")
        assert scadenze(alle(9, 29)) > 0
        assert Preavviso.objects.filter(ente=mondo.ente("beta")).exists()
        assert "1 ente non servito" in Battito.objects.get().esito
        assert "non servito" in caplog.text

    def test_the_queries_do_not_grow_with_the_terms_or_the_people(self) -> None:
        mondo.apri()
        with CaptureQueriesContext(connection) as una:
            scadenze(alle(8, 31))  # one or two terms
        with CaptureQueriesContext(connection) as molte:
            scadenze(alle(10, 20))
        assert len(molte) <= len(una) + 1


def test_two_workers_at_once_tell_once(db_vera: None) -> None:
    mondo.apri()
    esiti: list[int] = []

    def uno() -> None:
        try:
            esiti.append(scadenze(alle(9, 29)))
        finally:
            connections.close_all()

    fili = [threading.Thread(target=uno) for _ in range(4)]
    for filo in fili:
        filo.start()
    for filo in fili:
        filo.join()
    assert sorted(esiti)[:3] == [0, 0, 0]
    assert sum(esiti) == Preavviso.objects.count() > 0


fusi = st.sampled_from(["Europe/Rome", "Atlantic/Azores", "America/Havana", "UTC"])


@settings(deadline=None, max_examples=300)
@given(st.dates(date(2021, 1, 1), date(2059, 12, 31)), fusi, st.integers(-100 * 24, 40 * 24))
def test_the_step_follows_the_days_left_whatever_the_zone(
    giorno: date, fuso: str, ore: int
) -> None:
    limite = termine(giorno, fuso)
    istante = limite + timedelta(hours=-ore, milliseconds=-1)
    trovato = passo(limite, istante, fuso, 7)
    mancano = (ultimo_giorno(limite, fuso) - istante.astimezone(ZoneInfo(fuso)).date()).days
    if istante >= limite + MEMORIA or (istante < limite and mancano > max(GIORNI)):
        assert trovato is None
        return
    assert trovato is not None
    assert trovato.giorni == mancano
    if istante < limite:
        assert trovato.codice == str(min(g for g in GIORNI if mancano <= g))
    else:
        assert trovato.codice == ("segretario" if mancano < -7 else "scaduta")


@pytest.mark.usefixtures("db")
class TestPromemoria:
    """Reminders of what is left to each, over a whole year and after a stop."""

    def test_what_is_left_to_each_in_one_line_and_nothing_once_it_is_done(self) -> None:
        mondo.apri()
        o = mondo.in_stato("in_corso")
        limite = scadenza("relazione-1").termine
        scadenze(limite - timedelta(days=6))
        detti = avvisati("relazione-1")
        assert (
            "Da fare: una relazione da trasmettere, 1 con valori mancanti."
            in detti["UNO DIRIGENTE"]
        )
        assert set(detti) <= SETTORI
        r = RelazioneSemestrale.objects.get(obiettivo=o, periodo__ordine=1)
        mondo.compila(r, "UNO PO")
        mondo.muovi(r, "trasmetti", "UNO DIRIGENTE")
        scadenze(limite - timedelta(days=6))
        assert "UNO DIRIGENTE" not in avvisati("relazione-1")
        assert "UNO PO" not in avvisati("relazione-1")
        for giorni in (1, 0, -1, -9):
            scadenze(limite - timedelta(days=giorni, hours=1))
            assert "UNO DIRIGENTE" not in avvisati("relazione-1")

    def test_a_whole_year_one_line_a_term_and_person_at_most_six_times(self) -> None:
        mondo.apri()
        Notifica.objects.all().delete()
        giorno = alle(3, 3)
        dette: dict[tuple[int, str], set[str]] = {}
        while giorno < alle(12, 31):
            scadenze(giorno)
            aperte = Notifica.objects.filter(
                materia__startswith="scadenza:", chiusa_il__isnull=True
            )
            for n in aperte:
                dette.setdefault((n.persona_id, n.materia), set()).add(n.testo)
            chiavi = [(n.persona_id, n.materia) for n in aperte]
            assert len(chiavi) == len(set(chiavi))
            giorno += timedelta(days=1)
        scadenze(giorno)
        assert dette
        assert max(len(testi) for testi in dette.values()) <= len(GIORNI) + 2
        vecchie = in_vigore(giorno).filter(termine__lt=giorno - MEMORIA)
        assert not Notifica.objects.filter(
            materia__in=[f"scadenza:{s.pk}" for s in vecchie], chiusa_il__isnull=True
        ).exists()

    def test_after_a_week_s_stop_each_hears_of_each_term_once(self) -> None:
        mondo.apri()
        limite = scadenza("relazione-1").termine
        scadenze(limite - timedelta(days=8))
        Notifica.objects.all().delete()
        scadenze(limite - timedelta(hours=1))
        assert scadenze(limite - timedelta(hours=1)) == 0
        mie = Notifica.objects.filter(
            materia=f"scadenza:{scadenza('relazione-1').pk}",
            persona_id=mondo.persona("UNO DIRIGENTE").pk,
        )
        assert [n.urgenza for n in mie] == ["alta"]

    def test_late_the_segretario_is_told_how_much_is_left(self) -> None:
        mondo.apri()
        scadenze(scadenza("relazione-1").termine + timedelta(days=20))
        assert "Nell'ente: " in avvisati("relazione-1")["GENERALE SEGRETARIO"]

    def test_silence_decides_nothing(self) -> None:
        mondo.apri()
        prima = set(Obiettivo.objects.values_list("pk", "stato"))
        for giorni in (-30, 0, 30, 59):
            scadenze(scadenza("relazione-1").termine + timedelta(days=giorni))
        assert set(Obiettivo.objects.values_list("pk", "stato")) == prima


class TestLavoro:
    def test_the_job_judges_by_the_product_s_clock(
        self, db: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """In the demo it is the movable one; the queue's own timestamp decides nothing."""
        mondo.apri()
        monkeypatch.setattr(orologio, "adesso", lambda: alle(9, 29))
        lavori.scadenze(timestamp=0)
        assert passi() == ["1"]

    def test_it_is_periodic(self) -> None:
        registrati = {p.task.name: p.cron for p in app.periodic_registry.periodic_tasks.values()}
        assert registrati["scadenze"] == f"*/{lavori.MINUTI} * * * *"

    def test_the_application_role_waits_in_the_queue_once(self, db: None) -> None:
        lavori.subito()
        lavori.subito()
        assert ProcrastinateJob.objects.filter(task_name="scadenze", status="todo").count() == 1

    def test_a_worker_in_this_process_runs_it(self, db_vera: None, settings: Any) -> None:
        """With the application role's rights alone, and it ends when the block does."""
        lavori.subito()

        async def lavora() -> None:
            async with lavori.operaio():
                for _ in range(200):
                    if await Battito.objects.aexists():
                        break
                    await asyncio.sleep(0.1)

        corri(lavora())
        assert Battito.objects.exists()
        assert not ProcrastinateJob.objects.filter(status="doing").exists()

    def test_by_hand(self, db: None, capsys: pytest.CaptureFixture[str]) -> None:
        mondo.apri()
        call_command("scadenze", al="2026-09-29T09:00+02:00")
        assert "avvisat" in capsys.readouterr().out
        assert passi() == ["1"]
        for sbagliato in ("ieri", "2026-09-29T09:00"):
            with pytest.raises(CommandError, match="istante"):
                call_command("scadenze", al=sbagliato)
