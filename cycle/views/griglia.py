# SPDX-License-Identifier: AGPL-3.0-or-later
"""The grid of a period: what must I still fill? One form that saves whole without a script, and
cell by cell with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cycle import selectors
from cycle.celle import Nome, Scritta
from cycle.contesto import Contesto, RichiestaEnte, nell_ente, sessione
from cycle.griglia import Filtri, Griglia, griglia, periodo
from cycle.models import Evidenza, Obiettivo, Utente, VoceRelazione
from cycle.services import evidenze
from cycle.services.allegati import AllegatoGuasto, leggi
from cycle.services.griglia import Conteso, Esito, salva
from cycle.views.errori import rifiutata
from cycle.views.salvataggio import salva as tenta
from workflows.errors import NonTrovato, Rifiuto

MASSIMO_CELLE = 5000


@require_safe
@nell_ente
def adesso(request: RichiestaEnte, anno: int) -> HttpResponse:
    """The grid of the period that is to be reported now: the last one that has begun."""
    c = request.contesto
    ciclo = selectors.ciclo(c.ente, anno)
    oggi = c.istante.astimezone(ZoneInfo(c.ente.fuso)).date()
    periodi = selectors.periodi(ciclo)
    if not periodi:
        raise NonTrovato({})
    iniziati = [p for p in periodi if p.dal <= oggi] or periodi[:1]
    return HttpResponseRedirect(
        reverse("griglia", args=[c.ente.codice_ipa, anno, iniziati[-1].codice])
    )


@require_http_methods(["GET", "HEAD", "POST"])
def pagina(request: HttpRequest, ipa: str, anno: int, codice: str) -> HttpResponse:
    """GET: the grid. POST: what could be saved is saved; 303 when that was all, else the page
    again with what was typed: 409 where somebody else changed the same cells, 422 where
    something cannot be read."""
    esito: Esito | None = None

    def scrivi(richiesta: RichiestaEnte) -> HttpResponse | None:
        nonlocal esito
        esito = _salva(richiesta, anno, codice)
        return _salvata(richiesta, anno, codice, esito) if esito.sta else None

    rifiuto: Rifiuto | None = None
    if request.method == "POST":
        risposta, rifiuto = tenta(request, ipa, scrivi)
        if risposta is not None:
            return risposta
        if rifiuto is not None:
            return rifiutata(request, rifiuto)
    return _letta(request, ipa, anno=anno, codice=codice, esito=esito)


def _salva(request: RichiestaEnte, anno: int, codice: str) -> Esito:
    """Save the cells of the form that differ from what they showed, and its files."""
    c = request.contesto
    ciclo = selectors.ciclo(c.ente, anno)
    p = periodo(ciclo, codice)
    esito = salva(
        ciclo=ciclo, periodo=p, scritte=_scritte(request.POST), by=c.attore, istante=c.istante
    )
    for nome, file in request.FILES.items():
        if nome.startswith("file_") and isinstance(file, UploadedFile):
            evidenze.aggiungi(
                voce=_voce(c, p.pk, nome.removeprefix("file_")),
                nome=file.name or "",
                pezzi=file.chunks(),
                by=c.attore,
                istante=c.istante,
            )
    for pid in request.POST.getlist("togli"):
        evidenze.togli(evidenza=_evidenza(c, p.pk, pid), by=c.attore, istante=c.istante)
    return esito


def _scritte(dati: QueryDict) -> list[Scritta]:
    """The cells of a form, with what each showed: `base` is JSON, of those that were not empty."""
    try:
        base = json.loads(dati.get("base") or "{}")
    except ValueError:
        base = {}
    if not isinstance(base, dict):
        base = {}
    trovate = []
    for campo, testo in dati.items():
        nome = Nome.da_testo(campo)
        if nome is not None:
            prima = base.get(campo, "")
            scritta = Scritta(nome, testo, prima if isinstance(prima, str) else "")
            if not scritta.intatta:
                trovate.append(scritta)
    return trovate


def _salvata(request: RichiestaEnte, anno: int, codice: str, esito: Esito) -> HttpResponse:
    n = len(esito.scritte)
    messages.success(
        request,
        ngettext("Salvato: una cella.", "Salvato: %(n)s celle.", n) % {"n": n}
        if n
        else _("Salvato."),
    )
    argomenti = [request.contesto.ente.codice_ipa, anno, codice]
    nome = "griglia_trasmetti" if request.POST.get("poi") == "trasmetti" else "griglia"
    dove = reverse(nome, args=argomenti)
    filtri = request.GET.urlencode()
    return HttpResponseRedirect(f"{dove}?{filtri}" if filtri else dove, status=303)


@nell_ente
def _letta(request: RichiestaEnte, anno: int, codice: str, esito: Esito | None) -> HttpResponse:
    c = request.contesto
    ciclo = selectors.ciclo(c.ente, anno)
    p = periodo(ciclo, codice)
    g = griglia(c.attore, ciclo, p, Filtri.da_url(request.GET), c.istante)
    stato = 200
    if esito is not None:
        stato = 409 if esito.contese else 422
    return render(
        request,
        "cycle/griglia/griglia.html",
        {
            "anno": anno,
            "g": g,
            "periodi": selectors.periodi(ciclo),
            "base": json.dumps(
                {str(x.nome): x.scritta for x in g.celle() if x.scritta}, ensure_ascii=False
            ),
            "stati": _stati(request.POST, esito),
            "esito": esito,
            "da_correggere": _da_correggere(g, esito),
            "filtri": request.GET.urlencode(),
        },
        status=stato,
    )


Stato = tuple[str, str, Conteso | None]  # what was typed, what is wrong with it, who contests it


def _stati(dati: QueryDict, esito: Esito | None) -> Mapping[str, Stato]:
    """Of the cells that were not saved, by name."""
    if esito is None:
        return {}
    errate = {str(n): (dati.get(str(n), ""), e, None) for n, e in esito.errate.items()}
    return errate | {str(n): (dati.get(str(n), ""), "", x) for n, x in esito.contese.items()}


def _da_correggere(g: Griglia, esito: Esito | None) -> list[tuple[str, str, str]]:
    """(cell, what it is of, what is wrong), in the order of the page."""
    if esito is None:
        return []
    trovate = []
    for relazione in g.relazioni:
        for s in relazione.sezioni:
            nomi = {
                x.nome: riga.indicatore.nome for riga in s.righe for x in (riga.valore, riga.nota)
            }
            nomi |= {x.nome: f.fase.descrizione for f in s.fasi for x in f.celle}
            for cella in s.celle():
                di = f"{s.voce.specifico.codice}, {nomi.get(cella.nome, _('stato di avanzamento'))}"
                if cella.nome in esito.errate:
                    trovate.append((str(cella.nome), di, esito.errate[cella.nome]))
                elif cella.nome in esito.contese:
                    trovate.append((str(cella.nome), di, esito.contese[cella.nome].detto))
    return trovate


# --- cell by cell -------------------------------------------------------------------------------


@require_POST
def celle(request: HttpRequest, ipa: str, anno: int, codice: str) -> HttpResponse:
    """Save some cells, given as JSON in `celle`; answers for each what became of it. A refusal of
    the whole answers with its reasons (403, 404, 422)."""
    try:
        with sessione(cast(Utente, request.user), ipa, "web") as c:
            ciclo = selectors.ciclo(c.ente, anno)
            scritte = _da_json(request.POST.get("celle", ""))
            if scritte is None:
                return JsonResponse({"errore": _("La richiesta non si può leggere.")}, status=400)
            esito = salva(
                ciclo=ciclo,
                periodo=periodo(ciclo, codice),
                scritte=scritte,
                by=c.attore,
                istante=c.istante,
            )
            return JsonResponse({"celle": _detto(esito), "quando": _ora(c.istante)})
    except Rifiuto as no:
        frasi = [f"{m.messaggio} {m.rimedio}" for m in no.tutti()] or [_("Non trovato.")]
        return JsonResponse({"errore": " ".join(frasi)}, status=no.codice)


def _da_json(testo: str) -> list[Scritta] | None:
    """The cells of a request; None when they cannot be read."""
    try:
        trovate = [(Nome.da_testo(v["nome"]), v["valore"], v["base"]) for v in json.loads(testo)]
    except (ValueError, KeyError, TypeError):
        return None
    if not trovate or len(trovate) > MASSIMO_CELLE:
        return None
    scritte = []
    for nome, valore, base in trovate:
        if nome is None or not isinstance(valore, str) or not isinstance(base, str):
            return None
        scritte.append(Scritta(nome, valore, base))
    return scritte


def _detto(esito: Esito) -> dict[str, dict[str, str]]:
    detto = {str(n): {"stato": "scritta", "testo": t} for n, t in esito.scritte.items()}
    detto |= {str(n): {"stato": "errata", "errore": e} for n, e in esito.errate.items()}
    return detto | {
        str(n): {"stato": "contesa", "adesso": x.adesso, "detto": x.detto}
        for n, x in esito.contese.items()
    }


def _ora(istante: datetime) -> str:
    return f"{timezone.localtime(istante):%H:%M}"


# --- evidence -----------------------------------------------------------------------------------


@require_safe
@nell_ente
def evidenza(request: RichiestaEnte, anno: int, codice: str, pid: UUID) -> HttpResponse:
    """A file of a report that the person may see, to be kept and not opened in the page."""
    c = request.contesto
    p = periodo(selectors.ciclo(c.ente, anno), codice)
    trovata = _evidenza(c, p.pk, str(pid))
    try:
        contenuto = leggi(trovata.allegato)
    except AllegatoGuasto as guasto:
        return render(request, "cycle/giunta/guasto.html", {"errore": str(guasto)}, status=500)
    risposta = HttpResponse(contenuto, content_type=trovata.allegato.tipo_mime)
    estensione = PurePosixPath(trovata.allegato.percorso).suffix
    nome = f"evidenza-{trovata.allegato.sha256[:12]}{estensione}"
    risposta["Content-Disposition"] = f'attachment; filename="{nome}"'
    risposta["X-Content-Type-Options"] = "nosniff"
    return risposta


def _voce(c: Contesto, periodo_id: int, pid: str) -> VoceRelazione:
    """The entry of a report that the person sees."""
    trovata = (
        VoceRelazione.objects.filter(
            pid=_uuid(pid),
            relazione__periodo=periodo_id,
            obiettivo__in=Obiettivo.objects.filter(selectors.visibili(c.attore)),
        )
        .select_related("relazione")
        .first()
    )
    if trovata is None:
        raise NonTrovato({})
    return trovata


def _evidenza(c: Contesto, periodo_id: int, pid: str) -> Evidenza:
    trovata = (
        Evidenza.objects.filter(
            pid=_uuid(pid),
            voce__relazione__periodo=periodo_id,
            obiettivo__in=Obiettivo.objects.filter(selectors.visibili(c.attore)),
        )
        .select_related("allegato", "voce")
        .first()
    )
    if trovata is None:
        raise NonTrovato({})
    return trovata


def _uuid(testo: str) -> UUID:
    try:
        return UUID(testo)
    except ValueError:
        raise NonTrovato({}) from None
