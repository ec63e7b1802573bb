# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the ente calls the levels of its plan, and the forms a scheda is printed in."""

from __future__ import annotations

from typing import Any

from django import template

from cycle.exports.forme import FORME
from cycle.models import Ciclo
from cycle.parametri import Parametri, in_frase

register = template.Library()


@register.filter
def livello(ciclo: Ciclo, quale: str) -> str:
    """The ente's word, in that year, for `obiettivo`, `obiettivi`, `specifico`, `specifici`."""
    nome: str = getattr(Parametri.da_dizionario(ciclo.parametri), f"nome_{quale}")
    return nome


@register.filter(name="in_frase")
def dentro_la_frase(nome: str) -> str:
    """The same word within a sentence."""
    return in_frase(nome)


@register.simple_tag
def conta(ciclo: Ciclo, quanti: int, quale: str) -> str:
    """«25 progetti»: how many of the level `obiettivi` or `specifici`."""
    return Parametri.da_dizionario(ciclo.parametri).conta(quanti, quale)


@register.simple_tag
def forme_di_stampa(ciclo: Ciclo) -> list[tuple[str, Any, bool]]:
    """Every form: its name, its words, whether it is the one of the ente."""
    sua = Parametri.da_dizionario(ciclo.parametri).forma
    return [(nome, detta, nome == sua) for nome, detta in FORME.items()]
