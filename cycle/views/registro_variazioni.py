# SPDX-License-Identifier: AGPL-3.0-or-later
"""The year's register of variazioni (R32): what was asked, what was decided and why, what the
Nucleo says of it; the same rows as a workbook and as PDF."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cycle import richieste, selectors
from cycle.contesto import RichiestaEnte, nell_ente
from cycle.models.variazione import GENERI_CAMBIO
from cycle.richieste import SI_NO, VALUTAZIONE, FiltriRegistro
from cycle.services import variazioni
from cycle.views.fogli import TIPO as XLSX
from workflows.machines.variazione import STATI

TIPI = {"xlsx": XLSX, "pdf": "application/pdf"}


@require_safe
@nell_ente
def registro(request: RichiestaEnte, anno: int) -> HttpResponse:
    """A page of the register, with the filters of the address."""
    c = request.contesto
    ciclo = selectors.ciclo(c.ente, anno)
    filtri = FiltriRegistro.da_url(request.GET)
    tutte = richieste.registro(c.attore, ciclo)
    righe, ultima = richieste.righe_registro(filtri.applica(tutte, ciclo), _pagina(request))
    puo_valutare = any(i.consente("parere_variazione", i.percorso) for i in c.attore.incarichi)
    contesto: dict[str, Any] = {
        "anno": anno,
        "cicli": c.cicli(),
        "filtri": filtri,
        "righe": righe,
        "pagina": min(_pagina(request), ultima),
        "ultima": ultima,
        "conti": richieste.conti(tutte),
        "quante": sum(richieste.conti(tutte).values()),
        "da_valutare": richieste.da_valutare(c.attore, ciclo),
        "puo_valutare": puo_valutare,
        "settori": selectors.settori(c.ente),
        "stati": [s for s in STATI if s[0] != "bozza"],
        "generi": GENERI_CAMBIO,
        "si_no": SI_NO.items(),
        "valutazione": VALUTAZIONE.items(),
        "query": _query(request),
    }
    return render(request, "cycle/variazioni/registro.html", contesto)


@require_safe
@nell_ente
def esportazione(request: RichiestaEnte, anno: int, forma: str) -> HttpResponse:
    """The rows that the filters leave, all of them; the registro remembers who took them out."""
    c = request.contesto
    contenuto = variazioni.esporta_registro(
        ciclo=selectors.ciclo(c.ente, anno),
        forma=forma,
        filtri=FiltriRegistro.da_url(request.GET),
        by=c.attore,
        istante=c.istante,
    )
    risposta = HttpResponse(contenuto, content_type=TIPI[forma])
    nome = f"variazioni-{c.ente.codice_ipa}-{anno}.{forma}"
    risposta["Content-Disposition"] = f'attachment; filename="{nome}"'
    return risposta


def _pagina(request: HttpRequest) -> int:
    chiesta = request.GET.get("pagina", "")
    numero = int(chiesta) if chiesta.isascii() and chiesta.isdigit() and len(chiesta) < 7 else 1
    return max(numero, 1)


def _query(request: HttpRequest) -> str:
    """The filters of the address, for the links that take the same rows out."""
    dati = request.GET.copy()
    dati.pop("pagina", None)
    return f"?{dati.urlencode()}" if dati else ""
