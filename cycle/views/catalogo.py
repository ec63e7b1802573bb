# SPDX-License-Identifier: AGPL-3.0-or-later
"""The catalogue of indicator types: which are there, and who uses them?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, OuterRef, Q, Subquery
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cycle import selectors
from cycle.contesto import RichiestaEnte, nell_ente
from cycle.models import Indicatore, Obiettivo, TipoIndicatore
from cycle.services import catalogo as servizio
from workflows.errors import Motivo, NonPossibile, NonTrovato

PER_PAGINA = 100


@require_http_methods(["GET", "HEAD", "POST"])
@nell_ente
def catalogo(request: RichiestaEnte) -> HttpResponse:
    """GET: the entries, those that match `testo`, closed ones with `chiusi`, each with how many
    indicators use it in how many objectives that may be seen. POST, by its `atto`: done (303), or
    why not (422)."""
    c = request.contesto
    motivi: list[Motivo] = []
    if request.method == "POST":
        try:
            messages.success(request, _fai(request))
        except NonPossibile as no:
            motivi = no.tutti()
        else:
            return HttpResponseRedirect(reverse("catalogo", args=[c.ente.codice_ipa]), status=303)
    testo = request.GET.get("testo", "").strip()[:300]
    chiusi = bool(request.GET.get("chiusi"))
    tipi = TipoIndicatore.objects.filter(ente=c.ente)
    trovati = tipi.filter(nome__icontains=testo) if testo else tipi
    if not chiusi:
        trovati = trovati.filter(chiuso_il=None)
    visti = Obiettivo.objects.filter(selectors.visibili(c.attore))
    contesto: dict[str, Any] = {
        "righe": _con_usi(list(trovati.order_by("nome")[: PER_PAGINA + 1]), visti),
        "per_pagina": PER_PAGINA,
        "tutti": tipi.aggregate(aperti=Count("pk", filter=Q(chiuso_il=None)), n=Count("pk")),
        "testo": testo,
        "chiusi": chiusi,
        "scrive": any(i.consente("gestisci_ente", i.percorso) for i in c.attore.incarichi),
        "motivi": motivi,
        "nome_scritto": request.POST.get("nome", "") if motivi else "",
        "atto_scritto": request.POST.get("atto", "") if motivi else "",
    }
    return render(request, "cycle/catalogo.html", contesto, status=422 if motivi else 200)


def _con_usi(tipi: list[TipoIndicatore], visti: Any) -> list[dict[str, Any]]:
    """Each entry with the last year that uses it, in how many indicators there, and the codes of
    their objectives."""
    ultimo = (
        Indicatore.objects.filter(tipo=OuterRef("tipo"), obiettivo__in=visti)
        .order_by("-obiettivo__ciclo__anno")
        .values("obiettivo__ciclo__anno")[:1]
    )
    usi = {
        tipo: (anno, indicatori, codici)
        for tipo, anno, indicatori, codici in Indicatore.objects.filter(
            tipo__in=tipi, obiettivo__in=visti, obiettivo__ciclo__anno=Subquery(ultimo)
        )
        .values("tipo", "obiettivo__ciclo__anno")
        .annotate(
            indicatori=Count("pk"), codici=ArrayAgg("obiettivo__codice", distinct=True, default=[])
        )
        .values_list("tipo", "obiettivo__ciclo__anno", "indicatori", "codici")
    }
    return [{"tipo": t, "uso": usi.get(t.pk)} for t in tipi]


def _fai(request: RichiestaEnte) -> str:
    """Do what the button says, and tell it."""
    c = request.contesto
    dati = request.POST
    chi: dict[str, Any] = {"ente": c.ente, "by": c.attore, "istante": c.istante}
    match dati.get("atto", ""):
        case "rinomina":
            servizio.rinomina(pid=_pid(dati.get("pid", "")), nome=dati.get("nome", ""), **chi)
            return _("Tipo di indicatore rinominato.")
        case "chiudi":
            servizio.chiudi(pid=_pid(dati.get("pid", "")), **chi)
            return _("Tipo di indicatore chiuso: non si propone più.")
        case "riapri":
            servizio.riapri(pid=_pid(dati.get("pid", "")), **chi)
            return _("Tipo di indicatore riaperto.")
        case _:
            nuovo = servizio.aggiungi(nome=dati.get("nome", ""), **chi)
            return _("Aggiunto al catalogo: «%(nome)s».") % {"nome": nuovo.nome}


def _pid(testo: str) -> UUID:
    try:
        return UUID(testo)
    except ValueError:
        raise NonTrovato({}) from None
