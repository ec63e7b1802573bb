# SPDX-License-Identifier: AGPL-3.0-or-later
from django.http import HttpRequest, HttpResponse


def scrivania(request: HttpRequest, **kw: object) -> HttpResponse:
    return HttpResponse("")


def notifiche_lette(request: HttpRequest, **kw: object) -> HttpResponse:
    return HttpResponse("")
