# SPDX-License-Identifier: AGPL-3.0-or-later
"""A set is judged a group at a time and moves all at once: what is kept of each objective does not
grow with its scheda, and one that does not pass stops those of every group."""

from __future__ import annotations

import pytest

from cycle import fascicolo
from cycle.models import Obiettivo
from cycle.procedures import OBIETTIVO
from tests import giunta, mondo
from tests.fotografia import fotografia
from workflows import engine
from workflows.errors import NonPossibile
from workflows.ports import Passo, Richiesta
from workflows.registro.models import Evento

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def uno_alla_volta(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fascicolo, "INSIEME", 1)


def approva() -> tuple[Passo, ...]:
    esito = engine.execute(
        OBIETTIVO,
        "approva",
        [o.pk for o in giunta.proposte()],
        mondo.attore(giunta.SEGRETERIA),
        mondo.ADESSO,
        richiesta=Richiesta(atto=mondo.atto(), dati={"insieme": "prova"}),
    )
    return esito.eseguiti


def test_of_each_it_keeps_only_which_it_is() -> None:
    attesi = [o.pk for o in giunta.proposte()]
    passi = approva()
    assert [p.oggetto.pk for p in passi] == attesi
    assert not any(hasattr(p.oggetto, "titolo") or p.fascicolo.specifici for p in passi)
    assert set(Obiettivo.objects.filter(pk__in=attesi).values_list("stato", "versione")) == {
        ("approvato", 1)
    }
    eventi = Evento.objects.filter(verbo="approva", oggetto_id__in=attesi)
    assert [e.radice_id for e in eventi.order_by("oggetto_id")] == attesi
    assert len({e.azione for e in eventi}) == 1


def test_one_that_does_not_pass_stops_those_before_it_and_every_reason_is_told() -> None:
    obiettivi = giunta.proposte()
    Obiettivo.objects.filter(pk__in=[o.pk for o in obiettivi]).update(responsabile_generale=None)
    prima = fotografia()
    with pytest.raises(NonPossibile) as detto:
        approva()
    assert set(detto.value.motivi) == {o.pk for o in obiettivi}
    assert fotografia() == prima


def test_a_decision_over_several_groups_names_its_set() -> None:
    insieme = giunta.istruito()
    esito = giunta.deciso(insieme)
    assert len(esito.approvati) == len(giunta.PROPOSTE)
    eventi = Evento.objects.filter(verbo="approva", atto_id=esito.atto_id)
    assert {e.dati["insieme"] for e in eventi} == {str(insieme.pid)}
