# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coming in for the first time from the link of an invitation, and the password that was lost.
These pages are for who has no login yet: they tell nothing to who has no link."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from axes.helpers import get_client_ip_address
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordResetConfirmView, redirect_to_login
from django.core.cache import cache
from django.db import transaction
from django.forms import CharField, Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cycle import orologio
from cycle.models import Invito, Utente
from cycle.services import accessi, posta
from workflows.errors import NonPossibile, NonTrovato

RICHIESTE = 20  # of a lost password, from one address in an hour
_BACKEND = "django.contrib.auth.backends.ModelBackend"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invito(request: HttpRequest, pid: UUID, gettone: str) -> HttpResponse:
    """The invitation a link opens: a password to be chosen, or one's own login to come in with."""
    istante = orologio.adesso()
    try:
        trovato = accessi.invito_valido(pid, gettone, istante)
    except NonTrovato:
        return render(request, "accesso/invito_chiuso.html", status=404)
    utente = request.user if isinstance(request.user, Utente) else None
    if utente is None and accessi.utente_invitato(trovato) is not None:
        if request.method == "POST":
            return redirect_to_login(request.path)
        return render(request, "accesso/invito.html", {"invito": trovato, "ha_accesso": True})
    modulo = None
    if utente is None:
        modulo = _modulo(request, trovato)
        if request.method != "POST" or not modulo.is_valid():
            return _pagina(request, trovato, modulo)
    elif request.method != "POST":
        return _pagina(request, trovato, None)
    try:
        entrato = accessi.accetta(
            pid=pid,
            gettone=gettone,
            istante=istante,
            utente=utente,
            password=modulo.cleaned_data["new_password1"] if modulo else "",
        )
    except NonTrovato:
        return render(request, "accesso/invito_chiuso.html", status=404)
    except NonPossibile as rifiuto:
        return _pagina(request, trovato, modulo, rifiuto)
    if utente is None:
        login(request, entrato, backend=_BACKEND)
    messages.success(
        request,
        _("Benvenuto: da adesso si entra con «%(nome)s».") % {"nome": entrato.get_username()},
    )
    return redirect("scrivania", trovato.ente.codice_ipa)


def _modulo(request: HttpRequest, invito: Invito) -> SetPasswordForm[Utente]:
    """Django's form of a new password, for who is not there yet."""
    futuro = Utente(username=invito.email, email=invito.email)
    return SetPasswordForm(futuro, request.POST or None)


def _pagina(
    request: HttpRequest,
    invito: Invito,
    modulo: SetPasswordForm[Utente] | None,
    rifiuto: NonPossibile | None = None,
) -> HttpResponse:
    sbagliato = rifiuto is not None or (modulo is not None and modulo.is_bound)
    return render(
        request,
        "accesso/invito.html",
        {
            "invito": invito,
            "ha_accesso": False,
            "modulo": modulo,
            "motivi": rifiuto.tutti() if rifiuto else [],
        },
        status=422 if sbagliato else 200,
    )


class ModuloDimenticata(Form):
    """Whose password was lost."""

    chi = CharField(max_length=254, strip=True)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def password_dimenticata(request: HttpRequest) -> HttpResponse:
    """Ask for a letter. The answer is the same whether there is such a user or not."""
    if request.method != "POST":
        return render(request, "accesso/password.html", {"modulo": ModuloDimenticata()})
    if _troppe(request):
        return render(request, "accesso/password_troppe.html", status=429)
    modulo = ModuloDimenticata(request.POST)
    if not modulo.is_valid():
        return render(request, "accesso/password.html", {"modulo": modulo}, status=422)
    with transaction.atomic():
        accessi.password_dimenticata(modulo.cleaned_data["chi"])
    return render(request, "accesso/password_chiesta.html")


def _troppe(request: HttpRequest) -> bool:
    """Whether that address has asked too many times. Counted by each process for itself."""
    chiave = f"password:{get_client_ip_address(request)}"
    cache.add(chiave, 0, timeout=3600)
    return int(cache.incr(chiave)) > RICHIESTE


@method_decorator(login_not_required, name="dispatch")
class PasswordNuova(PasswordResetConfirmView):
    """Django's own page of the link: it takes the token out of the address before it shows a
    form, and opens once."""

    token_generator = posta.gettoni_di_password
    template_name = "accesso/password_nuova.html"
    success_url = reverse_lazy("accedi")

    def form_valid(self, form: Any) -> HttpResponse:
        risposta = super().form_valid(form)
        messages.success(
            self.request,
            _("Password cambiata. Si entra con il nome «%(nome)s».")
            % {"nome": form.user.get_username()},
        )
        return risposta
