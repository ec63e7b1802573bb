# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a year stands, for who answers for all of it: percentages by settore beside last year's and
as a trend over the periods, objectives by state, who is late and by how much, reports by period. A
number of queries that does not depend on how many objectives there are."""

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
from cycle.parametri import Parametri
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
    convalidate: int = 0

    @property
    def media(self) -> Decimal | None:
        """The validated mean when every report of it is validated, else the computed one."""
        return self.convalidata if 0 < self.convalidate >= self.quante else self.calcolata


@dataclass(frozen=True, slots=True)
class Settore:
    """A settore, or the whole ente: its totals of this year and of the last one, and the means of
    the periods. `codice` is what the filter of the list calls it, "" for the whole ente."""

    codice: str
    nome: str
    totale: Totale
    prima: Totale
    tappe: tuple[Tappa, ...]
    tappe_prima: tuple[Tappa, ...] = ()

    @property
    def misurate(self) -> tuple[tuple[Tappa, Decimal], ...]:
        """The periods with a mean, and the mean that speaks for each: the validated one when all
        of it is, else the computed one."""
        return _misurate(self.tappe)

    @property
    def misurate_prima(self) -> tuple[tuple[Tappa, Decimal], ...]:
        """The same of last year."""
        return _misurate(self.tappe_prima)

    @property
    def andamento(self) -> str:
        """This year's figures under the chart, each with the number of its period; "" before there
        is any."""
        return _in_fila(self.tappe)

    @property
    def andamento_prima(self) -> str:
        """Last year's."""
        return _in_fila(self.tappe_prima)

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
    def scala(self) -> tuple[int, int]:
        """Where the axis of the trends begins and ends, over a hundred: the same for all."""
        valori = [
            v for s in (self.ente, *self.settori) for _t, v in (*s.misurate, *s.misurate_prima)
        ]
        if not valori:
            return 0, 100
        basso = int(min(valori) // 10 * 10)
        return max(0, min(basso, 90)), max(100, int(-(-max(valori) // 10) * 10))

    @property
    def andamento(self) -> str:
        """The trends in a sentence."""
        punti = self.ente.misurate
        if not punti:
            return _("Nessun periodo ha ancora una media.")
        (prima, da), (dopo, a) = punti[0], punti[-1]
        if prima is dopo:
            allora = {t.periodo: v for t, v in self.ente.misurate_prima}.get(prima.periodo)
            detto = _("Nel %(periodo)s la media dell'ente è %(da)s") % {
                "periodo": prima.periodo.lower(),
                "da": _percento(da),
            }
            if allora is None:
                return detto + "."
            return detto + _("; nello stesso periodo dell'anno prima era %(allora)s.") % {
                "allora": _percento(allora)
            }
        salgono = sum(s.misurate[-1][1] > s.misurate[0][1] for s in self.settori if s.misurate)
        scendono = sum(s.misurate[-1][1] < s.misurate[0][1] for s in self.settori if s.misurate)
        return _(
            "Dal %(prima)s al %(dopo)s la media dell'ente passa da %(da)s (relazioni %(n)s) a "
            "%(a)s (relazioni %(m)s); i settori che salgono sono %(su)s, quelli che scendono "
            "%(giu)s."
        ) % {
            "prima": prima.periodo.lower(),
            "dopo": dopo.periodo.lower(),
            "da": _percento(da),
            "a": _percento(a),
            "n": prima.quante,
            "m": dopo.quante,
            "su": salgono,
            "giu": scendono,
        }

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
    periodi_prima: Sequence[Periodo] = ()
    tappe_prima: Mapping[tuple[int, str], _Somme] = {}
    if prima is not None:
        prima.ente = ciclo.ente
        di_allora = Elenco(attore, prima, Filtri(), istante)
        allora = di_allora.per_unita()
        periodi_prima = selectors.periodi(prima)
        tappe_prima = _tappe(di_allora.obiettivi(), _effetto(prima))
    tappe = _tappe(elenco.obiettivi(), _effetto(ciclo))

    def di(codice: str, nome: str, radice: str) -> Settore:
        return Settore(
            codice,
            nome,
            somma(t for percorso, t in adesso.items() if percorso.startswith(radice)),
            somma(t for percorso, t in allora.items() if percorso.startswith(radice)),
            _tappe_di(periodi, tappe, radice),
            _tappe_di(periodi_prima, tappe_prima, radice),
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
  FROM (SELECT p.ordine, u.percorso,
               CASE WHEN n.id IS NULL THEN avg(v.percentuale_calcolata)
                    ELSE %s::numeric END AS calcolata,
               CASE WHEN n.id IS NULL OR avg(v.percentuale_convalidata) IS NULL
                    THEN avg(v.percentuale_convalidata) ELSE %s::numeric END AS convalidata
          FROM cycle_relazionesemestrale r
          JOIN cycle_periodo p ON p.id = r.periodo_id
          JOIN cycle_obiettivo o ON o.id = r.obiettivo_id
          JOIN cycle_unitaorganizzativa u ON u.id = o.unita_id
          JOIN cycle_vocerelazione v ON v.relazione_id = r.id
          LEFT JOIN cycle_neutralizzazione n
            ON n.obiettivo_id = o.id AND n.stato = 'accolta' AND n.specifico_id IS NULL
           AND n.indicatore_id IS NULL AND %s
         WHERE r.obiettivo_id IN ({obiettivi}) AND r.stato <> ALL (%s)
         GROUP BY r.id, p.ordine, u.percorso, n.id) AS delle_schede
 GROUP BY ordine, percorso
"""


def _tappe(obiettivi: QuerySet[Obiettivo], effetto: str) -> dict[tuple[int, str], _Somme]:
    """By period and unit. What is neutralised whole is left out, or counts 100, or as it is: as the
    year's parameter `effetto` says (R62)."""
    dentro, parametri = obiettivi.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursore:
        piena = 100 if effetto == "cento" else None
        cursore.execute(
            _TAPPE.format(obiettivi=dentro),
            [piena, piena, effetto != "quota", *parametri, sorted(COMPILABILI)],
        )
        return {(ordine, percorso): tuple(resto) for ordine, percorso, *resto in cursore}


def _effetto(ciclo: Ciclo) -> str:
    """What a neutralizzazione does to the means of a year (R62)."""
    return Parametri.da_dizionario(ciclo.parametri).misura.neutralizzazione


def _tappe_di(
    periodi: Sequence[Periodo], tappe: Mapping[tuple[int, str], _Somme], radice: str
) -> tuple[Tappa, ...]:
    return tuple(
        _tappa(
            p,
            [t for (ordine, u), t in tappe.items() if ordine == p.ordine and u.startswith(radice)],
        )
        for p in periodi
    )


def _misurate(tappe: Sequence[Tappa]) -> tuple[tuple[Tappa, Decimal], ...]:
    return tuple((t, t.media) for t in tappe if t.media is not None)


def _in_fila(tappe: Sequence[Tappa]) -> str:
    return ", ".join(
        f"{n}° {_percento(t.media)}" for n, t in enumerate(tappe, 1) if t.media is not None
    )


def _tappa(periodo: Periodo, somme: Sequence[_Somme]) -> Tappa:
    quante, convalidate = sum(s[0] for s in somme), sum(s[2] for s in somme)
    return Tappa(
        periodo.codice,
        periodo.nome,
        quante,
        sum((s[1] for s in somme), Decimal(0)) / quante if quante else None,
        sum((s[3] for s in somme), Decimal(0)) / convalidate if convalidate else None,
        convalidate,
    )


def _convalidato(t: Totale) -> bool:
    return 0 < t.con_convalidata >= t.con_calcolata


def _media(t: Totale) -> Decimal | None:
    return t.convalidata if _convalidato(t) else t.calcolata


def _percento(valore: Decimal | None) -> str:
    return f"{in_italiano(valore or Decimal(0), 2)} %"
