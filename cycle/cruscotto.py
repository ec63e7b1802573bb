# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a year stands, for who answers for all of it: percentages by settore beside last year's and
period by period, objectives by state, who is late and by how much, reports by period. A number of
queries that does not depend on how many objectives there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.db.models import Count, Min, QuerySet
from django.utils.translation import gettext as _

from cycle import selectors
from cycle.elenco import Elenco, Riga, Totale, somma
from cycle.filtri import Filtri
from cycle.measure import in_italiano
from cycle.models import Ciclo, Obiettivo, Periodo, RelazioneSemestrale
from workflows.machines.relazione import COMPILABILI, STATI
from workflows.ports import Attore

RITARDI = 10  # people and objectives listed here; the list behind has them all
NOMI_RELAZIONE = dict(STATI)


@dataclass(frozen=True, slots=True)
class Tappa:
    """The mean of a period, over the reports submitted: of each objective the plain mean of its
    specifici, from the beginning of the year to that period."""

    codice: str
    periodo: str
    quante: int = 0
    calcolata: Decimal | None = None
    convalidata: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Settore:
    """A settore, or the whole ente: its totals of this year and of the last one, and the means of
    the periods. `codice` is what the filter of the list calls it, "" for the whole ente."""

    codice: str
    nome: str
    totale: Totale
    prima: Totale
    tappe: tuple[Tappa, ...]

    @property
    def anno_prima(self) -> Decimal | None:
        """Last year's mean."""
        return _media(self.prima)

    @property
    def convalidato(self) -> bool:
        """Whether this year's mean is the validated one."""
        return _convalidato(self.totale)

    @property
    def quest_anno(self) -> Decimal | None:
        """The mean that speaks for the year: the validated one when every percentage is, else the
        computed one; of a few validated it would say nothing of the others."""
        return _media(self.totale)

    @property
    def differenza(self) -> Decimal | None:
        """Points above last year; below it, negative."""
        if self.quest_anno is None or self.anno_prima is None:
            return None
        return self.quest_anno - self.anno_prima

    @property
    def in_parole(self) -> str:
        """What the bar of the settore says."""
        if self.quest_anno is None:
            return _("%(nome)s: nessuna percentuale ancora.") % {"nome": self.nome}
        detto = _("%(nome)s: %(media)s, obiettivi misurati %(n)s") % {
            "nome": self.nome,
            "media": _percento(self.quest_anno),
            "n": max(self.totale.con_convalidata, self.totale.con_calcolata),
        }
        if self.anno_prima is not None:
            detto += _(", l'anno prima %(media)s") % {"media": _percento(self.anno_prima)}
        return detto + "."


@dataclass(frozen=True, slots=True)
class InRitardo:
    """Who answers for objectives that are late: how many, and how late the first of them is."""

    pid: UUID | None
    nome: str
    quanti: int
    giorni: int


@dataclass(frozen=True, slots=True)
class RelazioniDelPeriodo:
    """The reports of a period by state: (code, name, how many), in the order of the machine."""

    periodo: Periodo
    stati: tuple[tuple[str, str, int], ...]
    totale: int
    validate: int

    @property
    def quota(self) -> Decimal | None:
        """Validated, over a hundred."""
        return Decimal(100 * self.validate) / self.totale if self.totale else None


@dataclass(frozen=True, slots=True)
class Cruscotto:
    """All that the page shows."""

    ente: Settore
    settori: tuple[Settore, ...]
    stati: Mapping[str, Totale]
    in_ritardo: tuple[InRitardo, ...]
    peggiori: tuple[Riga, ...]
    relazioni: tuple[RelazioniDelPeriodo, ...]
    anno_prima: int | None = None
    periodi: Sequence[Periodo] = field(default=())

    @property
    def sintesi(self) -> str:
        """The charts, in a sentence."""
        misurati = [s for s in self.settori if s.quest_anno is not None]
        if not misurati:
            return _("Nessun settore ha ancora una percentuale.")
        ordinati = sorted(misurati, key=lambda s: s.quest_anno or Decimal(0))
        if len(ordinati) == 1:
            return ordinati[0].in_parole
        return _("Il settore più avanti è %(primo)s; il più indietro, %(ultimo)s.") % {
            "primo": f"{ordinati[-1].nome} ({_percento(ordinati[-1].quest_anno)})",
            "ultimo": f"{ordinati[0].nome} ({_percento(ordinati[0].quest_anno)})",
        }


