# SPDX-License-Identifier: AGPL-3.0-or-later
"""What of the news goes by e-mail: whom it is for, whether now or in the digest of the day, once.

What was read, closed or refreshed meanwhile does not go: a letter is asked what it holds when it
leaves, and holds it only if it is as it was when the letter was made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q

from notifications.lettura import INSIEME
from notifications.models import Muto, Notifica, Preferenza, Spedizione

_DOVUTE = """
SELECT n.persona_id, v.via, n.materia, n.id, n.creata_il
  FROM notifications_notifica n
  LEFT JOIN notifications_preferenza p ON p.persona_id = n.persona_id
 CROSS JOIN LATERAL (SELECT CASE n.motivo
            WHEN 'da_fare' THEN coalesce(p.email_da_fare, %(da_fare)s)
            WHEN 'responsabile' THEN coalesce(p.email_responsabile, %(responsabile)s)
            ELSE coalesce(p.email_ha_agito, %(ha_agito)s) END AS via) v
 WHERE n.ente_id = %(ente)s AND n.persona_id = ANY (%(persone)s)
   AND n.utente_id = ANY (%(utenti)s)
   AND n.chiusa_il IS NULL AND n.letta_il IS NULL
   AND (v.via = 'subito' OR v.via = 'riepilogo' AND coalesce(p.ora, %(ora_solita)s) <= %(ora)s
        AND coalesce(p.riepilogo_del < %(oggi)s, true))
   AND (n.motivo = 'da_fare' OR NOT EXISTS (
           SELECT 1 FROM notifications_muto m
            WHERE m.persona_id = n.persona_id AND m.oggetto = n.oggetto))
   AND NOT EXISTS (SELECT 1 FROM notifications_spedizione s
                    WHERE s.notifica_id = n.id AND s.creata_il = n.creata_il)
 ORDER BY n.persona_id, v.via, n.materia, n.id
"""
_FATTI = """
INSERT INTO notifications_preferenza (ente_id, persona_id, ora, email_da_fare, email_responsabile,
        email_ha_agito, schermo_responsabile, schermo_ha_agito, riepilogo_del)
SELECT %(ente)s, chi, %(ora_solita)s, %(da_fare)s, %(responsabile)s, %(ha_agito)s, true, true,
       %(oggi)s
  FROM unnest(%(persone)s::bigint[]) AS chi
  LEFT JOIN notifications_preferenza p ON p.persona_id = chi
 WHERE coalesce(p.ora, %(ora_solita)s) <= %(ora)s AND coalesce(p.riepilogo_del < %(oggi)s, true)
    ON CONFLICT (persona_id) DO UPDATE SET riepilogo_del = %(oggi)s
"""


@dataclass(frozen=True, slots=True)
class Busta:
    """What goes in one letter to a person: news, each as it was written."""

    persona_id: int
    notifiche: tuple[tuple[int, datetime], ...]


def buste(ente_id: int, persone: Mapping[int, int], oggi: date, ora: int) -> list[Busta]:
    """The letters that are due to some people of an ente (with their users), when it is `ora` of
    `oggi` there; who is owed the digest of the day has had it, empty or not. After a stop there is
    one, not one a day."""
    solite = Preferenza()
    parametri: dict[str, Any] = {
        "ente": ente_id,
        "persone": list(persone),
        "utenti": list(persone.values()),
        "oggi": oggi,
        "ora": ora,
        "ora_solita": solite.ora,
        "da_fare": solite.email_da_fare,
        "responsabile": solite.email_responsabile,
        "ha_agito": solite.email_ha_agito,
    }
    with connection.cursor() as cursore:
        cursore.execute(_DOVUTE, parametri)
        righe = cursore.fetchall()
        cursore.execute(_FATTI, parametri)
    fatte = []
    for (persona, via), sue in groupby(righe, key=lambda r: (r[0], r[1])):
        materie = [
            tuple((pk, quando) for *_altro, pk, quando in gruppo)
            for _materia, gruppo in groupby(sue, key=lambda r: r[2])
        ]
        if via == "riepilogo" or len(materie) > INSIEME:
            materie = [tuple(voce for materia in materie for voce in materia)]
        fatte += [Busta(persona, m) for m in materie]
    return fatte


def imbuca(lettera_id: int, busta: Busta) -> list[Spedizione]:
    """The rows, not stored yet, that say which letter carries what."""
    return [
        Spedizione(notifica_id=pk, creata_il=quando, lettera_id=lettera_id)
        for pk, quando in busta.notifiche
    ]


def contenuto(lettera_id: int) -> list[Notifica]:
    """What a letter still has to say, the urgent first and one row a matter: nothing when all of
    it was read meanwhile."""
    muta = Muto.objects.filter(persona_id=OuterRef("persona_id"), oggetto=OuterRef("oggetto"))
    righe = Notifica.objects.filter(
        Q(motivo="da_fare") | ~Exists(muta),
        spedizioni__lettera_id=lettera_id,
        spedizioni__creata_il=F("creata_il"),
        chiusa_il__isnull=True,
        letta_il__isnull=True,
    ).order_by("urgenza", "-creata_il", "-pk")  # alta, normale
    viste: dict[str, Notifica] = {}
    for riga in righe:
        viste.setdefault(riga.materia, riga)
    return list(viste.values())


def simili(righe: Sequence[Notifica]) -> list[list[Notifica]]:
    """The same, those of many matters alike together, in the order of the first of each."""
    gruppi: dict[tuple[str, bool, str], list[Notifica]] = {}
    for riga in righe:
        gruppi.setdefault((riga.specie, riga.motivo == "da_fare", riga.urgenza), []).append(riga)
    fatte: dict[int, list[Notifica]] = {}
    for riga in righe:
        gruppo = gruppi[riga.specie, riga.motivo == "da_fare", riga.urgenza]
        if len(gruppo) > INSIEME:
            fatte[gruppo[0].pk] = gruppo
        else:
            fatte[riga.pk] = [riga]
    return list(fatte.values())


def riprendi(lettera_id: int) -> None:
    """Take back what a letter could not carry: it will go with another."""
    Spedizione.objects.filter(lettera_id=lettera_id).delete()
