# SPDX-License-Identifier: AGPL-3.0-or-later
"""The drafts and proposals of a year: which must I still write, and which are ready?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cycle import fascicolo, selectors
from cycle.contesto import Contesto, RichiestaEnte, nell_ente
from cycle.models import Ciclo, Obiettivo, UnitaOrganizzativa
from cycle.services import schede
from workflows.errors import Conflitto, Motivo, NonAutorizzato, NonTrovato, Tentativo
from workflows.machines.obiettivo import PRIMA_DELL_APPROVAZIONE

PER_PAGINA = 50


@dataclass(frozen=True, slots=True)
class Riga:
    """A draft or a proposal, with what it lacks to be proposed."""

    obiettivo: Obiettivo
    mancanze: tuple[Motivo, ...]
    scrivibile: bool


@require_safe
@nell_ente
def adesso(request: RichiestaEnte) -> HttpResponse:
    """The proposals of the year for which one proposes now: the last that is open."""
    c = request.contesto
    aperti = [ciclo.anno for ciclo in c.cicli() if ciclo.stato == "aperto"]
    if not aperti:
        raise NonTrovato({})
    return HttpResponseRedirect(reverse("proposte", args=[c.ente.codice_ipa, aperti[0]]))


@require_safe
@nell_ente
def elenco(request: RichiestaEnte, anno: int) -> HttpResponse:
    """Drafts and proposals of the units one writes for; of all that one sees, for who writes for
    none."""
    c = request.contesto
    ciclo = selectors.ciclo(c.ente, anno)
    mie = unita_scrivibili(c)
    trovate = _proposte(c, ciclo, mie)
    stato = request.GET.get("stato", "")
    stato = stato if stato in PRIMA_DELL_APPROVAZIONE else ""
    per_stato = {s: trovate.filter(stato=s).order_by().count() for s in PRIMA_DELL_APPROVAZIONE}
    if stato:
        trovate = trovate.filter(stato=stato)
    quante = per_stato[stato] if stato else sum(per_stato.values())
    ultima = max(1, -(-quante // PER_PAGINA))
    chiesta = request.GET.get("pagina", "1")
    pagina = int(chiesta) if chiesta.isascii() and chiesta.isdigit() and len(chiesta) < 7 else 1
    pagina = min(max(pagina, 1), ultima)
    righe = _righe(c, list(trovate[(pagina - 1) * PER_PAGINA : pagina * PER_PAGINA]), mie)
    contesto: dict[str, Any] = {
        "anno": anno,
        "ciclo": ciclo,
        "cicli": c.cicli(),
        "righe": righe,
        "stato": stato,
        "per_stato": per_stato,
        "quante": quante,
        "pagina": pagina,
        "ultima": ultima,
        "scrive": bool(mie) and ciclo.stato == "aperto",
    }
    return render(request, "cycle/proposte/proposte.html", contesto)


def unita_scrivibili(c: Contesto) -> list[UnitaOrganizzativa]:
    """The open units whose drafts the person may write."""
    dove = [
        max(i.percorso, su, key=len)
        for i in c.attore.incarichi
        for permesso, su in i.permessi
        if permesso == "modifica_obiettivo"
        and (i.percorso.startswith(su) or su.startswith(i.percorso))
    ]
    if not dove:
        return []
    sotto = Q(pk__in=())
    for percorso in set(dove):
        sotto |= Q(percorso__startswith=percorso)
    return list(
        UnitaOrganizzativa.objects.filter(sotto, ente=c.ente, al__isnull=True).order_by("percorso")
    )


def _proposte(c: Contesto, ciclo: Ciclo, mie: list[UnitaOrganizzativa]) -> Any:
    trovate = selectors.obiettivi_visibili(c.attore, ciclo).filter(
        stato__in=PRIMA_DELL_APPROVAZIONE
    )
    if mie:
        trovate = trovate.filter(unita__in=[u.pk for u in mie])
    return trovate.select_related("unita", "responsabile_generale", "continua_da").order_by(
        "stato", "codice"
    )


def _righe(c: Contesto, obiettivi: list[Obiettivo], mie: list[UnitaOrganizzativa]) -> list[Riga]:
    """In one query whatever their number."""
    fatti = fascicolo.di_obiettivi([o.pk for o in obiettivi]) if obiettivi else {}
    sue = {u.pk for u in mie}
    return [
        Riga(
            o,
            schede.mancanze(fatti[o.pk], c.attore, c.istante),
            o.stato == "bozza" and o.unita_id in sue,
        )
        for o in obiettivi
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@nell_ente
def elimina(request: RichiestaEnte, pid: UUID) -> HttpResponse:
    """GET: what would be thrown away. POST: done (303)."""
    c = request.contesto
    o = selectors.obiettivo(c.attore, pid)
    if request.method == "POST":
        revisione = request.POST.get("revisione", "")
        schede.elimina_bozza(
            obiettivo=o,
            by=c.attore,
            istante=c.istante,
            revisione=int(revisione) if revisione.isascii() and revisione.isdigit() else None,
        )
        messages.success(request, _("Eliminata: %(codice)s.") % {"codice": o.codice})
        dove = reverse("proposte", args=[c.ente.codice_ipa, o.ciclo.anno])
        return HttpResponseRedirect(dove, status=303)
    tentativo = Tentativo("obiettivo", "elimina", {o.pk: o.pk})
    if o.stato != "bozza":
        raise Conflitto({o.pk: [schede.non_bozza(o)]}, tentativo)
    if c.attore.incarico_per("modifica_obiettivo", o.unita.percorso) is None:
        raise NonAutorizzato({o.pk: [schede.serve_incarico(o.unita.nome)]}, tentativo)
    return render(request, "cycle/proposte/elimina.html", {"o": o, "anno": o.ciclo.anno})
