# SPDX-License-Identifier: AGPL-3.0-or-later
"""Saving a long form: what is refused comes back to the page with everything that was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse

from cycle.contesto import RichiestaEnte, sessione
from cycle.models import Utente
from cycle.views.errori import rifiutata
from workflows.errors import Conflitto, NonAutorizzato, NonTrovato, Rifiuto

# Conflicts after which the same form can be sent again, its reader having been told.
_SI_RIPETE = ("revisione", "chiave_nuova")


def salva(
    request: HttpRequest, ipa: str, scrivi: Callable[[RichiestaEnte], HttpResponse | None]
) -> tuple[HttpResponse | None, Rifiuto | None]:
    """Try `scrivi` in a session of its own. The answer, when there is one: what it returned, or
    the page of a refusal that no correction of the form can mend. Else the refusal that the form,
    drawn again, must tell; neither of the two when `scrivi` had nothing to answer."""
    try:
        with sessione(cast(Utente, request.user), ipa, "web") as contesto:
            cast(RichiestaEnte, request).contesto = contesto
            return scrivi(cast(RichiestaEnte, request)), None
    except (NonTrovato, NonAutorizzato) as no:
        return rifiutata(request, no), None
    except Conflitto as cambiata:
        if any(m.guardia not in _SI_RIPETE for m in cambiata.tutti()):
            return rifiutata(request, cambiata), None
        return None, cambiata
    except Rifiuto as detto:
        return None, detto


def stato(request: HttpRequest, rifiuto: Rifiuto | None) -> int:
    """The status of a form's page: as asked for, or with what was refused in what was sent."""
    if request.method != "POST":
        return 200
    return rifiuto.codice if rifiuto else 422
