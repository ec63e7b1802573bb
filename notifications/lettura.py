# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading the news for a screen: those of a transaction, and those written since a screen last
knew.

A screen's place is the `cursore`: every transaction below it had ended when the news were read,
so that asking again from there misses nothing, and may repeat. Two readings of one row are told
apart by its `segno`, the transaction that wrote it last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from notifications.models import Notifica

MOLTE = 100  # news missed, beyond which a page is better loaded again


@dataclass(frozen=True, slots=True)
class Riga:
    """One Notifica as a screen needs it."""

    utente_id: int
    ente_id: int
    dati: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Arretrato:
    """What a screen missed: the rows, or None when they are too many; where to ask from next."""

    righe: list[Riga] | None
    cursore: int


def cursore_di_adesso() -> int:
    """Below this number every transaction has ended."""
    with connection.cursor() as cursore:
        cursore.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursore.fetchone()[0])


def della_transazione(transazione: int, ente_id: int) -> list[Riga]:
    """What a transaction that has ended wrote, unless it was written again since."""
    return _righe(Notifica.objects.filter(transazione=transazione, ente_id=ente_id))


def dopo(cursore: int, utenti: Iterable[int], ente_id: int | None = None) -> Arretrato:
    """The news of some users written from `cursore` on, in every ente or in one. A cursor that this
    database has never reached belongs to another: nothing is known, and all is to be read again."""
    adesso = cursore_di_adesso()
    if cursore > adesso:
        return Arretrato(None, adesso)
    filtro = Notifica.objects.filter(utente__in=list(utenti), transazione__gte=cursore)
    if ente_id is not None:
        filtro = filtro.filter(ente_id=ente_id)
    righe = _righe(filtro, None if ente_id is None else MOLTE + 1)
    return Arretrato(None if ente_id is not None and len(righe) > MOLTE else righe, adesso)


def da_leggere(utenti: Iterable[int], ente_id: int) -> dict[int, tuple[int, int]]:
    """How many open news each user has not read in an ente, and how many of them are urgent; who
    has none is not named."""
    with connection.cursor() as cursore:
        cursore.execute(
            "SELECT utente_id, count(*), count(*) FILTER (WHERE urgenza = 'alta')"
            "  FROM notifications_notifica"
            " WHERE utente_id = ANY (%s) AND ente_id = %s AND chiusa_il IS NULL"
            "   AND letta_il IS NULL AND NOT muta GROUP BY utente_id",
            [list(utenti), ente_id],
        )
        return {utente: (tutte, urgenti) for utente, tutte, urgenti in cursore.fetchall()}


def _righe(notifiche: QuerySet[Notifica], quante: int | None = None) -> list[Riga]:
    return [
        Riga(
            n.utente_id,
            n.ente_id,
            {
                "id": n.pk,
                "segno": n.transazione,
                "testo": n.testo,
                "link": n.link,
                "motivo": n.get_motivo_display(),
                "aperta": n.chiusa_il is None,
                "letta": n.letta_il is not None or n.muta,
                "urgente": n.urgenza == "alta",
            },
        )
        for n in notifiche.order_by("transazione", "pk")[:quante]
    ]
