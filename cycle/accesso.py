# SPDX-License-Identifier: AGPL-3.0-or-later
"""Closed by default: no page without a login, unless the view says `login_not_required`; and no
copy of an answer, unless it says otherwise."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

API = "/api/v1/"  # and not /api/, below which an ente of that name would have its pages


class AccessoObbligatorio(LoginRequiredMiddleware):
    """Sends whoever is not logged in to the login page, or, with something typed that would be
    lost on the way, to a page from which to copy it. The API answers for itself: each of its
    routes asks for a token or a session, and says 401."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        if request.path.startswith(API):
            return None
        accedi = super().process_view(request, view_func, view_args, view_kwargs)
        if accedi is None:
            return None
        from cycle.views import errori
        from cycle.views.scritto import scritto

        return errori.fuori(request, accedi.headers["Location"]) if scritto(request) else accedi


class RispostaPrivata(MiddlewareMixin):
    """What a person or a token may read, no proxy and no shared browser may keep: an answer that
    says nothing of caches is private and not stored. Static files are served before this."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


def indirizzo_dietro_il_proxy(request: HttpRequest) -> str | None:
    """The address of the client as the one proxy in front of us saw it: the last of
    `X-Forwarded-For`, because those before it were written by the client. Without a readable
    one, the address of whoever connects."""
    for voce in (
        request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2],
        request.META.get("REMOTE_ADDR", ""),
    ):
        try:
            return str(ip_address(voce.strip().partition("%")[0]))
        except ValueError:
            continue
    return None
