# SPDX-License-Identifier: AGPL-3.0-or-later
"""The political plan of a year: on what do the objectives hang?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from cycle import selectors
from cycle.bozze.rubrica import rami
from cycle.contesto import RichiestaEnte, nell_ente
from cycle.models import Ciclo, NodoStrategico, ObiettivoNodo
from cycle.services import programmi as servizio
from cycle.services.programmi import NodoScritto, TestoNonValido
from workflows.errors import Motivo, NonPossibile, NonTrovato

_PAROLE = ("tipo", "codice", "titolo")


@require_http_methods(["GET", "HEAD", "POST"])
@nell_ente
def programmi(request: RichiestaEnte, anno: int) -> HttpResponse:
    """GET: the tree, with how many objectives hang on each node. POST, by its `atto`: done (303),
    or why not (422)."""
    c = request.contesto
    ciclo = selectors.ciclo(c.ente, anno)
    motivi: list[Motivo] = []
    if request.method == "POST":
        try:
            messages.success(request, _fai(request, ciclo))
        except NonPossibile as no:
            motivi = no.tutti()
        else:
            dove = reverse("programmi", args=[c.ente.codice_ipa, anno])
            return HttpResponseRedirect(dove, status=303)
    albero = rami(NodoStrategico.objects.filter(ciclo=ciclo))
    usi = dict(
        ObiettivoNodo.objects.filter(nodo__ciclo=ciclo)
        .values_list("nodo_id")
        .annotate(n=Count("pk"))
        .values_list("nodo_id", "n")
    )
    contesto: dict[str, Any] = {
        "anno": anno,
        "cicli": c.cicli(),
        "albero": [(v, usi.get(v.nodo.pk, 0)) for v in albero],
        "rami": albero,
        "scrive": servizio.puo_scrivere(c.attore),
        "motivi": motivi,
        "scritto": request.POST if motivi else {},
        "testo": request.POST.get("testo", "") if motivi else servizio.in_testo(albero),
        "scorso": NodoStrategico.objects.filter(ciclo__ente=c.ente, ciclo__anno=anno - 1).exists(),
    }
    stato = 422 if motivi else 200
    return render(request, "cycle/proposte/programmi.html", contesto, status=stato)


def _fai(request: RichiestaEnte, ciclo: Ciclo) -> str:
    """Do what the button says, and tell it."""
    c = request.contesto
    dati = request.POST
    chi: dict[str, Any] = {"ciclo": ciclo, "by": c.attore, "istante": c.istante}
    match dati.get("atto", ""):
        case "testo":
            if not servizio.puo_scrivere(c.attore):
                servizio.aggiungi(nodi=[], **chi)
            return _aggiunti(len(servizio.aggiungi(nodi=_letti(dati.get("testo", "")), **chi)))
        case "riporta":
            return _aggiunti(len(servizio.riporta(**chi)))
        case "aggiungi":
            testi = {n: " ".join(dati.get(n, "").split()) for n in _PAROLE}
            nodo = NodoScritto(1, testi["tipo"], testi["codice"], testi["titolo"])
            nuovi = servizio.aggiungi(nodi=[nodo], sotto=_pid(dati.get("sotto", "")), **chi)
            return _aggiunti(len(nuovi))
        case "rinomina":
            parole: dict[str, Any] = {n: dati.get(n, "") for n in _PAROLE}
            servizio.rinomina(pid=_pid_certo(dati.get("pid", "")), **parole, **chi)
            return _("Programma modificato.")
        case "sposta":
            servizio.sposta(
                pid=_pid_certo(dati.get("pid", "")), sotto=_pid(dati.get("sotto", "")), **chi
            )
            return _("Programma spostato.")
        case "togli":
            servizio.togli(pid=_pid_certo(dati.get("pid", "")), **chi)
            return _("Programma tolto.")
        case _:
            servizio.aggiungi(nodi=[], **chi)  # who may not, hears that
            return _("Niente da fare.")


def _letti(testo: str) -> list[NodoScritto]:
    if len(testo) > 1_000_000:
        raise TestoNonValido(
            {0: [Motivo("programmi", "R8", _("Il testo è troppo lungo."), _("Dividerlo."), "")]}
        )
    return servizio.leggi_testo(testo)


def _aggiunti(quanti: int) -> str:
    if not quanti:
        return _("C'erano già tutti: non è cambiato nulla.")
    return ngettext("Aggiunto %(n)s programma.", "Aggiunti %(n)s programmi.", quanti) % {
        "n": quanti
    }


def _pid(testo: str) -> UUID | None:
    return _pid_certo(testo) if testo else None


def _pid_certo(testo: str) -> UUID:
    try:
        return UUID(testo)
    except ValueError:
        raise NonTrovato({}) from None
