# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is asking: a token, or the session of the pages (then unsafe methods need CSRF)."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext as _
from ninja.errors import HttpError
from ninja.security import HttpBearer
from ninja.security.apikey import APIKeyCookie

from cycle.models import Utente
from cycle.services import gettoni


class RichiestaApi(HttpRequest):
    """A request whose user has been recognised."""

    auth: Utente


def _nessuna(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError  # the CSRF check wants a view, and calls none


class _Csrf(CsrfViewMiddleware):
    """Django's check, without the page of its refusal."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(status=403)


class Gettone(HttpBearer):
    """`Authorization: Bearer ...`, as `manage.py token` prints it."""

    def authenticate(self, request: HttpRequest, token: str) -> Utente | None:
        return gettoni.utente_di(token.strip())


class Sessione(APIKeyCookie):
    """The cookie of the pages. Whoever sends an Authorization header is judged by that alone; and
    who is not logged in is told so (401) before anything is said of CSRF."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Utente | None:
        if "Authorization" in request.headers or not request.user.is_authenticated:
            return None
        if _Csrf(_nessuna).process_view(request, _nessuna, (), {}):
            raise HttpError(
                403, _("Con la sessione serve il segno CSRF: intestazione X-CSRFToken.")
            )
        return request.user

    def authenticate(self, request: HttpRequest, key: str | None) -> Utente | None:
        """Never asked: `__call__` decides."""
        raise NotImplementedError


CHI = [Gettone(), Sessione()]
