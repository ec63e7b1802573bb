# SPDX-License-Identifier: AGPL-3.0-or-later
"""All that the page of a year's calendar shows: each term with its last instant and its proroghe,
and the parameters in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from cycle import apertura
from cycle.apertura import Riga
from cycle.generi import Scelta, SiNo
from cycle.models import Ciclo, FeedCalendario, Persona, Proroga, Scadenza
from cycle.parametri import GRUPPI, Parametri, Parametro
from cycle.termini import Termine, in_vigore, termine
from workflows.ports import RUOLI


@dataclass(frozen=True, slots=True)
class Spostamento:
    """A proroga: from which day to which, by which act, why."""

    dal: datetime
    al: datetime
    atto: str
    motivazione: str


@dataclass(frozen=True, slots=True)
class TermineDellAnno:
    """A term of the calendar: `ultimo` is its last second, in the ente's zone; `slitta` why its
    day is not the one written."""

    termine: Termine
    ultimo: datetime
    festivi: str
    slitta: str
    ruoli: tuple[str, ...]
    spostamenti: tuple[Spostamento, ...]

    @property
    def prorogabile(self) -> bool:
        return self.termine.tipo_codice != "statutaria"


def termini_dell_anno(
    ciclo: Ciclo, istante: datetime, ruoli: frozenset[str]
) -> list[TermineDellAnno]:
    """The calendar of a year as it holds at `istante`, seen by somebody with `ruoli`; in two
    queries."""
    fuso = ciclo.ente.fuso
    zona = ZoneInfo(fuso)
    oggi = istante.astimezone(zona).date()
    regole = apertura.feste(ciclo.ente, Parametri.da_dizionario(ciclo.parametri))
    proroghe: dict[int, list[Proroga]] = {}
    for p in (
        Proroga.objects.filter(scadenza__ciclo=ciclo, istante__lte=istante)
        .select_related("atto")
        .order_by("pk")
    ):
        proroghe.setdefault(p.scadenza_id, []).append(p)
    trovati = []
    for s in in_vigore(istante).filter(ciclo=ciclo):
        s.ciclo = ciclo
        ultima = proroghe.get(s.pk, [None])[-1]
        riga = Riga(s.codice, s.nome, s.tipo, ultima.data if ultima else s.data, s.festivi, ())
        trovati.append(
            TermineDellAnno(
                termine(s, oggi, fuso, ruoli),
                (s.effettivo - timedelta(seconds=1)).astimezone(zona),
                s.get_festivi_display(),
                apertura.spostata(riga, fuso, regole),
                tuple(RUOLI[r] for r in s.ruoli if r in RUOLI),
                _spostamenti(s, proroghe.get(s.pk, [])),
            )
        )
    return trovati


def _spostamenti(s: Scadenza, proroghe: Sequence[Proroga]) -> tuple[Spostamento, ...]:
    fatti, prima = [], s.termine
    for p in proroghe:
        secondo = timedelta(seconds=1)
        fatti.append(Spostamento(prima - secondo, p.termine - secondo, str(p.atto), p.motivazione))
        prima = p.termine
    return tuple(fatti)


def parametri_in_parole(ciclo: Ciclo) -> list[tuple[str, list[tuple[Parametro, str]]]]:
    """Name of each group, and its parameters with their values as people say them."""
    gruppi: dict[str, list[tuple[Parametro, str]]] = {g: [] for g in GRUPPI}
    for parametro, valore in Parametri.da_dizionario(ciclo.parametri).valori():
        testo = parametro.genere.testo(valore)
        if isinstance(parametro.genere, SiNo | Scelta):
            testo = str(parametro.genere.scelte[testo])
        gruppi[parametro.gruppo].append((parametro, testo or _("nessuno")))
    return [(str(GRUPPI[g]), voci) for g, voci in gruppi.items()]


def feed(persona: Persona) -> FeedCalendario | None:
    """The private address of a person's calendar, if there is one."""
    return FeedCalendario.objects.filter(persona=persona).first()
