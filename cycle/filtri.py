# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the URL of the list asks for, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict

from cycle.models import Ciclo, NodoStrategico, Obiettivo, ObiettivoNodo, UnitaOrganizzativa
from workflows.machines.obiettivo import STATI

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

    def applica(self, obiettivi: QuerySet[Obiettivo], ciclo: Ciclo) -> QuerySet[Obiettivo]:
        """Those of a year's objectives that pass, whatever their state and lateness."""
        if self.unita:
            obiettivi = obiettivi.filter(sotto(ciclo, self.unita))
        if self.programma:
            obiettivi = obiettivi.filter(_nel_programma(ciclo, self.programma))
        if self.tipo:
            obiettivi = obiettivi.filter(tipo=self.tipo)
        if self.responsabile:
            obiettivi = obiettivi.filter(
                Q(responsabile_generale__pid=self.responsabile)
                | Q(responsabile_operativo__pid=self.responsabile)
            )
        for parola in self.testo.split():
            obiettivi = obiettivi.filter(
                Q(codice__icontains=parola)
                | Q(titolo__unaccent__icontains=parola)
                | Q(descrizione__unaccent__icontains=parola)
            )
        return obiettivi

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


def sotto(ciclo: Ciclo, codice: str) -> Q:
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
