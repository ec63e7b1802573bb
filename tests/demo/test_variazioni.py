# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's requests of variazione: one for each way it can go, and nothing in force without an
Atto."""

from __future__ import annotations

from datetime import UTC, datetime

from cycle.demo.carica import carica
from cycle.models import Correzione, InvitoVariazione, RichiestaVariazione

NOVEMBRE = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


def test_one_for_each_way_it_can_go(db_vera: None) -> None:
    ente = carica(NOVEMBRE, lambda _riga: None)
    stati = RichiestaVariazione.objects.filter(ente=ente).values_list("stato", flat=True)
    assert sorted(stati) == [
        "approvata",
        "approvata",
        "bozza",
        "irricevibile",
        "istruita",
        "presentata",
        "respinta",
        "ritirata",
    ]
    approvate = RichiestaVariazione.objects.filter(ente=ente, stato="approvata")
    assert {(v.obiettivo.stato, v.obiettivo.versione) for v in approvate} == {
        ("in_corso", 2),
        ("stralciato", 2),
    }
    inviti = InvitoVariazione.objects.filter(ente=ente).order_by("pk")
    assert [i.declinato_il is None for i in inviti] == [True, False]
    correzioni = Correzione.objects.filter(ente=ente).order_by("pk")
    assert [c.stato for c in correzioni] == ["accolta", "segnalata"]
