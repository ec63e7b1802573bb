# SPDX-License-Identifier: AGPL-3.0-or-later
"""The correction of a material error (R35): signalled by settore or Nucleo beside the percentage,
decided by somebody else, also after the year has ended."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cycle import correzioni, selectors
from cycle.contesto import Contesto, RichiestaEnte, nell_ente
from cycle.forms_correzioni import ModuloDecisioneCorrezione, ModuloErrore
from cycle.models import Correzione, Obiettivo
from cycle.services import variazioni
from cycle.views.salvataggio import salva, stato
from cycle.views.transizioni import Altrove
from workflows.errors import Motivo, NonAutorizzato, Rifiuto, Tentativo
from workflows.machines.correzione import FINALI

ACCOGLI, RESPINGI = "accogli", "respingi"


@require_safe
@nell_ente
def elenco(request: RichiestaEnte, anno: int) -> HttpResponse:
    """The corrections of a year: those that wait for a decision first."""
    c = request.contesto
    ciclo = selectors.ciclo(c.ente, anno)
    righe = list(correzioni.dell_anno(c.attore, ciclo))
    return render(
        request,
        "cycle/correzioni/elenco.html",
        {
            "anno": anno,
            "ciclo": ciclo,
            "cicli": c.cicli(),
            "righe": righe,
            "attendono": sum(x.stato not in FINALI for x in righe),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def nuova(request: HttpRequest, ipa: str, pid: UUID) -> HttpResponse:
    """GET: what is wrong in a percentage? POST: signalled (303), or what is missing."""
    rifiuto: Rifiuto | None = None
    if request.method == "POST":

        def scrivi(entrata: RichiestaEnte) -> HttpResponse | None:
            c = entrata.contesto
            v = correzioni.voce(c.attore, pid)
            _puo_segnalare(c, v.obiettivo, tenta=True)
            modulo = ModuloErrore(entrata.POST)
            if not modulo.is_valid():
                return None
            fatta = variazioni.segnala(
                voce=v, errore=modulo.errore(), by=c.attore, istante=c.istante
            )
            messages.success(entrata, _("L'errore è segnalato: lo decide un'altra persona."))
            return Altrove(_indirizzo(c, fatta))

        risposta, rifiuto = salva(request, ipa, scrivi)
        if risposta is not None:
            return risposta
    return _nuova(request, ipa, pid=pid, rifiuto=rifiuto)


def _indirizzo(c: Contesto, x: Correzione) -> str:
    pid = Correzione.objects.values_list("pid", flat=True).get(pk=x.pk)
    return reverse("correzione", args=[c.ente.codice_ipa, pid])


def _puo_segnalare(c: Contesto, o: Obiettivo, *, tenta: bool = False) -> None:
    if c.attore.incarico_per("segnala_correzione", o.unita.percorso) is None:
        prova = Tentativo("correzione", "segnala", {o.pk: o.pk}) if tenta else None
        raise NonAutorizzato({o.pk: [_chi_segnala()]}, prova)


@nell_ente
def _nuova(request: RichiestaEnte, pid: UUID, rifiuto: Rifiuto | None) -> HttpResponse:
    c = request.contesto
    v = correzioni.voce(c.attore, pid)
    o = v.obiettivo
    _puo_segnalare(c, o)
    scritto = request.method == "POST"
    return render(
        request,
        "cycle/correzioni/nuova.html",
        {
            "anno": o.ciclo.anno,
            "o": o,
            "v": v,
            "correggibile": correzioni.correggibile(v),
            "aperta": Correzione.objects.filter(voce=v, stato="segnalata").first(),
            "modulo": ModuloErrore(request.POST if scritto else None),
            "motivi": rifiuto.tutti() if rifiuto else [],
        },
        status=stato(request, rifiuto),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def correzione(request: HttpRequest, ipa: str, pid: UUID) -> HttpResponse:
    """GET: one correction, and the decision for who takes it, or why not. POST: decided (303), or
    refused, what was typed still there."""
    rifiuto: Rifiuto | None = None
    if request.method == "POST":

        def scrivi(entrata: RichiestaEnte) -> HttpResponse | None:
            c = entrata.contesto
            x = correzioni.correzione(c.attore, pid)
            modulo = ModuloDecisioneCorrezione(entrata.POST)
            valido = modulo.is_valid()
            accolta = entrata.POST.get("esito") == ACCOGLI
            d = modulo.cleaned_data
            variazioni.decidi_correzione(
                correzione=x,
                accolta=accolta,
                motivazione=d.get("motivazione", ""),
                revisione=d["revisione"] if valido else None,
                by=c.attore,
                istante=c.istante,
            )
            messages.success(
                entrata,
                _("Accolta: la percentuale convalidata è corretta, quella calcolata resta.")
                if accolta
                else _("Respinta: la percentuale resta quella che era."),
            )
            return Altrove(_indirizzo(c, x))

        risposta, rifiuto = salva(request, ipa, scrivi)
        if risposta is not None:
            return risposta
    return _correzione(request, ipa, pid=pid, rifiuto=rifiuto)


@nell_ente
def _correzione(request: RichiestaEnte, pid: UUID, rifiuto: Rifiuto | None) -> HttpResponse:
    c = request.contesto
    q = correzioni.quadro(correzioni.correzione(c.attore, pid), c.attore, c.istante)
    x = q.correzione
    scritto = request.method == "POST"
    modulo = ModuloDecisioneCorrezione(
        request.POST if scritto else None, initial={"revisione": x.revisione}
    )
    if rifiuto is not None and rifiuto.codice == 409:  # they have now been told
        dati = request.POST.copy()
        dati["revisione"] = str(x.revisione)
        modulo.data = dati
    accogli, respingi = q.verdetto(ACCOGLI), q.verdetto(RESPINGI)
    return render(
        request,
        "cycle/correzioni/correzione.html",
        {
            "anno": x.obiettivo.ciclo.anno,
            "o": x.obiettivo,
            "x": x,
            "q": q,
            "aperta": x.stato not in FINALI,
            "decide": accogli.permessa or respingi.permessa,
            "perche_no": list(dict.fromkeys((*accogli.motivi, *respingi.motivi))),
            "modulo": modulo,
            "motivi": rifiuto.tutti() if rifiuto else [],
        },
        status=stato(request, rifiuto),
    )


def _chi_segnala() -> Motivo:
    return Motivo(
        "incarico",
        "R35",
        _("Un errore materiale lo segnala il settore dell'obiettivo, o il Nucleo."),
        _("Riferirlo a chi ha quell'incarico."),
        "po, dirigente, nucleo",
    )
