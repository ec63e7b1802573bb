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

from workflows.errors import Rifiuto
from workflows.ports import Attore, Incarico

# The closed list of verbs beside the names of the transitions. A verb once recorded is never
# renamed: the registro keeps it for ever.
VERBI = frozenset(
    {
        "crea",
        "modifica",
        "elimina",
        "compila",
        "annota",
        "firma",
        "scarta",
        "rispondi",
        "importa",
        "conferisce",
        "apre",
        "chiude",
        "proroga",
        "avvisa",
        "delega",
        "cessa",
        "invita",
        "accetta",
        "disattiva",
        "riattiva",
        "revoca",
        "esporta",
        "consulta",
        "verifica",
        "oblia",
        "componi",
        "rendi_parere",
        "allega",
        "togli",
        "ribasa",
        "declina",
        "segnala",
        "chiedi",
        "promuovi",
        "fuori_procedura",
    }
)


@dataclass(frozen=True, slots=True)
class Voce:
    """One object of the action."""

    oggetto_id: int | None
    radice_id: int | None = None
    da: str = ""
    a: str = ""
    incarico: Incarico | None = None


_APRI = """
WITH azione AS MATERIALIZED (
    SELECT registro_apri(%(ente)s, %(procedura)s, %(verbo)s, %(persona)s, %(organo)s,
                         %(motivazione)s, %(atto)s, %(canale)s, %(esito)s, %(istante)s, %(dati)s,
                         %(voci)s) AS id
), voci AS (
    SELECT v.oggetto, v.a
      FROM azione CROSS JOIN jsonb_to_recordset(%(voci)s) AS v (oggetto bigint, a text)
)/* seguito */
SELECT id FROM azione
"""


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
    seguito: str = "",
    parametri: Mapping[str, Any] | None = None,
) -> int:
    """Write the Eventi of an action, make it the transaction's open one, and return its number.

    Needs an open transaction: the action lasts until its end. `seguito` is what is written with it
    in one trip to the database: clauses of a WITH that begins with `azione (id)` and
    `voci (oggetto, a)`, with their `parametri` beside `ente` and `atto`.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("registro: serve una transazione aperta")
    with connection.cursor() as cursore:
        cursore.execute(
            _APRI.replace("/* seguito */", f", {seguito}" if seguito else ""),
            {
                **(parametri or {}),
                "ente": ente_id,
                "procedura": procedura,
                "verbo": verbo,
                "persona": attore.persona_id,
                "organo": organo,
                "motivazione": motivazione,
                "atto": atto_id,
                "canale": canale,
                "esito": esito,
                "istante": istante,
                "dati": json.dumps(dati, cls=DjangoJSONEncoder) if dati else None,
                "voci": json.dumps([_voce(v) for v in passi]),
            },
        )
        (numero,) = cursore.fetchone()
    return int(numero)


def _voce(voce: Voce) -> dict[str, Any]:
    incarico = voce.incarico
    return {
        "oggetto": voce.oggetto_id,
        "radice": voce.radice_id,
        "da": voce.da,
        "a": voce.a,
        "incarico": incarico.id if incarico else None,
        "ruolo": incarico.ruolo if incarico else "",
        "per_conto": incarico.per_conto_di if incarico else None,
    }


def registra_lettura(
    *,
    ente_id: int,
    procedura: str,
    verbo: str,
    passi: Sequence[Voce],
    attore: Attore,
    istante: datetime,
    canale: str = "web",
    dati: Mapping[str, Any] | None = None,
) -> int:
    """Record that somebody took something out (`esporta`) or read what not everybody may
    (`consulta`). It changes no row, so it opens no action and nothing can be written under it."""
    with transaction.atomic(savepoint=False):
        return apri(
            ente_id=ente_id,
            procedura=procedura,
            verbo=verbo,
            passi=passi,
            attore=attore,
            istante=istante,
            canale=canale,
            esito="letto",
            dati=dati,
        )


def registra_rifiuto(
    rifiuto: Rifiuto, *, attore: Attore, istante: datetime, canale: str
) -> int | None:
    """Record a refused attempt (403 or 422), in a transaction of its own after the rollback.

    At most one a minute for the same person, verb and object, so that a stuck key cannot flood
    the registro. Returns the action's number, or None when nothing was recorded: a 404 or a 409,
    an attempt of nobody, or one too many.
    """
    tentativo = rifiuto.tentativo
    if tentativo is None or attore.persona_id is None or rifiuto.codice not in (403, 422):
        return None
    with transaction.atomic(), connection.cursor() as cursore:
        cursore.execute(
            "SELECT oggetto_id FROM workflows_evento "
            " WHERE persona_id = %s AND procedura = %s AND verbo = %s AND oggetto_id = ANY (%s) "
            "   AND esito = 'rifiutato' "
            "   AND registrato_il > clock_timestamp() - interval '1 minute'",
            [attore.persona_id, tentativo.procedura, tentativo.verbo, list(rifiuto.motivi)],
        )
        recenti = {riga[0] for riga in cursore.fetchall()}
        oggetti = [pk for pk in rifiuto.motivi if pk not in recenti]
        if not oggetti:
            return None
        return apri(
            ente_id=attore.ente_id,
            procedura=tentativo.procedura,
            verbo=tentativo.verbo,
            passi=[Voce(pk, tentativo.radici.get(pk)) for pk in oggetti],
            attore=attore,
            istante=istante,
            canale=canale,
            esito="rifiutato",
            dati={
                "codice": rifiuto.codice,
                # the sentences name people, and the registro does not (R90)
                "motivi": [{"guardia": m.guardia, "regola": m.regola} for m in rifiuto.tutti()],
            },
        )
