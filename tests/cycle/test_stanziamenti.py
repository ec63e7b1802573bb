# SPDX-License-Identifier: AGPL-3.0-or-later
"""R3, R30: the money the giunta approved with a scheda is not moved without an act."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from cycle.models import Obiettivo, Stanziamento
from tests import mondo


def stanziato(o: Obiettivo, importo: str = "1000.00") -> Stanziamento:
    return Stanziamento.objects.create(
        ente_id=o.ente_id,
        obiettivo=o,
        capitolo="30801",
        articolo="01",
        parte="spese_correnti",
        importo=Decimal(importo),
    )


def test_r3_in_a_draft_money_moves_and_after_the_approval_it_does_not(db: None) -> None:
    riga = stanziato(mondo.obiettivo("OE11"))
    Stanziamento.objects.filter(pk=riga.pk).update(importo=Decimal("1200.00"))
    mondo.porta(mondo.ente(), "OE11", "approvato")
    with connection.cursor() as cursore:  # the act of the approval is no act for what follows
        cursore.execute("SELECT set_config('ciclo.azione', '', true)")
    with pytest.raises(IntegrityError, match="R3"), transaction.atomic():
        Stanziamento.objects.filter(pk=riga.pk).update(importo=Decimal("1.00"))
    with pytest.raises(IntegrityError, match="R3"), transaction.atomic():
        riga.delete()


@pytest.mark.parametrize("stato", ["approvato", "in_corso", "validato"])
def test_r3_no_money_is_added_without_an_act(db: None, stato: str) -> None:
    o = mondo.in_stato(stato)
    with pytest.raises(IntegrityError, match="R3"), transaction.atomic():
        stanziato(o)


def test_the_database_watches_every_column_of_the_money(db: None) -> None:
    with connection.cursor() as cursore:
        cursore.execute(
            "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname LIKE 'custoditi_%'"
        )
        trovati = dict(cursore.fetchall())
    assert set(trovati) == {"custoditi_insert", "custoditi_update", "custoditi_delete"}
    colonne = {f.column for f in Stanziamento._meta.concrete_fields}
    for testo in trovati.values():
        assert colonne - {"id", "pid", "ente_id", "obiettivo_id"} == set(
            testo.split("'")[1].split(",")
        )
