# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of a year's objectives: filters, order, lateness, totals. One list for the table, the
trees, the board and the export, in a number of queries that does not depend on the rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    Count,
    DateField,
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
from django.db.models.functions import Greatest, RowNumber
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from cycle.models import (
    Ciclo,
    NodoStrategico,
    Obiettivo,
    ObiettivoNodo,
    RelazioneSemestrale,
    RichiestaVariazione,
    Scadenza,
    UnitaOrganizzativa,
    VersioneObiettivo,
)
from cycle.models.variazione import APERTE
from cycle.selectors import obiettivi_visibili, scadenze
from workflows.machines.obiettivo import STATI
from workflows.machines.relazione import COMPILABILI
from workflows.ports import Attore

PER_PAGINA = 25
PER_COLONNA = 12  # cards of a state on the board
NOMI_STATI = dict(STATI)

# words of the URL -> columns; the code breaks every tie, so that pages never overlap
ORDINI = {
    "codice": "codice",
    "titolo": "titolo",
    "unita": "unita__nome",
    "responsabile": "responsabile_generale__nome_completo",
    "stato": "passo",
    "percentuale": "percentuale_calcolata",
    "ritardo": "ritardo_dal",
}

# what is late, by the state in which it waits
DA_FARE: dict[str, Any] = {
    "approvato": _("da avviare"),
    "in_corso": _("da rendicontare"),
    "rendicontato": _("da validare"),
}


@dataclass(frozen=True, slots=True)
class Filtri:
    """What the URL asks for. A word the list does not know counts as not said."""

    unita: str = ""  # code of the unit: it and all below
    programma: UUID | None = None  # strategic node: it and all below
    stato: str = ""
    tipo: str = ""
    responsabile: UUID | None = None
    testo: str = ""
    in_ritardo: bool = False
    ordine: str = "codice"
    decrescente: bool = False

    @classmethod
    def da_url(cls, parametri: QueryDict) -> Filtri:
        """The filters of a query string; never raises."""
        detto = {k: parametri.get(k, "").replace("\x00", "").strip()[:200] for k in _PAROLE}
        ordine = detto["ordine"].removeprefix("-")
        return cls(
            unita=detto["unita"],
            programma=_uuid(detto["programma"]),
            stato=detto["stato"] if detto["stato"] in NOMI_STATI else "",
            tipo=detto["tipo"],
            responsabile=_uuid(detto["responsabile"]),
            testo=detto["testo"],
            in_ritardo=detto["ritardo"] == "1",
            ordine=ordine if ordine in ORDINI else "codice",
            decrescente=detto["ordine"].startswith("-"),
        )

    @property
    def attivi(self) -> bool:
        """Whether anything is filtered out."""
        return self != Filtri(ordine=self.ordine, decrescente=self.decrescente)


_PAROLE = ("unita", "programma", "stato", "tipo", "responsabile", "testo", "ritardo", "ordine")


