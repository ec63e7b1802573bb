# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ten years answer as fast as one: each question finds its rows by an index that does not care how
many there are, and none is bounded by a year or by a partition. How fast, the bench says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection

from cycle import domande, storia
from cycle.domande import Domanda
from tests import mondo

pytestmark = pytest.mark.usefixtures("db")


def _piano(chiedi: Callable[[], Any]) -> str:
    """The plan of the last statement asked, where nothing is so small that it is read whole."""
    dette: list[tuple[str, Any]] = []

    def annota(esegui: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        dette.append((sql, params))
        return esegui(sql, params, many, context)

    with connection.execute_wrapper(annota):
        chiedi()
    with connection.cursor() as cursore:
        cursore.execute("SET LOCAL enable_seqscan = off")
        (sql, params) = next(d for d in dette if "workflows_evento e" in d[0])
        cursore.execute(f"EXPLAIN {sql}", params)
        return "\n".join(riga for (riga,) in cursore.fetchall())


def _domanda(**parole: Any) -> str:
    chi = mondo.attore("GESTIONE CONTROLLO")
    tutto = domande.portata(chi)
    return _piano(
        lambda: domande.rispondi(chi, tutto, Domanda(**parole), fuso="Europe/Rome", quanti=2)
    )


@pytest.mark.parametrize(
    ("indice", "parole"),
    [
        ("evento_giorno", {}),
        ("evento_giorno", {"dal": date(2026, 1, 1), "al": date(2026, 12, 31)}),
        ("evento_verbo", {"verbo": "approva"}),
        ("evento_persona", {"persona": "UNO PO"}),
        ("evento_radice", {"obiettivo": "OE03"}),
        ("evento_parole", {"testo": "integrazione"}),
        ("modifica_target", {"campo": "target"}),
        ("modifica_approvata", {"campo": "target", "dopo_approvazione": True}),
    ],
)
def test_a_page_of_the_registro_is_found_by_an_index(indice: str, parole: dict[str, Any]) -> None:
    veri = dict(parole)
    if "persona" in veri:
        veri["persona"] = mondo.persona(veri["persona"]).pid
    if "obiettivo" in veri:
        veri["obiettivo"] = mondo.obiettivo(veri["obiettivo"]).pid
    piano = _domanda(**veri)
    assert indice in piano, piano
    assert "Seq Scan on workflows" not in piano, piano


def test_the_history_of_an_objective_is_one_range_of_an_index() -> None:
    o = mondo.obiettivo("OE03")
    piano = _piano(lambda: storia.fatti(ente_id=o.ente_id, obiettivo_id=o.pk))
    assert "evento_radice" in piano, piano


def test_nothing_of_the_registro_is_partitioned() -> None:
    """A partition would bound what is asked; when there is one, it will be to keep, not to read."""
    with connection.cursor() as cursore:
        cursore.execute(
            "SELECT relname, relkind FROM pg_class WHERE relname IN "
            "('workflows_evento', 'workflows_modifica', 'workflows_sigillo')"
        )
        assert {kind for _, kind in cursore.fetchall()} == {"r"}
