# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the frame writes: rules, and the strip of the year."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from cycle.termini import LARGHEZZA, LATO, MARGINE, Segno, Striscia
from workflows.regole import REGOLE, Regola

register = template.Library()

_BLU, _GRIGIO, _NERO = "#0059b3", "#5d7083", "#1a1a1a"


@register.filter
def regola(numero: str) -> Regola | None:
    """A rule by its number, with its sentence and its source."""
    return REGOLE.get(numero)


@register.simple_tag
def striscia(s: Striscia, descrizione: str) -> SafeString:
    """The year as a line: months, terms (a shape for each kind, full when they are mine), today."""
    linea = 24 + LATO * s.livelli
    svg = ET.Element(
        "svg",
        {
            "viewBox": f"0 0 {LARGHEZZA} {linea + 24}",
            "role": "img",
            "aria-labelledby": "striscia-titolo striscia-testo",
            "font-size": "13",
            "fill": _NERO,
        },
    )
    ET.SubElement(svg, "title", {"id": "striscia-titolo"}).text = _("Calendario dell'anno")
    ET.SubElement(svg, "desc", {"id": "striscia-testo"}).text = descrizione
    if s.oggi is not None:
        passato = {"x": str(MARGINE), "y": "20", "width": str(s.oggi - MARGINE)}
        ET.SubElement(svg, "rect", {**passato, "height": str(linea - 20), "fill": "#eef1f4"})
    _riga(svg, MARGINE, linea, LARGHEZZA - MARGINE, linea, _GRIGIO)
    for x, mese in s.mesi:
        _riga(svg, x, linea, x, linea + 6, _GRIGIO)
        ET.SubElement(svg, "text", {"x": str(x + 3), "y": str(linea + 19)}).text = mese
    for segno in s.segni:
        _segno(svg, segno, linea)
    if s.oggi is not None:
        _riga(svg, s.oggi, 16, s.oggi, linea + 6, _NERO)
        ancora = "end" if s.oggi > LARGHEZZA - 60 else "middle" if s.oggi > 40 else "start"
        oggi = {"x": str(s.oggi), "y": "12", "text-anchor": ancora, "font-weight": "600"}
        ET.SubElement(svg, "text", oggi).text = _("oggi")
    return mark_safe(ET.tostring(svg, encoding="unicode"))  # noqa: S308 - escaped by ElementTree


def _riga(svg: ET.Element, x1: int, y1: int, x2: int, y2: int, colore: str) -> None:
    capi = {"x1": str(x1), "y1": str(y1), "x2": str(x2), "y2": str(y2)}
    ET.SubElement(svg, "line", {**capi, "stroke": colore, "stroke-width": "2"})


def _segno(svg: ET.Element, segno: Segno, linea: int) -> None:
    t, x, y, r = segno.termine, segno.x, linea - LATO // 2 - LATO * segno.livello, 6
    gruppo = ET.SubElement(
        svg,
        "g",
        {
            "stroke": _BLU if t.mio else _GRIGIO,
            "stroke-width": "2",
            "fill": _BLU if t.mio and not t.scaduto else "#fff",
        },
    )
    ET.SubElement(gruppo, "title").text = f"{t.nome} {t.anno}: {t.ultimo_giorno:%d/%m/%Y}"
    if t.tipo_codice == "ordinatoria":
        ET.SubElement(gruppo, "circle", {"cx": str(x), "cy": str(y), "r": str(r)})
    else:
        quadrato = {"x": str(x - r + 1), "y": str(y - r + 1), "width": "10", "height": "10"}
        if t.tipo_codice == "perentoria":
            quadrato["transform"] = f"rotate(45 {x} {y})"
        ET.SubElement(gruppo, "rect", quadrato)
