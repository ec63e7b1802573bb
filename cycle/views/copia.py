# SPDX-License-Identifier: AGPL-3.0-or-later
"""Beginning a year from the last: which of last year's objectives go on, and as what?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from cycle import selectors
from cycle.contesto import Contesto, RichiestaEnte, nell_ente
from cycle.models import Ciclo, Obiettivo
from cycle.services import schede
from cycle.services.copia import DA_COPIARE, copia_da_anno_scorso, prepara
from cycle.views.proposte import unita_scrivibili
from workflows.errors import NonAutorizzato, NonPossibile

MASSIMO = 500  # copied by one click


@require_http_methods(["GET", "HEAD", "POST"])
@nell_ente
def copia(request: RichiestaEnte, anno: int) -> HttpResponse:
    """GET: last year's objectives of one's units, each as it would begin the new year. POST: those
    chosen, copied all or none (303), or why not (422)."""
    c = request.contesto
    ciclo = selectors.ciclo(c.ente, anno)
    mie = unita_scrivibili(c)
    if not mie:
        raise NonAutorizzato({0: [schede.serve_incarico(c.ente.nome)]})
    codice = request.GET.get("unita", "")
    scelta = next((u for u in mie if u.codice == codice), None)
    dove = [u.pk for u in mie if scelta is None or u.percorso.startswith(scelta.percorso)]
    vecchi = list(_vecchi(c, ciclo).filter(unita__in=dove)[: MASSIMO + 1])
    copie = prepara(ciclo, vecchi)
    motivi = []
    if request.method == "POST":
        scelti = _scelti(request)
        quali = [o for o in vecchi if o.pid in scelti]
        try:
            nuove = copia_da_anno_scorso(ciclo=ciclo, vecchi=quali, by=c.attore, istante=c.istante)
        except NonPossibile as no:
            motivi = no.tutti()
        else:
            messages.success(request, _fatte(len(nuove)))
            indirizzo = reverse("proposte", args=[c.ente.codice_ipa, anno])
            return HttpResponseRedirect(indirizzo, status=303)
    contesto: dict[str, Any] = {
        "anno": anno,
        "scorso": anno - 1,
        "copie": copie[:MASSIMO],
        "troppe": len(copie) > MASSIMO,
        "da_copiare": sum(k.gia is None for k in copie),
        "unita": mie,
        "scelta": scelta,
        "motivi": motivi,
    }
    stato = 422 if motivi else 200
    return render(request, "cycle/proposte/copia.html", contesto, status=stato)


def _vecchi(c: Contesto, ciclo: Ciclo) -> Any:
    return (
        Obiettivo.objects.filter(
            selectors.visibili(c.attore),
            ente=c.ente,
            ciclo__anno=ciclo.anno - 1,
            stato__in=DA_COPIARE,
        )
        .select_related("unita", "ciclo")
        .order_by("unita__percorso", "codice")
    )


def _scelti(request: HttpRequest) -> set[UUID]:
    trovati = set()
    for testo in request.POST.getlist("obiettivi"):
        try:
            trovati.add(UUID(testo))
        except ValueError:
            continue
    return trovati


def _fatte(quante: int) -> str:
    if not quante:
        return _("Nessun obiettivo scelto: non è stato copiato nulla.")
    return ngettext(
        "Copiato %(n)s obiettivo: ora è una bozza.",
        "Copiati %(n)s obiettivi: ora sono bozze.",
        quante,
    ) % {"n": quante}
