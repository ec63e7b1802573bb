# SPDX-License-Identifier: AGPL-3.0-or-later
from django.http import HttpRequest, HttpResponse


def scheda(request: HttpRequest, **kw: object) -> HttpResponse:
    return HttpResponse("")


def percentuale(request: HttpRequest, **kw: object) -> HttpResponse:
    return HttpResponse("")


def transizione(request: HttpRequest, **kw: object) -> HttpResponse:
    return HttpResponse("")


def perche_no(request: HttpRequest, **kw: object) -> HttpResponse:
    return HttpResponse("")
