# SPDX-License-Identifier: AGPL-3.0-or-later
"""The fields of a long form, drawn one by one: label, control, what is wrong, what is stored."""

from __future__ import annotations

from typing import Any

from django import forms, template
from django.forms import BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag(takes_context=True)
def campo(
    context: template.Context,
    b: BoundField,
    classe: str = "",
    lista: str = "",
    aiuto: str = "",
    righe: int = 3,
    prima: bool = False,
) -> SafeString:
    """One field in its box. `lista` is the id of the datalist that helps to fill it; with `prima`
    it takes the focus when the page comes."""
    identita = f"id_{b.html_name}"
    errori = [str(e) for e in b.errors] if context.get("mostra_errori") else []
    attuale = getattr(b.form, "attuali", {}).get(b.name)
    descritto = [
        nome
        for nome, serve in (
            (f"{identita}_aiuto", aiuto),
            (f"{identita}_errore", errori),
            (f"{identita}_attuale", attuale is not None),
        )
        if serve
    ]
    attributi = format_html_join(
        "",
        ' {}="{}"',
        [
            (n, v)
            for n, v in (
                ("aria-invalid", "true" if errori else ""),
                ("aria-describedby", " ".join(descritto)),
                ("list", lista),
            )
            if v
        ],
    )
    if prima:
        attributi += SafeString(" autofocus")
    spunta = isinstance(b.field, forms.BooleanField)
    return format_html(
        '<div class="campo-bozza{}{}">{}{}{}{}{}{}</div>',
        f" {classe}" if classe else "",
        " campo-bozza-spunta" if spunta else "",
        _controllo(b, identita, attributi, righe) if spunta else "",
        format_html('<label for="{}">{}</label>', identita, b.label),
        "" if spunta else _controllo(b, identita, attributi, righe),
        format_html('<p class="campo-aiuto" id="{}_aiuto">{}</p>', identita, aiuto)
        if aiuto
        else "",
        format_html('<p class="campo-errore" id="{}_errore">{}</p>', identita, " ".join(errori))
        if errori
        else "",
        format_html(
            '<p class="campo-attuale" id="{}_attuale">{} <b>{}</b></p>',
            identita,
            _("Ora è scritto:"),
            _in_parole(b, attuale),
        )
        if attuale is not None
        else "",
    )


def _controllo(b: BoundField, identita: str, attributi: SafeString, righe: int) -> SafeString:
    valore = b.value()
    valore = "" if valore is None else str(valore)
    if isinstance(b.field, forms.BooleanField):
        spuntato = SafeString(" checked") if valore not in ("", "False") else ""
        return format_html(
            '<input type="checkbox" id="{}" name="{}"{}{}>',
            identita,
            b.html_name,
            spuntato,
            attributi,
        )
    if isinstance(b.field, forms.ChoiceField):
        return _scelta(b, identita, attributi, valore)
    if isinstance(b.field.widget, forms.Textarea):
        return format_html(
            '<textarea id="{}" name="{}" rows="{}"{}>\n{}</textarea>',
            identita,
            b.html_name,
            righe,
            attributi,
            valore,
        )
    tipo = "date" if isinstance(b.field, forms.DateField) else "text"
    if tipo == "date" and valore and not _iso(valore):
        tipo = "text"  # what was typed stays to be corrected
    return format_html(
        '<input type="{}" id="{}" name="{}" value="{}"{}{} autocomplete="off">',
        tipo,
        identita,
        b.html_name,
        valore,
        SafeString(' inputmode="decimal"') if _di_cifre(b.field) else "",
        attributi,
    )


def _scelta(b: BoundField, identita: str, attributi: SafeString, valore: str) -> SafeString:
    scelte = _scelte(b)
    if valore not in dict(scelte):
        scelte.insert(0, (valore, valore))
    return format_html(
        '<select id="{}" name="{}"{}>{}</select>',
        identita,
        b.html_name,
        attributi,
        format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((v, SafeString(" selected") if v == valore else "", n) for v, n in scelte),
        ),
    )


def _scelte(b: BoundField) -> list[tuple[str, str]]:
    scelte: Any = getattr(b.field, "choices", ())
    return [(str(v), str(n)) for v, n in scelte]


def _iso(valore: str) -> bool:
    return len(valore) == 10 and valore[4] == valore[7] == "-"


def _di_cifre(campo: Any) -> bool:
    return type(campo).__name__ == "CampoCifra"


def _in_parole(b: BoundField, valore: str) -> str:
    """What is stored, as the page would show it."""
    if isinstance(b.field, forms.BooleanField):
        return _("sì") if valore else _("no")
    if isinstance(b.field, forms.ChoiceField):
        return dict(_scelte(b)).get(valore, valore) or _("vuoto")
    if isinstance(b.field, forms.DateField) and _iso(valore):
        return f"{valore[8:]}/{valore[5:7]}/{valore[:4]}"
    return valore or _("vuoto")
