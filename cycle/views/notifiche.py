# SPDX-License-Identifier: AGPL-3.0-or-later
"""The news of a person: all of them, grouped by matter; what they chose to hear of; and what of an
open page has changed."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as traduci
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cycle import selectors, storia
from cycle.contesto import RichiestaEnte, nell_ente
from cycle.forms_notifiche import Preferenze
from notifications import centro, scelte
from notifications.models import Notifica

QUALI = {
    centro.APERTE: _("Aperte"),
    centro.DA_LEGGERE: _("Da leggere"),
    centro.URGENTI: _("Urgenti"),
    centro.SILENZIATE: _("Silenziate"),
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


@require_POST
@nell_ente
def silenzia(request: RichiestaEnte) -> HttpResponse:
    """Hear no more of a matter, but for what must be done about it; or again."""
    c = request.contesto
    muto = request.POST.get("muto", "") == "1"
    materia = request.POST.get("materia", "")[:60]
    if not scelte.silenzia(c.ente.pk, c.persona.pk, materia, muto=muto):
        messages.info(request, traduci("Non c'è nessuna notifica su questo oggetto."))
    elif muto:
        messages.success(
            request,
            traduci("Oggetto silenziato: ne senti solo ciò che tocca a te. Sta in «Silenziate»."),
        )
    else:
        messages.success(request, traduci("Oggetto di nuovo in ascolto."))
    return torna(request)


def torna(request: RichiestaEnte) -> HttpResponse:
    """Back to the page of the centre the form was on, or to the first."""
    dove = request.POST.get("torna", "")
    if url_has_allowed_host_and_scheme(dove, allowed_hosts=None):
        return redirect(dove)
    return redirect("notifiche", request.contesto.ente.codice_ipa)


@require_http_methods(["GET", "HEAD", "POST"])
@nell_ente
def preferenze(request: RichiestaEnte) -> HttpResponse:
    """What do I want to hear of, and by which way?"""
    c = request.contesto
    modulo = Preferenze(
        request.POST if request.method == "POST" else None,
        instance=scelte.di(c.ente.pk, c.persona.pk),
    )
    if request.method == "POST" and modulo.is_valid():
        scelte.scegli(c.ente.pk, c.persona.pk, modulo.cleaned_data)
        messages.success(request, traduci("Preferenze salvate."))
        return redirect("notifiche", c.ente.codice_ipa)
    return render(
        request,
        "notifiche/preferenze.html",
        {"modulo": modulo, "recapito": selectors.recapito(c.persona)},
        status=422 if modulo.errors else 200,
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
