# SPDX-License-Identifier: AGPL-3.0-or-later
"""The news of a person: all of them, grouped by matter; and what of an open page has changed."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from cycle import selectors, storia
from cycle.contesto import RichiestaEnte, nell_ente
from notifications import centro
from notifications.models import Notifica

QUALI = {
    centro.APERTE: _("Aperte"),
    centro.DA_LEGGERE: _("Da leggere"),
    centro.TUTTE: _("Tutte"),
}


@require_safe
@nell_ente
def notifiche(request: RichiestaEnte) -> HttpResponse:
    """What happened that concerns me, and why I hear of it?"""
    quali = request.GET.get("mostra", "")
    quali = quali if quali in QUALI else centro.APERTE
    motivo = request.GET.get("perche", "")
    motivo = motivo if motivo in dict(Notifica.MOTIVI) else ""
    pagina = _pagina(request.GET.get("pagina", ""))
    voci = centro.voci(request.user.pk, request.contesto.ente.pk, quali, motivo, pagina)
    return render(
        request,
        "notifiche/notifiche.html",
        {
            "voci": voci[: centro.PER_PAGINA],
            "altre": len(voci) > centro.PER_PAGINA,
            "pagina": pagina,
            "quali": quali,
            "filtri": QUALI.items(),
            "motivo": motivo,
            "motivi": Notifica.MOTIVI,
            "adesso": request.contesto.istante,
        },
    )


def _pagina(testo: str) -> int:
    return int(testo) if testo.isascii() and testo.isdigit() and 0 < len(testo) < 5 else 1


@require_safe
@nell_ente
def cambiata(request: RichiestaEnte, pid: UUID) -> HttpResponse:
    """What changed in an objective since the page that shows its `revisione` was loaded: nothing
    (204), or who did what last."""
    c = request.contesto
    obiettivo = selectors.obiettivo(c.attore, pid)
    if request.GET.get("da", "") == str(obiettivo.revisione):
        return HttpResponse(status=204)
    ultimi = storia.fatti(ente_id=c.ente.pk, obiettivo_id=obiettivo.pk, limite=1)
    return render(
        request,
        "cycle/scheda/_cambiata.html",
        {"o": obiettivo, "fatto": ultimi[0] if ultimi else None},
    )
