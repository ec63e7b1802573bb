# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bars and Gantt as SVG made of attributes: the CSP allows no inline style. They repeat what the
page says in figures beside them, so they are hidden from screen readers."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from cycle.cruscotto import Settore, Tappa
from cycle.models import Fase
from cycle.scheda import Cella

register = template.Library()

LARGO = 100.0


def _n(numero: float) -> str:
    """A coordinate: a point, whatever the language of the page."""
    return f"{numero:.2f}"


@register.simple_tag
def barra(calcolata: Decimal | None, convalidata: Decimal | None = None) -> SafeString:
    """A percentage as a bar: the computed fills it, the validated is a line across it."""
    if calcolata is None and convalidata is None:
        return SafeString("")
    piena = _n(min(float(calcolata or 0), LARGO))
    segno = (
        format_html(
            '<rect class="segno" x="{}" y="0" width="2" height="10"/>',
            _n(max(0.0, min(float(convalidata), LARGO) - 2)),
        )
        if convalidata is not None
        else ""
    )
    return format_html(
        '<svg class="barra" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="fondo" x="0" y="2" width="100" height="6"/>'
        '<rect class="piena" x="0" y="2" width="{}" height="6"/>{}</svg>',
        piena,
        segno,
    )


@register.simple_tag
def quota(parte: int, tutto: int) -> SafeString:
    """How much of a whole, as a bar: the figures stand beside it."""
    larga = _n(LARGO * parte / tutto) if tutto else "0"
    return format_html(
        '<svg class="quota" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="fondo" x="0" y="2" width="100" height="6"/>'
        '<rect class="piena" x="0" y="2" width="{}" height="6"/></svg>',
        larga,
    )


@register.simple_tag
def andamento(settore: Settore, scala: tuple[int, int]) -> SafeString:
    """The means of the periods as a line with a dot each, last year's dashed with squares; `scala`
    is where the axis begins and ends. The caption beside it says the figures."""
    quanti = max(len(settore.tappe), len(settore.tappe_prima), 1)
    basso, alto = scala

    def punti(tappe: Sequence[Tappa]) -> list[tuple[str, str]]:
        return [
            (
                _n(26 + 120 * (n + 0.5) / quanti),
                _n(62 - 54 * (float(t.media) - basso) / (alto - basso)),
            )
            for n, t in enumerate(tappe)
            if t.media is not None
        ]

    adesso, prima = punti(settore.tappe), punti(settore.tappe_prima)
    return format_html(
        '<svg class="andamento" viewBox="0 0 150 80" aria-hidden="true">'
        '<line class="asse" x1="24" x2="148" y1="8" y2="8"/>'
        '<line class="asse" x1="24" x2="148" y1="62" y2="62"/>'
        '<text x="21" y="11" text-anchor="end">{}</text>'
        '<text x="21" y="65" text-anchor="end">{}</text>{}{}{}{}{}</svg>',
        alto,
        basso,
        format_html_join(
            "",
            '<text x="{}" y="76" text-anchor="middle">{}</text>',
            ((_n(26 + 120 * (n + 0.5) / quanti), f"{n + 1}°") for n in range(quanti)),
        ),
        _linea("prima", prima),
        format_html_join(
            "",
            '<rect class="prima" x="{}" y="{}" width="5" height="5"/>',
            ((_n(float(x) - 2.5), _n(float(y) - 2.5)) for x, y in prima),
        ),
        _linea("adesso", adesso),
        format_html_join("", '<circle class="adesso" cx="{}" cy="{}" r="3.2"/>', adesso),
    )


def _linea(classe: str, punti: Sequence[tuple[str, str]]) -> SafeString:
    if len(punti) < 2:
        return SafeString("")
    return format_html(
        '<polyline class="{}" points="{}"/>', classe, " ".join(f"{x},{y}" for x, y in punti)
    )


