# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of a year's objectives: rows, totals, board. One list for the table, the trees, the
board and the export, in a number of queries that does not depend on the rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import ceil
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, RowNumber

from cycle.filtri import NOMI_STATI, ORDINI, Filtri
from cycle.models import (
    Ciclo,
    Neutralizzazione,
    Obiettivo,
    RichiestaVariazione,
    UnitaOrganizzativa,
)
from cycle.models.variazione import APERTE
from cycle.parametri import Parametri
from cycle.ritardo import DA_FARE, ritardo_dal
from cycle.selectors import obiettivi_visibili
from workflows.ports import Attore

PER_PAGINA = 25
PER_COLONNA = 12  # cards of a state on the board


@dataclass(frozen=True, slots=True)
class Riga:
    """An objective as the list shows it. `variazioni`: a request waits for a decision;
    `neutralizzato`: the cause for which it does not count, or counts in full, in the means (R62),
    "" where there is none."""

    pid: UUID
    codice: str
    tipo: str
    titolo: str
    stato: str
    unita: str
    responsabile: str | None
    calcolata: Decimal | None
    convalidata: Decimal | None
    ritardo_dal: date | None
    variazioni: bool
    neutralizzato: str
    oggi: date

    @property
    def giorni_di_ritardo(self) -> int:
        """Days since what is due should have been done; 0 when nothing is late."""
        return max(0, (self.oggi - self.ritardo_dal).days) if self.ritardo_dal else 0

    @property
    def che_cosa_manca(self) -> str:
        return str(DA_FARE.get(self.stato, ""))


@dataclass(frozen=True, slots=True)
class Totale:
    """How many objectives, and the sums of the percentages of those that have one: nobody
    disappears from the count (R63). `neutralizzati` are in it and, as the year says, out of the
    sums or in them with 100 (R62)."""

    quanti: int = 0
    somma_calcolata: Decimal = Decimal(0)
    con_calcolata: int = 0
    somma_convalidata: Decimal = Decimal(0)
    con_convalidata: int = 0
    in_ritardo: int = 0
    neutralizzati: int = 0

    @property
    def calcolata(self) -> Decimal | None:
        """Mean of the computed percentages."""
        return self.somma_calcolata / self.con_calcolata if self.con_calcolata else None

    @property
    def convalidata(self) -> Decimal | None:
        """Mean of the validated percentages."""
        return self.somma_convalidata / self.con_convalidata if self.con_convalidata else None


def somma(totali: Iterable[Totale]) -> Totale:
    """The total of totals."""
    somme = Totale()
    for t in totali:
        somme = Totale(
            somme.quanti + t.quanti,
            somme.somma_calcolata + t.somma_calcolata,
            somme.con_calcolata + t.con_calcolata,
            somme.somma_convalidata + t.somma_convalidata,
            somme.con_convalidata + t.con_convalidata,
            somme.in_ritardo + t.in_ritardo,
            somme.neutralizzati + t.neutralizzati,
        )
    return somme


@dataclass(frozen=True, slots=True)
class Scelte:
    """The values the filters can take: units as (code, indented name), people as (pid, name)."""

    unita: tuple[tuple[str, str], ...]
    tipi: tuple[str, ...]
    responsabili: tuple[tuple[UUID, str], ...]


