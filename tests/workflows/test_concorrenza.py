# SPDX-License-Identifier: AGPL-3.0-or-later
"""Many people on one button (R50): real threads, real transactions, one winner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cycle.contesto import sessione
from cycle.models import Obiettivo, RelazioneSemestrale, VersioneObiettivo
from cycle.procedures import OBIETTIVO
from cycle.services.transizioni import esegui
from notifications.models import Notifica
from tests import mondo
from tests.gara import gara
from workflows.engine import Esito, execute
from workflows.errors import Conflitto, NonPossibile, Rifiuto
from workflows.ports import Richiesta
from workflows.registro.models import Evento

pytestmark = pytest.mark.usefixtures("db_vera")


def passo(
    o: Obiettivo | RelazioneSemestrale, nome: str, chi: str, richiesta: Richiesta | None = None
) -> Callable[[], Esito]:
    """One request of one person, as the page makes it."""
    procedura = "obiettivo" if isinstance(o, Obiettivo) else "relazione"
    utente = mondo.utente(chi)

    def compi() -> Esito:
        with sessione(utente, "alfa", "web") as contesto:
            return esegui(
                procedura=procedura,
                transizione=nome,
                ids=[o.pk],
                by=contesto.attore,
                istante=mondo.ADESSO,
                richiesta=richiesta,
                revisioni={o.pk: o.revisione},
            )

    return compi


def divisi(esiti: list[Any]) -> tuple[list[Esito], list[Rifiuto]]:
    riusciti = [e for e in esiti if isinstance(e, Esito)]
    rifiutati = [e for e in esiti if isinstance(e, Rifiuto)]
    assert len(riusciti) + len(rifiutati) == len(esiti), esiti
    return riusciti, rifiutati


def test_r50_ten_on_one_button_one_wins_nine_are_told() -> None:
    o = mondo.in_stato("proposta")
    prima = Evento.objects.count()
    richiesta = Richiesta(atto=mondo.atto("88"))
    riusciti, rifiutati = divisi(
        gara([passo(o, "approva", "ATTI SEGRETERIA", richiesta) for _ in range(10)])
    )
    assert len(riusciti) == 1
    assert [type(r) for r in rifiutati] == [Conflitto] * 9
    assert {r.tutti()[0].messaggio for r in rifiutati} == {
        "Si trova in «Approvato»: questo passo parte da «Proposta»."
    }
    assert Evento.objects.count() == prima + 1
    assert VersioneObiettivo.objects.filter(obiettivo=o).count() == 1
    dopo = mondo.obiettivo(o.codice)
    assert (dopo.stato, dopo.versione) == ("approvato", 1)
    da_fare = Notifica.objects.filter(materia=f"obiettivo:{o.pk}", motivo="da_fare", chiusa_il=None)
    assert {n.evento_id for n in da_fare} == {riusciti[0].azione}
    # whoever has the settore may start it, and is told once
    assert sorted(n.persona_id for n in da_fare) == sorted(
        mondo.persona(nome).pk for nome in ("UNO DIRIGENTE", "UNO PO")
    )


def test_r50_two_that_lead_elsewhere_one_wins() -> None:
    """The giunta approves while controllo sends back: never both, never a mixture."""
    o = mondo.in_stato("proposta")
    esiti = gara(
        [
            passo(o, "approva", "ATTI SEGRETERIA", Richiesta(atto=mondo.atto("88"))),
            passo(o, "rinvia", "GESTIONE CONTROLLO", Richiesta("Da rivedere.")),
        ]
    )
    riusciti, rifiutati = divisi(esiti)
    assert len(riusciti) == 1
    assert [type(r) for r in rifiutati] == [Conflitto]
    dopo = mondo.obiettivo(o.codice)
    assert dopo.stato == riusciti[0].eseguiti[0].a
    assert dopo.versione == (1 if dopo.stato == "approvato" else 0)
    assert VersioneObiettivo.objects.filter(obiettivo=o).count() == dopo.versione


def test_sets_that_cross_do_not_deadlock() -> None:
    """Two that take the same objectives in opposite orders: locks go by pk."""
    ids = [mondo.in_stato("bozza").pk, mondo.obiettivo("OE11").pk]
    chi = {"UNO DIRIGENTE": ids, "DUE DIRIGENTE": ids[::-1]}

    def tenta(nome: str) -> Callable[[], Esito]:
        return lambda: execute(
            OBIETTIVO, "proponi", chi[nome], mondo.attore(nome), mondo.ADESSO, tutti=False
        )

    riusciti, rifiutati = divisi(gara([tenta(n) for n in chi for _ in range(4)]))
    assert len(riusciti) == 2
    assert len(rifiutati) == 6
    assert set(Obiettivo.objects.filter(pk__in=ids).values_list("stato", flat=True)) == {"proposta"}


def test_r54_a_report_filled_while_it_is_submitted_is_not_lost_in_silence() -> None:
    """Whoever comes second is told: the value is in the snapshot, or it is refused."""
    o = mondo.in_stato("in_corso")
    relazione = RelazioneSemestrale.objects.filter(obiettivo=o).order_by("periodo__ordine")[0]
    mondo.compila(relazione, "UNO PO")
    relazione.refresh_from_db()

    def compila() -> str:
        mondo.compila(relazione, "UNO PO")
        return "scritta"

    esiti = gara([passo(relazione, "trasmetti", "UNO DIRIGENTE"), compila])
    trasmessa = RelazioneSemestrale.objects.get(pk=relazione.pk).stato == "trasmessa"
    if esiti[1] == "scritta":
        # the report moved on under the dirigente's eyes, unless he was first
        assert isinstance(esiti[0], Conflitto) != trasmessa
    else:
        assert isinstance(esiti[1], NonPossibile)
        assert trasmessa


def test_r59_two_validations_of_one_sitting_record_it_once() -> None:
    o = mondo.in_stato("rendicontato")
    relazioni = RelazioneSemestrale.objects.filter(obiettivo=o).order_by("periodo__ordine")
    richiesta = Richiesta(seduta=mondo.seduta())
    for r in relazioni:
        passo(r, "valida", "PRIMO NUCLEO", richiesta)()
    o.refresh_from_db()
    riusciti, rifiutati = divisi(
        gara(
            [
                passo(o, "valida", chi, richiesta)
                for chi in ("PRIMO NUCLEO", "SECONDO NUCLEO", "TERZO NUCLEO")
            ]
        )
    )
    assert len(riusciti) == 1
    assert len(rifiutati) == 2
    assert o.ciclo.sedute.filter(relazioni__obiettivo=o).distinct().count() == 1


def test_r2_two_clerks_record_one_act_at_once_one_is_told_it_is_there() -> None:
    """The same number, however it is typed, on two different objectives."""
    uno, due = mondo.in_stato("proposta"), mondo.obiettivo("OE11")
    mondo.muovi(due, "proponi", "DUE DIRIGENTE")
    due = mondo.obiettivo("OE11")
    riusciti, rifiutati = divisi(
        gara(
            [
                passo(uno, "approva", "ATTI SEGRETERIA", Richiesta(atto=mondo.atto("900"))),
                passo(due, "approva", "ATTI SEGRETERIA", Richiesta(atto=mondo.atto(" 900\u200b"))),
            ]
        )
    )
    assert len(riusciti) == len(rifiutati) == 1
    assert [m.guardia for m in rifiutati[0].tutti()] == ["atto_presente"]
