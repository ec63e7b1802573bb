# SPDX-License-Identifier: AGPL-3.0-or-later
"""Are the tables what the registro says they are? Whoever owns them can stop the triggers that
write it, change a row and start them again: the chain is whole, and the row is not (R84).

The plan of each year is put together from its Modifiche, as of now, and compared row by row with
what stands in the tables. Names put apart (R90) are verified with the chain, and left out here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import connection, transaction

from cycle.come_era import come_era, tabelle
from cycle.models import Ciclo, Ente, Obiettivo

SEMPRE = datetime(9999, 1, 1, tzinfo=UTC)
TROPPE = 20  # rows told of each table and year
# of no Modifica, or kept elsewhere
_FUORI = (
    "pid",
    "revisione",
    *("nome", "inquadramento"),  # of who works on it
    *("valore_base", "valore_nuovo"),  # of what is asked of the giunta
)
_PROPRI = {"cycle_collaboratore", "cycle_campovariato"}
_DIVERSE = """
SELECT coalesce(a.id, b.id), a.id IS NULL, b.id IS NULL
  FROM (SELECT x.id, jsonb_strip_nulls(to_jsonb(x) - %(fuori)s::text[]) AS riga
          FROM pg_temp.{t} x) a
  FULL JOIN (SELECT y.id, jsonb_strip_nulls(to_jsonb(y) - %(fuori)s::text[]) AS riga
               FROM public.{t} y WHERE y.{chiave} IN (
                    SELECT o.id FROM public.cycle_obiettivo o WHERE o.ciclo_id = %(ciclo)s)) b
    ON b.id = a.id
 WHERE a.riga IS DISTINCT FROM b.riga ORDER BY 1 LIMIT %(troppe)s
"""


def _chiave(tabella: str) -> str:
    return "id" if tabella == Obiettivo._meta.db_table else "obiettivo_id"


def fuori_registro(ente: Ente) -> Iterator[str]:
    """Each row of the ente's plans that is not what the registro says, in Italian."""
    with transaction.atomic():
        if not connection.savepoint_ids:  # one snapshot for the registro and the tables
            with connection.cursor() as cursore:
                cursore.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for ciclo in Ciclo.objects.filter(ente=ente).order_by("anno"):
            with (
                come_era(ente_id=ente.pk, istante=SEMPRE, ciclo=ciclo.pk),
                connection.cursor() as cursore,
            ):
                for t in tabelle():
                    cursore.execute(
                        _DIVERSE.format(t=t, chiave=_chiave(t)),
                        {
                            "fuori": list(_FUORI if t in _PROPRI else _FUORI[:2]),
                            "ciclo": ciclo.pk,
                            "troppe": TROPPE,
                        },
                    )
                    for pk, ignota, tolta in cursore.fetchall():
                        come = (
                            "c'è, e il registro non la conosce"
                            if ignota
                            else "il registro la conosce, e non c'è"
                            if tolta
                            else "non è come il registro la dice"
                        )
                        yield f"{ente.codice_ipa} {ciclo.anno}, {t} {pk}: {come}."
