# SPDX-License-Identifier: AGPL-3.0-or-later
"""The reference: the same rows as the engine writes, written by hand over plain psycopg: state,
Evento, Modifica, Notifica, the link of the chain, the job with the word that wakes its worker.

The tables are copies of the product's, with their indexes and checks and none of their triggers;
what one transition of the engine wrote is read back and is what the hand writes again. Nothing is
judged, nobody is looked up, no row is read again to be sealed: this is the least that a transition
can cost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection, connections
from django.db.models import Count
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from workflows.registro.models import Evento

COPIE = {
    "banco_obiettivo": "cycle_obiettivo",
    "banco_evento": "workflows_evento",
    "banco_modifica": "workflows_modifica",
    "banco_notifica": "notifications_notifica",
    "banco_sigillo": "workflows_sigillo",
    "banco_lavoro": "procrastinate_jobs",
    "banco_lavoro_evento": "procrastinate_events",
}


def prepara() -> None:
    """Make the copies, as the owner, if they are not there; the objectives with their rows."""
    with connections["owner"].cursor() as cursore:
        cursore.execute("SELECT to_regclass('banco_obiettivo') IS NOT NULL")
        if cursore.fetchone()[0]:
            return
        for copia, originale in COPIE.items():
            cursore.execute(f"CREATE TABLE {copia} (LIKE {originale} INCLUDING ALL)")
            cursore.execute(f"GRANT SELECT, INSERT, UPDATE ON {copia} TO PUBLIC")
        cursore.execute("INSERT INTO banco_obiettivo SELECT * FROM cycle_obiettivo")
        cursore.execute(
            "ALTER TABLE banco_notifica ADD FOREIGN KEY (utente_id) REFERENCES cycle_utente "
            "DEFERRABLE INITIALLY DEFERRED"
        )
        cursore.execute("ANALYZE banco_obiettivo")


def apri() -> psycopg.Connection[Any]:
    """A connection of the application's role, outside Django."""
    parametri = connection.get_connection_params()
    for di_django in ("cursor_factory", "context", "prepare_threshold"):
        parametri.pop(di_django, None)
    return psycopg.connect(**parametri, autocommit=True)


def azione_singola() -> int:
    """The first action recorded that moved one object only."""
    trovate = Evento.objects.filter(verbo="proponi").values("azione").annotate(n=Count("pk"))
    return int(trovate.filter(n=1).order_by("azione")[0]["azione"])


@dataclass(frozen=True)
class Scritto:
    """What one action of the engine wrote, without the ids that the database gives."""

    evento: dict[str, Any]
    modifiche: Sequence[dict[str, Any]]
    notifiche: Sequence[dict[str, Any]]
    sigillo: dict[str, Any]
    lavoro: dict[str, Any]


def rileggi(azione: int) -> Scritto:
    """The rows of an action over one object."""
    with apri() as conn:
        cursore = conn.cursor(row_factory=dict_row)

        def righe(tabella: str, colonna: str, valore: object = azione) -> list[dict[str, Any]]:
            return cursore.execute(
                f"SELECT * FROM {tabella} WHERE {colonna} = %s ORDER BY 1", [valore]
            ).fetchall()

        evento = righe("workflows_evento", "azione")[0]
        [lavoro] = righe("procrastinate_jobs", "args ->> 'transazione'", str(evento["transazione"]))
        return Scritto(
            _nuova(evento),
            [_nuova(m) for m in righe("workflows_modifica", "evento_id")],
            [_nuova(n) for n in righe("notifications_notifica", "evento_id")],
            righe("workflows_sigillo", "azione")[0],
            _nuova(lavoro),
        )


def _nuova(riga: dict[str, Any]) -> dict[str, Any]:
    """The row as it is written again, under another id."""
    return {c: Jsonb(v) if isinstance(v, dict) else v for c, v in riga.items() if c != "id"}


