# SPDX-License-Identifier: AGPL-3.0-or-later
"""The calendar of a year: which terms, how firm, moved by which act; and the private address at
which one's agenda reads it."""

from __future__ import annotations

from typing import Any, cast
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cycle import anno as pagina_dell_anno
from cycle import orologio, selectors, storia
from cycle.calendario import ultimo_giorno
from cycle.contesto import Contesto, RichiestaEnte, nell_ente, sessione
from cycle.forms_anno import ModuloAtto, ModuloProroga, riporta
from cycle.models import Ciclo, Utente
from cycle.services import feed
from cycle.services.atti_anno import autorizza
from cycle.services.proroga import proroga as proroga_termini
from cycle.termini import striscia
from cycle.views.errori import non_trovato, rifiutata
from cycle.views.transizioni import Altrove
from workflows.errors import NonPossibile, Rifiuto


def _ciclo(c: Contesto, anno: int) -> Ciclo:
    ciclo = selectors.ciclo(c.ente, anno)
    ciclo.ente = c.ente
    return ciclo


def _puo(c: Contesto, permesso: str) -> bool:
    return any(
        i.consente(permesso, i.percorso) and i.percorso.count("/") == 2 for i in c.attore.incarichi
    )


@require_safe
@nell_ente
def calendario(request: RichiestaEnte, anno: int) -> HttpResponse:
    """The terms of a year, for everybody of the ente."""
    return _pagina(request, anno)


def _pagina(request: RichiestaEnte, anno: int, gettone: str = "") -> HttpResponse:
    c = request.contesto
    ciclo = _ciclo(c, anno)
    oggi = c.istante.astimezone(ZoneInfo(c.ente.fuso)).date()
    termini = pagina_dell_anno.termini_dell_anno(ciclo, c.istante, c.attore.ruoli())
    visti = [t.termine for t in termini]
    prossimo = next((t for t in visti if not t.scaduto), None)
    return render(
        request,
        "cycle/anno/calendario.html",
        {
            "ciclo": ciclo,
            "anno_mostrato": anno,
            "cicli": c.cicli(),
            "termini": termini,
            "prossimo": prossimo,
            "oggi": oggi,
            "striscia": striscia(visti, oggi, anno),
            "parametri": pagina_dell_anno.parametri_in_parole(ciclo),
            "storia": storia.fatti_dell_anno(ente_id=c.ente.pk, ciclo_id=ciclo.pk),
            "puo_aprire": _puo(c, "apri_anno"),
            "puo_prorogare": _puo(c, "proroga_termine") and ciclo.atto_apertura_id is not None,
            "feed": pagina_dell_anno.feed(c.persona),
            "indirizzo": request.build_absolute_uri(
                reverse("calendario_ics", args=[c.ente.codice_ipa, gettone])
            )
            if gettone
            else "",
        },
    )


@require_POST
@nell_ente
def indirizzo(request: RichiestaEnte, anno: int) -> HttpResponse:
    """Make or remake the private address of one's calendar, told now and never again; or close
    it."""
    c = request.contesto
    _ciclo(c, anno)
    if request.POST.get("revoca"):
        if feed.revoca(persona=c.persona):
            messages.success(request, _("L'indirizzo del calendario è stato chiuso."))
        return redirect(f"{reverse('calendario', args=[c.ente.codice_ipa, anno])}#abbonarsi")
    return _pagina(request, anno, feed.crea(persona=c.persona))


@login_not_required
@require_safe
def ics(request: HttpRequest, ipa: str, gettone: str) -> HttpResponse:
    """The feed: no login, because agendas have none; the token in the address is the key."""
    base = request.build_absolute_uri(reverse("scrivania", args=[ipa]))
    contenuto = feed.leggi(ipa=ipa, gettone=gettone, istante=orologio.adesso(), base=base)
    if contenuto is None:
        return non_trovato(request)
    return HttpResponse(contenuto, content_type="text/calendar; charset=utf-8")


# --- proroga --------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def proroga(request: HttpRequest, ipa: str, anno: int) -> HttpResponse:
    """Move terms of the year by an act."""
    rifiuto: NonPossibile | None = None
    if request.method == "POST":
        try:
            with sessione(cast(Utente, request.user), ipa, "web") as contesto:
                cast(RichiestaEnte, request).contesto = contesto
                risposta = _proroga(cast(RichiestaEnte, request), anno)
                if risposta is not None:
                    return risposta
        except NonPossibile as detto:
            rifiuto = detto
        except Rifiuto as detto:
            return rifiutata(request, detto)
    return _modulo_proroga(request, ipa, anno=anno, rifiuto=rifiuto)


def _moduli(c: Contesto, ciclo: Ciclo, request: HttpRequest) -> tuple[ModuloProroga, ModuloAtto]:
    scadenze = [s for s in selectors.scadenze(ciclo, c.istante) if s.tipo != "statutaria"]
    dati = request.POST if request.method == "POST" else None
    organo = ciclo.atto_apertura.organo if ciclo.atto_apertura else "giunta"
    modulo = ModuloProroga(scadenze, dati, request.GET.get("termine", ""))
    return modulo, ModuloAtto(dati, initial={"organo": organo})


def _proroga(request: RichiestaEnte, anno: int) -> HttpResponse | None:
    c = request.contesto
    ciclo = _ciclo(c, anno)
    autorizza(c.attore, "proroga_termine", ciclo.pk)
    modulo, atto = _moduli(c, ciclo, request)
    if not (modulo.is_valid() & atto.is_valid()):
        return None
    fatte = proroga_termini(
        ciclo=ciclo,
        fino_a=modulo.fino_a(),
        atto=atto.atto(),
        motivazione=modulo.cleaned_data["motivazione"],
        by=c.attore,
        istante=c.istante,
    )
    messages.success(
        request,
        ngettext(
            "Un termine prorogato: chi ne è incaricato è stato avvisato.",
            "%(n)s termini prorogati: chi ne è incaricato è stato avvisato.",
            len(fatte),
        )
        % {"n": len(fatte)},
    )
    return Altrove(reverse("calendario", args=[c.ente.codice_ipa, anno]))


@nell_ente
def _modulo_proroga(
    request: RichiestaEnte, anno: int, rifiuto: NonPossibile | None
) -> HttpResponse:
    c = request.contesto
    ciclo = _ciclo(c, anno)
    autorizza(c.attore, "proroga_termine")
    modulo, atto = _moduli(c, ciclo, request)
    altri: list[Any] = []
    if request.method == "POST":
        modulo.is_valid()
        atto.is_valid()
        if rifiuto is not None:
            altri = riporta(rifiuto.tutti(), {"": modulo, "atto": atto})
    return render(
        request,
        "cycle/anno/proroga.html",
        {
            "ciclo": ciclo,
            "anno_mostrato": anno,
            "modulo": modulo,
            "righe": [
                (s, ultimo_giorno(s.effettivo, c.ente.fuso), campo) for s, campo in modulo.righe()
            ],
            "atto": atto,
            "altri": altri,
            "sbagliato": request.method == "POST",
        },
        status=422 if request.method == "POST" else 200,
    )
