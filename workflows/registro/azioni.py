# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opening an action: every change that follows in the transaction belongs to it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from workflows.errors import Motivo
from workflows.ports import Attore, Incarico

# The closed list of verbs beside the names of the transitions. A verb once recorded is never
# renamed: the registro keeps it for ever.
VERBI = frozenset(
    {"crea", "modifica", "compila", "importa", "conferisce", "esporta", "fuori_procedura"}
)


@dataclass(frozen=True, slots=True)
class Voce:
    """One object of the action."""

    oggetto_id: int | None
    radice_id: int | None = None
    da: str = ""
    a: str = ""
    incarico: Incarico | None = None


def apri(
    *,
    ente_id: int,
    procedura: str,
    verbo: str,
    passi: Sequence[Voce],
    attore: Attore,
    istante: datetime,
    organo: str = "",
    motivazione: str = "",
    atto_id: int | None = None,
    canale: str = "web",
    esito: str = "eseguito",
    dati: Mapping[str, Any] | None = None,
) -> int:
    """Write the Eventi of an action, make it the transaction's open one, and return its number.

    Needs an open transaction: the action lasts until its end.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("registro: serve una transazione aperta")
    incarichi = [v.incarico for v in passi]
    with connection.cursor() as cursore:
        cursore.execute(
            "SELECT registro_apri(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, "
            "%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::text[], "
            "%s::bigint[])",
            [
                ente_id,
                procedura,
                verbo,
                attore.persona_id,
                organo,
                motivazione,
                atto_id,
                canale,
                esito,
                istante,
                json.dumps(dati, cls=DjangoJSONEncoder) if dati else None,
                [v.oggetto_id for v in passi],
                [v.radice_id for v in passi],
                [v.da for v in passi],
                [v.a for v in passi],
                [i.id if i else None for i in incarichi],
                [i.ruolo if i else "" for i in incarichi],
                [i.per_conto_di if i else None for i in incarichi],
            ],
        )
        (numero,) = cursore.fetchone()
    return int(numero)


def registra_rifiuto(
    *,
    ente_id: int,
    procedura: str,
    verbo: str,
    oggetto_id: int,
    radice_id: int | None,
    attore: Attore,
    istante: datetime,
    codice: int,
    motivi: Sequence[Motivo],
    canale: str,
) -> int | None:
    """Record a refused attempt (403 or 422 on a POST), in a transaction of its own after the
    rollback. At most one a minute for the same person, object and verb, so that a stuck key
    cannot flood the registro; None when it was held back."""
    with transaction.atomic(), connection.cursor() as cursore:
        cursore.execute(
            "SELECT count(*) FROM workflows_evento WHERE persona_id = %s AND verbo = %s "
            "AND oggetto_id = %s AND esito = 'rifiutato' "
            "AND registrato_il > clock_timestamp() - interval '1 minute'",
            [attore.persona_id, verbo, oggetto_id],
        )
        if cursore.fetchone()[0]:
            return None
        return apri(
            ente_id=ente_id,
            procedura=procedura,
            verbo=verbo,
            passi=[Voce(oggetto_id, radice_id)],
            attore=attore,
            istante=istante,
            canale=canale,
            esito="rifiutato",
            dati={
                "codice": codice,
                "motivi": [{"guardia": m.guardia, "messaggio": m.messaggio} for m in motivi],
            },
        )
