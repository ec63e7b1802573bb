# SPDX-License-Identifier: AGPL-3.0-or-later
"""Incarichi as they are in any comune: an interim over and one in force, a delega for the holidays,
somebody who leaves at the end of the year with nobody in his place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cycle import permissions
from cycle.models import Ente, Incarico
from cycle.services import incarichi


def vicende(ente: Ente, anno: int, istante: datetime) -> None:
    """What happens to the incarichi of the running year, as far as `istante`."""
    dirigenti = list(
        Incarico.objects.filter(
            ente=ente,
            ruolo="dirigente",
            tipo="titolare",
            al__isnull=True,
            unita__padre__padre__isnull=True,
        )
        .select_related("persona", "unita")
        .order_by("unita__codice")
    )
    controllo = Incarico.objects.filter(ente=ente, ruolo="controllo").order_by("pk").first()
    po = (
        Incarico.objects.filter(
            ente=ente, ruolo="po", unita__percorso__startswith=dirigenti[0].unita.percorso
        )
        .select_related("persona")
        .order_by("pk")
        .first()
    )
    if len(dirigenti) < 4 or controllo is None or po is None:
        return
    primo, secondo, terzo, ultimo = *dirigenti[:3], dirigenti[-1]
    quando = min(istante, datetime(anno, 3, 2, 9, 30, tzinfo=UTC))
    by = permissions.attore(ente.pk, controllo.persona_id, quando)
    for persona, unita, atto, dal, al in (
        (
            secondo.persona,
            terzo.unita,
            f"decreto n. 12 del 26/02/{anno}",
            datetime(anno, 2, 28, 23, tzinfo=UTC),
            datetime(anno, 4, 30, 22, tzinfo=UTC),
        ),
        (
            terzo.persona,
            ultimo.unita,
            f"decreto n. 13 del 26/02/{anno}",
            datetime(anno, 2, 28, 23, tzinfo=UTC),
            datetime(anno, 12, 31, 23, tzinfo=UTC),
        ),
    ):
        incarichi.conferisci(
            ente=ente,
            persona=persona,
            ruolo="dirigente",
            unita=unita,
            interim=True,
            atto=atto,
            motivo="Assenza del titolare.",
            dal=dal,
            al=al,
            by=by,
            istante=quando,
        )
    incarichi.delega(
        ente=ente,
        delegante=primo,
        persona=po.persona,
        unita=primo.unita,
        ambito=["trasmetti_relazione", "rendiconta_obiettivo"],
        motivo="Ferie del dirigente.",
        atto=f"nota prot. 4417 del {istante:%d/%m/%Y}",
        dal=istante,
        al=istante + timedelta(days=45),
        by=permissions.attore(ente.pk, primo.persona_id, istante),
        istante=istante,
    )
    fine = datetime(anno, 12, 31, 23, tzinfo=UTC)
    if fine > istante:
        incarichi.cessa(
            incarico=ultimo,
            quando=fine,
            atto=f"determinazione n. 88 del {istante:%d/%m/%Y}",
            motivo="Collocamento a riposo.",
            by=permissions.attore(ente.pk, controllo.persona_id, istante),
            istante=istante,
        )
