# SPDX-License-Identifier: AGPL-3.0-or-later
"""Machines drawn from their own tables: SVG for the help page, Mermaid for ARCHITECTURE.md.

The same machine always gives the same text, byte for byte. The picture is one column: the way
forward goes down, steps back climb on the left, states beside the way stand on the right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from xml.etree import ElementTree as ET

from django.utils.translation import gettext as _

from workflows.machines.base import Macchina, Transizione

# pixels of the drawing's own grid
_LARGO, _ALTO, _PASSO = 180, 44, 104
_SINISTRA, _DESTRA, _MARGINE = 196, 200, 10
_BLU, _GRIGIO, _NERO = "#0059b3", "#5d7083", "#1a1a1a"


def svg(macchina: Macchina, titolo: str) -> str:
    """The machine as one accessible <svg>, with `titolo` as its name and the transitions in
    words as its description."""
    return _Disegno(macchina, titolo).testo()


def mermaid(macchina: Macchina) -> str:
    """The machine as a Mermaid state diagram."""
    righe = ["stateDiagram-v2"]
    righe += [f"    {stato}: {nome}" for stato, nome in macchina.stati]
    righe += [f"    [*] --> {stato}" for stato in macchina.iniziali]
    righe += [
        f"    {da} --> {a}: {t.nome} ({chi(t)})"
        for t in macchina.transizioni
        for da, a in t.percorsi
    ]
    return "\n".join(righe) + "\n"


def chi(transizione: Transizione) -> str:
    """Who takes the step, and for which organ."""
    ruoli = ", ".join(transizione.regole.ruoli)
    organo = transizione.regole.organo
    if organo and organo not in transizione.regole.ruoli:
        return _("%(ruoli)s per la %(organo)s") % {"ruoli": ruoli, "organo": organo}
    return ruoli


@dataclass(frozen=True, slots=True)
class _Riquadro:
    """Where a state is drawn: its left edge and the middle of its height."""

    x: float
    y: float

    @property
    def destra(self) -> float:
        return self.x + _LARGO

    @property
    def mezzo(self) -> float:
        return self.x + _LARGO / 2


class _Disegno:
    def __init__(self, macchina: Macchina, titolo: str) -> None:
        self.macchina = macchina
        self.titolo = titolo
        self.via = _via(macchina)
        self.riquadri = _disponi(macchina, self.via)
        self.accanto = len(self.riquadri) > len(self.via)
        larghezza = _SINISTRA + _LARGO + (_DESTRA + _LARGO if self.accanto else 0) + _MARGINE
        altezza = max(r.y for r in self.riquadri.values()) + _ALTO / 2 + _MARGINE
        self.radice = ET.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "class": "diagramma",
                "role": "img",
                "viewBox": f"0 0 {larghezza} {_n(altezza)}",
                "font-family": "Titillium Web, sans-serif",
                "aria-labelledby": f"{macchina.nome}-titolo {macchina.nome}-testo",
            },
        )

    def testo(self) -> str:
        ET.SubElement(
            self.radice, "title", {"id": f"{self.macchina.nome}-titolo"}
        ).text = self.titolo
        ET.SubElement(
            self.radice, "desc", {"id": f"{self.macchina.nome}-testo"}
        ).text = self._in_parole()
        self._punta()
        for t in self.macchina.transizioni:
            self._transizione(t)
        for stato, nome in self.macchina.stati:
            self._stato(stato, nome)
        self._alza()
        return ET.tostring(self.radice, encoding="unicode")

    def _alza(self) -> None:
        """Make room above for the words that stand higher than the first state."""
        alto = min(float(e.get("y", "0")) - 16 for e in self.radice.iter("text"))
        if alto < 0:
            _x, _y, larghezza, altezza = self.radice.get("viewBox", "").split()
            nuovo = f"0 {_n(alto)} {larghezza} {_n(float(altezza) - alto)}"
            self.radice.set("viewBox", nuovo)

    def _in_parole(self) -> str:
        nomi = dict(self.macchina.stati)
        return " ".join(
            _("«%(nome)s», da %(da)s a %(a)s: %(chi)s.")
            % {"nome": t.nome, "da": nomi[da], "a": nomi[a], "chi": chi(t)}
            for t in self.macchina.transizioni
            for da, a in t.percorsi
        )

    def _punta(self) -> None:
        for nome, colore in (("avanti", _BLU), ("indietro", _GRIGIO)):
            punta = ET.SubElement(
                ET.SubElement(self.radice, "defs"),
                "marker",
                {
                    "id": f"{self.macchina.nome}-{nome}",
                    "viewBox": "0 0 10 10",
                    "refX": "9",
                    "refY": "5",
                    "markerWidth": "7",
                    "markerHeight": "7",
                    "orient": "auto-start-reverse",
                },
            )
            ET.SubElement(punta, "path", {"d": "M0 0 10 5 0 10z", "fill": colore})

    def _transizione(self, t: Transizione) -> None:
        """Its arrows, and its words once for each way of reaching a state."""
        accanto: dict[str, list[tuple[float, float]]] = {}
        for da, a in t.percorsi:
            if da in self.via and a in self.via:
                if self.via.index(a) == self.via.index(da) + 1:
                    self._scende(t, da, a)
                else:
                    self._risale(t, da, a)
            else:
                mezzo = self._di_lato(t, da, a)
                accanto.setdefault(da if a in self.via else a, []).append(mezzo)
        for mezzi in accanto.values():
            # two arrows of one step meet: the words stand between them, nearer where they part
            x, y = fmean(m[0] for m in mezzi), fmean(m[1] for m in mezzi)
            sposta = (-20.0, -2.0) if len(mezzi) > 1 else (0.0, -30.0)
            self._parole(t, x + sposta[0], y + sposta[1], "middle")

    def _scende(self, t: Transizione, da: str, a: str) -> None:
        alto, basso = self.riquadri[da], self.riquadri[a]
        x = alto.x + 24
        self._linea(t, f"M{_n(x)} {_n(alto.y + _ALTO / 2)}V{_n(basso.y - _ALTO / 2)}")
        self._parole(t, x + 12, (alto.y + basso.y) / 2, "start")

    def _risale(self, t: Transizione, da: str, a: str) -> None:
        basso, alto = self.riquadri[da], self.riquadri[a]
        x, ampiezza = basso.x, 50 + 20 * (abs(self.via.index(da) - self.via.index(a)) - 1)
        self._linea(
            t,
            f"M{_n(x)} {_n(basso.y - 8)}C{_n(x - ampiezza)} {_n(basso.y - 8)} "
            f"{_n(x - ampiezza)} {_n(alto.y + 8)} {_n(x)} {_n(alto.y + 8)}",
        )
        self._parole(t, x - ampiezza + 4, (alto.y + basso.y) / 2, "end")

    def _di_lato(self, t: Transizione, da: str, a: str) -> tuple[float, float]:
        """An arrow between the way and a state beside it; its middle."""
        sulla_via, accanto = (da, a) if da in self.via else (a, da)
        via, lato = self.riquadri[sulla_via], self.riquadri[accanto]
        scarto = -9 if da == accanto else 9
        ventaglio = (via.y - lato.y) / 6  # the ends of several arrows do not fall on each other
        capi = [(via.destra, via.y + scarto), (lato.x, lato.y + scarto / 3 + ventaglio)]
        (x1, y1), (x2, y2) = capi if da == sulla_via else reversed(capi)
        self._linea(t, f"M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2)}")
        return (x1 + x2) / 2, (y1 + y2) / 2

    def _linea(self, t: Transizione, percorso: str) -> None:
        verso = "indietro" if t.regole.ritorno else "avanti"
        attributi = {
            "d": percorso,
            "fill": "none",
            "stroke": _GRIGIO if t.regole.ritorno else _BLU,
            "stroke-width": "2",
            "marker-end": f"url(#{self.macchina.nome}-{verso})",
        }
        if t.regole.ritorno:
            attributi["stroke-dasharray"] = "6 4"
        ET.SubElement(self.radice, "path", attributi)

    def _parole(self, t: Transizione, x: float, y: float, ancora: str) -> None:
        """The name of the step and who takes it, on a white halo."""
        for riga, (parola, peso) in enumerate(((t.nome, "600"), (chi(t), "400"))):
            ET.SubElement(
                self.radice,
                "text",
                {
                    "x": _n(x),
                    "y": _n(y - 3 + 17 * riga),
                    "text-anchor": ancora,
                    "font-size": "15" if riga == 0 else "13",
                    "font-weight": peso,
                    "fill": _NERO,
                    "stroke": "#fff",
                    "stroke-width": "4",
                    "paint-order": "stroke",
                },
            ).text = parola

    def _stato(self, stato: str, nome: str) -> None:
        r = self.riquadri[stato]
        bordi = ((0, "2"), (4, "1")) if stato in self.macchina.iniziali else ((0, "2"),)
        for dentro, spessore in bordi:
            ET.SubElement(
                self.radice,
                "rect",
                {
                    "x": _n(r.x + dentro),
                    "y": _n(r.y - _ALTO / 2 + dentro),
                    "width": _n(_LARGO - 2 * dentro),
                    "height": _n(_ALTO - 2 * dentro),
                    "rx": "6",
                    "fill": "#fff",
                    "stroke": _BLU if stato in self.via else _GRIGIO,
                    "stroke-width": spessore,
                },
            )
        ET.SubElement(
            self.radice,
            "text",
            {
                "x": _n(r.mezzo),
                "y": _n(r.y + 6),
                "text-anchor": "middle",
                "font-size": "17",
                "font-weight": "600",
                "fill": _NERO,
            },
        ).text = nome


def _via(macchina: Macchina) -> list[str]:
    """The states of the way forward, from the first one."""
    via = [macchina.iniziali[0]]
    while True:
        prossimi = (
            arrivo
            for t in macchina.transizioni
            if not t.regole.ritorno and (arrivo := t.arrivo(via[-1])) and arrivo not in via
        )
        stato = next(prossimi, None)
        if stato is None:
            return via
        via.append(stato)


def _disponi(macchina: Macchina, via: Sequence[str]) -> Mapping[str, _Riquadro]:
    """The way in one column; every other state on its right, as high as what it is tied to."""
    alto = _MARGINE + _ALTO / 2
    riquadri = {s: _Riquadro(_SINISTRA, alto + n * _PASSO) for n, s in enumerate(via)}
    x = _SINISTRA + _LARGO + _DESTRA
    libero = alto
    for stato, _nome in macchina.stati:
        if stato in riquadri:
            continue
        legati = {
            via.index(s)
            for _t, da, a in macchina.passaggi()
            for s in (da, a)
            if stato in (da, a) and s in via
        }
        y = max(libero, alto + (fmean(legati) if legati else 0) * _PASSO)
        riquadri[stato] = _Riquadro(x, y)
        libero = y + _PASSO
    return riquadri


def _n(numero: float) -> str:
    return f"{numero:.1f}".removesuffix(".0")
