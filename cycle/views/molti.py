# SPDX-License-Identifier: AGPL-3.0-or-later
"""One transition for many objectives: from the Piano, a preview with every reason, then all or
only those that pass, then what was done. It works without a script."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cycle import orologio, selectors
from cycle.contesto import RichiestaEnte, nell_ente, sessione
from cycle.elenco import Elenco
from cycle.filtri import Filtri
from cycle.forms import ModuloTransizione, campi_richiesti
from cycle.models import Ciclo, Obiettivo, Utente
from cycle.services import molti
from cycle.views.errori import rifiutata
from cycle.views.scritto import ricorda
from cycle.views.transizioni import CONSEGUENZE, Altrove
from workflows.errors import NonAutorizzato, NonTrovato, Rifiuto
from workflows.machines.base import Transizione

NELL_ELENCO = 50  # objectives written out on a page; the others are counted


@require_http_methods(["GET", "HEAD", "POST"])
def passo_di_molti(request: HttpRequest, ipa: str, anno: int, nome: str) -> HttpResponse:
    """GET: the preview of the selection in the address. POST: done (303), or refused with the
    preview as it is now (409 when something moved since, 422)."""
    rifiuto: Rifiuto | None = None
    if request.method == "POST":
        try:
            with sessione(cast(Utente, request.user), ipa, "web") as contesto:
                cast(RichiestaEnte, request).contesto = contesto
                azione = _esegui(cast(RichiestaEnte, request), anno, nome)
            return Altrove(reverse("molti_esito", args=[ipa, anno, nome, azione]))
        except (NonTrovato, NonAutorizzato) as negato:
            return rifiutata(request, negato)
        except Rifiuto as detto:
            rifiuto = detto
    return _anteprima(request, ipa, anno=anno, nome=nome, rifiuto=rifiuto)


def _scelti(request: RichiestaEnte, ciclo: Ciclo) -> list[Obiettivo]:
    """The objectives of the selection, as the person sees them: those named, or with `tutti=1`
    all that match the filters of the list."""
    c = request.contesto
    if request.GET.get("tutti") == "1":
        trovati = Elenco(c.attore, ciclo, Filtri.da_url(request.GET), c.istante).obiettivi()
    else:
        trovati = (
            selectors.obiettivi_visibili(c.attore, ciclo)
            .filter(pid__in=_pid(request.GET.getlist("scelti")))
            .order_by("codice")
        )
    return list(trovati.only("pk", "pid", "codice", "titolo"))


def _pid(testi: list[str]) -> list[UUID]:
    trovati = []
    for testo in testi:
        try:
            trovati.append(UUID(testo))
        except ValueError:
            continue
    return trovati


def _esegui(request: RichiestaEnte, anno: int, nome: str) -> int:
    c = request.contesto
    passo = molti.transizione(nome)
    ciclo = selectors.ciclo(c.ente, anno)
    ricorda(request, ModuloTransizione())
    return molti.esegui(
        passo=passo,
        ids=[o.pk for o in _scelti(request, ciclo)],
        vista=request.POST.get("impronta", ""),
        visto=istante(request.POST.get("visto", "")),
        solo_pronti=request.POST.get("come") == "pronti",
        motivazione=request.POST.get("motivazione", "").replace("\x00", "")[:5000],
        by=c.attore,
        istante=c.istante,
    ).azione


def istante(testo: str) -> datetime | None:
    """An instant as the page's own form writes it; None when it is not one."""
    try:
        letto = datetime.fromisoformat(testo)
    except ValueError:
        return None
    return letto if letto.tzinfo else None


@nell_ente
def _anteprima(
    request: RichiestaEnte, anno: int, nome: str, rifiuto: Rifiuto | None
) -> HttpResponse:
    c = request.contesto
    passo = molti.transizione(nome)
    ciclo = selectors.ciclo(c.ente, anno)
    ciclo.ente = c.ente
    scelti = _scelti(request, ciclo)
    vista = molti.anteprima(passo, scelti, c.attore, c.istante)
    codice = 200
    if request.method == "POST":
        codice = rifiuto.codice if rifiuto else 422
    return render(
        request,
        "cycle/piano/molti.html",
        {
            "anno": anno,
            "passo": passo,
            "a": vista,
            "elenco": NELL_ELENCO,
            "conseguenza": CONSEGUENZE.get(("obiettivo", nome), ""),
            "con_motivo": "motivazione" in campi_richiesti(passo.regole.guardie),
            "motivazione": request.POST.get("motivazione", ""),
            "visto": orologio.vero().isoformat(),
            "motivi": rifiuto.tutti() if rifiuto and rifiuto.codice == 409 else [],
            "mancano": mancano(passo, rifiuto),
            "ritorno": f"{reverse('piano', args=[c.ente.codice_ipa, anno])}?{_filtri(request)}",
        },
        status=codice,
    )


def mancano(passo: Transizione, rifiuto: Rifiuto | None) -> list[Any]:
    """Of a refusal, what the form should have brought, once each; the rest stands in the
    preview."""
    if rifiuto is None or rifiuto.codice == 409:
        return []
    del_modulo = {g.nome for g in passo.regole.guardie if g.del_modulo} | {"selezione"}
    per_guardia = {m.guardia: m for m in reversed(rifiuto.tutti()) if m.guardia in del_modulo}
    return list(per_guardia.values())


def _filtri(request: HttpRequest) -> str:
    """The filters of the list one comes from."""
    parametri = request.GET.copy()
    for nome in ("scelti", "tutti"):
        parametri.pop(nome, None)
    return parametri.urlencode()


@dataclass(frozen=True, slots=True)
class Mosso:
    """An objective that the action moved."""

    pid: UUID
    codice: str
    titolo: str


@require_safe
@nell_ente
def esito(request: RichiestaEnte, anno: int, nome: str, azione: int) -> HttpResponse:
    """What an action of mine over a selection did, as the registro has it."""
    c = request.contesto
    passo = molti.transizione(nome)
    with connection.cursor() as cursore:
        cursore.execute(
            "SELECT o.pid, o.codice, o.titolo, e.dati::text, e.a "
            "  FROM workflows_evento e JOIN cycle_obiettivo o ON o.id = e.oggetto_id "
            "  JOIN cycle_ciclo y ON y.id = o.ciclo_id "
            " WHERE e.persona_id = %s AND e.ente_id = %s AND e.id >= %s AND e.azione = %s "
            "   AND e.procedura = 'obiettivo' AND e.verbo = %s AND e.esito = 'eseguito' "
            "   AND y.anno = %s ORDER BY o.codice",
            [c.persona.pk, c.ente.pk, azione, azione, nome, anno],
        )
        righe = cursore.fetchall()
    if not righe:
        raise NonTrovato({})
    dati = json.loads(righe[0][3] or "{}")
    return render(
        request,
        "cycle/piano/esito.html",
        {
            "anno": anno,
            "passo": passo,
            "arrivo": righe[0][4],
            "mossi": [Mosso(*riga[:3]) for riga in righe[:NELL_ELENCO]],
            "quanti": len(righe),
            "esclusi": dati.get("esclusi", 0),
        },
    )
