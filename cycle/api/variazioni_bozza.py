# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a draft of variazione wishes, as it is to be written again."""

from __future__ import annotations

from django.db.models import Q

from cycle.models import (
    Allegato,
    RichiestaVariazione,
)
from cycle.scritta import SchedaScritta
from cycle.variazioni.cambi import applica
from cycle.variazioni.quadro import Quadro, campi_di


def voluta(v: RichiestaVariazione, quadro: Quadro) -> tuple[SchedaScritta, bool]:
    """The scheda as a draft wishes it, and whether it strikes the objective off."""
    cambi = [quadro.cambio(r) for r in campi_di([v.pk])[v.pk]]
    return applica(quadro.schede[v.obiettivo_id], cambi), any(x.stralcio for x in cambi)


def allegati(v: RichiestaVariazione) -> list[Allegato]:
    suoi = Q(pk__in=v.allegati.order_by().values("allegato"))
    return list(Allegato.objects.filter(suoi, ente_id=v.ente_id).order_by("pk"))
