# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coming in, going out, and the way to the first page."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.contrib.auth.views import LoginView, LogoutView
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cycle import orologio, selectors
from cycle.demo.comparse import comparse
from cycle.lavori import MINUTI
from cycle.models import Battito
from notifications.centralino import esce

SILENZIO = timedelta(minutes=3 * MINUTI)  # after which the jobs are no longer well

_NOME_IMPOSSIBILE = _("Un nome utente ha al più 150 caratteri, tutti leggibili: controllarlo.")


class ModuloAccesso(AuthenticationForm):
    """Refuses a name that nobody can have before it is counted among the failed attempts, whose
    table could not hold it. Django's own form declares the length without checking it."""

    username = UsernameField(
        max_length=150,
        error_messages={
            "max_length": _NOME_IMPOSSIBILE,
            "null_characters_not_allowed": _NOME_IMPOSSIBILE,
        },
    )


class Accesso(LoginView):
    """Name and password; in the demo also everybody of its enti, one click away."""

    template_name = "accesso/accedi.html"
    authentication_form = ModuloAccesso

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        dati = super().get_context_data(**kwargs)
        if settings.DEMO:
            cast = comparse(orologio.adesso())
            if not any(ente.di_ente or ente.di_settore for ente in cast):
                cast = comparse(orologio.vero())  # a clock moved too far would shut everybody out
            dati["cast"] = cast
        return dati


class Uscita(LogoutView):
    """Only by POST: a link could log somebody out from another site. The sockets of the session
    are closed with it."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        accesso = request.session.session_key
        risposta = super().post(request, *args, **kwargs)
        if accesso is not None:
            async_to_sync(esce)(accesso)
        return risposta


@require_safe
def inizio(request: HttpRequest) -> HttpResponse:
    """The scrivania of the only ente the user has, or the choice among them."""
    enti = list(selectors.enti_di(request.user))  # type: ignore[arg-type]
    if len(enti) == 1:
        return redirect("scrivania", enti[0].codice_ipa)
    return render(request, "accesso/inizio.html", {"enti": enti})


@login_not_required
@never_cache
@require_safe
def salute(request: HttpRequest) -> HttpResponse:
    """Whether the service works: 503 when the database does not answer or lacks a migration of
    this code, else 200, `degradato` when the jobs give no sign. JSON to a monitor, words to a
    browser. It tells nothing else, because anybody may ask."""
    detto: dict[str, Any] = {"stato": "guasto", "database": False, "migrazioni": False}
    try:
        detto["migrazioni"] = _ultime_migrazioni() <= set(
            MigrationRecorder(connection).applied_migrations()
        )
        detto["database"] = True
        if detto["migrazioni"]:
            battito = Battito.objects.filter(nome="scadenze").first()
            fa = orologio.vero() - battito.istante if battito else None
            vivi = fa is not None and fa <= SILENZIO
            detto["stato"] = "ok" if vivi else "degradato"
            detto["lavori"] = {
                "vivi": vivi,
                "ultimo": battito.istante.isoformat() if battito else None,
            }
    except DatabaseError:
        pass
    stato = 503 if detto["stato"] == "guasto" else 200
    if request.get_preferred_type(["application/json", "text/html"]) == "text/html":
        return render(request, "accesso/salute.html", {"salute": detto}, status=stato)
    return JsonResponse(detto, status=stato)


@cache
def _ultime_migrazioni() -> frozenset[tuple[str, str]]:
    """The last migration of each app in the code: it stands only after those before it."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes())
