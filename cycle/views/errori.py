# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages for what goes wrong. Each says what happened, why, and what to do."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from cycle.views.scritto import scritto
from workflows.errors import Rifiuto


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old, or came from elsewhere: then what it says is not repeated."""
    da = request.headers.get("Origin") or request.headers.get("Referer", "")
    testi = scritto(request) if _nostra(request, da) else []
    return _errore(request, "csrf", 403, scritto=testi)


def fuori(request: HttpRequest, accedi: str) -> HttpResponse:
    """Something was typed by somebody who is no longer logged in; `accedi` is the way back."""
    return _errore(request, "sessione", 401, scritto=scritto(request), accedi=accedi)


def illeggibile(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Too many fields, too large, cut short: Django refused to read it. Its `exception` is for
    the server's log."""
    return _errore(request, "400", 400)


def vietato(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _errore(request, "403", 403, motivo=str(exception or ""))


def non_trovato(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Not there, or not to be seen: the page does not say which."""
    return _errore(request, "404", 404)


def guasto(request: HttpRequest) -> HttpResponse:
    """Needs no database and no context: whatever broke may have been either."""
    testi: list[tuple[str, str]] = []
    with suppress(Exception):
        testi = scritto(request)
    return render(None, "errori/500.html", {"scritto": testi}, status=500)


def rifiutata(request: HttpRequest, rifiuto: Rifiuto) -> HttpResponse:
    """A refusal of the engine as a page: its reasons, remedies, who can act, and what had been
    typed. An htmx request gets the same as a fragment."""
    contesto = {
        "motivi": rifiuto.tutti(),
        "codice": rifiuto.codice,
        "da": _provenienza(request),
        "scritto": scritto(request),
    }
    if _htmx(request) and rifiuto.codice != 404:
        return render(request, "errori/_rifiuto.html", contesto, status=rifiuto.codice)
    modello = str(rifiuto.codice) if rifiuto.codice in (404, 409) else "rifiuto"
    return _errore(request, modello, rifiuto.codice, **contesto)


def _errore(request: HttpRequest, modello: str, stato: int, **contesto: Any) -> HttpResponse:
    """A page of `templates/errori`; asked for inside a page, it brings no second frame with it."""
    if _htmx(request):
        contesto["cornice"] = "errori/_nuda.html"
    return render(request, f"errori/{modello}.html", contesto, status=stato)


def _htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _provenienza(request: HttpRequest) -> str:
    """The page of ours from which the request came, to go back and look again; else the start."""
    da = request.headers.get("Referer", "")
    return da if _nostra(request, da) else reverse("inizio")


def _nostra(request: HttpRequest, indirizzo: str) -> bool:
    return url_has_allowed_host_and_scheme(indirizzo, {request.get_host()}, request.is_secure())
