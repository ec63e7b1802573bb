# SPDX-License-Identifier: AGPL-3.0-or-later
"""What somebody had typed in a form that was refused, to be copied from the page that says so.

No page is stored by the browser, so going back may find the form empty. Only the fields of our
own forms are repeated, and never a password.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cycle import modulo_scheda
from cycle.forms import ModuloTransizione

# Words before the id of a field, where its form is not at hand.
_NOMI: Mapping[str, str | Promise] = {
    "valore": _("Valore"),
    "testo": _("Stato di avanzamento"),
    "percentuale": _("Percentuale convalidata"),
    "motivo": _("Motivo"),
}
_TACIUTI = frozenset({"revisione", "organo", "esecutivo", "presenti"})  # chosen, not typed


def ricorda(request: HttpRequest, modulo: BaseForm) -> None:
    """Note what the fields of a form are called, for the page of a refusal."""
    request.etichette = {  # type: ignore[attr-defined]
        nome: str(campo.label) for nome, campo in modulo.fields.items() if campo.label
    }


def scritto(request: HttpRequest) -> list[tuple[str, str]]:
    """(label, text) of what was typed, in the order of the page; nothing on a GET."""
    if request.method != "POST":
        return []
    etichette: dict[str, str] = getattr(request, "etichette", {})
    trovati = []
    for nome, testo in request.POST.items():
        etichetta = etichette.get(nome) or _etichetta(nome)
        if etichetta and nome not in _TACIUTI and cast(str, testo).strip():
            trovati.append((etichetta, cast(str, testo)))
    return trovati


def _etichetta(nome: str) -> str:
    campo = ModuloTransizione.base_fields.get(nome)
    if campo is not None:
        return str(campo.label or "")
    return str(_NOMI.get(nome.partition("_")[0], "")) or modulo_scheda.etichetta(nome)
