# SPDX-License-Identifier: AGPL-3.0-or-later
"""The reference of the page that moves an objective: the same login, ente, person and fragment,
with the rows of the transition written by hand instead of by the engine."""

from __future__ import annotations

from functools import cache
from uuid import UUID

from django.contrib import messages
from django.db import connection
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from cycle import selectors
from cycle.contesto import RichiestaEnte, nell_ente
from cycle.views.scheda import scheda_letta
from tests.bench.a_mano import AMano, Scritto, azione_singola, rileggi


@cache
def _scritto() -> Scritto:
    """What the engine wrote the first time."""
    return rileggi(azione_singola())


@require_POST
@nell_ente
def a_mano(request: RichiestaEnte, pid: UUID) -> HttpResponse:
    """Write the rows of `proponi`, answer with the scheda's fragment."""
    obiettivo = selectors.obiettivo(request.contesto.attore, pid)
    AMano(connection.connection, _scritto(), "proposta").scrivi(obiettivo.pk)
    messages.success(request, f"{obiettivo.codice}: proposto.")
    risposta = scheda_letta(request, pid, parziale=True)
    avvisi = render_to_string("_components/avvisi.html", {"fuori_banda": True}, request)
    risposta.content = risposta.content + avvisi.encode()
    return risposta
