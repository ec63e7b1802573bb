# SPDX-License-Identifier: AGPL-3.0-or-later
"""Open data: what the ente may publish of a year, with nobody's name in it (R86-R88)."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from cycle import selectors
from cycle.contesto import RichiestaEnte, nell_ente
from cycle.exports import aperti
from cycle.services.esportazione import esporta_aperti
from workflows.errors import NonTrovato

TIPI = {"json": "application/json; charset=utf-8", "csv": "text/csv; charset=utf-8"}
SCHEMA = Path(aperti.__file__).with_name("aperti.schema.json")


@require_safe
@nell_ente
def adesso(request: RichiestaEnte) -> HttpResponse:
    """To the open data of the year that is worked on: the foot of every page leads here."""
    c = request.contesto
    ciclo = selectors.ciclo_di_lavoro(c.ente, c.anno_corrente)
    if ciclo is None:
        raise NonTrovato({})
    return redirect("aperti", c.ente.codice_ipa, ciclo.anno)


@require_safe
@nell_ente
def pagina(request: RichiestaEnte, anno: int) -> HttpResponse:
    """What there is in the open data of a year, what is left out, and the files."""
    c = request.contesto
    selectors.ciclo(c.ente, anno)
    return render(
        request,
        "cycle/registro/aperti.html",
        {
            "anno": anno,
            "cicli": c.cicli(),
            "licenza": aperti.LICENZA,
            "colonne": aperti.COLONNE,
            "puo": any(i.consente("esporta_piano", i.percorso) for i in c.attore.incarichi),
        },
    )


@require_safe
@nell_ente
def file(request: RichiestaEnte, anno: int, forma: str) -> HttpResponse:
    """One of the files; its SHA-256 is in the header and in the registro."""
    c = request.contesto
    contenuto, sha256 = esporta_aperti(
        ciclo=selectors.ciclo(c.ente, anno), forma=forma, by=c.attore, istante=c.istante
    )
    risposta = HttpResponse(contenuto, content_type=TIPI[forma])
    nome = f"piano-aperto-{c.ente.codice_ipa}-{anno}.{forma}"
    risposta["Content-Disposition"] = f'attachment; filename="{nome}"'
    risposta["X-Content-SHA256"] = sha256
    return risposta


@require_safe
@nell_ente
def schema(request: RichiestaEnte) -> HttpResponse:
    """The JSON Schema of the open data."""
    return HttpResponse(SCHEMA.read_bytes(), content_type="application/schema+json")
