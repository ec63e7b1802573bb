# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opening a year: its parameters, its calendar with every last instant, and the act that fixes
them. What is fixed is what was shown: anything changed since is shown again first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cycle import apertura
from cycle.calendario import ultimo_giorno
from cycle.contesto import Contesto, RichiestaEnte, nell_ente, sessione
from cycle.forms_anno import (
    ModuloAtto,
    ModuloParametri,
    ModuloRiga,
    modulo_calendario,
    riporta,
)
from cycle.models import Ciclo, Utente
from cycle.parametri import Parametri
from cycle.services import anno as servizi
from cycle.services.anno import Apertura
from cycle.services.atti_anno import autorizza
from cycle.services.atti_anno import motivi as motivi_di
from cycle.views.errori import rifiutata
from cycle.views.transizioni import Altrove
from workflows.errors import Motivo, NonPossibile, Rifiuto

PRIMO, ULTIMO = 2000, 2100


@dataclass(frozen=True, slots=True)
class _Partenza:
    """What the form begins with: the year to open, and from which year it is copied."""

    anno: int
    da: Ciclo | None
    parametri: Parametri
    righe: Sequence[apertura.Riga]


@require_http_methods(["GET", "HEAD", "POST"])
def apri(request: HttpRequest, ipa: str) -> HttpResponse:
    """GET: the form, from last year's or from the default. POST: the preview, or the opening."""
    rifiuto: NonPossibile | None = None
    if request.method == "POST":
        try:
            with sessione(cast(Utente, request.user), ipa, "web") as contesto:
                cast(RichiestaEnte, request).contesto = contesto
                risposta = _apri(cast(RichiestaEnte, request))
                if risposta is not None:
                    return risposta
        except NonPossibile as detto:
            rifiuto = detto
        except Rifiuto as detto:
            return rifiutata(request, detto)
    return _pagina(request, ipa, rifiuto=rifiuto)


def _anno(testo: str) -> int | None:
    """A year as the address or the form says it."""
    if testo.isascii() and testo.isdigit() and len(testo) == 4 and PRIMO <= int(testo) <= ULTIMO:
        return int(testo)
    return None


def _partenza(c: Contesto, chiesto: str, da: str) -> _Partenza:
    """`chiesto`, or the first year that no act has opened yet; as the last opened before it, or
    as `da` says, or as the norms."""
    cicli = c.cicli()
    aperti = [ciclo for ciclo in cicli if ciclo.atto_apertura_id is not None]
    anno = _anno(chiesto)
    if anno is None:
        gia = {ciclo.anno for ciclo in aperti}
        anno = next(n for n in range(c.anno_corrente, ULTIMO + 2) if n not in gia)
    precedenti = [ciclo for ciclo in aperti if ciclo.anno < anno]
    copiato = next((ciclo for ciclo in aperti if str(ciclo.anno) == da), None)
    if copiato is None and not da and precedenti:
        copiato = precedenti[0]
    if copiato is not None:
        parametri = Parametri.da_dizionario(copiato.parametri)
        righe: Sequence[apertura.Riga] = apertura.copiate(copiato, anno)
    else:
        importato = next((ciclo for ciclo in cicli if ciclo.anno == anno), None)
        parametri = Parametri.da_dizionario(importato.parametri if importato else {})
        righe = apertura.predefinite(anno, parametri)
    return _Partenza(anno, copiato, parametri, righe)


def _moduli(
    c: Contesto, request: HttpRequest
) -> tuple[_Partenza, ModuloParametri, Any, ModuloAtto]:
    dati = request.POST if request.method == "POST" else None
    fonte = request.POST if request.method == "POST" else request.GET
    partenza = _partenza(c, fonte.get("anno", ""), fonte.get("da", ""))
    return (
        partenza,
        ModuloParametri(partenza.parametri, dati),
        modulo_calendario(partenza.righe, dati),
        ModuloAtto(dati),
    )


def _pronta(
    c: Contesto, anno: int, parametri: Parametri, righe: Sequence[apertura.Riga]
) -> Apertura:
    return servizi.prepara(
        ente=c.ente, anno=anno, parametri=parametri, righe=righe, istante=c.istante
    )


