# SPDX-License-Identifier: AGPL-3.0-or-later
"""Time: each boundary to the millisecond, with the clock injected (R20-R26, R41, R49, R50)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from cycle import orologio
from cycle.models import Atto, Obiettivo, Proroga, RelazioneSemestrale, Scadenza
from cycle.services import variazioni
from tests import mondo
from tests.variazioni.mondo import (
    GIUGNO,
    OTTOBRE,
    TARDI,
    ULTIMO,
    approva,
    atto,
    con_target,
    parametri,
    presenta,
    presentata,
    redigi,
    respingi,
    rileggi,
)
from workflows.errors import Conflitto, NonPossibile
from workflows.processes import variazione as flusso
from workflows.registro import azioni
from workflows.registro.azioni import Voce
from workflows.registro.models import Evento

pytestmark = pytest.mark.django_db

CAUSA = {"causa_sopravvenuta": "Il fornitore è fallito il 5 ottobre."}
ECCEZIONE = "Causa sopravvenuta dopo il termine, non imputabile al settore."


@pytest.fixture
def o(db: None) -> Obiettivo:
    return mondo.in_stato("in_corso")


def guardie(errore: pytest.ExceptionInfo[Any]) -> set[str]:
    assert isinstance(errore.value, NonPossibile)
    return {m.guardia for m in errore.value.tutti()}


def il(mese: int, giorno: int, ora: int = 9) -> datetime:
    return datetime(2026, mese, giorno, ora, 0, tzinfo=UTC)


# --- the settore's term -------------------------------------------------------------------------


def test_r41_the_last_millisecond_of_september_is_in_time_and_the_next_is_late(
    o: Obiettivo,
) -> None:
    """30/09/2026 24:00 Europe/Rome is 22:00 UTC."""
    assert presentata(o, istante=ULTIMO).tardiva is False
    tardiva = presentata(mondo.obiettivo("OE12"), chi="DUE DIRIGENTE", istante=TARDI, **CAUSA)
    assert (tardiva.tardiva, tardiva.presentata_il, tardiva.termine) == (True, TARDI, TARDI)


def test_r22_a_draft_written_in_time_and_filed_after_is_late(o: Obiettivo) -> None:
    v = redigi(o, istante=GIUGNO, **CAUSA)
    assert presenta(v, istante=TARDI).tardiva is True


def test_r23_filed_in_time_and_decided_after_stays_timely(o: Obiettivo) -> None:
    v = presentata(o, istante=ULTIMO)
    approva(v, con=atto(giorno=date(2026, 12, 10)), istante=il(12, 11))
    assert (rileggi(v).stato, rileggi(v).tardiva) == ("approvata", False)


def test_r24_rifiuto_automatico(o: Obiettivo) -> None:
    parametri(variazione_tardiva="rifiuto_automatico")
    with pytest.raises(NonPossibile) as errore:
        presentata(o, istante=TARDI, **CAUSA)
    assert guardie(errore) == {"nel_termine"}
    assert presentata(o, istante=ULTIMO).stato == "istruita"


def test_r24_irricevibile_con_motivazione(o: Obiettivo) -> None:
    parametri(
        variazione_tardiva="irricevibile_con_motivazione", variazione_parere_nucleo="obbligatorio"
    )
    v = presentata(o, istante=TARDI, **CAUSA)
    assert (v.stato, v.tardiva) == ("presentata", True)
    controllo = {"by": mondo.attore("GESTIONE CONTROLLO"), "istante": OTTOBRE}
    with pytest.raises(NonPossibile) as errore:
        variazioni.dichiara_irricevibile(richiesta=v, motivazione=" ", **controllo)
    assert guardie(errore) == {"motivazione_presente"}
    v = variazioni.dichiara_irricevibile(richiesta=v, motivazione="Oltre il 30/09.", **controllo)
    assert (v.stato, v.motivazione_decisione) == ("irricevibile", "Oltre il 30/09.")
    in_tempo = presentata(o, istante=ULTIMO)
    with pytest.raises(NonPossibile) as errore:
        variazioni.dichiara_irricevibile(richiesta=in_tempo, motivazione="No.", **controllo)
    assert guardie(errore) == {"tardiva_irricevibile"}


def test_r24_a_late_one_waits_to_be_declared_so_even_where_no_opinion_is_due(o: Obiettivo) -> None:
    """Examined by itself, it would have escaped: nobody is asked about it, and time alone does not
    move it."""
    parametri(variazione_tardiva="irricevibile_con_motivazione", variazione_parere_nucleo="nessuno")
    v = presentata(o, istante=TARDI, **CAUSA)
    assert (v.stato, v.tardiva) == ("presentata", True)
    assert flusso.processo(v) is None
    with pytest.raises((Conflitto, NonPossibile)):
        approva(v)
    v = variazioni.dichiara_irricevibile(
        richiesta=v,
        motivazione="Oltre il 30/09.",
        by=mondo.attore("GESTIONE CONTROLLO"),
        istante=OTTOBRE,
    )
    assert v.stato == "irricevibile"


def test_r24_ammissibile_con_eccezione_della_giunta(o: Obiettivo) -> None:
    with pytest.raises(NonPossibile) as errore:
        presentata(o, istante=TARDI)
    assert guardie(errore) == {"causa_sopravvenuta"}
    v = presentata(o, istante=TARDI, **CAUSA)
    with pytest.raises(NonPossibile) as errore:
        approva(v)
    assert guardie(errore) == {"eccezione_motivata"}
    with pytest.raises((Conflitto, NonPossibile)):
        variazioni.dichiara_irricevibile(
            richiesta=v,
            motivazione="Oltre il 30/09.",
            by=mondo.attore("GESTIONE CONTROLLO"),
            istante=OTTOBRE,
        )
    approva(v, eccezione=ECCEZIONE)
    v = rileggi(v)
    assert (v.stato, v.tardiva, v.eccezione) == ("approvata", True, ECCEZIONE)


def proroga(fino: datetime, registrata: datetime) -> None:
    """The term of the variazioni moved by an act (R49)."""
    scadenza = Scadenza.objects.get(ciclo=mondo.ciclo(), codice="variazioni")
    atto_proroga = Atto.objects.create(
        ente=mondo.ente(),
        ciclo=mondo.ciclo(),
        tipo="calendario",
        numero="77",
        data=registrata.date(),
        digest="0" * 64,
    )
    azioni.apri(
        ente_id=mondo.ente().pk,
        procedura="ciclo",
        verbo="proroga",
        passi=[Voce(scadenza.pk)],
        attore=mondo.attore("GESTIONE CONTROLLO"),
        istante=registrata,
        atto_id=atto_proroga.pk,
    )
    Proroga.objects.create(
        ente=mondo.ente(),
        scadenza=scadenza,
        atto=atto_proroga,
        data=fino.date(),
        termine=fino,
        motivazione="Guasto del servizio.",
        istante=registrata,
    )


def test_r49_a_proroga_moves_the_term_from_when_it_is_recorded_also_after_it_expired(
    o: Obiettivo,
) -> None:
    nuovo = datetime(2026, 10, 10, 22, 0, tzinfo=UTC)
    prima = presentata(o, istante=TARDI, **CAUSA)
    proroga(nuovo, TARDI + timedelta(days=1))
    ultimo = nuovo - timedelta(milliseconds=1)
    dopo = presentata(o, lambda s: con_target(s, 4, n=1), istante=ultimo)
    assert (dopo.tardiva, dopo.termine) == (False, nuovo)
    # what was late when it was filed is late for ever
    assert rileggi(prima).tardiva is True
    oltre = presentata(mondo.obiettivo("OE12"), chi="DUE DIRIGENTE", istante=nuovo, **CAUSA)
    assert oltre.tardiva is True


# --- twice (R50), and whose clock (R21) ---------------------------------------------------------


def test_r50_a_double_click_around_midnight_keeps_the_first_instant(o: Obiettivo) -> None:
    v = redigi(o)
    prima = presenta(v, istante=ULTIMO)
    eventi = Evento.objects.filter(procedura="variazione").count()
    dopo = presenta(v, istante=TARDI)
    assert (dopo.presentata_il, dopo.tardiva, dopo.stato) == (ULTIMO, False, prima.stato)
    assert Evento.objects.filter(procedura="variazione").count() == eventi
    with pytest.raises(Conflitto):
        presenta(v, chi="ATTI SEGRETERIA", istante=TARDI)


def test_r21_without_an_instant_it_is_that_of_the_databases_transaction(o: Obiettivo) -> None:
    with connection.cursor() as cursore:
        cursore.execute("SELECT transaction_timestamp()")
        (inizio,) = cursore.fetchone()
    assert orologio.della_transazione() == inizio + orologio.spostamento()


# --- the terms of the law, judged on the Atto's date (R25, R26) ---------------------------------


def test_r25_the_act_of_the_15th_of_december_is_the_last(o: Obiettivo) -> None:
    v = presentata(o)
    with pytest.raises(NonPossibile) as errore:
        approva(v, con=atto(giorno=date(2026, 12, 16)), istante=il(12, 20))
    assert guardie(errore) == {"atto_nei_termini"}
    # recorded in January, it is still the act of that day
    approva(v, con=atto(giorno=date(2026, 12, 15)), istante=datetime(2027, 1, 8, tzinfo=UTC))
    assert rileggi(v).stato == "approvata"


@pytest.mark.parametrize(
    ("lettera", "passa"), [("a", True), ("G", True), ("h", False), ("", False), ("ab", False)]
)
def test_r25_after_it_only_what_follows_the_budget_by_its_letter(
    o: Obiettivo, lettera: str, passa: bool
) -> None:
    v = presentata(o)
    dati = {
        "con": atto(giorno=date(2026, 12, 31)),
        "istante": il(12, 31),
        "lettera_art175": lettera,
    }
    if passa:
        approva(v, **dati)
        assert rileggi(v).lettera_art175 == lettera.lower()
    else:
        with pytest.raises(NonPossibile) as errore:
            approva(v, **dati)
        assert guardie(errore) == {"atto_nei_termini"}


def test_r26_no_act_of_the_next_year_approves_and_one_may_still_refuse(o: Obiettivo) -> None:
    v = presentata(o)
    gennaio = datetime(2027, 1, 1, 12, tzinfo=UTC)
    with pytest.raises(NonPossibile) as errore:
        approva(v, con=atto(giorno=date(2027, 1, 1)), istante=gennaio, lettera_art175="a")
    assert guardie(errore) == {"atto_nei_termini"}
    respingi(v, istante=gennaio)
    assert rileggi(v).stato == "respinta"


def test_r26_after_the_last_instant_of_the_year_nothing_is_filed(o: Obiettivo) -> None:
    """31/12/2026 24:00 Europe/Rome is 23:00 UTC."""
    fine = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
    v = redigi(o, **CAUSA)
    with pytest.raises(NonPossibile) as errore:
        presenta(v, istante=fine)
    assert guardie(errore) == {"prima_di_fine_anno"}
    assert presenta(v, istante=fine - timedelta(milliseconds=1)).tardiva is True


def test_an_act_does_not_decide_what_was_filed_after_it(o: Obiettivo) -> None:
    v = presentata(o, istante=il(9, 10))
    with pytest.raises(NonPossibile) as errore:
        approva(v, con=atto(giorno=date(2026, 9, 9)))
    assert guardie(errore) == {"atto_nei_termini"}
    approva(v, con=atto(giorno=date(2026, 9, 10)))


def test_r26_a_pending_request_never_blocks_the_years_end_for_good(o: Obiettivo) -> None:
    """`rendiconta` waits for it; after 31/12 it can be refused or withdrawn, and then goes on."""
    trasmetti_relazioni(o)
    v = presentata(o, _titolo)
    gennaio = datetime(2027, 1, 15, 9, tzinfo=UTC)
    with pytest.raises(NonPossibile) as errore:
        mondo.muovi(o, "rendiconta", "UNO DIRIGENTE", istante=gennaio)
    assert guardie(errore) == {"nessuna_variazione_pendente"}
    variazioni.ritira(
        richiesta=v, by=mondo.attore("UNO DIRIGENTE", istante=gennaio), istante=gennaio
    )
    mondo.muovi(o, "rendiconta", "UNO DIRIGENTE", istante=gennaio)


def _titolo(s: Any) -> Any:
    return replace(s, titolo="Altro")


def trasmetti_relazioni(o: Obiettivo) -> None:
    for relazione in RelazioneSemestrale.objects.filter(obiettivo=o).order_by("periodo"):
        mondo.compila(relazione, "UNO PO")
        mondo.muovi(relazione, "trasmetti", "UNO DIRIGENTE")


@pytest.mark.parametrize("fine", ["approvata", "respinta", "ritirata"])
def test_r50_a_retry_after_the_end_is_answered_as_the_first_time(fine: str) -> None:
    """The answer to `presenta` was lost, and meanwhile the request was decided, or withdrawn."""
    v = presentata(mondo.in_stato("in_corso"))
    if fine == "approvata":
        approva(v)
    elif fine == "respinta":
        respingi(v)
    else:
        variazioni.ritira(
            richiesta=v, by=mondo.attore("UNO DIRIGENTE", istante=OTTOBRE), istante=OTTOBRE
        )
    eventi = Evento.objects.count()
    ancora = presenta(v, istante=OTTOBRE)
    assert (ancora.stato, ancora.presentata_il, ancora.tardiva) == (fine, GIUGNO, False)
    assert Evento.objects.count() == eventi
    with pytest.raises(Conflitto):  # somebody else has presented nothing
        presenta(v, chi="DUE DIRIGENTE", istante=OTTOBRE)
