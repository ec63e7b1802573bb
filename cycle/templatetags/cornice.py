# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words of the frame: days left, roles, rules."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workflows.ports import RUOLI
from workflows.regole import REGOLE, Regola

register = template.Library()


@register.filter
def giorni(quanti: int) -> str:
    """Days left until a last day, in words: `tra 5 giorni`, `oggi`, `scaduto da 3 giorni`."""
    if quanti < 0:
        return ngettext("scaduto da un giorno", "scaduto da %(n)s giorni", -quanti) % {"n": -quanti}
    if quanti == 0:
        return _("oggi")
    if quanti == 1:
        return _("domani")
    return ngettext("tra un giorno", "tra %(n)s giorni", quanti) % {"n": quanti}


@register.filter
def ruoli(chi: str) -> str:
    """`po, dirigente` with the names that people use; what is not a role stays as it is."""
    return ", ".join(RUOLI.get(r.strip(), r.strip()) for r in chi.split(",") if r.strip())


@register.filter
def regola(numero: str) -> Regola | None:
    """A rule by its number, with its sentence and its source."""
    return REGOLE.get(numero)
