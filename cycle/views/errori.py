# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages for what goes wrong. Each says what happened, why, and what to do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from workflows.errors import Rifiuto


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old, or came from elsewhere."""
    return render(request, "errori/csrf.html", status=403)


def illeggibile(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Too many fields, too large, cut short: Django refused to read it. Its `exception` is for
    the server's log."""
    return render(request, "errori/400.html", status=400)


def vietato(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errori/403.html", {"motivo": str(exception or "")}, status=403)


def non_trovato(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Not there, or not to be seen: the page does not say which."""
    return render(request, "errori/404.html", status=404)


def guasto(request: HttpRequest) -> HttpResponse:
    """Needs no database and no context: whatever broke may have been either."""
    return render(None, "errori/500.html", status=500)


def rifiutata(request: HttpRequest, rifiuto: Rifiuto) -> HttpResponse:
    """A refusal of the engine as a page: its reasons, remedies, and who can act. An htmx request
    gets the same reasons as a fragment."""
    modello = {404: "errori/404.html", 409: "errori/409.html"}.get(
        rifiuto.codice, "errori/rifiuto.html"
    )
    htmx = request.headers.get("HX-Request") == "true" and rifiuto.codice != 404
    return render(
        request,
        "errori/_motivi.html" if htmx else modello,
        {"motivi": rifiuto.tutti(), "codice": rifiuto.codice, "da": _provenienza(request)},
        status=rifiuto.codice,
    )


def _provenienza(request: HttpRequest) -> str:
    """The page of ours from which the request came, to go back and look again; else the start."""
    da = request.headers.get("Referer", "")
    nostra = url_has_allowed_host_and_scheme(da, {request.get_host()}, request.is_secure())
    return da if nostra else reverse("inizio")
