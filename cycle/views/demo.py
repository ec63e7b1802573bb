# SPDX-License-Identifier: AGPL-3.0-or-later
from django.http import HttpRequest, HttpResponse


def entra(request: HttpRequest, **kw: object) -> HttpResponse:
    return HttpResponse("")


def orologio(request: HttpRequest, **kw: object) -> HttpResponse:
    return HttpResponse("")
