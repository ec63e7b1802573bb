# SPDX-License-Identifier: AGPL-3.0-or-later
"""How far a long work has come, told while its transaction is still open.

It is written on a connection of its own, which commits at once: nobody sees what a transaction has
not finished, and the progress must be seen. It never stops the work it tells of."""

from __future__ import annotations

import logging
from types import TracebackType
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

_registro = logging.getLogger(__name__)

_SCRIVI = """
INSERT INTO cycle_avanzamento (chiave, utente_id, fase, fatto, totale)
VALUES (%(chiave)s, %(utente)s, %(fase)s, %(fatto)s, %(totale)s)
ON CONFLICT (chiave) DO UPDATE
   SET fase = EXCLUDED.fase, fatto = EXCLUDED.fatto, totale = EXCLUDED.totale,
       aggiornato_il = clock_timestamp()
 WHERE cycle_avanzamento.utente_id = EXCLUDED.utente_id
"""


class Racconto:
    """Tells the phases of one work under the key its page knows; without a key it tells nobody."""

    def __init__(self, chiave: UUID | None, utente_id: int | None) -> None:
        self.chiave = chiave
        self.utente_id = utente_id
        self._altra: BaseDatabaseWrapper | None = None

    def __enter__(self) -> Racconto:
        if self.chiave is not None and self.utente_id is not None:
            self._altra = connections.create_connection("default")
            self._esegui(
                "DELETE FROM cycle_avanzamento "
                " WHERE utente_id = %(utente)s AND aggiornato_il < now() - interval '1 day'",
                {"utente": self.utente_id},
            )
        return self

    def __call__(self, fase: str, fatto: int, totale: int) -> None:
        self._esegui(
            _SCRIVI,
            {
                "chiave": self.chiave,
                "utente": self.utente_id,
                "fase": fase[:100],
                "fatto": fatto,
                "totale": totale,
            },
        )

    def __exit__(
        self,
        tipo: type[BaseException] | None,
        errore: BaseException | None,
        traccia: TracebackType | None,
    ) -> None:
        if self._altra is not None:
            self._altra.close()
            self._altra = None

    def _esegui(self, sql: str, parametri: dict[str, Any]) -> None:
        if self._altra is None:
            return
        try:
            with self._altra.cursor() as cursore:
                cursore.execute("SET lock_timeout = '500ms'")
                cursore.execute(sql, parametri)
        except DatabaseError:
            _registro.warning("avanzamento non scritto", exc_info=True)
            self._altra.close()
            self._altra = None
