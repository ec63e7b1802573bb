# SPDX-License-Identifier: AGPL-3.0-or-later
"""Many reports submitted at once from the grid, and the grid in a workbook: what would happen is
shown before it does."""

from __future__ import annotations

import base64
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from cycle import orologio, selectors
from cycle.contesto import RichiestaEnte, nell_ente, sessione
from cycle.griglia import Filtri, Griglia, griglia, periodo
from cycle.models import RelazioneSemestrale, Utente
from cycle.procedures import RELAZIONE
from cycle.services import molti
from cycle.services.foglio_griglia import EsitoFoglio, carica, foglio
from cycle.services.schede import serve_incarico
from cycle.views.errori import rifiutata
from cycle.views.fogli import MOSTRATI, TIPO, contenuto_del_foglio
from cycle.views.molti import NELL_ELENCO, istante, mancano
from cycle.views.transizioni import CONSEGUENZE, Altrove
from workflows.errors import NonAutorizzato, NonTrovato, Rifiuto
from workflows.machines.base import Transizione


@require_http_methods(["GET", "HEAD", "POST"])
def trasmetti(request: HttpRequest, ipa: str, anno: int, codice: str) -> HttpResponse:
    """GET: what would happen of the reports in the grid that are not submitted yet, or of those
    that are chosen. POST: done (303), or refused with the preview as it is now (409 when
    something moved since, 422)."""
    rifiuto: Rifiuto | None = None
    if request.method == "POST":
        try:
            with sessione(cast(Utente, request.user), ipa, "web") as contesto:
                cast(RichiestaEnte, request).contesto = contesto
                return _trasmessi(cast(RichiestaEnte, request), anno, codice)
        except (NonTrovato, NonAutorizzato) as negato:
            return rifiutata(request, negato)
        except Rifiuto as detto:
            rifiuto = detto
    return _anteprima(request, ipa, anno=anno, codice=codice, rifiuto=rifiuto)


def _passo() -> Transizione:
    passo = RELAZIONE.macchina.transizione("trasmetti")
    assert passo is not None
    return passo


def _griglia(request: RichiestaEnte, anno: int, codice: str, *, tutta: bool = False) -> Griglia:
    c = request.contesto
    ciclo = selectors.ciclo(c.ente, anno)
    filtri = Filtri(Filtri.da_url(request.GET).unita)
    limite = {"limite": None} if tutta else {}
    return griglia(c.attore, ciclo, periodo(ciclo, codice), filtri, c.istante, **limite)


def _aperte(g: Griglia) -> list[RelazioneSemestrale]:
    """The reports that are still to be submitted."""
    return [r.relazione for r in g.relazioni if r.aperta]


def _scelte(request: HttpRequest, aperte: list[RelazioneSemestrale]) -> list[RelazioneSemestrale]:
    """Those chosen; all of them when none is."""
    scelti = request.GET.getlist("scelti")
    return [r for r in aperte if str(r.obiettivo.pid) in scelti] if scelti else aperte


def _trasmessi(request: RichiestaEnte, anno: int, codice: str) -> HttpResponse:
    c = request.contesto
    aperte = _aperte(_griglia(request, anno, codice, tutta=True))
    fatto = molti.esegui(
        passo=_passo(),
        ids=[r.pk for r in _scelte(request, aperte)],
        vista=request.POST.get("impronta", ""),
        visto=istante(request.POST.get("visto", "")),
        solo_pronti=request.POST.get("come") == "pronti",
        motivazione="",
        by=c.attore,
        istante=c.istante,
        procedura=RELAZIONE,
    )
    messages.success(
        request,
        ngettext(
            "Trasmessa una relazione: valori e target sono congelati.",
            "Trasmesse %(n)s relazioni: valori e target sono congelati.",
            fatto.eseguiti,
        )
        % {"n": fatto.eseguiti},
    )
    return Altrove(_ritorno(request, anno, codice))


def _ritorno(request: RichiestaEnte, anno: int, codice: str) -> str:
    """The grid one comes from."""
    dove = reverse("griglia", args=[request.contesto.ente.codice_ipa, anno, codice])
    parametri = request.GET.copy()
    parametri.pop("scelti", None)
    return f"{dove}?{parametri.urlencode()}" if parametri else dove


