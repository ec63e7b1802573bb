# SPDX-License-Identifier: AGPL-3.0-or-later
"""The cells of the grid: written by hand, since a page holds more than a thousand of them."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cycle.griglia import Cella

register = template.Library()

# how a cell is read -> how it is filled, said in the field until something is in it
_ESEMPI = {"data": "gg/mm/aaaa", "si_no": "sì / no"}
_RIGHE = {"nota": 1, "testo": 3}


@register.simple_tag(takes_context=True)
def cella(
    context: template.Context, c: Cella, etichetta: str, dovuta: bool = False, colonna: str = ""
) -> SafeString:
    """A cell as a field, with what was typed and why it was not saved, where it was not."""
    nome = str(c.nome)
    stato = context["stati"].get(nome)
    testo, errore, conteso = stato if stato else (c.scritta, "", None)
    detto = conteso.detto if conteso else errore
    attributi = format_html(
        'id="c_{nome}" name="{nome}" class="cella{classe}" data-colonna="{colonna}" '
        'data-prima="{prima}" aria-label="{etichetta}" autocomplete="off"{dovuta}{invalida}',
        nome=nome,
        classe=" cella-contesa" if conteso else " cella-errata" if errore else "",
        colonna=colonna or c.nome.campo,
        prima=c.scritta,
        etichetta=etichetta,
        dovuta=SafeString(" data-dovuta") if dovuta else "",
        invalida=format_html(' aria-invalid="true" aria-describedby="e_{}"', nome) if detto else "",
    )
    if c.genere in _RIGHE:
        campo = format_html(
            '<textarea {} rows="{}" maxlength="{}">\n{}</textarea>',
            attributi,
            _RIGHE[c.genere],
            20_000 if c.genere == "testo" else 1000,
            testo,
        )
    else:
        campo = format_html(
            '<input {} type="text"{} placeholder="{}" value="{}">',
            attributi,
            "" if c.genere in _ESEMPI else SafeString(' inputmode="decimal"'),
            _ESEMPI.get(c.genere, ""),
            testo,
        )
    if not detto:
        return campo
    resto = _("Salvare di nuovo per tenere ciò che è scritto qui.") if conteso else ""
    return format_html('{}<p class="cella-detto" id="e_{}">{} {}</p>', campo, nome, detto, resto)
