# SPDX-License-Identifier: AGPL-3.0-or-later
"""The scrivania: what waits for me, by when; how the year goes; what happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from cycle import agenda, selectors, termini, vacanze
from cycle.contesto import Contesto, RichiestaEnte, nell_ente
from cycle.riepilogo import riepilogo
from cycle.views.notifiche import righe, torna
from notifications import centro, lettura
from notifications.posta import Simili, segna_lette

ULTIME = 6  # news on the page
PROSSIMI = 4  # terms on the page, before the whole calendar


@require_safe
@nell_ente
def scrivania(request: RichiestaEnte) -> HttpResponse:
    c = request.contesto
    oggi = c.istante.astimezone(ZoneInfo(c.ente.fuso)).date()
    ciclo = selectors.ciclo_di_lavoro(c.ente, c.anno_corrente)
    incarichi = agenda.incarichi_in_vigore(c.attore)
    calendario = termini.termini(c.ente, c.istante, c.attore.ruoli())
    return render(
        request,
        "scrivania/scrivania.html",
        {
            "anno": ciclo.anno if ciclo else None,
            "incarichi": incarichi,
            "agenda": agenda.agenda(c.attore, c.ente, c.istante),
            "oggi": oggi,
            "calendario": calendario,
            "prossimi": [t for t in calendario if not t.scaduto][:PROSSIMI],
            "mio_prossimo": next((t for t in calendario if t.mio and not t.scaduto), None),
            "striscia": termini.striscia(calendario, oggi),
            "riepilogo": riepilogo(c.attore, incarichi, ciclo, oggi) if ciclo else None,
            **_vacanze(request.contesto),
            **_novita(request),
        },
    )


def _vacanze(c: Contesto) -> dict[str, Any]:
    """What nobody can do, for who gives incarichi."""
    if not any(i.consente("conferisci_incarico", i.percorso) for i in c.attore.incarichi):
        return {"vacanze": []}
    return {"vacanze": vacanze.vacanze(c.ente, c.istante), "puo_conferire": True}


@require_POST
@nell_ente
def notifiche_lette(request: RichiestaEnte) -> HttpResponse:
    """Mark as read what the person has seen; answers with the news as they are now."""
    c = request.contesto
    fino_a = _istante(request.POST.get("fino_a", ""))
    materia = request.POST.get("materia", "")[:60]
    quali = (
        Simili(
            request.POST["specie"][:60],
            tocca=request.POST.get("tocca") == "1",
            urgente=request.POST.get("urgente") == "1",
        )
        if "specie" in request.POST
        else None
    )
    lette = segna_lette(request.user.pk, c.ente.pk, fino_a, materia, quali) if fino_a else 0
    if request.headers.get("HX-Request") == "true":
        return render(request, "scrivania/_novita.html", _novita(request))
    if lette:
        messages.success(
            request,
            ngettext("Una novità segnata come letta.", "%(n)s novità segnate come lette.", lette)
            % {"n": lette},
        )
    else:
        messages.info(request, _("Non c'era nulla da segnare."))
    return torna(request) if "torna" in request.POST else redirect("scrivania", c.ente.codice_ipa)


def _istante(testo: str) -> datetime | None:
    """An instant as the page's own form writes it; None when it is not one."""
    try:
        istante = datetime.fromisoformat(testo)
    except ValueError:
        return None
    return istante if istante.tzinfo else None


def _novita(request: RichiestaEnte) -> dict[str, Any]:
    """The last lines of the centre, and whether there are more; how many are unread."""
    c = request.contesto
    voci = centro.voci(request.user.pk, c.ente.pk, centro.Domanda(), quante=ULTIME)
    [conteggi] = lettura.da_leggere([request.user.pk], c.ente.pk).values() or [(0, 0)]
    return {
        "novita": righe(c, voci[:ULTIME]),
        "novita_altre": len(voci) > ULTIME,
        "novita_da_leggere": conteggi[0],
        "novita_urgenti": conteggi[1],
        "novita_ultima": max((v.quando for v in voci), default=None),
    }