class Elenco:
    """The objectives of a year that somebody may see, as `filtri` ask for them, at an instant."""

    def __init__(self, attore: Attore, ciclo: Ciclo, filtri: Filtri, istante: datetime) -> None:
        self.ciclo = ciclo
        self.filtri = filtri
        self.oggi = istante.astimezone(ZoneInfo(ciclo.ente.fuso)).date()
        self._visibili = obiettivi_visibili(attore, ciclo)
        obiettivi = filtri.applica(self._visibili, ciclo).annotate(
            ritardo_dal=ritardo_dal(ciclo, istante)
        )
        if filtri.in_ritardo:
            obiettivi = obiettivi.filter(ritardo_dal__lt=self.oggi)
        self._di_ogni_stato = obiettivi

    def obiettivi(self) -> QuerySet[Obiettivo]:
        """Those that pass every filter, in the order asked for."""
        colonna = F(ORDINI[self.filtri.ordine])
        ordine = colonna.desc if self.filtri.decrescente else colonna.asc
        return self._in_stato().order_by(ordine(nulls_last=True), "codice")

    def scelte(self) -> Scelte:
        """What the filters offer."""
        tipi, responsabili = set(), {}
        for tipo, pid, nome in (
            self._visibili.order_by()
            .values_list(
                "tipo", "responsabile_generale__pid", "responsabile_generale__nome_completo"
            )
            .distinct()
        ):
            tipi.add(tipo)
            if pid is not None:
                responsabili[pid] = nome
        figlie: dict[int | None, list[UnitaOrganizzativa]] = {}
        for u in UnitaOrganizzativa.objects.filter(ente=self.ciclo.ente_id).order_by("nome"):
            figlie.setdefault(u.padre_id, []).append(u)

        def sotto(padre: int | None, livello: int) -> Iterable[tuple[str, str]]:
            for u in figlie.get(padre, ()):
                if livello:  # the root is the whole ente: no filter
                    yield u.codice, "\u2003" * (livello - 1) + u.nome
                yield from sotto(u.pk, livello + 1)

        return Scelte(
            unita=tuple(sotto(None, 0)),
            tipi=tuple(sorted(t for t in tipi if t)),
            responsabili=tuple(sorted(responsabili.items(), key=lambda r: r[1])),
        )

    def per_stato(self) -> dict[str, Totale]:
        """The totals of each state, those filtered out included: what that filter offers."""
        somme = self._somme(self._di_ogni_stato, "stato")
        trovati = {stato: Totale(*valori) for stato, *valori in somme}
        return {stato: trovati[stato] for stato in NOMI_STATI if stato in trovati}

    def per_unita(self) -> dict[str, Totale]:
        """The totals of each unit that has objectives of its own, by its path."""
        somme = self._somme(self._in_stato(), "unita__percorso")
        return {percorso: Totale(*valori) for percorso, *valori in somme}

    def pagina(self, numero: int) -> list[Riga]:
        """The rows of a page, from 1."""
        primo = (numero - 1) * PER_PAGINA
        return self._righe(self.obiettivi()[primo : primo + PER_PAGINA])

    def colonne(self) -> dict[str, list[Riga]]:
        """The first rows of each state, for the board."""
        numerati = self._in_stato().annotate(
            posto=Window(RowNumber(), partition_by=F("stato"), order_by=F("codice").asc())
        )
        colonne: dict[str, list[Riga]] = {}
        for riga in self._righe(numerati.filter(posto__lte=PER_COLONNA).order_by("codice")):
            colonne.setdefault(riga.stato, []).append(riga)
        return colonne

    def _somme(self, obiettivi: QuerySet[Obiettivo], campo: str) -> Iterable[tuple[Any, ...]]:
        """The figures of a Totale for each value of a column."""
        return (
            self._contate(obiettivi)
            .order_by()
            .values_list(campo)
            .annotate(
                Count("pk"),
                Sum("conta_calcolata", default=Decimal(0)),
                Count("conta_calcolata"),
                Sum("conta_convalidata", default=Decimal(0)),
                Count("conta_convalidata"),
                tardi=Count("pk", filter=Q(ritardo_dal__lt=self.oggi)),
                neutri=Count("pk", filter=Q(neutro=True)),
            )
        )

    def _contate(self, obiettivi: QuerySet[Obiettivo]) -> QuerySet[Obiettivo]:
        """With the percentages as they count among others: of what is neutralised none, 100, or
        its own, as the year says (R62)."""
        effetto = Parametri.da_dizionario(self.ciclo.parametri).misura.neutralizzazione
        conta: dict[str, Any] = {}
        for nome in ("calcolata", "convalidata"):
            sua = F(f"percentuale_{nome}")
            if effetto == "escludi":
                conta[f"conta_{nome}"] = Case(When(neutro=False, then=sua))
            elif effetto == "cento":
                # as validated only what is
                piena = Q(neutro=True)
                if nome == "convalidata":
                    piena &= Q(percentuale_convalidata__isnull=False)
                conta[f"conta_{nome}"] = Case(When(piena, then=Value(Decimal(100))), default=sua)
            else:
                conta[f"conta_{nome}"] = sua
        return obiettivi.annotate(neutro=Exists(_NEUTRE)).annotate(**conta)

    def _in_stato(self) -> QuerySet[Obiettivo]:
        stato = self.filtri.stato
        tutti = self._di_ogni_stato.annotate(passo=_PASSO)
        return tutti.filter(stato=stato) if stato else tutti

    def misure(self) -> Iterable[tuple[int, int, Totale]]:
        """Each objective with its unit, as a total of one."""
        for pk, unita, calcolata, convalidata, dal, neutro in (
            self._contate(self._in_stato())
            .order_by()
            .annotate(dal=F("ritardo_dal"))
            .values_list("pk", "unita_id", "conta_calcolata", "conta_convalidata", "dal", "neutro")
        ):
            yield (
                pk,
                unita,
                Totale(
                    1,
                    calcolata or Decimal(0),
                    int(calcolata is not None),
                    convalidata or Decimal(0),
                    int(convalidata is not None),
                    int(dal is not None and dal < self.oggi),
                    int(neutro),
                ),
            )

    def _righe(self, obiettivi: QuerySet[Obiettivo]) -> list[Riga]:
        pendenti = RichiestaVariazione.objects.filter(
            obiettivo=OuterRef("pk"), stato__in=[s for s in APERTE if s != "bozza"]
        )
        return [
            Riga(*valori, self.oggi)
            for valori in obiettivi.annotate(
                variazioni=Exists(pendenti),
                neutralizzato=Coalesce(Subquery(_NEUTRE.values("causa")[:1]), Value("")),
            ).values_list(
                "pid",
                "codice",
                "tipo",
                "titolo",
                "stato",
                "unita__nome",
                "responsabile_generale__nome_completo",
                "percentuale_calcolata",
                "percentuale_convalidata",
                "ritardo_dal",
                "variazioni",
                "neutralizzato",
            )
        ]


# What neutralises the whole objective (R62): a part of it is in its percentage already.
_NEUTRE = Neutralizzazione.objects.filter(
    obiettivo=OuterRef("pk"), stato="accolta", specifico=None, indicatore=None
)


_PASSO = Case(
    *(When(stato=stato, then=Value(n)) for n, stato in enumerate(NOMI_STATI)),
    output_field=IntegerField(),
)


def pagine(quanti: int) -> int:
    """How many pages that many rows take; an empty list has one."""
    return max(1, ceil(quanti / PER_PAGINA))