@register.simple_tag
def proiettile(cella: Cella) -> SafeString:
    """A value against its target: the bar is the value, the line the target. Nothing for dates,
    for figures below zero, and where there is nothing to compare."""
    target, valore = cella.target, cella.valore
    if not isinstance(target, Decimal) or (valore is not None and not isinstance(valore, Decimal)):
        return SafeString("")
    massimo = max(target, valore or Decimal(0))
    if target < 0 or massimo <= 0 or (valore or 0) < 0:
        return SafeString("")
    scala = LARGO / (float(massimo) * 1.1)
    esito = {True: "raggiunto", False: "mancato", None: "atteso"}[cella.raggiunto]
    return format_html(
        '<svg class="proiettile {}" viewBox="0 0 100 10" preserveAspectRatio="none" '
        'aria-hidden="true"><rect class="fondo" x="0" y="1" width="100" height="8"/>'
        '<rect class="piena" x="0" y="3" width="{}" height="4"/>'
        '<rect class="segno" x="{}" y="0" width="1.5" height="10"/></svg>',
        esito,
        _n(float(valore or 0) * scala),
        _n(max(0.0, float(target) * scala - 0.75)),
    )


MESI = "GFMAMGLASOND"


@dataclass(frozen=True, slots=True)
class Calendario:
    """The months a Gantt spans, drawn as equally wide."""

    mesi: tuple[date, ...]  # their first days

    def x(self, giorno: date) -> float:
        """Where a day begins, from 0 to 100."""
        primo = self.mesi[0]
        mese = (giorno.year - primo.year) * 12 + giorno.month - primo.month
        lungo = monthrange(giorno.year, giorno.month)[1]
        return LARGO * (mese + (giorno.day - 1) / lungo) / len(self.mesi)

    def comprende(self, giorno: date) -> bool:
        return self.mesi[0] <= giorno < _mese_dopo(self.mesi[-1])

    @property
    def iniziali(self) -> list[str]:
        return [MESI[m.month - 1] for m in self.mesi]


@register.simple_tag
def calendario(fasi: Sequence[Fase], anno: int) -> Calendario:
    """The year of the plan, and whatever month its phases reach beyond it."""
    note = [
        giorno
        for f in fasi
        for giorno in (f.inizio_previsto, f.fine_prevista, f.inizio_effettivo, f.fine_effettiva)
        if giorno is not None
    ]
    mese = min(*note, date(anno, 1, 1)).replace(day=1) if note else date(anno, 1, 1)
    ultimo = max(*note, date(anno, 12, 31)) if note else date(anno, 12, 31)
    mesi = []
    while mese <= ultimo:
        mesi.append(mese)
        mese = _mese_dopo(mese)
    return Calendario(tuple(mesi))


@register.simple_tag
def banda(fase: Fase, calendario: Calendario, oggi: date) -> SafeString:
    """A phase on the calendar: planned as an outline, actual filled, and a line for today."""
    fine = fase.fine_effettiva
    if fase.inizio_effettivo and fine is None and calendario.comprende(oggi):
        fine = max(oggi, fase.inizio_effettivo)
    return format_html(
        '<svg class="gantt" viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">'
        "{}{}{}{}</svg>",
        format_html_join(
            "",
            '<line class="mese" x1="{0}" x2="{0}" y1="0" y2="20"/>',
            ((_n(calendario.x(m)),) for m in calendario.mesi[1:]),
        ),
        _rettangolo("previsto", calendario, fase.inizio_previsto, fase.fine_prevista, 2, 16),
        _rettangolo("effettivo", calendario, fase.inizio_effettivo, fine, 6, 8),
        format_html('<line class="oggi" x1="{0}" x2="{0}" y1="0" y2="20"/>', _n(calendario.x(oggi)))
        if calendario.comprende(oggi)
        else "",
    )


def _rettangolo(
    classe: str, calendario: Calendario, dal: date | None, al: date | None, y: int, alto: int
) -> SafeString:
    if dal is None or al is None:
        return SafeString("")
    da, a = calendario.x(dal), calendario.x(al + timedelta(days=1))
    return format_html(
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>',
        classe,
        _n(da),
        y,
        _n(max(a - da, 0.6)),
        alto,
    )


def _mese_dopo(primo: date) -> date:
    return (primo + timedelta(days=31)).replace(day=1)
