# SPDX-License-Identifier: AGPL-3.0-or-later
"""The plan as it was at an instant, told by the registro alone (`domain.md` 8).

The rows are put together again from their Modifiche, in one statement, into temporary tables that
have the names of the true ones and stand before them: whatever reads the plan (pages, export, API)
then reads the plan of that instant, struck-off and deleted rows included, and knows nothing of it.
All of it is undone at the end, so that nothing can be written there.

The instant is compared with `registrato_il`, the clock of the database. Units, persons, terms and
programmes are called as they are today.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

from cycle.models import Obiettivo, VersioneObiettivo
from cycle.models.base import DiObiettivo

CANCELLATO = "(dato personale cancellato)"  # R90


_NON_DELLE_MODIFICHE = {f'p."{c}"' for c in ("id", "ente_id", "revisione", "pid")}


def _tabelle() -> dict[str, type[Model]]:
    return {
        m._meta.db_table: m
        for m in apps.get_app_config("cycle").get_models()
        if m is Obiettivo or (issubclass(m, DiObiettivo) and m is not VersioneObiettivo)
    }


def tabelle() -> list[str]:
    """The tables that are put together again: objectives and all that hangs below them."""
    return [*_tabelle()]


_RADICI_DELL_ANNO = """ARRAY(
    SELECT m.riga_id FROM public.workflows_modifica m
     WHERE m.tabella = 'cycle_obiettivo' AND m.operazione = 'I'
       AND (m.dopo ->> 'ciclo_id')::bigint = %(ciclo)s AND m.ente_id = %(ente)s)"""

# Each row: its first image and every change since, one over the other, in their order.
_RIGHE = """
CREATE TEMP TABLE come_era ON COMMIT DROP AS
WITH radici AS MATERIALIZED (SELECT {radici} AS quali),
somme AS (
    SELECT m.tabella, m.riga_id, min(m.ente_id) AS ente_id,
           registro_somma(m.dopo ORDER BY m.id) AS dati
      FROM radici r
      JOIN public.workflows_modifica m ON m.radice_id = ANY (r.quali)
      JOIN public.workflows_evento e ON e.id = m.evento_id
     WHERE m.ente_id = %(ente)s AND e.registrato_il <= %(istante)s
     GROUP BY m.tabella, m.riga_id
    HAVING NOT bool_or(m.operazione = 'D')
)
SELECT s.tabella, s.riga_id, s.ente_id,
       CASE WHEN s.tabella IN ('cycle_collaboratore', 'cycle_campovariato')
            THEN s.dati || coalesce(
                (SELECT jsonb_object_agg(c.key, coalesce(v.valore, to_jsonb(%(cancellato)s::text)))
                   FROM jsonb_each(s.dati) c
                   LEFT JOIN public.workflows_riservato v
                          ON v.id = (c.value ->> 'riservato')::bigint
                  WHERE jsonb_typeof(c.value) = 'object'
                    AND c.value ?& ARRAY['riservato', 'impronta']), '{{}}')
            ELSE s.dati END AS dati
  FROM somme s;
ANALYZE come_era (tabella, riga_id);
"""
_QUALI = "SELECT tabella FROM come_era GROUP BY tabella"
# A public id is no Modifica's: that of the row that is still there, or one that says the number.
_TABELLA = """
CREATE TEMP TABLE {t} ON COMMIT DROP AS
SELECT r.riga_id AS id, r.ente_id, 1 AS revisione,
       coalesce(oggi.pid, lpad(to_hex(r.riga_id), 32, '0')::uuid) AS pid, {colonne}
  FROM come_era r
  LEFT JOIN public.{t} oggi ON oggi.id = r.riga_id
 CROSS JOIN LATERAL jsonb_populate_record(NULL::public.{t}, r.dati) p
 WHERE r.tabella = '{t}';
"""
_INDICE = "CREATE INDEX ON {t} ({chiave});"
# Where there was nothing there is nothing to store.
_VUOTA = "CREATE TEMP VIEW {t} AS SELECT * FROM public.{t} LIMIT 0;"
# What was approved is never rewritten: what stands there is what was, if it already was.
_VERSIONI = """
CREATE TEMP TABLE cycle_versioneobiettivo ON COMMIT DROP AS
SELECT v.* FROM public.cycle_versioneobiettivo v
  JOIN come_era r ON r.tabella = 'cycle_versioneobiettivo' AND r.riga_id = v.id;
"""
_FATTI = """
CREATE TEMP TABLE workflows_evento ON COMMIT DROP AS
SELECT e.* FROM public.workflows_evento e
 WHERE e.radice_id = ANY ({radici}) AND e.ente_id = %(ente)s AND e.registrato_il <= %(istante)s;
"""
# Said, and not left to the names: a statement prepared before is then planned again.
_DAVANTI = "SET LOCAL search_path = pg_temp, public"


@contextmanager
def come_era(
    *, ente_id: int, istante: datetime, obiettivo: int | None = None, ciclo: int | None = None
) -> Iterator[None]:
    """Within it, the tables of one objective, or of those of a year, hold what they held at
    `istante`, and no other objective; the history of one ends there. Needs an open transaction.
    Nothing can be kept of what is written inside."""
    radici = "ARRAY[%(obiettivo)s::bigint]" if obiettivo is not None else _RADICI_DELL_ANNO
    parametri: dict[str, Any] = {
        "ente": ente_id,
        "istante": istante,
        "obiettivo": obiettivo,
        "ciclo": ciclo,
        "cancellato": CANCELLATO,
    }
    with transaction.atomic():
        # several statements in one trip, which a cursor that binds in the server refuses
        with psycopg.ClientCursor(connection.connection) as cursore:
            cursore.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off;")
            cursore.execute(_RIGHE.format(radici=radici), parametri)
            cursore.execute(_QUALI)
            piene = {t for (t,) in cursore.fetchall()}
            cursore.execute("".join(_davanti(piene, radici, obiettivo is None)), parametri)
        yield
        transaction.set_rollback(True)


def _davanti(piene: Collection[str], radici: str, molti: bool) -> Iterator[str]:
    """What stands before the true tables; of many objectives, with the index they are read by."""
    for t, modello in _tabelle().items():
        if t not in piene:
            yield _VUOTA.format(t=t)
            continue
        colonne = [f'p."{c.column}"' for c in modello._meta.concrete_fields]
        proprie = [c for c in colonne if c not in _NON_DELLE_MODIFICHE]
        yield _TABELLA.format(t=t, colonne=", ".join(proprie))
        if molti:
            yield _INDICE.format(t=t, chiave="id" if modello is Obiettivo else "obiettivo_id")
    yield _VERSIONI
    if not molti:
        yield _FATTI.format(radici=radici)
    yield _DAVANTI


def numero_di(pid: UUID) -> int | None:
    """The objective with this public id, also one that was deleted; None when there is none."""
    trovato = Obiettivo.objects.filter(pid=pid).values_list("pk", flat=True).first()
    return trovato or (pid.int if 0 < pid.int < 2**63 else None)


def letto(testo: str, fuso: str) -> datetime | None:
    """An instant as an address says it: a day (its end, in the zone), or a day and an hour. None
    when it is neither."""
    try:
        detto = datetime.fromisoformat(testo)
        if len(testo) == len("2026-01-01"):
            detto = datetime.combine(detto.date(), time.max)
        zona = ZoneInfo(fuso)
        if detto.year < 1900:
            return None
        return (detto if detto.tzinfo else detto.replace(tzinfo=zona)).astimezone(zona)
    except (ValueError, OverflowError):
        return None
