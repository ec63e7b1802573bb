# SPDX-License-Identifier: AGPL-3.0-or-later
"""The news of a person: all of them, grouped by matter; what they chose to hear of; and what of an
open page has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as traduci
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cycle import selectors, specie, storia
from cycle.contesto import Contesto, RichiestaEnte, nell_ente
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
    quale = request.GET.get("specie", "")
    quale = quale if quale in specie.SPECIE else ""
    pagina = _pagina(request.GET.get("pagina", ""))
    c = request.contesto
    domanda = centro.Domanda(quali, motivo, quale)
    voci = centro.voci(request.user.pk, c.ente.pk, domanda, pagina)
    return render(
        request,
        "notifiche/notifiche.html",
        {
            "voci": righe(c, voci[: centro.PER_PAGINA]),
            "altre": len(voci) > centro.PER_PAGINA,
            "pagina": pagina,
            "quali": quali,
            "filtri": QUALI.items(),
            "motivo": motivo,
            "motivi": Notifica.MOTIVI,
            "specie": quale,
            "ogni_specie": [(codice, s.nome) for codice, s in specie.SPECIE.items()],
            "domanda": urlencode({"mostra": quali, "perche": motivo, "specie": quale}),
            "adesso": c.istante,
        },
    )


@dataclass(frozen=True, slots=True)
class Riga:
    """A line as it is shown: of one matter, or of many alike with the last that was said."""

    voce: centro.Voce
    testo: str
    link: str
    ultima: str = ""
    pagina: str = ""  # where the many are worked on


def righe(c: Contesto, voci: Sequence[centro.Voce]) -> list[Riga]:
    """The lines of the centre, in words."""
    fatte = []
    for v in voci:
        if v.quante == 1:
            fatte.append(Riga(v, v.testo, v.link))
            continue
        ipa, anno = c.ente.codice_ipa, c.anno_corrente
        fatte.append(
            Riga(
                v,
                specie.molte(v.specie, v.quante, tocca=v.tocca),
                specie.elenco(ipa, v.specie, tocca=v.tocca, urgente=v.urgente),
                v.testo,
                specie.pagina(ipa, v.specie, c.attore, anno),
            )
        )
    return fatte


@require_POST
@nell_ente
def silenzia(request: RichiestaEnte) -> HttpResponse:
    """Hear no more of an object, but for what must be done about it; or again."""
    c = request.contesto
    muto = request.POST.get("muto", "") == "1"
    oggetto = request.POST.get("oggetto", "")[:60]
    if not scelte.silenzia(c.ente.pk, c.persona.pk, oggetto, muto=muto):
        messages.info(request, traduci("Non c'è nessuna notifica su questo oggetto."))
    elif muto:
        messages.success(
            request,
            traduci(
                "Silenziato, con le sue relazioni e variazioni: ne senti solo ciò che tocca a te. "
                "Sta in «Silenziate»."
            )
            if oggetto.startswith("obiettivo:")
            else traduci("Silenziato: ne senti solo ciò che tocca a te. Sta in «Silenziate»."),
        )
    else:
        messages.success(request, traduci("Di nuovo in ascolto."))
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
