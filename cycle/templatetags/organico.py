# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words of the pages of the organico."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from cycle.importers.organico import INCARICHI, PERSONE, UNITA
from workflows.ports import RUOLI

register = template.Library()

_GENERI = {"nuova": _("nuova"), "cambia": _("cambia"), "chiude": _("chiude")}
_FOGLI = {UNITA: _("Unità"), PERSONE: _("Persone"), INCARICHI: _("Incarichi")}
_RIENTRI = 6  # levels told apart by their indent


@register.filter
def ruolo(nome: str) -> str:
    """The name of a role."""
    return RUOLI.get(nome, nome)


@register.filter
def genere(nome: str) -> Any:
    """What a difference does."""
    return _GENERI.get(nome, nome)


@register.filter
def foglio(nome: str) -> Any:
    """What a sheet is about."""
    return _FOGLI.get(nome, nome)


@register.filter
def rientro(livello: int) -> int:
    """The class of an indent."""
    return min(livello, _RIENTRI)
