# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two instants of the plan side by side: what changed, who changed it, which act authorised it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cycle import domande
from cycle.confronti import confronta, leggi
from cycle.contesto import RichiestaEnte, nell_ente
from cycle.differenze import LIMITE
from cycle.racconto import ha_fatto


@require_safe
@nell_ente
def confronto(request: RichiestaEnte) -> HttpResponse:
    """The differences, with the form that asks for others."""
    c = request.contesto
    fin_dove = domande.portata(c.attore)
    chiesto = leggi(request.GET, c)
    trovate = [] if chiesto.errore else confronta(c, chiesto, fin_dove)
    contesto: dict[str, Any] = {
        "x": chiesto,
        "anno": chiesto.anno,
        "cicli": c.cicli(),
        "differenze": [(d, ha_fatto(d.procedura, d.verbo)) for d in trovate],
        "senza_atto": sum(d.senza_atto for d in trovate),
        "limite": LIMITE if len(trovate) == LIMITE else 0,
    }
    return render(request, "cycle/registro/confronto.html", contesto)