def _uuid(testo: str) -> UUID | None:
    try:
        return UUID(testo)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Riga:
    """An objective as the list shows it. `variazioni`: a request waits for a decision."""

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
    disappears from the count (R63)."""

    quanti: int = 0
    somma_calcolata: Decimal = Decimal(0)
    con_calcolata: int = 0
    somma_convalidata: Decimal = Decimal(0)
    con_convalidata: int = 0
    in_ritardo: int = 0

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
        obiettivi = self._visibili.annotate(ritardo_dal=_ritardo(ciclo, istante))
        if filtri.unita:
            obiettivi = obiettivi.filter(_sotto(ciclo, filtri.unita))
        if filtri.programma:
            obiettivi = obiettivi.filter(_nel_programma(ciclo, filtri.programma))
        if filtri.tipo:
            obiettivi = obiettivi.filter(tipo=filtri.tipo)
        if filtri.responsabile:
            obiettivi = obiettivi.filter(
                Q(responsabile_generale__pid=filtri.responsabile)
                | Q(responsabile_operativo__pid=filtri.responsabile)
            )
        for parola in filtri.testo.split():
            obiettivi = obiettivi.filter(
                Q(codice__icontains=parola)
                | Q(titolo__unaccent__icontains=parola)
                | Q(descrizione__unaccent__icontains=parola)
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
        somme = (
            self._di_ogni_stato.order_by()
            .values_list("stato")
            .annotate(
                Count("pk"),
                Sum("percentuale_calcolata", default=Decimal(0)),
                Count("percentuale_calcolata"),
                Sum("percentuale_convalidata", default=Decimal(0)),
                Count("percentuale_convalidata"),
                tardi=Count("pk", filter=Q(ritardo_dal__lt=self.oggi)),
            )
        )
        trovati = {stato: Totale(*valori) for stato, *valori in somme}
        return {stato: trovati[stato] for stato in NOMI_STATI if stato in trovati}

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

    def _in_stato(self) -> QuerySet[Obiettivo]:
        stato = self.filtri.stato
        tutti = self._di_ogni_stato.annotate(passo=_PASSO)
        return tutti.filter(stato=stato) if stato else tutti

    def misure(self) -> Iterable[tuple[int, int, Totale]]:
        """Each objective with its unit, as a total of one."""
        for pk, unita, calcolata, convalidata, dal in (
            self._in_stato()
            .order_by()
            .annotate(dal=F("ritardo_dal"))
            .values_list(
                "pk", "unita_id", "percentuale_calcolata", "percentuale_convalidata", "dal"
            )
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
                ),
            )

    def _righe(self, obiettivi: QuerySet[Obiettivo]) -> list[Riga]:
        pendenti = RichiestaVariazione.objects.filter(
            obiettivo=OuterRef("pk"), stato__in=[s for s in APERTE if s != "bozza"]
        )
        return [
            Riga(*valori, self.oggi)
            for valori in obiettivi.annotate(variazioni=Exists(pendenti)).values_list(
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
            )
        ]


_PASSO = Case(
    *(When(stato=stato, then=Value(n)) for n, stato in enumerate(NOMI_STATI)),
    output_field=IntegerField(),
)


def pagine(quanti: int) -> int:
    """How many pages that many rows take; an empty list has one."""
    return max(1, ceil(quanti / PER_PAGINA))


def _sotto(ciclo: Ciclo, codice: str) -> Q:
    """The unit of that code and all below it; a code used again after a closing names both."""
    q = Q(pk__in=())
    for percorso in UnitaOrganizzativa.objects.filter(
        ente=ciclo.ente_id, codice=codice
    ).values_list("percorso", flat=True):
        q |= Q(unita__percorso__startswith=percorso)
    return q


def _nel_programma(ciclo: Ciclo, pid: UUID) -> Exists:
    """Those that hang on a strategic node or on one below it."""
    figli: dict[int | None, list[int]] = {}
    sotto: list[int] = []
    for pk, padre, suo in NodoStrategico.objects.filter(ciclo=ciclo).values_list(
        "pk", "padre_id", "pid"
    ):
        figli.setdefault(padre, []).append(pk)
        if suo == pid:
            sotto.append(pk)
    for pk in sotto:  # grows while it is read: a walk down the tree
        sotto.extend(figli.get(pk, ()))
    return Exists(ObiettivoNodo.objects.filter(obiettivo=OuterRef("pk"), nodo__in=sotto))


def _ritardo(ciclo: Ciclo, istante: datetime) -> Case:
    """The last day on which what the objective waits for was still in time, when it has passed:
    its start, the first report not submitted, the closing of the year, the validation."""
    zona = ZoneInfo(ciclo.ente.fuso)

    def passata(scadenza: Scadenza) -> Value | None:
        if scadenza.termine > istante:
            return None
        return Value((scadenza.termine - timedelta(microseconds=1)).astimezone(zona).date())

    termini = {s.codice: passata(s) for s in scadenze(ciclo)}
    versione = VersioneObiettivo.objects.filter(
        obiettivo=OuterRef("pk"), numero=OuterRef("versione")
    )
    casi = [
        When(
            stato="approvato",
            inizio_previsto__lt=istante.astimezone(zona).date(),
            then=Greatest(F("inizio_previsto"), Subquery(versione.values("in_vigore_dal"))),
        )
    ]
    relazioni = sorted(
        (int(numero), codice)
        for codice in termini
        for nome, _, numero in [codice.partition("-")]
        if nome == "relazione" and numero.isdigit()
    )
    for ordine, codice in relazioni:
        # a list made once, not a question for each row
        mancanti = RelazioneSemestrale.objects.filter(
            periodo__ciclo=ciclo, periodo__ordine=ordine, stato__in=COMPILABILI
        ).values("obiettivo")
        if termini[codice]:
            casi.append(When(Q(stato="in_corso", pk__in=mancanti), then=termini[codice]))
    if relazioni and (ultimo := termini[relazioni[-1][1]]):
        casi.append(When(stato="in_corso", then=ultimo))
    if validazione := termini.get("validazione"):
        casi.append(When(stato="rendicontato", then=validazione))
    return Case(*casi, default=None, output_field=DateField())
