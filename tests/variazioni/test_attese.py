# SPDX-License-Identifier: AGPL-3.0-or-later
"""Days that pass over a request remind and escalate, and never decide (R34, R38, R43)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from cycle.calendario import fra_giorni, ultimo_giorno
from cycle.models import Persona, RichiestaVariazione
from cycle.services import variazioni
from cycle.services.scadenze import scadenze
from notifications.models import Notifica
from tests import mondo
from tests.variazioni.mondo import (
    GIUGNO,
    approva,
    con_target,
    parametri,
    parere,
    presenta,
    presentata,
    redigi,
    respingi,
    rileggi,
)
from workflows.registro.models import Evento

ROMA = ZoneInfo("Europe/Rome")
pytestmark = pytest.mark.django_db


def dopo(giorni: int, ora: int = 9) -> datetime:
    return datetime(2026, 6, 15, ora, tzinfo=ROMA) + timedelta(days=giorni)


def avvisati(v: RichiestaVariazione) -> dict[str, str]:
    """Name of the person -> what is told, of the reminders that are open."""
    nomi = dict(Persona.objects.values_list("pk", "nome_completo"))
    return {
        nomi[n.persona_id]: n.testo
        for n in Notifica.objects.filter(
            materia=f"variazione:{v.pk}", motivo="da_fare", chiusa_il__isnull=True
        )
        if "giorni" in n.testo or "giorno" in n.testo
    }


def passi() -> list[str]:
    eventi = Evento.objects.filter(procedura="variazione", verbo="avvisa").order_by("pk")
    return [e.dati["passi"][str(e.oggetto_id)] for e in eventi]


def test_r38_thirty_days_of_silence_tell_who_decides_then_the_segretario() -> None:
    v = presentata(mondo.in_stato("in_corso"))
    for giorni, attesi, chi in (
        (1, [], set()),
        (30, [], set()),
        (31, ["silenzio"], {"ATTI SEGRETERIA", "GESTIONE CONTROLLO"}),
        (37, ["silenzio"], {"ATTI SEGRETERIA", "GESTIONE CONTROLLO"}),
        (38, ["silenzio", "segretario"], {"GENERALE SEGRETARIO"}),
        (100, ["silenzio", "segretario"], set()),
    ):
        scadenze(dopo(giorni))
        scadenze(dopo(giorni, 15))  # again the same day: nothing twice
        assert passi() == attesi, giorni
        assert set(avvisati(v)) >= chi, giorni
    assert (rileggi(v).stato, rileggi(v).decisa_il) == ("istruita", None)  # silence decides nothing
    approva(v)
    assert avvisati(v) == {}  # settled by the decision


def test_r38_the_days_are_a_parameter_of_the_year() -> None:
    parametri(silenzio_giorni=3)
    presentata(mondo.in_stato("in_corso"))
    scadenze(dopo(3, 23))
    assert passi() == []
    scadenze(dopo(4, 0))
    assert passi() == ["silenzio"]


def test_r28_r33_who_owes_an_opinion_is_told_too() -> None:
    parametri(variazione_parere_nucleo="obbligatorio")
    v = presentata(mondo.in_stato("in_corso"), effetto_finanziario=True)
    parere(v)
    scadenze(dopo(31))
    assert set(avvisati(v)) == {"CONTI RAGIONERIA", "ATTI SEGRETERIA"}


def test_after_a_stop_only_the_latest_step_and_one_action_for_all() -> None:
    presentata(mondo.in_stato("in_corso"))
    presentata(mondo.obiettivo("OE12"), chi="DUE DIRIGENTE")
    scadenze(dopo(60))
    assert passi() == ["segretario", "segretario"]
    assert (
        Evento.objects.filter(verbo="avvisa", procedura="variazione")
        .values("azione")
        .distinct()
        .count()
        == 1
    )


def test_what_is_decided_or_withdrawn_is_not_told_of() -> None:
    respingi(presentata(mondo.in_stato("in_corso")), istante=datetime(2026, 6, 20, tzinfo=UTC))
    scadenze(dopo(31))
    assert passi() == []


def test_r34_the_settore_is_reminded_the_day_before_its_reply_is_due() -> None:
    v = redigi(mondo.in_stato("in_corso"), chi="ATTI SEGRETERIA", d_ufficio=True)
    v = presenta(v, chi="ATTI SEGRETERIA")
    scadenze(dopo(3))
    assert passi() == []
    scadenze(dopo(4))
    assert passi() == ["replica"]
    assert "il termine è il 20/06/2026" in avvisati(v)["UNO DIRIGENTE"]
    scadenze(dopo(5))
    assert passi() == ["replica"]


def test_r34_a_settore_that_has_replied_is_not_reminded() -> None:
    v = redigi(mondo.in_stato("in_corso"), chi="ATTI SEGRETERIA", d_ufficio=True)
    v = presenta(v, chi="ATTI SEGRETERIA")
    variazioni.replica(
        richiesta=v,
        esito="favorevole",
        testo="",
        impronta=v.impronta,
        by=mondo.attore("UNO DIRIGENTE", istante=GIUGNO),
        istante=GIUGNO,
    )
    scadenze(dopo(4))
    assert passi() == []


def test_the_queries_do_not_depend_on_how_many_wait() -> None:
    def interrogazioni(giorni: int) -> int:
        with CaptureQueriesContext(connection) as chieste:
            scadenze(dopo(giorni))
        return len(chieste)

    parametri(silenzio_giorni=1)
    presentata(mondo.in_stato("in_corso"))
    scadenze(dopo(1))
    una = interrogazioni(2)
    presentata(mondo.in_stato("in_corso"), lambda s: con_target(s, 7, n=1))
    presentata(mondo.obiettivo("OE12"), chi="DUE DIRIGENTE")
    assert interrogazioni(2) == una


@pytest.mark.parametrize(
    ("da", "giorni", "ultimo"),
    [
        # R43, across the end of summer time: 25/10/2026 has 25 hours
        (datetime(2026, 10, 20, 15, tzinfo=ROMA), 10, date(2026, 10, 30)),
        (datetime(2026, 10, 20, 0, 0, 0, tzinfo=ROMA), 10, date(2026, 10, 30)),
        (datetime(2026, 10, 19, 21, 59, 59, 999000, tzinfo=UTC), 10, date(2026, 10, 29)),
        (datetime(2026, 10, 19, 22, 0, tzinfo=UTC), 10, date(2026, 10, 30)),
        (datetime(2026, 3, 28, 23, 59, tzinfo=ROMA), 1, date(2026, 3, 29)),  # 23 hours
        (datetime(2026, 12, 31, 12, tzinfo=ROMA), 5, date(2027, 1, 5)),
    ],
)
def test_r43_the_first_day_is_not_counted_and_days_are_of_the_calendar(
    da: datetime, giorni: int, ultimo: date
) -> None:
    assert ultimo_giorno(fra_giorni(da, giorni, "Europe/Rome"), "Europe/Rome") == ultimo


@given(st.datetimes(timezones=st.just(UTC)), st.integers(0, 60))
def test_r43_never_fewer_days_than_said(da: datetime, giorni: int) -> None:
    da = da.replace(year=2020 + da.year % 16, month=max(da.month, 3))
    ultimo = ultimo_giorno(fra_giorni(da, giorni, "Europe/Rome"), "Europe/Rome")
    assert (ultimo - da.astimezone(ROMA).date()).days == giorni


def fuori_termine(v: RichiestaVariazione) -> dict[str, str]:
    """Name of the person -> what is told of a draft, of the news that are open."""
    nomi = dict(Persona.objects.values_list("pk", "nome_completo"))
    return {
        nomi[n.persona_id]: n.testo
        for n in Notifica.objects.filter(
            materia=f"variazione:{v.pk}", motivo="da_fare", chiusa_il__isnull=True
        )
    }


def test_r22_r24_a_draft_left_after_the_term_is_told_once_and_no_longer_to_be_filed() -> None:
    parametri(variazione_tardiva="rifiuto_automatico")
    v = redigi(mondo.in_stato("in_corso"), chi="UNO PO")
    prima = fuori_termine(v)
    assert set(prima) == {"UNO DIRIGENTE"}
    scadenze(datetime(2026, 9, 30, 23, 59, 59, tzinfo=ROMA))
    assert fuori_termine(v) == prima
    for ora in (0, 1):  # twice: told once
        scadenze(datetime(2026, 10, 1, ora, tzinfo=ROMA))
    assert passi() == ["termine"]
    dopo_ = fuori_termine(v)
    assert {"UNO DIRIGENTE", "UNO PO"} <= set(dopo_)
    assert not {"DUE DIRIGENTE", "ATTI SEGRETERIA"} & set(dopo_)
    assert all("non si presenta più" in testo for testo in dopo_.values())


def test_r24_where_late_ones_are_admitted_the_draft_is_told_to_be_late() -> None:
    v = redigi(mondo.in_stato("in_corso"))
    scadenze(datetime(2026, 10, 1, tzinfo=ROMA))
    assert all("tardiva" in testo for testo in fuori_termine(v).values())
    assert set(fuori_termine(v)) >= {"UNO DIRIGENTE"}
