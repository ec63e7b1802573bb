# SPDX-License-Identifier: AGPL-3.0-or-later
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse


class Accesso(LoginView):
    template_name = "accesso/accedi.html"


class Uscita(LogoutView):
    pass


def inizio(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


def salute(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")
