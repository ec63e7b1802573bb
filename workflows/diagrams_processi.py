# SPDX-License-Identifier: AGPL-3.0-or-later
"""Processes drawn from their own Flow: SVG for the help page, Mermaid for ARCHITECTURE.md.

The same process always gives the same text. It goes down by ranks: each node below all that must
come before it, those that go on in parallel side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from django.utils.translation import gettext as _

_LARGO, _ALTO, _PASSO, _FRA, _MARGINE = 230, 52, 96, 40, 12
_BLU, _GRIGIO, _NERO = "#0059b3", "#5d7083", "#1a1a1a"
_RAMI = {"cond_true": "sì", "cond_false": "no"}
# kind of node -> (shape in Mermaid, whether somebody works there)
_PERSONE = frozenset({"FUNCTION", "HUMAN", "START"})


@dataclass(frozen=True, slots=True)
class _Nodo:
    nome: str
    tipo: str
    uscite: tuple[tuple[str, str], ...]  # (name of the next, word on the arrow)

    @property
    def scritta(self) -> str:
        parole = self.nome.replace("_", " ")
        if self.tipo == "EXCLUSIVE_GATEWAY":
            return f"{parole.capitalize()}?"
        return parole.capitalize()


def svg(flusso: Any, nome: str, titolo: str, chi: Mapping[str, str]) -> str:
    """The process as one accessible <svg>: `titolo` is its name, and its description says every
    arrow in words. `chi` says who works at a node."""
    nodi = _nodi(flusso)
    posti = _posti(nodi)
    fianco = max(x for x, _y in posti.values()) + _LARGO + _FRA // 2  # where arrows pass by
    larghezza = fianco + _FRA // 2 + _MARGINE
    altezza = max(y for _x, y in posti.values()) + _ALTO + _MARGINE
    radice = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "diagramma",
            "role": "img",
            "viewBox": f"0 0 {larghezza} {altezza}",
            "font-family": "Titillium Web, sans-serif",
            "aria-labelledby": f"{nome}-titolo {nome}-testo",
        },
    )
    ET.SubElement(radice, "title", {"id": f"{nome}-titolo"}).text = titolo
    ET.SubElement(radice, "desc", {"id": f"{nome}-testo"}).text = in_parole(flusso, chi)
    punta = ET.SubElement(
        ET.SubElement(radice, "defs"),
        "marker",
        {
            "id": f"{nome}-punta",
            "viewBox": "0 0 10 10",
            "refX": "9",
            "refY": "5",
            "markerWidth": "7",
            "markerHeight": "7",
            "orient": "auto-start-reverse",
        },
    )
    ET.SubElement(punta, "path", {"d": "M0 0 10 5 0 10z", "fill": _BLU})
    for nodo in nodi.values():
        for prossimo, parola in nodo.uscite:
            _freccia(radice, nome, posti[nodo.nome], posti[prossimo], fianco, parola)
    for nodo in nodi.values():
        _riquadro(radice, nodo, posti[nodo.nome], chi.get(nodo.nome, ""))
    return ET.tostring(radice, encoding="unicode")


def mermaid(flusso: Any, chi: Mapping[str, str]) -> str:
    """The process as a Mermaid flowchart."""
    righe = ["flowchart TD"]
    nodi = _nodi(flusso)
    for n in nodi.values():
        scritta = f"{n.scritta}<br/>{chi[n.nome]}" if n.nome in chi else n.scritta
        forma = (
            f'{{"{scritta}"}}'
            if n.tipo == "EXCLUSIVE_GATEWAY"
            else f'(["{scritta}"])'
            if n.tipo in ("START", "END")
            else f'["{scritta}"]'
        )
        righe.append(f"    {n.nome}{forma}")
    for n in nodi.values():
        righe += [
            f"    {n.nome} -->{f'|{parola}|' if parola else ''} {prossimo}"
            for prossimo, parola in n.uscite
        ]
    return "\n".join(righe) + "\n"


def in_parole(flusso: Any, chi: Mapping[str, str]) -> str:
    """Every arrow in a sentence, for who does not see it."""
    nodi = _nodi(flusso)
    frasi = []
    for n in nodi.values():
        if not n.uscite:
            frasi.append(_("«%(nodo)s»: fine.") % {"nodo": n.scritta})
            continue
        dove = ", ".join(
            f"«{nodi[p].scritta}»" + (f" ({parola})" if parola else "") for p, parola in n.uscite
        )
        frasi.append(
            _("«%(nodo)s»%(chi)s: poi %(dove)s.")
            % {
                "nodo": n.scritta,
                "chi": f" ({chi[n.nome]})" if n.nome in chi else "",
                "dove": dove,
            }
        )
    return " ".join(frasi)


def _nodi(flusso: Any) -> dict[str, _Nodo]:
    """The nodes from the start, each after one that leads to it."""
    tutti = {
        n.name: _Nodo(
            n.name,
            n.task_type,
            tuple((e.dst.name, _RAMI.get(e.edge_class, "")) for e in n._outgoing()),
        )
        for n in flusso.instance.nodes()
    }
    ordine = sorted(n for n in tutti if tutti[n].tipo == "START")
    for nome in ordine:  # grows while it is read
        ordine += [p for p, _parola in tutti[nome].uscite if p not in ordine]
    return {nome: tutti[nome] for nome in ordine}


def _posti(nodi: Mapping[str, _Nodo]) -> dict[str, tuple[int, int]]:
    """Where each node stands: its left edge and its top."""
    rango = dict.fromkeys(nodi, 0)
    scende = _in_avanti(nodi)
    for _giro in nodi:  # the longest way decides
        for da, a in scende:
            rango[a] = max(rango[a], rango[da] + 1)
    righe: dict[int, list[str]] = {}
    for nome, quale in rango.items():
        righe.setdefault(quale, []).append(nome)
    largo = max(len(r) for r in righe.values())
    posti = {}
    for quale, riga in righe.items():
        rientro = (largo - len(riga)) * (_LARGO + _FRA) // 2
        for n, nome in enumerate(riga):
            posti[nome] = (
                _MARGINE + rientro + n * (_LARGO + _FRA),
                _MARGINE + quale * _PASSO,
            )
    return posti


def _in_avanti(nodi: Mapping[str, _Nodo]) -> list[tuple[str, str]]:
    """The arrows, without those that go back to where they come from."""
    trovati: list[tuple[str, str]] = []
    finiti: set[str] = set()

    def visita(nome: str, sopra: tuple[str, ...]) -> None:
        for prossimo, _parola in nodi[nome].uscite:
            if prossimo in (*sopra, nome):
                continue
            trovati.append((nome, prossimo))
            if prossimo not in finiti:
                visita(prossimo, (*sopra, nome))
        finiti.add(nome)

    visita(next(iter(nodi)), ())
    return trovati


def _freccia(
    radice: ET.Element,
    nome: str,
    da: tuple[int, int],
    a: tuple[int, int],
    fianco: int,
    parola: str,
) -> None:
    x1, y1, x2, y2 = da[0] + _LARGO // 2, da[1] + _ALTO, a[0] + _LARGO // 2, a[1]
    percorso = f"M{x1} {y1}L{x2} {y2}"
    if not 0 < y2 - y1 <= _PASSO:  # it passes by others, or goes back: round them, on the right
        percorso = f"M{da[0] + _LARGO} {y1 - _ALTO // 2}H{fianco}V{y2 + _ALTO // 2}H{a[0] + _LARGO}"
        x1 = x2 = da[0] + _LARGO + _FRA
        y1 = y2 = da[1] + _ALTO // 2 - 10
    ET.SubElement(
        radice,
        "path",
        {
            "d": percorso,
            "fill": "none",
            "stroke": _BLU,
            "stroke-width": "2",
            "marker-end": f"url(#{nome}-punta)",
        },
    )
    if parola:
        _testo(radice, (x1 + x2) // 2 - 8, (y1 + y2) // 2 + 4, parola, "end", "14", "600")


def _riquadro(radice: ET.Element, nodo: _Nodo, posto: tuple[int, int], chi: str) -> None:
    x, y = posto
    capo = nodo.tipo in ("START", "END")
    attributi = {
        "x": str(x),
        "y": str(y),
        "width": str(_LARGO),
        "height": str(_ALTO),
        "rx": str(_ALTO // 2 if capo else 6),
        "fill": "#fff",
        "stroke": _BLU if nodo.tipo in _PERSONE or capo else _GRIGIO,
        "stroke-width": "2",
    }
    if nodo.tipo not in _PERSONE and not capo:
        attributi["stroke-dasharray"] = "6 4"
    ET.SubElement(radice, "rect", attributi)
    mezzo, alto = x + _LARGO // 2, y + _ALTO // 2
    _testo(radice, mezzo, alto - 3 if chi else alto + 6, nodo.scritta, "middle", "16", "600")
    if chi:
        _testo(radice, mezzo, alto + 16, chi, "middle", "13", "400")


def _testo(
    radice: ET.Element, x: int, y: int, scritta: str, ancora: str, corpo: str, peso: str
) -> None:
    ET.SubElement(
        radice,
        "text",
        {
            "x": str(x),
            "y": str(y),
            "text-anchor": ancora,
            "font-size": corpo,
            "font-weight": peso,
            "fill": _NERO,
            "stroke": "#fff",
            "stroke-width": "4",
            "paint-order": "stroke",
        },
    ).text = scritta