@nell_ente
def _anteprima(
    request: RichiestaEnte, anno: int, codice: str, rifiuto: Rifiuto | None
) -> HttpResponse:
    c = request.contesto
    g = _griglia(request, anno, codice, tutta=True)
    aperte = _aperte(g)
    scelte = _scelte(request, aperte)
    passo = _passo()
    stato = 200
    if request.method == "POST":
        stato = rifiuto.codice if rifiuto else 422
    return render(
        request,
        "cycle/griglia/trasmetti.html",
        {
            "anno": anno,
            "g": g,
            "passo": passo,
            "a": molti.anteprima(passo, scelte, c.attore, c.istante, RELAZIONE),
            "aperte": aperte,
            "scelti": {r.obiettivo.pid for r in scelte},
            "elenco": NELL_ELENCO,
            "conseguenza": CONSEGUENZE["relazione", "trasmetti"],
            "con_motivo": False,
            "motivazione": "",
            "visto": orologio.vero().isoformat(),
            "motivi": rifiuto.tutti() if rifiuto and rifiuto.codice == 409 else [],
            "mancano": mancano(passo, rifiuto),
            "ritorno": _ritorno(request, anno, codice),
            "torna": _("Torna alla griglia"),
        },
        status=stato,
    )


# --- in a workbook ------------------------------------------------------------------------------


@require_safe
@nell_ente
def scarica(request: RichiestaEnte, anno: int, codice: str) -> HttpResponse:
    """The grid as the person sees it, in a workbook."""
    g = _griglia(request, anno, codice, tutta=True)
    nome = f"griglia-{request.contesto.ente.codice_ipa}-{codice}-{g.filtri.unita}".strip("-")
    nome = "".join(x if x.isascii() and (x.isalnum() or x in "._-") else "-" for x in nome)
    risposta = HttpResponse(foglio(g), content_type=TIPO)
    risposta["Content-Disposition"] = f'attachment; filename="{nome}.xlsx"'
    return risposta


@require_http_methods(["GET", "HEAD", "POST"])
@nell_ente
def importa(request: RichiestaEnte, anno: int, codice: str) -> HttpResponse:
    """GET: what to do. POST with a file: what it would write, or what is wrong by cell (422);
    with `conferma`: written (303)."""
    c = request.contesto
    ciclo = selectors.ciclo(c.ente, anno)
    p = periodo(ciclo, codice)
    if not any(i.consente("compila_relazione", i.percorso) for i in c.attore.incarichi):
        raise NonAutorizzato({0: [serve_incarico(c.ente.nome)]})
    contesto: dict[str, Any] = {"anno": anno, "periodo": p, "errori": [], "esito": None}
    if request.method == "POST":
        contenuto, errore = contenuto_del_foglio(request)
        esito = EsitoFoglio(errori=(errore,)) if errore else EsitoFoglio()
        conferma = bool(request.POST.get("conferma"))
        if not errore:
            esito = carica(
                ciclo=ciclo,
                periodo=p,
                contenuto=contenuto,
                by=c.attore,
                istante=c.istante,
                prova=not conferma,
            )
        if conferma and not esito.errori:
            return _caricato(request, anno, codice, esito)
        contesto |= {
            "errori": esito.errori[:MOSTRATI],
            "quanti_errori": len(esito.errori),
            "esito": None if esito.errori else esito,
            "contenuto": base64.b64encode(contenuto).decode(),
            "mostrati": MOSTRATI,
        }
    return render(
        request,
        "cycle/griglia/importa.html",
        contesto,
        status=422 if contesto["errori"] else 200,
    )


def _caricato(request: RichiestaEnte, anno: int, codice: str, esito: EsitoFoglio) -> HttpResponse:
    n = len(esito.cambi)
    messages.success(
        request,
        ngettext("Dal foglio: scritta una cella.", "Dal foglio: scritte %(n)s celle.", n)
        % {"n": n},
    )
    if esito.contesi:
        celle = ", ".join(f"{e.foglio} {e.cella}" for e in esito.contesi[:20])
        messages.warning(
            request,
            _("Rimaste come le ha scritte un'altra persona: %(celle)s.") % {"celle": celle},
        )
    ipa = request.contesto.ente.codice_ipa
    return Altrove(reverse("griglia", args=[ipa, anno, codice]))