# What procrastinate's triggers do with a job: note when it was put off, and wake the workers.
_LAVORO = """
WITH lavoro AS ({inserisci}, queue_name), evento AS (
    INSERT INTO banco_lavoro_evento (job_id, type, at) SELECT id, 'deferred', now() FROM lavoro
)
SELECT pg_notify('procrastinate_queue_v1#' || queue_name, detto),
       pg_notify('procrastinate_any_queue_v1', detto)
  FROM (SELECT queue_name, json_build_object('type', 'job_inserted', 'job_id', id)::text AS detto
          FROM lavoro) l
"""

# The link stands on the last one of its stream.
_SIGILLO = """
INSERT INTO banco_sigillo (azione, ente_id, flusso, progressivo, eventi, modifiche, impronta)
SELECT %(azione)s, %(ente_id)s, %(flusso)s, coalesce(t.progressivo, 0) + 1, %(eventi)s,
       %(modifiche)s, sha256(coalesce(t.impronta, '') || %(righe)s)
  FROM (SELECT 1) u LEFT JOIN (
        SELECT progressivo, impronta FROM banco_sigillo
         WHERE ente_id = %(ente_id)s AND flusso = %(flusso)s ORDER BY progressivo DESC LIMIT 1
       ) t ON true
"""


class AMano:
    """One transition written by hand: lock, update, the rows of the registro, the news, commit."""

    def __init__(self, conn: psycopg.Connection[Any], scritto: Scritto, stato: str) -> None:
        self.conn, self.scritto, self.stato = conn, scritto, stato
        self.inserisci_evento = _insert("banco_evento", [scritto.evento])
        self.inserisci_modifiche = _insert("banco_modifica", scritto.modifiche)
        self.inserisci_notifiche = _insert("banco_notifica", scritto.notifiche)
        inserisci = _insert("banco_lavoro", [scritto.lavoro])
        self.inserisci_lavoro = sql.SQL(_LAVORO).format(inserisci=inserisci)

    def __call__(self, pk: int) -> None:
        with self.conn.transaction():
            self.scrivi(pk)

    def scrivi(self, pk: int) -> None:
        """The statements, in the transaction that is open."""
        esegui = self.conn.execute
        esegui("SELECT * FROM banco_obiettivo WHERE id = %s FOR UPDATE", [pk])
        esegui(
            "UPDATE banco_obiettivo SET stato = %s, revisione = revisione + 1 WHERE id = %s",
            [self.stato, pk],
        )
        evento = self.scritto.evento | {"oggetto_id": pk, "radice_id": pk}
        trovato = esegui(self.inserisci_evento, [*evento.values()]).fetchone()
        numero = trovato[0] if trovato else None
        suoi = {"evento_id": numero, "riga_id": pk, "radice_id": pk}
        esegui(
            self.inserisci_modifiche,
            [v for m in self.scritto.modifiche for v in (m | suoi).values()],
        )
        suoi = {"evento_id": numero, "materia": f"obiettivo:{pk}"}
        esegui(
            self.inserisci_notifiche,
            [v for n in self.scritto.notifiche for v in (n | suoi).values()],
        )
        impronte = [hashlib.sha256(repr(r).encode()) for r in (evento, *self.scritto.modifiche)]
        righe = b"".join(i.digest() for i in impronte)
        esegui(_SIGILLO, self.scritto.sigillo | {"azione": numero, "righe": righe})
        esegui(self.inserisci_lavoro, [*self.scritto.lavoro.values()])


def _insert(tabella: str, righe: Sequence[dict[str, Any]]) -> sql.Composed:
    segnaposti = sql.SQL("({})").format(sql.SQL(", ").join([sql.Placeholder()] * len(righe[0])))
    return sql.SQL("INSERT INTO {} ({}) VALUES {} RETURNING id").format(
        sql.Identifier(tabella),
        sql.SQL(", ").join(map(sql.Identifier, righe[0])),
        sql.SQL(", ").join([segnaposti] * len(righe)),
    )
