# SPDX-License-Identifier: AGPL-3.0-or-later
"""The reference: the same rows as the engine writes, written by hand over plain psycopg.

The tables are copies of the product's, with their indexes and checks and none of their triggers;
what one transition of the engine wrote is read back and is what the hand writes again. Nothing is
judged, nobody is looked up: this is the least that a transition can cost.
"""

from __future__ import annotations

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


def rileggi(azione: int) -> Scritto:
    """The rows of an action over one object."""
    with apri() as conn:
        cursore = conn.cursor(row_factory=dict_row)

        def righe(tabella: str, colonna: str) -> list[dict[str, Any]]:
            trovate = cursore.execute(
                f"SELECT * FROM {tabella} WHERE {colonna} = %s ORDER BY id", [azione]
            ).fetchall()
            return [
                {c: Jsonb(v) if isinstance(v, dict) else v for c, v in r.items() if c != "id"}
                for r in trovate
            ]

        return Scritto(
            righe("workflows_evento", "azione")[0],
            righe("workflows_modifica", "evento_id"),
            righe("notifications_notifica", "evento_id"),
        )


class AMano:
    """One transition written by hand: lock, update, the rows of the registro, the news, commit."""

    def __init__(self, conn: psycopg.Connection[Any], scritto: Scritto, stato: str) -> None:
        self.conn, self.scritto, self.stato = conn, scritto, stato
        self.inserisci_evento = _insert("banco_evento", [scritto.evento])
        self.inserisci_modifiche = _insert("banco_modifica", scritto.modifiche)
        self.inserisci_notifiche = _insert("banco_notifica", scritto.notifiche)

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


def _insert(tabella: str, righe: Sequence[dict[str, Any]]) -> sql.Composed:
    segnaposti = sql.SQL("({})").format(sql.SQL(", ").join([sql.Placeholder()] * len(righe[0])))
    return sql.SQL("INSERT INTO {} ({}) VALUES {} RETURNING id").format(
        sql.Identifier(tabella),
        sql.SQL(", ").join(map(sql.Identifier, righe[0])),
        sql.SQL(", ").join([segnaposti] * len(righe)),
    )