def _apri(request: RichiestaEnte) -> HttpResponse | None:
    """The answer when the year is opened; None when the form is to be shown (again)."""
    c = request.contesto
    anno = _anno(request.POST.get("anno", ""))
    ciclo = next((ciclo for ciclo in c.cicli() if ciclo.anno == anno), None)
    autorizza(c.attore, "apri_anno", ciclo.pk if ciclo else 0)
    parametri, calendario, atto = _moduli(c, request)[1:]
    validi = parametri.is_valid() & calendario.is_valid() & atto.is_valid()
    if request.POST.get("azione") != "apri" or not validi or anno is None:
        return None
    righe, _note = apertura.allinea(calendario.righe(), anno, parametri.parametri)
    if _pronta(c, anno, parametri.parametri, righe).impronta != request.POST.get("impronta"):
        return None
    aperto = servizi.apri(
        ente=c.ente,
        anno=anno,
        parametri=parametri.parametri,
        righe=righe,
        atto=atto.atto(),
        by=c.attore,
        istante=c.istante,
    )
    messages.success(
        request,
        _("Il %(anno)s è aperto: parametri e calendario sono fissati con %(atto)s.")
        % {"anno": anno, "atto": aperto.atto_apertura},
    )
    return Altrove(reverse("calendario", args=[c.ente.codice_ipa, anno]))


@dataclass(frozen=True, slots=True)
class _RigaMostrata:
    """A term of the form, with the last day it would have and what is wrong with it."""

    modulo: ModuloRiga
    ultimo: date | None
    slitta: str
    difetti: tuple[str, ...]


@nell_ente
def _pagina(request: RichiestaEnte, rifiuto: NonPossibile | None) -> HttpResponse:
    c = request.contesto
    autorizza(c.attore, "apri_anno")
    partenza, parametri, calendario, atto = _moduli(c, request)
    righe, validi = partenza.righe, True
    note: list[str] = []
    if request.method == "POST":
        validi = parametri.is_valid() & calendario.is_valid()
        if validi:
            righe, note = apertura.allinea(calendario.righe(), partenza.anno, parametri.parametri)
            calendario = modulo_calendario(righe)
    pronta = _pronta(c, partenza.anno, parametri.parametri, righe) if validi else None
    motivi = rifiuto.tutti() if rifiuto else motivi_di(pronta.difetti) if pronta else []
    chiede = request.POST.get("azione") == "apri"
    cambiata = chiede and rifiuto is None and validi and atto.is_valid()
    stato = 409 if cambiata else 422 if chiede or not validi else 200
    del_calendario = [m for m in motivi if m.guardia.startswith("calendario.")]
    altri = [m for m in motivi if m not in del_calendario]
    if request.method == "POST" and validi:
        atto.is_valid()
        altri = riporta(altri, {"parametri": parametri, "atto": atto})
    return render(
        request,
        "cycle/anno/apri.html",
        {
            "anno_aperto": partenza.anno,
            "da": partenza.da,
            "copiabili": [
                ciclo
                for ciclo in c.cicli()
                if ciclo.atto_apertura_id is not None and ciclo.anno != partenza.anno
            ],
            "anni": range(c.anno_corrente - 1, c.anno_corrente + 3),
            "parametri": parametri,
            "calendario": calendario,
            "righe": _mostrate(c, calendario, pronta, del_calendario),
            "atto": atto,
            "pronta": pronta,
            "note": note,
            "altri": altri,
            "cambiata": cambiata,
            "rifiutata": rifiuto is not None or bool(motivi),
        },
        status=stato,
    )


def _mostrate(
    c: Contesto, calendario: Any, pronta: Apertura | None, motivi: Sequence[Motivo]
) -> list[_RigaMostrata]:
    regole = apertura.feste(c.ente, pronta.parametri) if pronta else None
    risolte = (
        {r.codice: (r, t) for r, t in zip(pronta.righe, pronta.termini, strict=True)}
        if pronta
        else {}
    )
    mostrate = []
    for modulo in calendario.forms:
        codice = modulo["codice"].value() or ""
        riga, termine = risolte.get(codice, (None, None))
        mostrate.append(
            _RigaMostrata(
                modulo,
                ultimo_giorno(termine, c.ente.fuso) if termine else None,
                apertura.spostata(riga, c.ente.fuso, regole) if riga and regole else "",
                tuple(m.messaggio for m in motivi if m.guardia.startswith(f"calendario.{codice}.")),
            )
        )
    return mostrate
