# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Nucleo's invitations to ask for a variazione (R39): written from the scheda, answered by the
settore, listed with what came of each."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cycle import inviti_variazione as inviti
from cycle import richieste, selectors
from cycle.contesto import Contesto, RichiestaEnte, nell_ente
from cycle.forms_variazioni import ModuloInvito, ModuloRispostaInvito
from cycle.inviti_variazione import Invito
from cycle.models import Obiettivo
from cycle.services import variazioni
from cycle.variazioni.chi import DEL_SETTORE
from cycle.variazioni.fatti import nome_richiesta
from cycle.views.salvataggio import salva, stato
from cycle.views.transizioni import Altrove
from workflows.errors import Motivo, NonAutorizzato, Rifiuto, Tentativo


@require_safe
@nell_ente
def elenco(request: RichiestaEnte, anno: int) -> HttpResponse:
    """The invitations of a year: still open, answered by a request, declined, expired."""
    c = request.contesto
    ciclo = selectors.ciclo(c.ente, anno)
    oggi = inviti.oggi(c.ente, c.istante)
    conti = inviti.conti(inviti.dell_anno(c.attore, ciclo, oggi))
    esito = request.GET.get("esito", "")
    esito = esito if esito in inviti.ESITI else ""
    scelti = inviti.dell_anno(c.attore, ciclo, oggi, esito)
    return render(
        request,
        "cycle/variazioni/inviti.html",
        {
            "anno": anno,
            "cicli": c.cicli(),
            "conti": conti,
            "tutti": sum(quanti for _codice, _nome, quanti in conti),
            "esito": esito,
            "righe": [(i, _richieste(i)) for i in inviti.visti(scelti, oggi)],
        },
    )


def _richieste(i: Invito) -> list[tuple[Any, str]]:
    """The requests filed because of it, each with its name."""
    return [(v, nome_richiesta(v, i.invito.obiettivo.codice)) for v in i.richieste]


@require_http_methods(["GET", "HEAD", "POST"])
def nuovo(request: HttpRequest, ipa: str, pid: UUID) -> HttpResponse:
    """GET: the form. POST: the settore is invited (303), or what is missing."""
    rifiuto: Rifiuto | None = None
    if request.method == "POST":

        def scrivi(entrata: RichiestaEnte) -> HttpResponse | None:
            c = entrata.contesto
            o = selectors.obiettivo(c.attore, pid)
            _puo_invitare(c, o, tenta=True)
            modulo = ModuloInvito(entrata.POST)
            if not modulo.is_valid():
                return None
            fatto = variazioni.invita(
                obiettivo=o, by=c.attore, istante=c.istante, **modulo.cleaned_data
            )
            messages.success(
                entrata, _("Il settore è invitato a chiedere una variazione di %(o)s.") % {"o": o}
            )
            return Altrove(reverse("invito_variazione", args=[c.ente.codice_ipa, fatto.pid]))

        risposta, rifiuto = salva(request, ipa, scrivi)
        if risposta is not None:
            return risposta
    return _nuovo(request, ipa, pid=pid, rifiuto=rifiuto)


def _puo_invitare(c: Contesto, o: Obiettivo, *, tenta: bool = False) -> None:
    if c.attore.incarico_per("invita_variazione", o.unita.percorso) is None:
        prova = Tentativo("variazione", "invita", {o.pk: o.pk}) if tenta else None
        raise NonAutorizzato({o.pk: [_chi_invita()]}, prova)


@nell_ente
def _nuovo(request: RichiestaEnte, pid: UUID, rifiuto: Rifiuto | None) -> HttpResponse:
    c = request.contesto
    o = selectors.obiettivo(c.attore, pid)
    _puo_invitare(c, o)
    termine = richieste.per_presentare(o.ciclo, c.ente.fuso, c.istante)
    entro = termine.ultimo.date() if termine and not termine.scaduto else None
    scritto = request.method == "POST"
    return render(
        request,
        "cycle/variazioni/invita.html",
        {
            "anno": o.ciclo.anno,
            "o": o,
            "termine": termine,
            "modulo": ModuloInvito(request.POST if scritto else None, initial={"entro": entro}),
            "motivi": rifiuto.tutti() if rifiuto else [],
            **inviti.della_pagina(o, c.attore, inviti.oggi(c.ente, c.istante)),
        },
        status=stato(request, rifiuto),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def invito(request: HttpRequest, ipa: str, pid: UUID) -> HttpResponse:
    """GET: one invitation, and how to answer it. POST: the settore declines, saying why."""
    rifiuto: Rifiuto | None = None
    if request.method == "POST":

        def scrivi(entrata: RichiestaEnte) -> HttpResponse | None:
            c = entrata.contesto
            i = inviti.invito(c.attore, pid, inviti.oggi(c.ente, c.istante))
            modulo = ModuloRispostaInvito(entrata.POST)
            modulo.is_valid()
            variazioni.declina(
                invito=i.invito,
                risposta=modulo.cleaned_data.get("risposta", ""),
                by=c.attore,
                istante=c.istante,
            )
            messages.success(entrata, _("La risposta è arrivata al Nucleo."))
            return Altrove(reverse("invito_variazione", args=[c.ente.codice_ipa, pid]))

        risposta, rifiuto = salva(request, ipa, scrivi)
        if risposta is not None:
            return risposta
    return _invito(request, ipa, pid=pid, rifiuto=rifiuto)


@nell_ente
def _invito(request: RichiestaEnte, pid: UUID, rifiuto: Rifiuto | None) -> HttpResponse:
    c = request.contesto
    i = inviti.invito(c.attore, pid, inviti.oggi(c.ente, c.istante))
    o = i.invito.obiettivo
    scritto = request.method == "POST"
    del_settore = any(
        x.ruolo in DEL_SETTORE and x.consente("redigi_variazione", o.unita.percorso)
        for x in c.attore.incarichi
    )
    return render(
        request,
        "cycle/variazioni/invito.html",
        {
            "anno": o.ciclo.anno,
            "o": o,
            "i": i,
            "richieste": _richieste(i),
            "risponde": del_settore and i.esito in ("aperto", "scaduto"),
            "chiede": del_settore and o.stato in ("approvato", "in_corso"),
            "modulo": ModuloRispostaInvito(request.POST if scritto else None),
            "motivi": rifiuto.tutti() if rifiuto else [],
        },
        status=stato(request, rifiuto),
    )


def _chi_invita() -> Motivo:
    return Motivo(
        "incarico",
        "R39",
        _("A chiedere una variazione invita il Nucleo."),
        _("Il settore può chiederla anche senza invito."),
        "nucleo",
    )
