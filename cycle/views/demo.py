# SPDX-License-Identifier: AGPL-3.0-or-later
"""What only the demo can do: become anybody with a click, and move the clock.

These routes exist only in a process born as a demo; each asks again, so that no mistake in the
routes can open them elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cycle import orologio as clock
from cycle.lavori import subito
from cycle.models import Ente, Utente

Vista = Callable[[HttpRequest], HttpResponse]


def _solo_demo(vista: Vista) -> Vista:
    @wraps(vista)
    def dentro(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO or any("\0" in valore for valore in request.POST.values()):
            raise Http404
        return vista(request, *args, **kwargs)

    return dentro


@login_not_required
@require_POST
@_solo_demo
def entra(request: HttpRequest) -> HttpResponse:
    """Become somebody of an ente, and go on from where one was, if it was in that ente."""
    ipa = request.POST.get("ente", "")
    utente = get_object_or_404(
        Utente, username=request.POST.get("utente", ""), persone__ente__codice_ipa=ipa
    )
    login(request, utente, backend="django.contrib.auth.backends.ModelBackend")
    scrivania = reverse("scrivania", args=[ipa])
    dove = _dove(request)
    return redirect(dove if dove.startswith(scrivania) else scrivania)


@login_not_required
@require_POST
@_solo_demo
def orologio(request: HttpRequest) -> HttpResponse:
    """Move the clock to a date and time of the ente's zone; or put it back, which is allowed to
    anybody: where nobody serves, nobody could come in to do it."""
    if request.POST.get("rimetti"):
        clock.sposta(None)
        subito()
        return redirect(_dove(request))
    if not request.user.is_authenticated:
        return redirect("accedi")
    ente = get_object_or_404(Ente, codice_ipa=request.POST.get("ente", ""))
    try:
        locale = datetime.fromisoformat(request.POST.get("verso", ""))
        if not 2000 <= locale.year <= 2100:
            raise ValueError
    except ValueError:
        messages.error(
            request, _("L'orologio si sposta a una data e un'ora, per esempio 30/09/2026, 23:59.")
        )
        return redirect(_dove(request))
    clock.sposta(locale.replace(tzinfo=ZoneInfo(ente.fuso)))
    subito()
    return redirect(_dove(request))


def _dove(request: HttpRequest) -> str:
    """The page that was asked from, when it is ours."""
    dove = request.POST.get("next", "")
    nostro = url_has_allowed_host_and_scheme(
        dove, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return dove if nostro else reverse("inizio")
