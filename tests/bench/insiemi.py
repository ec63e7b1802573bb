# SPDX-License-Identifier: AGPL-3.0-or-later
"""Approving a set: the engine, beside set-based SQL that writes the same rows.

What the engine has just written is copied, row by row of every table, with one INSERT ... SELECT
each: nothing is judged, composed or digested, no trigger fires. The set is decided as the giunta
decides it: its news are one matter, and are not of the single objectives (`domain.md` 9).

After every round the owner undoes it, off the clock, so that the next one finds the same rows: ten
thousand objectives, approved over and over.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator, Sequence
from datetime import date
from statistics import median

from django.db import connections, transaction

from cycle.procedures import OBIETTIVO
from tests import mondo as piccolo
from tests.bench import a_mano, mondo
from tests.bench.misura import Riga, esponente, riga
from workflows.engine import execute
from workflows.ports import Richiesta

COPIE = {"banco_atto": "cycle_atto", "banco_versione": "cycle_versioneobiettivo"}
SCRITTE = (
    "workflows_modifica",
    "workflows_evento",
    "cycle_versioneobiettivo",
    "cycle_atto",
    "cycle_obiettivo",
)


def righe(giri: int, quanti: Sequence[int]) -> Iterator[Riga]:
    """One line, over the largest of the sizes, with the growth over all."""
    a_mano.prepara()
    with connections["owner"].cursor() as cursore:
        for copia, originale in COPIE.items():
            cursore.execute(f"CREATE TABLE {copia} (LIKE {originale} INCLUDING ALL)")
            cursore.execute(f"GRANT SELECT, INSERT ON {copia} TO PUBLIC")
    tempi: dict[int, list[tuple[float, float]]] = {n: [] for n in sorted(quanti)}
    memoria: dict[int, float] = {}
    ids = mondo.bozze()
    proposte = list(mondo.prendi(ids, max(quanti)))
    mondo.proponi(mondo.attore(), proposte)
    for giro in range(giri + 1):
        for n in tempi:
            nostro, loro = _giro(proposte[:n], f"{giro}/{n}")
            memoria.setdefault(n, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
            if giro > 0:  # in the first, plans and caches are made
                tempi[n].append((nostro, loro))
    maggiore = max(quanti)
    yield riga(
        [nostro for nostro, _ in tempi[maggiore]],
        [loro for _, loro in tempi[maggiore]],
        codice="approva",
        titolo=f"approvazione di {maggiore} obiettivi",
        unita="ms",
        riferimento="SQL a insiemi",
        obiettivo=1.5,
        note={
            "crescita": round(esponente({n: min(t)[0] for n, t in tempi.items()}), 2),
            "rapporto per misura": {
                n: round(median(a / b for a, b in t), 2) for n, t in tempi.items()
            },
            "MB di memoria, al più": {n: round(mb) for n, mb in memoria.items()},
        },
    )


def _giro(ids: Sequence[int], numero: str) -> tuple[float, float]:
    """Milliseconds of the engine and of the copy, commits included."""
    inizio = time.perf_counter()
    azione = _approva(ids, numero)
    meta = time.perf_counter()
    _copia(azione, ids)
    fine = time.perf_counter()
    _disfa(azione, ids)
    return (meta - inizio) * 1000, (fine - meta) * 1000


def _disfa(azione: int, ids: Sequence[int]) -> None:
    """As if it had not been: only whoever owns the tables can, and only by stopping the rules."""
    copie = ", ".join([*COPIE, *(c for c in a_mano.COPIE if c != "banco_obiettivo")])
    with connections["owner"].cursor() as cursore:
        cursore.execute("SELECT atto_id FROM workflows_evento WHERE id = %s", [azione])
        [atto] = cursore.fetchone()
        with transaction.atomic("owner"):
            for tabella in SCRITTE:
                cursore.execute(f"ALTER TABLE {tabella} DISABLE TRIGGER USER")
            for istruzione in (
                "DELETE FROM workflows_modifica WHERE evento_id >= %(azione)s",
                "DELETE FROM workflows_evento WHERE azione = %(azione)s",
                "DELETE FROM cycle_versioneobiettivo WHERE atto_id = %(atto)s",
                "DELETE FROM cycle_atto WHERE id = %(atto)s",
                "UPDATE cycle_obiettivo SET stato = 'proposta', versione = 0 "
                "WHERE id = ANY (%(ids)s)",
                f"TRUNCATE {copie}",
                "SET CONSTRAINTS ALL IMMEDIATE",
            ):
                cursore.execute(istruzione, {"azione": azione, "atto": atto, "ids": list(ids)})
            for tabella in SCRITTE:
                cursore.execute(f"ALTER TABLE {tabella} ENABLE TRIGGER USER")
        for tabella in (*SCRITTE, "banco_obiettivo"):
            cursore.execute(f"VACUUM {tabella}")


def _approva(ids: Sequence[int], numero: str) -> int:
    atto = piccolo.atto(numero=numero, giorno=date(mondo.ANNO, 2, 20))
    esito = execute(
        OBIETTIVO,
        "approva",
        ids,
        mondo.attore(nome="ATTI SEGRETERIA"),
        mondo.ADESSO,
        richiesta=Richiesta(atto=atto, dati={"insieme": "del banco"}),
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
