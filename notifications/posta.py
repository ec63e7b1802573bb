# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing the news: one statement for any number of recipients."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from notifications.lettura import SPECIE
from notifications.models import Notifica
from notifications.testi import una_riga


@dataclass(frozen=True, slots=True)
class NuovaNotifica:
    """What one person is told of one matter."""

    utente_id: int
    persona_id: int
    materia: str
    motivo: str
    testo: str
    link: str
    urgenza: str = "normale"
    oggetto: str = ""  # what it is about; the matter, when it is not said


# Clauses of a WITH, to be written with the action itself: they read its number in `azione (id)`,
# and want `ente` beside their `parametri`.
SCRIVI = """
nuove AS (
    SELECT t.*, t.motivo <> 'da_fare' AND (
               EXISTS (SELECT 1 FROM notifications_muto m
                        WHERE m.persona_id = t.persona_id AND m.oggetto = t.oggetto)
            OR EXISTS (SELECT 1 FROM notifications_preferenza p
                        WHERE p.persona_id = t.persona_id
                          AND NOT CASE t.motivo WHEN 'responsabile' THEN p.schermo_responsabile
                                                ELSE p.schermo_ha_agito END)) AS muta
      FROM jsonb_to_recordset(%(notifiche)s)
        AS t (utente_id bigint, persona_id bigint, materia text, motivo text, testo text,
              link text, urgenza text, oggetto text)
), chiuse AS (
    UPDATE notifications_notifica v SET chiusa_il = now()
    WHERE v.chiusa_il IS NULL AND v.motivo = 'da_fare' AND v.ente_id = %(ente)s
      AND v.materia = ANY (ARRAY(SELECT jsonb_array_elements_text(%(materie)s)))
      AND (v.persona_id, v.materia::text) NOT IN (
          SELECT persona_id, materia FROM nuove WHERE motivo = 'da_fare')
), scritte AS (
    INSERT INTO notifications_notifica
        (ente_id, utente_id, persona_id, materia, oggetto, motivo, testo, link, urgenza, muta,
         evento_id)
    SELECT %(ente)s, utente_id, persona_id, materia, oggetto, motivo, left(testo, 500), link,
           urgenza, muta, a.id
      FROM nuove CROSS JOIN azione a
    ON CONFLICT (persona_id, materia, motivo) WHERE chiusa_il IS NULL
    DO UPDATE SET testo = EXCLUDED.testo, link = EXCLUDED.link,
                  urgenza = EXCLUDED.urgenza, muta = EXCLUDED.muta,
                  evento_id = EXCLUDED.evento_id, creata_il = now(), letta_il = NULL
)
"""


def parametri(notifiche: Sequence[NuovaNotifica], materie: Sequence[str]) -> dict[str, str]:
    """What `SCRIVI` is told: for one person, matter and reason the last."""
    uniche = {(n.persona_id, n.materia, n.motivo): n for n in notifiche}
    return {
        "notifiche": json.dumps([_riga(uniche[chiave]) for chiave in sorted(uniche)]),
        "materie": json.dumps(materie),
    }


def scrivi(
    notifiche: Sequence[NuovaNotifica],
    *,
    materie: Sequence[str],
    ente_id: int,
    evento_id: int | None,
) -> None:
    """Write them in the open transaction, and close what the event has settled in `materie`.

    What somebody had to do (`da_fare`) on these matters is settled, unless it is still theirs to
    do; news of a matter already open for the same reason take its place, unread again.
    """
    con = {"ente": ente_id, "evento": evento_id, **parametri(notifiche, materie)}
    with connection.cursor() as cursore:
        cursore.execute(
            f"WITH azione AS (SELECT %(evento)s::bigint AS id), {SCRIVI} SELECT 1",
            con,
        )


def _riga(n: NuovaNotifica) -> dict[str, Any]:
    return {
        "utente_id": n.utente_id,
        "persona_id": n.persona_id,
        "materia": n.materia,
        "motivo": n.motivo,
        "testo": una_riga(n.testo)[:500],
        "link": n.link,
        "urgenza": n.urgenza,
        "oggetto": n.oggetto or n.materia,
    }


def chiudi(notifiche: Sequence[int]) -> None:
    """Close some news: what they asked is done."""
    if notifiche:
        Notifica.objects.filter(pk__in=notifiche, chiusa_il__isnull=True).update(chiusa_il=Now())


@dataclass(frozen=True, slots=True)
class Simili:
    """Matters that are one line of the centre: of a kind, to be acted on or not, urgent or not."""

    specie: str
    tocca: bool
    urgente: bool


_SIMILI = f"""
SELECT materia FROM notifications_notifica
 WHERE utente_id = %s AND ente_id = %s AND chiusa_il IS NULL AND NOT muta AND {SPECIE} = %s
 GROUP BY materia
HAVING bool_or(motivo = 'da_fare') = %s AND bool_or(urgenza = 'alta') = %s
"""  # noqa: S608 - our own words


def segna_lette(
    utente_id: int,
    ente_id: int,
    fino_a: datetime,
    materia: str = "",
    simili: Simili | None = None,
) -> int:
    """Mark as read the news of a user in an ente, or those of one matter, or of many alike, up to
    the instant of the last one they saw, and say how many: what came or was refreshed later stays
    unread."""
    da_segnare = Notifica.objects.filter(
        utente_id=utente_id, ente_id=ente_id, creata_il__lte=fino_a, letta_il__isnull=True
    )
    if materia:
        da_segnare = da_segnare.filter(materia=materia)
    if simili is not None:
        con = [utente_id, ente_id, simili.specie, simili.tocca, simili.urgente]
        da_segnare = da_segnare.filter(materia__in=RawSQL(_SIMILI, con))  # noqa: S611
    return da_segnare.update(letta_il=Now())
