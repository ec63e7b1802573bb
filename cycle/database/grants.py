# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the application role may do: read and write rows, and of the registro only read.

Run by the owner after every migrate; idempotent.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connections
from psycopg import sql

from cycle.database.config import stesso_ruolo

SOLA_LETTURA = (
    "workflows_evento",
    "workflows_modifica",
    "workflows_riservato",
    "workflows_sigillo",
    "workflows_ancora",
    "workflows_marca",
    "django_migrations",
)


def concedi(using: str = "owner", **kwargs: Any) -> None:
    """Grant the application role its rights in the database reached as `using`."""
    if stesso_ruolo(settings.DATABASES):
        return
    ruolo = sql.Identifier(settings.DATABASES["default"]["USER"])
    with connections[using].cursor() as cursore:
        for istruzione in (
            "GRANT USAGE ON SCHEMA public TO {ruolo}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ruolo}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {ruolo}",
        ):
            cursore.execute(sql.SQL(istruzione).format(ruolo=ruolo))
        # the queue's own functions and types, where PUBLIC may not use them
        cursore.execute(
            "SELECT 'FUNCTION ' || p.oid::regprocedure FROM pg_proc p "
            " WHERE p.pronamespace = 'public'::regnamespace "
            "   AND p.proname LIKE 'procrastinate\\_%%' "
            "UNION ALL SELECT 'TYPE ' || t.oid::regtype FROM pg_type t "
            " WHERE t.typnamespace = 'public'::regnamespace AND t.typtype = 'e' "
            "   AND t.typname LIKE 'procrastinate\\_%%'",
            [],
        )
        for (cosa,) in cursore.fetchall():
            diritto = "USAGE" if cosa.startswith("TYPE ") else "EXECUTE"
            cursore.execute(
                sql.SQL("GRANT {diritto} ON {cosa} TO {ruolo}").format(
                    diritto=sql.SQL(diritto), cosa=sql.SQL(cosa), ruolo=ruolo
                )
            )
        cursore.execute(
            "SELECT t FROM unnest(%s::text[]) t WHERE to_regclass(t) IS NOT NULL", [[*SOLA_LETTURA]]
        )
        for (tabella,) in cursore.fetchall():
            cursore.execute(
                sql.SQL("REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {tabella} FROM {ruolo}").format(
                    tabella=sql.Identifier(tabella), ruolo=ruolo
                )
            )
