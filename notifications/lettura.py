# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading the news for a screen: those of a transaction, and those written since a screen last
knew.

A screen's place is the `cursore`: every transaction below it had ended when the news were read,
so that asking again from there misses nothing, and may repeat. Two readings of the same are told
apart by their `id` and their `segno`, the transaction that wrote them last. What one transaction
wrote of many matters of a kind is one row of a screen, with their number.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from notifications.models import Notifica

MOLTE = 100  # news missed, beyond which a page is better loaded again
# Numbers that a database which died may give out again: of transactions that had begun, and of
# which nothing had been written yet. One asks from so far behind, and what comes again is known.
MARGINE = 1000
INSIEME = 5  # matters of a kind that stand as a line each; more are one line

# The kind of a matter is its first word: "relazione:7".
SPECIE = "split_part(materia, ':', 1)"

# Lines to be read, and urgent among them, of each of some users in an ente: matters alike (of a
# kind, both to be acted on or not, both urgent or not) are one line when they are many.
DA_LEGGERE = f"""
SELECT utente_id, sum(righe)::bigint AS righe,
       coalesce(sum(righe) FILTER (WHERE urgente), 0)::bigint AS urgenti
  FROM (SELECT utente_id, urgente,
               CASE WHEN count(*) > {INSIEME} THEN 1 ELSE count(*) END AS righe
          FROM (SELECT utente_id, materia, bool_or(urgenza = 'alta') AS urgente,
                       bool_or(motivo = 'da_fare') AS tocca
                  FROM notifications_notifica
                 WHERE utente_id = ANY (%(utenti)s) AND ente_id = %(ente)s
                   AND chiusa_il IS NULL AND NOT muta
                 GROUP BY utente_id, materia
                HAVING bool_or(letta_il IS NULL)) m
         GROUP BY utente_id, {SPECIE}, tocca, urgente) g
 GROUP BY utente_id
"""  # noqa: S608 - our own words

_RIGHE = f"""
SELECT utente_id, ente_id, transazione, {SPECIE} AS specie, motivo, urgenza,
       chiusa_il IS NULL AS aperta, letta_il IS NOT NULL OR muta AS letta, count(*),
       max(id), (array_agg(testo ORDER BY id DESC))[1], (array_agg(link ORDER BY id DESC))[1]
  FROM notifications_notifica n
 WHERE {{quali}}
 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
 ORDER BY transazione, max(id)
 LIMIT %(quante)s
"""  # noqa: S608 - our own words
_MOTIVI = dict(Notifica.MOTIVI)


@dataclass(frozen=True, slots=True)
class Riga:
    """What a screen is told at once: a Notifica, or many of a kind."""

    utente_id: int
    ente_id: int
    dati: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Arretrato:
    """What a screen missed: the rows, or None when they are too many, or when nothing is known of
    where it was; where to ask from next."""

    righe: list[Riga] | None
    cursore: int


def cursore_di_adesso() -> int:
    """Below this number every transaction has ended."""
    with connection.cursor() as cursore:
        cursore.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursore.fetchone()[0])


def della_transazione(transazione: int, ente_id: int) -> list[Riga]:
    """What a transaction that has ended wrote, unless it was written again since."""
    return _righe(
        "transazione = %(da)s AND ente_id = %(ente)s", {"da": transazione, "ente": ente_id}
    )


def dopo(cursore: int, utenti: Iterable[int], ente_id: int | None = None) -> Arretrato:
    """The news of some users written from `cursore` on, in every ente or in one. A cursor that this
    database has never reached belongs to another: nothing is known, and all is to be read again."""
    adesso = cursore_di_adesso()
    if cursore > adesso:
        return Arretrato(None, adesso - MARGINE)
    quali = "utente_id = ANY (%(utenti)s) AND transazione >= %(da)s"
    if ente_id is not None:
        quali += " AND ente_id = %(ente)s"
    righe = _righe(
        quali,
        {"utenti": list(utenti), "da": cursore, "ente": ente_id},
        None if ente_id is None else MOLTE + 1,
    )
    troppe = ente_id is not None and len(righe) > MOLTE
    return Arretrato(None if troppe else righe, adesso - MARGINE)


def da_leggere(utenti: Iterable[int], ente_id: int) -> dict[int, tuple[int, int]]:
    """How many lines each user has to read in an ente, and how many of them are urgent; who has
    none is not named."""
    with connection.cursor() as cursore:
        cursore.execute(DA_LEGGERE, {"utenti": list(utenti), "ente": ente_id})
        return {utente: (tutte, urgenti) for utente, tutte, urgenti in cursore.fetchall()}


def _righe(quali: str, dati: dict[str, Any], quante: int | None = None) -> list[Riga]:
    with connection.cursor() as cursore:
        cursore.execute(_RIGHE.format(quali=quali), {**dati, "quante": quante})
        return [_riga(*riga) for riga in cursore.fetchall()]


def _riga(
    utente: int,
    ente: int,
    segno: int,
    specie: str,
    motivo: str,
    urgenza: str,
    aperta: bool,
    letta: bool,
    quante: int,
    ultima: int,
    testo: str,
    link: str,
) -> Riga:
    return Riga(
        utente,
        ente,
        {
            # of its transaction: what is left of it later, once some were written again, is the
            # same thing already said
            "id": f"{segno}.{specie}.{motivo}.{urgenza}.{aperta:d}{letta:d}",
            "segno": segno,
            "quante": quante,
            "testo": testo,
            "link": link,
            "motivo": _MOTIVI[motivo],
            "aperta": aperta,
            "letta": letta,
            "urgente": urgenza == "alta",
        },
    )
