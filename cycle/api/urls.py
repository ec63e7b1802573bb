# SPDX-License-Identifier: AGPL-3.0-or-later
"""The routes of the API. Whatever lies below its prefix answers with its envelope."""

from __future__ import annotations

import functools
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from cycle.api.api import api
from cycle.api.errori import busta


@cache_control(public=True)
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """What the API is: the only thing that anybody may read."""
    return HttpResponse(_documento(), content_type="application/json; charset=utf-8")


@functools.cache
def _documento() -> bytes:
    return JsonResponse(api.get_openapi_schema()).content


@csrf_exempt
def altrove(request: HttpRequest, **resto: Any) -> JsonResponse:
    """No such address: told as everything else is."""
    return busta(404)


def _nella_busta(rotta: URLPattern) -> URLPattern:
    """The same route, whose 405 is an envelope too."""
    vista = rotta.callback

    @functools.wraps(vista)
    def imbustata(*args: Any, **kwargs: Any) -> HttpResponseBase:
        risposta: HttpResponseBase = vista(*args, **kwargs)
        if risposta.status_code != 405:
            return risposta
        rifiuto = busta(405)
        rifiuto["Allow"] = risposta["Allow"]
        return rifiuto

    rotta.callback = imbustata
    return rotta


_rotte, _app, _spazio = api.urls
urlpatterns: list[URLPattern | URLResolver] = [
    _nella_busta(path("openapi.json", openapi, name="openapi")),
    path("", altrove),
    path(
        "",
        include(([_nella_busta(r) for r in _rotte if isinstance(r, URLPattern)], _app), _spazio),
    ),
    path("<path:resto>", altrove),
]
