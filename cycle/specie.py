# SPDX-License-Identifier: AGPL-3.0-or-later
"""The kinds of matter that one hears of: a closed list, with the words of many together and the
page where they are worked on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workflows.ports import Attore


@dataclass(frozen=True, slots=True)
class Specie:
    """What many matters of a kind are called, and by role the page of a year that has them all;
    '' stands for any role."""

    nome: str | Promise
    pagine: Mapping[str, str]


SPECIE: Mapping[str, Specie] = {
    "obiettivo": Specie(gettext_lazy("Obiettivi"), {"": "piano"}),
    "relazione": Specie(
        gettext_lazy("Relazioni"),
        {"nucleo": "nucleo", "dirigente": "griglia_ora", "po": "griglia_ora", "": "piano"},
    ),
    "replica": Specie(gettext_lazy("Risposte al Nucleo"), {"nucleo": "nucleo", "": "piano"}),
    "variazione": Specie(gettext_lazy("Variazioni"), {"": "variazioni"}),
    "invito": Specie(gettext_lazy("Inviti a variare"), {"": "variazioni"}),
    "correzione": Specie(gettext_lazy("Errori materiali"), {"": "correzioni"}),
    "neutralizzazione": Specie(gettext_lazy("Neutralizzazioni"), {"": "neutralizzazioni"}),
    "insieme": Specie(
        gettext_lazy("Proposte per la giunta"), {"segreteria": "giunta", "controllo": "giunta"}
    ),
    "scadenza": Specie(gettext_lazy("Termini"), {"": "calendario"}),
    "registro": Specie(gettext_lazy("Registro"), {}),
}


def molte(specie: str, quante: int, *, tocca: bool) -> str:
    """What is said of many matters alike: "Relazioni: 83 aspettano un tuo passo"."""
    testo = _("%(nome)s: %(n)s aspettano un tuo passo") if tocca else _("%(nome)s: %(n)s novità")
    return testo % {"nome": nome(specie), "n": quante}


def nome(specie: str) -> str:
    """The name of a kind."""
    trovata = SPECIE.get(specie)
    return str(trovata.nome) if trovata else _("Altro")


def elenco(ipa: str, specie: str, *, tocca: bool, urgente: bool = False) -> str:
    """The page of the centre that has a line for each of them."""
    domanda = {"specie": specie}
    if urgente:
        domanda["mostra"] = "urgenti"
    if tocca:
        domanda["perche"] = "da_fare"
    return f"{reverse('notifiche', args=[ipa])}?{urlencode(domanda)}"


def pagina(ipa: str, specie: str, attore: Attore, anno: int | None) -> str:
    """Where a person works on them, or ''."""
    trovata = SPECIE.get(specie)
    if trovata is None or anno is None:
        return ""
    ruoli = attore.ruoli()
    quale = next((p for r, p in trovata.pagine.items() if r == "" or r in ruoli), "")
    return reverse(quale, args=[ipa, anno]) if quale else ""
