# SPDX-License-Identifier: AGPL-3.0-or-later
"""Steps that nobody can take, today or at their term."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from cycle.models import Incarico, Scadenza, Utente
from cycle.vacanze import Vacanza, vacanze
from tests import mondo
from tests.cycle.test_incarichi import cessa, conferisci, delega, incarico_di

pytestmark = pytest.mark.usefixtures("db")


def trovate(istante: datetime = mondo.ADESSO) -> list[Vacanza]:
    return vacanze(mondo.ente(), istante)


def test_a_whole_ente_has_none() -> None:
    assert trovate() == []


def test_a_settore_without_dirigente_names_the_steps_and_the_objectives() -> None:
    cessa(incarico_di("UNO DIRIGENTE"))
    [v] = trovate()
    assert (v.unita.codice, v.quando.termine, v.obiettivi) == ("S1", "", 5)
    senza = {"proponi_obiettivo", "rendiconta_obiettivo", "trasmetti_relazione"}
    assert senza <= set(v.permessi)
    assert "avvia_obiettivo" not in v.permessi  # the po can
    assert v.ruoli == ["Dirigente"]


def test_what_the_po_can_do_too_is_not_vacant() -> None:
    cessa(incarico_di("UNO DIRIGENTE"))
    cessa(incarico_di("UNO PO"))
    [v] = trovate()
    assert {"avvia_obiettivo", "modifica_obiettivo", "compila_relazione"} <= set(v.permessi)
    assert v.ruoli == ["Posizione organizzativa (EQ)", "Dirigente"]


def test_an_incarico_that_ends_before_the_term_is_vacant_at_the_term() -> None:
    """Today all is well; on 31 July nobody will submit the report of the first period."""
    fine = datetime(2026, 7, 31, 21, 59, 59, 999_999, tzinfo=UTC)
    scadenza = Scadenza.objects.get(ciclo=mondo.ciclo(), codice="relazione-1")
    assert scadenza.termine > fine
    cessa(incarico_di("UNO DIRIGENTE"), fine)
    due = datetime(2027, 2, 1, 22, 59, 59, 999_999, tzinfo=UTC)  # 31/01/2027 is a Sunday
    assert [(v.quando.istante, v.quando.termine, v.permessi) for v in trovate()] == [
        (fine, scadenza.nome, ["trasmetti_relazione"]),
        (due, "Relazione del secondo periodo", ["rendiconta_obiettivo"]),
    ]


def test_an_incarico_that_lasts_until_the_term_is_enough() -> None:
    termine = Scadenza.objects.get(ciclo=mondo.ciclo(), codice="relazione-2").termine
    cessa(incarico_di("UNO DIRIGENTE"), termine)
    assert trovate() == []


def test_a_delega_that_covers_the_step_fills_it_as_far_as_it_goes() -> None:
    cessa(incarico_di("DUE DIRIGENTE"))
    delega(ambito=["proponi_obiettivo"])
    assert [v.unita.codice for v in trovate()] == ["S2"]
    conferisci("SENZA INCARICO", "dirigente", "S2", interim=True)
    assert trovate() == []


def test_r59_a_nucleo_below_its_quorum_is_vacant() -> None:
    for nome in ("PRIMO NUCLEO", "SECONDO NUCLEO"):
        cessa(incarico_di(nome))
    [v] = trovate()
    assert (v.unita.livello, v.presenti) == (0, 1)
    assert v.permessi == ["valida_obiettivo", "valida_relazione"]


def test_who_cannot_log_in_does_not_count() -> None:
    Utente.objects.filter(pk=mondo.utente("ATTI SEGRETERIA").pk).update(is_active=False)
    [v] = trovate()
    assert v.unita.livello == 0
    assert {"approva_obiettivo", "stralcia_obiettivo"} <= set(v.permessi)


def test_of_the_whole_ente_when_every_settore_lacks_it() -> None:
    for nome in ("UNO DIRIGENTE", "DUE DIRIGENTE"):
        cessa(incarico_di(nome))
    [v] = trovate()
    assert (v.unita.livello, v.obiettivi) == (0, 7)


def test_six_queries_whatever_there_is(django_assert_num_queries: Any) -> None:
    ente = mondo.ente()
    with django_assert_num_queries(6):
        vacanze(ente, mondo.ADESSO)
    Incarico.objects.filter(ente=ente).update(al=mondo.ADESSO)
    with django_assert_num_queries(6):
        assert vacanze(ente, mondo.ADESSO)
