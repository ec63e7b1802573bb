# SPDX-License-Identifier: AGPL-3.0-or-later
"""What has been read so far, as printed: the reader fills these, `assemblaggio` makes the Piano."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from cycle.importers.modena.lessico import Campo
from cycle.importers.righe import Riga, unisci


@dataclass(slots=True)
class Voce:
    riga: int
    testo: str


@dataclass(slots=True)
class Campi:
    """The values read under each label, line by line."""

    voci: dict[Campo, list[Voce]] = field(default_factory=dict)

    def metti(self, campo: Campo, riga: int, testo: str) -> None:
        self.voci.setdefault(campo, []).append(Voce(riga, testo))

    def su_una_riga(self, campo: Campo) -> str:
        return " ".join(voce.testo for voce in self.voci.get(campo, ()))

    def brano(self, campo: Campo) -> str:
        return unisci([voce.testo for voce in self.voci.get(campo, ())])

    def riga(self, campo: Campo, altrimenti: int) -> int:
        voci = self.voci.get(campo)
        return voci[0].riga if voci else altrimenti


@dataclass(slots=True)
class CollaboratoreGrezzo:
    riga: int
    nome: str
    inquadramento: str = ""
    dal: date | None = None
    al: date | None = None
    responsabile: bool = False


@dataclass(slots=True)
class PeriodoGrezzo:
    riga: int
    target: Decimal | None
    valore: Decimal | None
    natura: str


@dataclass(slots=True)
class IndicatoreGrezzo:
    riga: int
    nome: str
    peso: Decimal | None
    target: Decimal | None
    valore: Decimal | None
    aggregazione: str
    periodi: dict[int, PeriodoGrezzo] = field(default_factory=dict)


@dataclass(slots=True)
class SpecificoGrezzo:
    riga: int
    codice: str = ""
    campi: Campi = field(default_factory=Campi)
    date: dict[Campo, date] = field(default_factory=dict)
    flag: list[str] = field(default_factory=list)
    collaboratori: list[CollaboratoreGrezzo] = field(default_factory=list)
    indicatori: list[IndicatoreGrezzo] = field(default_factory=list)
    stadi: dict[int, list[Riga]] = field(default_factory=dict)


@dataclass(slots=True)
class SchedaGrezza:
    riga: int
    tipo: str
    codice: str
    settore: str = ""
    campi: Campi = field(default_factory=Campi)
    date: dict[Campo, date] = field(default_factory=dict)
    percentuali: dict[Campo, Decimal] = field(default_factory=dict)
    collaboratori: list[CollaboratoreGrezzo] = field(default_factory=list)
    specifici: list[SpecificoGrezzo] = field(default_factory=list)


@dataclass(slots=True)
class UnitaGrezza:
    riga: int
    nome: str
    responsabile: str = ""
    inquadramento: str = ""


@dataclass(slots=True)
class CentroGrezzo:
    """A Centro di Responsabilità: the settore, as the cover prints it."""

    riga: int
    nome: str
    dirigente: str = ""
    unita: list[UnitaGrezza] = field(default_factory=list)


@dataclass(slots=True)
class DocumentoGrezzo:
    centri: list[CentroGrezzo] = field(default_factory=list)
    schede: list[SchedaGrezza] = field(default_factory=list)
    anni: dict[int, list[int]] = field(default_factory=dict)  # year of a period -> its lines

    def conta_anno(self, anno: int, riga: int) -> None:
        self.anni.setdefault(anno, []).append(riga)
