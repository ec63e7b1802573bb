# SPDX-License-Identifier: AGPL-3.0-or-later
"""The scheda as somebody writes it: what a form, a spreadsheet, the API or last year's copy give,
and `services.schede` stores.

Nothing here is resolved: people are names, units and strategic nodes are codes, and whether they
exist `bozze.verifica` says, at the place where they were written. A `pid` names a row that is
already there; a row without one is new.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

Figura = Decimal | date | None


@dataclass(frozen=True, slots=True)
class IndicatoreScritto:
    """An indicator, with its target in each period by the period's code. `storico` are the
    values of past years, kept as they are where it is empty."""

    nome: str
    tipo: str = ""  # of the ente's catalogue
    unita_misura: str = "numero"
    natura: str = "positivo"
    aggregazione: str = "somma"
    peso: Decimal | None = None
    cap: Decimal | None = None
    fascia_da: Decimal | None = None
    fascia_a: Decimal | None = None
    target: Mapping[str, Figura] = field(default_factory=dict)
    storico: Mapping[int, Decimal] = field(default_factory=dict)
    pid: UUID | None = None


@dataclass(frozen=True, slots=True)
class FaseScritta:
    """A phase; `responsabile` is the name of a person."""

    descrizione: str
    peso: Decimal | None = None
    inizio_previsto: date | None = None
    fine_prevista: date | None = None
    responsabile: str = ""
    pid: UUID | None = None


@dataclass(frozen=True, slots=True)
class PersonaScritta:
    """Somebody on a specifico: name, days, whether responsible, effort per cent."""

    persona: str
    dal: date | None = None
    al: date | None = None
    responsabile: bool = False
    impegno: Decimal | None = None
    pid: UUID | None = None


@dataclass(frozen=True, slots=True)
class SpecificoScritto:
    """An obiettivo specifico. Without a `codice`, the next one is given to it."""

    titolo: str
    codice: str = ""
    descrizione: str = ""
    peso: Decimal | None = None
    inizio_previsto: date | None = None
    fine_prevista: date | None = None
    esternalizzata: str = ""
    affidatario: str = ""
    modalita_affidamento: str = ""
    indicatori: tuple[IndicatoreScritto, ...] = ()
    fasi: tuple[FaseScritta, ...] = ()
    persone: tuple[PersonaScritta, ...] = ()
    pid: UUID | None = None


@dataclass(frozen=True, slots=True)
class SchedaScritta:
    """A whole scheda. `unita` is the code of a unit, `nodi` are pids or codes of strategic nodes;
    without a `codice`, the next one of the unit is given to it."""

    titolo: str
    unita: str
    codice: str = ""
    tipo: str = ""
    categoria: str = ""
    descrizione: str = ""
    responsabile_generale: str = ""
    responsabile_operativo: str = ""
    inizio_previsto: date | None = None
    fine_prevista: date | None = None
    peso: Decimal | None = None
    provvisorio: bool = False
    nodi: tuple[str, ...] = ()
    specifici: tuple[SpecificoScritto, ...] = ()

    @property
    def tipi(self) -> frozenset[str]:
        """Of the ente's catalogue, those that its indicators have."""
        return frozenset(i.tipo for s in self.specifici for i in s.indicatori)


@dataclass(frozen=True, slots=True)
class Difetto:
    """What is wrong with what was written, and where: `specifici-0-indicatori-2-peso` is the
    place in the scheda, the name of the form's field, and, with points, that of the API."""

    dove: str
    messaggio: str
