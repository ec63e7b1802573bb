# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pareri on a set, and what the giunta decides of it."""

from __future__ import annotations

import logging
from typing import Any, cast
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cycle import giunta
from cycle.contesto import Contesto, RichiestaEnte, nell_ente, sessione
from cycle.forms_giunta import ModuloDecisione, ModuloParere
from cycle.models import Atto, Avanzamento, Insieme, Obiettivo, Utente
from cycle.services import insiemi
from cycle.services.avanzamento import Racconto
from cycle.services.decisione import Decisione, Documento, EsitoDecisione, decidi
from cycle.services.documenti import PDF_SUBITO, prepara_pdf
from cycle.views import salvataggio
from cycle.views.errori import rifiutata
from cycle.views.giunta import comune
from cycle.views.transizioni import Altrove
from workflows.errors import Motivo, NonPossibile, NonTrovato, Rifiuto, Tentativo
from workflows.guards_insieme import NOMI_PARERI, elenca

_MOSTRATI = 20  # refused objectives named on the form; the page of the set shows them all

_registro = logging.getLogger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
@nell_ente
def parere(request: RichiestaEnte, anno: int, pid: UUID, tipo: str) -> HttpResponse:
    """The parere `tipo` on the set as it is read."""
    c = request.contesto
    if tipo not in NOMI_PARERI:
        raise NonTrovato({})
    trovato = giunta.insieme(c.attore, pid, anno)
    modulo = ModuloParere(request.POST or None, initial={"impronta": trovato.impronta})
    if request.method == "POST" and modulo.is_valid():
        insiemi.rendi_parere(
            insieme=trovato,
            tipo=tipo,
            esito=modulo.cleaned_data["esito"],
            testo=modulo.cleaned_data["testo"],
            impronta=modulo.cleaned_data["impronta"],
            by=c.attore,
            istante=c.istante,
        )
        messages.success(request, _("Parere di %(nome)s reso.") % {"nome": NOMI_PARERI[tipo]})
        return Altrove(reverse("insieme", args=[c.ente.codice_ipa, anno, pid]))
    q = giunta.quadro(trovato, c.attore, c.istante)
    return render(
        request,
        "cycle/giunta/parere.html",
        {**comune(q, c), "tipo": tipo, "nome_parere": NOMI_PARERI[tipo], "modulo": modulo},
        status=422 if modulo.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def decisione(request: HttpRequest, ipa: str, anno: int, pid: UUID) -> HttpResponse:
    """GET: the preview and the form. POST: all of it is recorded, or nothing and why."""
    rifiuto: Rifiuto | None = None
    modulo = None
    if request.method == "POST":
        modulo = ModuloDecisione(request.POST, request.FILES)
        esito = None
        try:
            with sessione(cast(Utente, request.user), ipa, "web") as c:
                cast(RichiestaEnte, request).contesto = c
                trovato = giunta.insieme(c.attore, pid, anno)
                if modulo.is_valid():
                    esito = _decidi(c, trovato, modulo)
        except NonTrovato as assente:
            return rifiutata(request, assente)
        except Rifiuto as detto:
            rifiuto = detto
        if esito is not None:
            return _fatto(request, ipa, esito)
    return _modulo(request, ipa, anno=anno, pid=pid, modulo=modulo, rifiuto=rifiuto)


def _decidi(c: Contesto, insieme: Insieme, modulo: ModuloDecisione) -> EsitoDecisione:
    dati = modulo.cleaned_data
    file = dati["documento"]
    with Racconto(dati["avanzamento"], c.attore.utente_id) as racconta:
        return decidi(
            insieme=insieme,
            decisione=Decisione(
                atto=modulo.atto(),
                motivazione=dati["motivazione"],
                rinviati=_rinviati(insieme, modulo),
                motivo_rinvio=dati["motivo_rinvio"],
                solo_pronti=dati["quali"] == ModuloDecisione.PRONTI,
                documento=Documento(file.name, file.chunks()) if file else None,
            ),
            by=c.attore,
            istante=c.istante,
            revisione=dati["revisione"],
            progresso=racconta,
        )


def _rinviati(insieme: Insieme, modulo: ModuloDecisione) -> frozenset[int]:
    """The objectives named by their codes. Raises NonPossibile for a code not of the set."""
    codici = modulo.codici_rinviati()
    trovati = dict(
        Obiettivo.objects.filter(voceinsieme_tutti__insieme=insieme, codice__in=codici).values_list(
            "codice", "pk"
        )
    )
    estranei = [codice for codice in codici if codice not in trovati]
    if estranei:
        motivo = Motivo(
            "rinviati_dell_insieme",
            "R2",
            _("Non è dell'insieme: %(codici)s.") % {"codici": elenca(estranei)},
            _("Scrivere i codici come stanno nell'insieme."),
            "segreteria",
        )
        tentativo = Tentativo("insieme", "decidi", {insieme.pk: None})
        raise NonPossibile({insieme.pk: [motivo]}, tentativo)
    return frozenset(trovati.values())


def _fatto(request: HttpRequest, ipa: str, esito: EsitoDecisione) -> HttpResponse:
    """The decision is recorded: its document, where it is quickly made, and its page."""
    with sessione(cast(Utente, request.user), ipa, "web") as c:
        atto = Atto.objects.select_related("ciclo", "ente").get(pk=esito.atto_id, ente=c.ente)
        if len(esito.approvati) <= PDF_SUBITO:
            try:
                prepara_pdf(atto=atto, by=c.attore, istante=c.istante)
            except Exception:  # the decision stands: the page offers to make the document again
                _registro.exception("PDF dell'atto %s non preparato", atto.pk)
        messages.success(
            request,
            _("%(atto)s registrata: %(n)s obiettivi approvati, %(rinviati)s rinviati.")
            % {"atto": atto, "n": len(esito.approvati), "rinviati": len(esito.rinviati)},
        )
        dove = reverse("atto", args=[ipa, atto.pid])
    if request.headers.get("HX-Request") == "true":
        risposta = HttpResponse(status=204)
        risposta["HX-Redirect"] = dove
        return risposta
    return Altrove(dove)


@nell_ente
def _modulo(
    request: RichiestaEnte,
    anno: int,
    pid: UUID,
    modulo: ModuloDecisione | None,
    rifiuto: Rifiuto | None,
) -> HttpResponse:
    c = request.contesto
    trovato = giunta.insieme(c.attore, pid, anno)
    q = giunta.quadro(trovato, c.attore, c.istante)
    giudizio = next(v for v in q.verdetti if v.transizione.nome == "decidi")
    motivi = rifiuto.tutti() if rifiuto else []
    if not giudizio.permessa:
        negato = rifiuto.codice if rifiuto else giudizio.errore.codice if giudizio.errore else 422
        return render(
            request,
            "cycle/giunta/passo.html",
            {
                **comune(q, c),
                "nome": "decidi",
                "giudizio": giudizio,
                "motivi": motivi or giudizio.motivi,
                "rifiutata": rifiuto is not None,
            },
            status=negato,
        )
    if modulo is None:
        modulo = ModuloDecisione(initial={"revisione": trovato.revisione})
    elif modulo.is_valid():
        for motivo in motivi:
            campo = ModuloDecisione.CAMPI.get(motivo.guardia)
            if campo:
                modulo.add_error(campo, motivo.messaggio)
        if rifiuto is not None and rifiuto.codice == 409:  # they have now been told
            dati = request.POST.copy()
            dati["revisione"] = str(trovato.revisione)
            modulo.data = dati
    stato = salvataggio.stato(request, rifiuto)
    return render(
        request,
        "cycle/giunta/decisione.html",
        {
            **comune(q, c),
            "modulo": modulo,
            "chiave": uuid4(),  # a new one for each attempt
            "motivi": motivi,
            "rifiutati": _rifiutati(trovato, rifiuto),
            "richiede": giudizio.richiede,
        },
        status=stato,
    )


def _rifiutati(insieme: Insieme, rifiuto: Rifiuto | None) -> list[tuple[str, tuple[Motivo, ...]]]:
    """The objectives that stopped the decision, by code, with their reasons."""
    if rifiuto is None:
        return []
    codici = dict(
        Obiettivo.objects.filter(
            voceinsieme_tutti__insieme=insieme, pk__in=rifiuto.motivi
        ).values_list("pk", "codice")
    )
    if (
        insieme.pk in rifiuto.motivi
        and rifiuto.tentativo
        and (rifiuto.tentativo.procedura == "insieme")
    ):
        return []
    trovati = [(codici[pk], motivi) for pk, motivi in rifiuto.motivi.items() if pk in codici]
    return sorted(trovati)[:_MOSTRATI]


@require_safe
@nell_ente
def avanzamento(request: RichiestaEnte, anno: int, chiave: UUID) -> HttpResponse:
    """How far the decision has come, for the page that waits for it."""
    riga = Avanzamento.objects.filter(chiave=chiave, utente=request.user).first()
    contesto: dict[str, Any] = {"riga": riga, "anno": anno, "chiave": chiave}
    return render(request, "cycle/giunta/_avanzamento.html", contesto)
