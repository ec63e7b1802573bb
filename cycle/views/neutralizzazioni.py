# SPDX-License-Identifier: AGPL-3.0-or-later
"""Neutralizzazione (R62-R63): asked for from the scheda or the report, decided by whom the year
says, with what it does to the percentages."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cycle import neutralizzazioni, selectors
from cycle.contesto import Contesto, RichiestaEnte, nell_ente
from cycle.forms_neutralizzazioni import (
    ModuloGiuntaNeutralizza,
    ModuloNeutralizza,
    ModuloNucleoNeutralizza,
    ModuloRitira,
)
from cycle.models import Neutralizzazione, Obiettivo
from cycle.neutralizzazioni import Quadro
from cycle.services import neutralizzazioni as servizi
from cycle.services.allegati import AllegatoGuasto, leggi
from cycle.views.salvataggio import salva, stato
from cycle.views.transizioni import Altrove
from workflows.errors import Motivo, NonAutorizzato, NonTrovato, Rifiuto, Tentativo
from workflows.machines.neutralizzazione import FINALI

FATTI = {
    "accogli": gettext_lazy("Neutralizzato: le percentuali non ancora validate lo dicono già."),
    "rimetti": gettext_lazy("Proposto alla giunta, che decide con un atto."),
    "delibera": gettext_lazy("Neutralizzato con l'atto della giunta: le percentuali lo dicono."),
    "respingi": gettext_lazy("Respinta: non si neutralizza."),
    "nega": gettext_lazy("Registrato: la giunta non neutralizza."),
    "ritira": gettext_lazy("Ritirata."),
}
_DEL_NUCLEO = ("accogli", "rimetti", "respingi")
_DELLA_GIUNTA = ("delibera", "nega")


@require_safe
@nell_ente
def elenco(request: RichiestaEnte, anno: int) -> HttpResponse:
    """Those of a year: the ones that wait for a decision first."""
    c = request.contesto
    lette = neutralizzazioni.dell_anno(c.attore, selectors.ciclo(c.ente, anno))
    righe = neutralizzazioni.righe(lette)
    return render(
        request,
        "cycle/neutralizzazioni/elenco.html",
        {
            "anno": anno,
            "cicli": c.cicli(),
            "righe": righe,
            "attendono": sum(r.n.stato not in FINALI for r in righe),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def nuova(request: HttpRequest, ipa: str, pid: UUID) -> HttpResponse:
    """GET: what is to be neutralised, and why? POST: asked for (303), or what is missing."""
    rifiuto: Rifiuto | None = None
    if request.method == "POST":

        def scrivi(entrata: RichiestaEnte) -> HttpResponse | None:
            c = entrata.contesto
            o = selectors.obiettivo(c.attore, pid)
            _puo_chiedere(c, o, tenta=True)
            modulo = ModuloNeutralizza(o, entrata.POST, entrata.FILES)
            if not modulo.is_valid():
                return None
            n = servizi.chiedi(
                obiettivo=o, domanda=modulo.domanda(), by=c.attore, istante=c.istante
            )
            messages.success(entrata, _("Chiesta: chi decide l'ha saputo."))
            return Altrove(_indirizzo(c, n))

        risposta, rifiuto = salva(request, ipa, scrivi)
        if risposta is not None:
            return risposta
    return _nuova(request, ipa, pid=pid, rifiuto=rifiuto)


def _indirizzo(c: Contesto, n: Neutralizzazione) -> str:
    pid = Neutralizzazione.objects.values_list("pid", flat=True).get(pk=n.pk)
    return reverse("neutralizzazione", args=[c.ente.codice_ipa, pid])


def _puo_chiedere(c: Contesto, o: Obiettivo, *, tenta: bool = False) -> None:
    if c.attore.incarico_per("chiedi_neutralizzazione", o.unita.percorso) is None:
        prova = Tentativo("neutralizzazione", "chiedi", {o.pk: o.pk}) if tenta else None
        motivo = Motivo(
            "incarico",
            "R62",
            _("Una neutralizzazione la chiede il dirigente, o la promuove il Nucleo."),
            _("Riferire la causa a chi ha quell'incarico."),
            "dirigente, nucleo",
        )
        raise NonAutorizzato({o.pk: [motivo]}, prova)


@nell_ente
def _nuova(request: RichiestaEnte, pid: UUID, rifiuto: Rifiuto | None) -> HttpResponse:
    c = request.contesto
    o = selectors.obiettivo(c.attore, pid)
    _puo_chiedere(c, o)
    scritto = request.method == "POST"
    modulo = ModuloNeutralizza(o, *((request.POST, request.FILES) if scritto else ()))
    return render(
        request,
        "cycle/neutralizzazioni/nuova.html",
        {
            "anno": o.ciclo.anno,
            "o": o,
            "modulo": modulo,
            "motivi": rifiuto.tutti() if rifiuto else [],
            **neutralizzazioni.della_pagina(o, c.attore),
        },
        status=stato(request, rifiuto),
    )


def _modulo(q: Quadro, c: Contesto, passo: str, request: HttpRequest) -> Form:
    """The form of a step: empty, or as it was sent for it."""
    dati = request.POST if request.POST.get("passo") == passo else None
    if passo in _DEL_NUCLEO:
        modulo: Form = ModuloNucleoNeutralizza(
            selectors.componenti_del_nucleo(c.ente, c.istante),
            dati if request.POST.get("passo") in _DEL_NUCLEO else None,
            oggi=c.istante.date(),
        )
    elif passo in _DELLA_GIUNTA:
        modulo = ModuloGiuntaNeutralizza(dati)
    else:
        modulo = ModuloRitira(dati)
    modulo.initial["revisione"] = q.n.revisione
    return modulo


@require_http_methods(["GET", "HEAD", "POST"])
def neutralizzazione(request: HttpRequest, ipa: str, pid: UUID) -> HttpResponse:
    """GET: one of them, what it does, and the decision for who takes it. POST: the step taken
    (303), or refused, what was typed still there."""
    rifiuto: Rifiuto | None = None
    if request.method == "POST":

        def scrivi(entrata: RichiestaEnte) -> HttpResponse | None:
            c = entrata.contesto
            passo = entrata.POST.get("passo", "")
            if passo not in FATTI:
                raise NonTrovato({})
            n = neutralizzazioni.una(c.attore, pid)
            modulo = _modulo(neutralizzazioni.quadro(n, c.attore, c.istante), c, passo, entrata)
            valido = modulo.is_valid()
            revisione = modulo.cleaned_data.get("revisione")
            servizi.decidi(
                neutralizzazioni=[n],
                passo=passo,
                richiesta=modulo.richiesta(),  # type: ignore[attr-defined]
                revisioni={n.pk: revisione} if valido and revisione is not None else {},
                by=c.attore,
                istante=c.istante,
            )
            messages.success(entrata, str(FATTI[passo]))
            return Altrove(_indirizzo(c, n))

        risposta, rifiuto = salva(request, ipa, scrivi)
        if risposta is not None:
            return risposta
    return _neutralizzazione(request, ipa, pid=pid, rifiuto=rifiuto)


@nell_ente
def _neutralizzazione(request: RichiestaEnte, pid: UUID, rifiuto: Rifiuto | None) -> HttpResponse:
    c = request.contesto
    q = neutralizzazioni.quadro(neutralizzazioni.una(c.attore, pid), c.attore, c.istante)
    n = q.n
    possibili = [v.transizione.nome for v in q.verdetti if v.permessa]
    passi: list[tuple[Form, list[str]]] = []
    for gruppo in (_DEL_NUCLEO, _DELLA_GIUNTA, ("ritira",)):
        nomi = [p for p in gruppo if p in possibili]
        if nomi:
            scelto = request.POST.get("passo", nomi[0])
            modulo = _modulo(q, c, scelto if scelto in nomi else nomi[0], request)
            if rifiuto is not None and rifiuto.codice == 409 and modulo.is_bound:
                dati = request.POST.copy()  # they have now been told
                dati["revisione"] = str(n.revisione)
                modulo.data = dati
            passi.append((modulo, nomi))
    avanti = [v for v in q.verdetti if not v.conflitto and not v.transizione.regole.ritorno]
    return render(
        request,
        "cycle/neutralizzazioni/neutralizzazione.html",
        {
            "anno": n.obiettivo.ciclo.anno,
            "o": n.obiettivo,
            "n": n,
            "q": q,
            "passi": passi,
            # where something can be done, what cannot is no question
            "perche_no": []
            if any(v.permessa for v in avanti)
            else list(dict.fromkeys(m for v in avanti for m in v.motivi)),
            "motivi": rifiuto.tutti() if rifiuto else [],
        },
        status=stato(request, rifiuto),
    )


@require_safe
@nell_ente
def documento(request: RichiestaEnte, pid: UUID, sha256: str) -> HttpResponse:
    """A file that proves a cause, if it is still the one whose SHA-256 was recorded."""
    n = neutralizzazioni.una(request.contesto.attore, pid)
    allegato = neutralizzazioni.documento(n, sha256).allegato
    try:
        contenuto = leggi(allegato)
    except AllegatoGuasto as guasto:
        return render(request, "cycle/giunta/guasto.html", {"errore": str(guasto)}, status=500)
    risposta = HttpResponse(contenuto, content_type=allegato.tipo_mime)
    nome = content_disposition_header(True, allegato.nome)
    risposta["Content-Disposition"] = nome or "attachment"
    risposta["X-Content-Type-Options"] = "nosniff"
    return risposta
