# SPDX-License-Identifier: AGPL-3.0-or-later
"""A validation is bound to the figures it was made on: one that moves re-opens it, and is named
(`domain.md` 6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cycle import permissions
from cycle.fascicolo import cifre_mosse
from cycle.models import Obiettivo, RelazioneSemestrale
from cycle.procedures import OBIETTIVO, RELAZIONE
from cycle.services.enti import nell_ente
from workflows.engine import execute
from workflows.machines.relazione import IN_ESAME
from workflows.ports import Richiesta


def riesamina(
    *, ente_id: int, obiettivi: Sequence[int], istante: datetime, canale: str = "sistema"
) -> list[int]:
    """Re-open the validated reports of these objectives whose figures are no longer those that were
    validated, the last period first, and before them the objective if it was validated. Nobody
    does it: the process does, and its reason names every figure that moved. The reports' ids."""
    with transaction.atomic():
        nell_ente(ente_id)
        lette = list(
            RelazioneSemestrale.objects.filter(
                ente_id=ente_id, obiettivo__in=obiettivi, stato__in=(*IN_ESAME, "validata")
            )
            .select_related("obiettivo__unita")
            .order_by("obiettivo_id", "-periodo__ordine")
        )
        mosse = {pk: cifre for pk, cifre in cifre_mosse(lette).items() if cifre}
        # of what was validated; with the later reports, which hold the same figures
        toccati = {r.obiettivo_id for r in lette if r.stato == "validata" and r.pk in mosse}
        riaperte = []
        for r in lette:
            if r.obiettivo_id not in toccati or r.pk not in mosse:
                continue
            percorso = r.obiettivo.unita.percorso
            cifre = "; ".join(mosse[r.pk])
            motivo = _("Dopo la validazione si è mossa una cifra: %(cifre)s.") % {"cifre": cifre}
            if Obiettivo.objects.filter(pk=r.obiettivo_id, stato="validato").exists():
                chi = permissions.procedimento(ente_id, "riapri_obiettivo", percorso, istante)
                richiesta = Richiesta(motivo, dati={"cifra": cifre[:500]})
                execute(
                    OBIETTIVO,
                    "riapri",
                    [r.obiettivo_id],
                    chi,
                    istante,
                    richiesta=richiesta,
                    canale=canale,
                )
            chi = permissions.procedimento(ente_id, "riapri_relazione", percorso, istante)
            execute(
                RELAZIONE,
                "riapri",
                [r.pk],
                chi,
                istante,
                richiesta=Richiesta(motivo, dati={"cifra": cifre[:500]}),
                canale=canale,
            )
            riaperte.append(r.pk)
    return riaperte
