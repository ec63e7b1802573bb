# SPDX-License-Identifier: AGPL-3.0-or-later
"""The schede as PDF, in the form of their comune or in another one: one at once, those of a year
by a job, whose page waits for it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_safe

from cycle import selectors
from cycle.contesto import RichiestaEnte, nell_ente
from cycle.elenco import Elenco
from cycle.exports.forme import FORME, stampa
from cycle.filtri import Filtri
from cycle.models import Lavoro
from cycle.scheda import vede_impegno
from cycle.services import lavoro as lavori
from cycle.services.stampe import chiedi
from cycle.views.transizioni import Altrove
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


@require_http_methods(["GET", "HEAD", "POST"])
@nell_ente
def anno(request: RichiestaEnte, anno: int) -> HttpResponse:
    """The schede of the list, with its filters: in which form? POST: asked for, in the form
    `forma` or in the ente's."""
    c = request.contesto
    ciclo = selectors.ciclo(c.ente, anno)
    if request.method != "POST":
        trovati = Elenco(c.attore, ciclo, Filtri.da_url(request.GET), c.istante)
        dati = {
            "anno": anno,
            "ciclo": ciclo,
            "filtri": request.GET.urlencode(),
            "quante": trovati.obiettivi().count(),
        }
        return render(request, "cycle/piano/stampa.html", dati)
    chiesto = chiedi(
        ciclo=ciclo,
        forma=request.POST.get("forma", ""),
        filtri=request.GET.urlencode()[:2000],
        by=c.attore,
    )
    return Altrove(reverse("lavoro", args=[c.ente.codice_ipa, chiesto.pid]))


@require_safe
@nell_ente
def lavoro(request: RichiestaEnte, pid: UUID) -> HttpResponse:
    """How far a work that one asked for has come; done, what it gave. With htmx, only that."""
    mio = _mio(request, pid)
    parziale = request.headers.get("HX-Target") == "lavoro"
    risposta = render(
        request,
        "cycle/lavoro/_lavoro.html" if parziale else "cycle/lavoro/lavoro.html",
        {"lavoro": mio, "riga": lavori.avanzamento(mio) if mio.in_attesa else None},
    )
    patch_vary_headers(risposta, ["HX-Target"])
    risposta["Cache-Control"] = "no-store"
    return risposta


@require_safe
@nell_ente
def file(request: RichiestaEnte, pid: UUID) -> HttpResponse:
    """What a work made."""
    mio = _mio(request, pid)
    if not mio.nome_file:
        raise NonTrovato({})
    risposta = HttpResponse(bytes(mio.file or b""), content_type=mio.tipo_file)
    risposta["Content-Disposition"] = f'attachment; filename="{mio.nome_file}"'
    risposta["X-Content-Type-Options"] = "nosniff"
    return risposta


def _mio(request: RichiestaEnte, pid: UUID) -> Lavoro:
    trovato = lavori.trova(request.contesto.attore, pid)
    if trovato is None:
        raise NonTrovato({})
    return trovato
