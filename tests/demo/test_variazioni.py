# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's requests of variazione: one for each way it can go, and nothing in force without an
Atto."""

from __future__ import annotations

from datetime import UTC, datetime

from cycle.demo.carica import carica
from cycle.models import RichiestaVariazione

SETTEMBRE = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)


def test_one_for_each_way_it_can_go(db_vera: None) -> None:
    ente = carica(SETTEMBRE, lambda _riga: None)
    stati = RichiestaVariazione.objects.filter(ente=ente).values_list("stato", flat=True)
    assert sorted(stati) == [
        "approvata",
        "bozza",
        "istruita",
        "presentata",
        "respinta",
        "ritirata",
    ]
    (approvata,) = RichiestaVariazione.objects.filter(ente=ente, stato="approvata")
    assert approvata.obiettivo.versione == 2