def cruscotto(attore: Attore, ciclo: Ciclo, istante: datetime) -> Cruscotto:
    """The year as it stands at `istante`."""
    elenco = Elenco(attore, ciclo, Filtri(), istante)
    periodi = selectors.periodi(ciclo)
    prima = Ciclo.objects.filter(ente=ciclo.ente_id, anno=ciclo.anno - 1).first()
    stati = elenco.per_stato()
    adesso = elenco.per_unita()
    allora: Mapping[str, Totale] = {}
    if prima is not None:
        prima.ente = ciclo.ente
        allora = Elenco(attore, prima, Filtri(), istante).per_unita()
    tappe = _tappe(elenco.obiettivi())

    def di(codice: str, nome: str, radice: str) -> Settore:
        return Settore(
            codice,
            nome,
            somma(t for percorso, t in adesso.items() if percorso.startswith(radice)),
            somma(t for percorso, t in allora.items() if percorso.startswith(radice)),
            tuple(
                _tappa(
                    p,
                    [
                        t
                        for (ordine, u), t in tappe.items()
                        if ordine == p.ordine and u.startswith(radice)
                    ],
                )
                for p in periodi
            ),
        )

    settori = tuple(di(s.codice, s.nome, s.percorso) for s in selectors.settori(ciclo.ente))
    in_ritardo = Elenco(attore, ciclo, Filtri(in_ritardo=True, ordine="ritardo"), istante)
    return Cruscotto(
        ente=di("", ciclo.ente.nome, ""),
        settori=tuple(s for s in settori if s.totale.quanti or s.prima.quanti),
        stati=stati,
        in_ritardo=_chi(in_ritardo.obiettivi(), elenco.oggi),
        peggiori=tuple(in_ritardo.pagina(1)[:RITARDI]),
        relazioni=_relazioni(periodi, elenco.obiettivi()),
        anno_prima=prima.anno if prima else None,
        periodi=periodi,
    )


def _chi(in_ritardo: QuerySet[Obiettivo], oggi: date) -> tuple[InRitardo, ...]:
    righe = (
        in_ritardo.order_by()
        .values_list("responsabile_generale__pid", "responsabile_generale__nome_completo")
        .annotate(n=Count("pk"), da=Min("ritardo_dal"))
        .order_by("da", "responsabile_generale__nome_completo")
    )
    return tuple(
        InRitardo(pid, (nome or "").title(), n, (oggi - da).days)
        for pid, nome, n, da in righe[:RITARDI]
    )


def _relazioni(
    periodi: Sequence[Periodo], obiettivi: QuerySet[Obiettivo]
) -> tuple[RelazioniDelPeriodo, ...]:
    """Those of what is in the plan: what was struck off has none to give."""
    conti: dict[int, dict[str, int]] = {}
    for periodo, stato, n in (
        relazioni(obiettivi).order_by().values_list("periodo_id", "stato").annotate(Count("pk"))
    ):
        conti.setdefault(periodo, {})[stato] = n
    return tuple(
        RelazioniDelPeriodo(
            p,
            tuple((s, str(nome), suoi[s]) for s, nome in STATI if s in suoi),
            sum(suoi.values()),
            suoi.get("validata", 0),
        )
        for p in periodi
        for suoi in [conti.get(p.pk, {})]
    )


def relazioni(obiettivi: QuerySet[Obiettivo]) -> QuerySet[RelazioneSemestrale]:
    """The reports that are due of these objectives."""
    dovuti = obiettivi.exclude(stato__in=("bozza", "proposta", "stralciato"))
    return RelazioneSemestrale.objects.filter(obiettivo__in=dovuti.order_by().values("pk"))


# (how many, sum of the computed, how many validated, sum of the validated)
_Somme = tuple[int, Decimal, int, Decimal]

_TAPPE = """
SELECT ordine, percorso, count(calcolata), coalesce(sum(calcolata), 0),
       count(convalidata), coalesce(sum(convalidata), 0)
  FROM (SELECT p.ordine, u.percorso, avg(v.percentuale_calcolata) AS calcolata,
               avg(v.percentuale_convalidata) AS convalidata
          FROM cycle_relazionesemestrale r
          JOIN cycle_periodo p ON p.id = r.periodo_id
          JOIN cycle_obiettivo o ON o.id = r.obiettivo_id
          JOIN cycle_unitaorganizzativa u ON u.id = o.unita_id
          JOIN cycle_vocerelazione v ON v.relazione_id = r.id
         WHERE r.obiettivo_id IN ({obiettivi}) AND r.stato <> ALL (%s)
         GROUP BY r.id, p.ordine, u.percorso) AS delle_schede
 GROUP BY ordine, percorso
"""


def _tappe(obiettivi: QuerySet[Obiettivo]) -> dict[tuple[int, str], _Somme]:
    dentro, parametri = obiettivi.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursore:
        cursore.execute(_TAPPE.format(obiettivi=dentro), [*parametri, sorted(COMPILABILI)])
        return {(ordine, percorso): tuple(resto) for ordine, percorso, *resto in cursore}


def _tappa(periodo: Periodo, somme: Sequence[_Somme]) -> Tappa:
    quante, convalidate = sum(s[0] for s in somme), sum(s[2] for s in somme)
    return Tappa(
        periodo.codice,
        periodo.nome,
        quante,
        sum((s[1] for s in somme), Decimal(0)) / quante if quante else None,
        sum((s[3] for s in somme), Decimal(0)) / convalidate if convalidate else None,
    )


def _convalidato(t: Totale) -> bool:
    return 0 < t.con_convalidata >= t.con_calcolata


def _media(t: Totale) -> Decimal | None:
    return t.convalidata if _convalidato(t) else t.calcolata


def _percento(valore: Decimal | None) -> str:
    return f"{in_italiano(valore or Decimal(0), 2)} %"
