# SPDX-License-Identifier: AGPL-3.0-or-later
"""What has been read so far, as printed, and the shapes of codes and labels."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

_ANNO, _CHIAVE, _NUMERO, _FINE = (
    r"(?P<anno>20[0-9]{2})",
    r"(?P<chiave>[A-Z0-9]{4})",
    r"(?P<numero>[A-Z0-9]{1,3})",
    r"(?![A-Z0-9_])",
)
PROGETTO = re.compile(rf"({_ANNO}_(?P<tipo>P[DG])_{_CHIAVE}|Z_[0-9]{{3,8}}){_FINE}")
OBIETTIVO = re.compile(rf"({_ANNO}_OB_{_CHIAVE}_{_NUMERO}){_FINE}")
INDICATORE = re.compile(rf"[A-Z]_{_CHIAVE}_{_NUMERO}_[A-Z0-9]{{1,3}}{_FINE}")
TIPO_OBIETTIVO = re.compile(
    r"Obiettivo (?:di miglioramento|gestionale ordinario|prioritario)\b", re.IGNORECASE
)
CENTRO = re.compile(r"(?P<codice>[A-Z0-9]{2}) - (?P<nome>[A-ZÀ-Ü][A-ZÀ-Ü' ,./-]{4,200})")
CAPITOLO = re.compile(
    r"Cap\.?\s?(?P<capitolo>[0-9A-Z]{1,10})\s?Art\.?\s?(?P<articolo>[0-9A-Z]{1,5})"
)
TOTALE = re.compile(r"Totale(?: (?P<di>Azione|Obiettivo|Indirizzo|CDR))?")
PARTI = {
    "entrate-correnti": "entrate_correnti",
    "spese-correnti": "spese_correnti",
    "spese-investimenti": "spese_investimento",
    "spese-investimento": "spese_investimento",
    "spese-di-investimento": "spese_investimento",
}
LIVELLI = ("indirizzo", "obiettivo strategico", "azione")


@dataclass(slots=True)
class IndicatoreGrezzo:
    riga: int
    codice: str
    nome: str
    valore: str
    note: list[str] = field(default_factory=list)


@dataclass(slots=True)
class FaseGrezza:
    riga: int
    obiettivo: str
    descrizione: str
    previste: tuple[date | None, date | None] = (None, None)
    effettive: tuple[date | None, date | None] = (None, None)
    note: list[str] = field(default_factory=list)


@dataclass(slots=True)
class RigaRotta:
    """A row of a table that may go on in the line below."""

    riga: int
    celle: list[str]


@dataclass(slots=True)
class ObiettivoGrezzo:
    riga: int
    codice: str
    tipo: str
    titolo: list[str] = field(default_factory=list)
    indicatori: list[IndicatoreGrezzo] = field(default_factory=list)


@dataclass(slots=True)
class SommaGrezza:
    riga: int
    capitolo: str
    articolo: str
    descrizione: str
    parte: str
    importo: Decimal


@dataclass(slots=True)
class PersonaGrezza:
    riga: int
    nome: str
    relazione: str
    impegno: Decimal | None


@dataclass(slots=True)
class CentroGrezzo:
    riga: int
    codice: str
    nome: str
    dirigente: str = ""


@dataclass(slots=True)
class ProgettoGrezzo:
    riga: int
    codice: str
    centro: str
    dirigente: str
    titolo: list[str] = field(default_factory=list)
    descrizione: list[str] = field(default_factory=list)
    strategia: dict[str, list[str]] = field(default_factory=dict)
    obiettivi: dict[str, ObiettivoGrezzo] = field(default_factory=dict)
    fasi: list[FaseGrezza] = field(default_factory=list)
    somme: list[SommaGrezza] = field(default_factory=list)
    persone: list[PersonaGrezza] = field(default_factory=list)

    @property
    def spesa(self) -> Decimal:
        """The budget of a project: current and investment expense of its chapters."""
        return sum((s.importo for s in self.somme if s.parte != "entrate_correnti"), Decimal(0))


@dataclass(slots=True)
class VoceDiSommario:
    """A project, or a total, in the summary of a CDR."""

    riga: int
    centro: str
    codice: str  # of a project; "" for a total
    titolo: str  # of a project; what a total is of
    percorso: tuple[str, ...]
    importo: Decimal | None
    quota: Decimal | None


def in_euro(importo: Decimal) -> str:
    """`1.234,56`."""
    return f"{importo:,.2f}".translate(str.maketrans(",.", ".,"))
