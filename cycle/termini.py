# SPDX-License-Identifier: AGPL-3.0-or-later
"""The terms of the calendar as they hold at an instant, proroghe included, and as they are seen
from a day: how many days are left, which are mine, where each stands on the strip of the year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import DateTimeField, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.formats import date_format

from cycle.calendario import ultimo_giorno
from cycle.models import Ciclo, Ente, Proroga, Scadenza

_ORDINE: tuple[str, ...] = ("effettivo", "codice")


def in_vigore(istante: datetime) -> QuerySet[Scadenza]:
    """The terms with the one that holds at `istante` in `effettivo`: that of the last proroga
    recorded by then, else the one the calendar was made with (R49). By term."""
    ultima = Proroga.objects.filter(scadenza=OuterRef("pk"), istante__lte=istante).order_by("-pk")
    vale = Coalesce(
        Subquery(ultima.values("termine")[:1], output_field=DateTimeField()), F("termine")
    )
    return Scadenza.objects.annotate(**{"effettivo": vale}).order_by(*_ORDINE)


def effettivo(ciclo: Ciclo, codice: str, istante: datetime) -> datetime | None:
    """The first instant too late for a term of the year, as it holds at `istante`; None where the
    calendar does not have it."""
    trovata = in_vigore(istante).filter(ciclo=ciclo, codice=codice).first()
    return trovata.effettivo if trovata else None


@dataclass(frozen=True, slots=True)
class Termine:
    """A term seen from a day: `giorni` left until its last day, negative when it has passed."""

    nome: str
    anno: int
    tipo: str
    tipo_codice: str
    ultimo_giorno: date
    giorni: int
    blocca: str = ""
    ruoli: tuple[str, ...] = ()
    mio: bool = False
    prorogato: bool = False
    codice: str = ""

    @property
    def scaduto(self) -> bool:
        return self.giorni < 0

    @property
    def giorni_passati(self) -> int:
        """How many days ago its last day was."""
        return max(0, -self.giorni)


def termine(scadenza: Scadenza, oggi: date, fuso: str, ruoli: frozenset[str]) -> Termine:
    """`scadenza`, read with `in_vigore`, seen from `oggi` by somebody who holds `ruoli`. Its last
    day is the one before the first instant that is too late (R41)."""
    ultimo = ultimo_giorno(scadenza.effettivo, fuso)
    return Termine(
        nome=scadenza.nome,
        anno=scadenza.ciclo.anno,
        tipo=scadenza.get_tipo_display(),
        tipo_codice=scadenza.tipo,
        ultimo_giorno=ultimo,
        giorni=(ultimo - oggi).days,
        blocca=scadenza.blocca,
        ruoli=tuple(scadenza.ruoli),
        mio=bool(ruoli & set(scadenza.ruoli)),
        prorogato=scadenza.effettivo != scadenza.termine,
        codice=scadenza.codice,
    )


def termini(ente: Ente, istante: datetime, ruoli: frozenset[str]) -> list[Termine]:
    """Every term of the ente between 1 January of this year and 30 June of the next, by day:
    the whole calendar of this year's cycle, and the end of last year's."""
    oggi = istante.astimezone(ZoneInfo(ente.fuso)).date()
    tra = in_vigore(istante).filter(
        ente=ente, data__gte=date(oggi.year, 1, 1), data__lte=date(oggi.year + 1, 6, 30)
    )
    return [termine(s, oggi, ente.fuso, ruoli) for s in tra.select_related("ciclo")]


# --- the strip ----------------------------------------------------------------------------------

# the strip's own grid: a mark is as wide as LATO, and climbs when it would cover another
LARGHEZZA, MARGINE, LATO = 1000, 12, 16


@dataclass(frozen=True, slots=True)
class Segno:
    """A term on the strip: abscissa of its last day, and on which level above the line."""

    x: int
    livello: int
    termine: Termine


@dataclass(frozen=True, slots=True)
class Striscia:
    """Eighteen months in a line: where each begins, where today is, the terms."""

    mesi: tuple[tuple[int, str], ...]
    oggi: int | None  # None when today is not on it
    segni: tuple[Segno, ...]
    livelli: int


def striscia(termini: Sequence[Termine], oggi: date, anno: int | None = None) -> Striscia:
    """`termini` on a line from 1 January of `anno`, or of this year, to 30 June of the next."""
    anno = anno or oggi.year
    inizio, fine = date(anno, 1, 1), date(anno + 1, 6, 30)

    def x(giorno: date) -> int:
        quota = (giorno - inizio).days / (fine - inizio).days
        return MARGINE + round(min(max(quota, 0), 1) * (LARGHEZZA - 2 * MARGINE))

    segni: list[Segno] = []
    for termine in sorted(termini, key=lambda t: t.ultimo_giorno):
        qui = x(termine.ultimo_giorno)
        occupati = {s.livello for s in segni if qui - s.x < LATO}
        livello = next(n for n in range(len(segni) + 1) if n not in occupati)
        segni.append(Segno(qui, livello, termine))
    mesi = [date(anno + n // 12, n % 12 + 1, 1) for n in range(18)]
    return Striscia(
        # January is written as its year
        mesi=tuple((x(m), date_format(m, "Y" if m.month == 1 else "M").lower()) for m in mesi),
        oggi=x(oggi) if inizio <= oggi <= fine else None,
        segni=tuple(segni),
        livelli=max((s.livello for s in segni), default=0) + 1,
    )
