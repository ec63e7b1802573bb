# SPDX-License-Identifier: AGPL-3.0-or-later
"""One scheda as PDF, in the form of its comune or in another one."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from cycle import selectors
from cycle.contesto import RichiestaEnte, nell_ente
from cycle.exports.forme import FORME, stampa
from cycle.scheda import vede_impegno
from workflows.errors import NonTrovato


@require_safe
@nell_ente
def scheda(request: RichiestaEnte, pid: UUID) -> HttpResponse:
    """The scheda that one sees, printed: `?forma=` names a form, without it the ente's own."""
    c = request.contesto
    obiettivo = selectors.obiettivo(c.attore, pid)
    forma = request.GET.get("forma", "")
    if forma and forma not in FORME:
        raise NonTrovato({})
    contenuto = stampa(
        obiettivo.ciclo,
        [obiettivo],
        forma,
        riservati=vede_impegno(c.attore, obiettivo.unita.percorso),
    )
    risposta = HttpResponse(contenuto, content_type="application/pdf")
    risposta["Content-Disposition"] = f'inline; filename="scheda-{obiettivo.pid}.pdf"'
    risposta["X-Content-Type-Options"] = "nosniff"
    return risposta
