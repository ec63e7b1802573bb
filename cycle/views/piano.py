# SPDX-License-Identifier: AGPL-3.0-or-later
from django.http import HttpRequest, HttpResponse


def piano(request: HttpRequest, **kw: object) -> HttpResponse:
    return HttpResponse("")
