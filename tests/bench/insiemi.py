# SPDX-License-Identifier: AGPL-3.0-or-later
"""Approving a set: the engine, beside set-based SQL that writes the same rows.

What the engine has just written is copied, row by row of every table, with one INSERT ... SELECT
each: nothing is judged, composed or digested, no trigger fires.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import date

from django.db import connections

from cycle.procedures import OBIETTIVO
from tests import mondo as piccolo
from tests.bench import a_mano, mondo
from tests.bench.misura import Riga, esponente, riga
from workflows.engine import execute
from workflows.ports import Richiesta

COPIE = {"banco_atto": "cycle_atto", "banco_versione": "cycle_versioneobiettivo"}


def righe(giri: int, quanti: Sequence[int]) -> Iterator[Riga]:
    """One line, over the largest of the sizes, with the growth over all."""
    a_mano.prepara()
    with connections["owner"].cursor() as cursore:
        for copia, originale in COPIE.items():
            cursore.execute(f"CREATE TABLE {copia} (LIKE {originale} INCLUDING ALL)")
            cursore.execute(f"GRANT SELECT, INSERT ON {copia} TO PUBLIC")
    nostri: dict[int, list[float]] = {n: [] for n in quanti}
    loro: dict[int, list[float]] = {n: [] for n in quanti}
    ids = mondo.bozze()
    proposte = list(mondo.prendi(ids, (giri + 1) * sum(quanti)))
    mondo.proponi(mondo.attore(), proposte)
    for giro in range(giri + 1):
        for n in quanti:
            presi = mondo.prendi(proposte, n)
            inizio = time.perf_counter()
            azione = _approva(presi, f"{giro}/{n}")
            tempo = time.perf_counter() - inizio
            inizio = time.perf_counter()
            _copia(azione, presi)
            copiato = time.perf_counter() - inizio
            if giro > 0:  # in the first, plans and caches are made
                nostri[n].append(tempo * 1000)
                loro[n].append(copiato * 1000)
    maggiore = max(quanti)
    yield riga(
        nostri[maggiore],
        loro[maggiore],
        codice="approva",
        titolo=f"approvazione di {maggiore} obiettivi",
        unita="ms",
        riferimento="SQL a insiemi",
        obiettivo=1.5,
        note={"crescita": round(esponente({n: min(t) for n, t in nostri.items()}), 2)},
    )


def _approva(ids: Sequence[int], numero: str) -> int:
    atto = piccolo.atto(numero=numero, giorno=date(mondo.ANNO, 2, 20))
    esito = execute(
        OBIETTIVO,
        "approva",
        ids,
        mondo.attore(nome="ATTI SEGRETERIA"),
        mondo.ADESSO,
        richiesta=Richiesta(atto=atto),
    )
    assert esito.azione is not None
    return esito.azione


def _copia(azione: int, ids: Sequence[int]) -> None:
    eventi = "SELECT id FROM workflows_evento WHERE azione = %(azione)s AND id >= %(azione)s"
    atto = "SELECT atto_id FROM workflows_evento WHERE id = %(azione)s"
    with a_mano.apri() as conn, conn.transaction():
        for istruzione in (
            "SELECT id FROM banco_obiettivo WHERE id = ANY (%(ids)s) ORDER BY id FOR UPDATE",
            "UPDATE banco_obiettivo SET stato = 'approvato', versione = versione + 1, "
            "revisione = revisione + 1 WHERE id = ANY (%(ids)s)",
            f"INSERT INTO banco_atto SELECT * FROM cycle_atto WHERE id = ({atto})",
            f"INSERT INTO banco_versione SELECT * FROM cycle_versioneobiettivo "
            f"WHERE atto_id = ({atto})",
            f"INSERT INTO banco_evento OVERRIDING SYSTEM VALUE "
            f"SELECT * FROM workflows_evento WHERE id IN ({eventi})",
            f"INSERT INTO banco_modifica OVERRIDING SYSTEM VALUE "
            f"SELECT * FROM workflows_modifica WHERE evento_id IN ({eventi})",
            "INSERT INTO banco_notifica SELECT * FROM notifications_notifica "
            "WHERE evento_id = %(azione)s ON CONFLICT DO NOTHING",
        ):
            conn.execute(istruzione, {"azione": azione, "ids": list(ids)})
