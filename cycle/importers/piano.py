# SPDX-License-Identifier: AGPL-3.0-or-later
"""The neutral plan: what every importer produces and `services.importa` stores.

One shape for four very different documents, so that an importer is only a reader: it knows a
layout and nothing about the database. Every value is as printed after repair of what the text
allows to prove; each repair that is not certain is an `Avviso` with the line it was read at.

Amounts and percentages are `Decimal`; dates are `date`; a missing value is `None` or `""`, never
a guess.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any


class PianoIllegibile(Exception):
    """The file is not such a plan, or is damaged beyond reading. The message is for the user:
    it says what is wrong, where, and what to do; nothing was imported."""


@dataclass(frozen=True, slots=True)
class Avviso:
    """A doubtful reading: what was read, at which line (1-based), and how it was taken."""

    numero: int
    riga: int
    codice: str  # of the scheda or specifico it concerns, "" for the whole document
    messaggio: str


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody named in the plan. `nome_completo` is `COGNOME NOME`, upper case, single blanks;
    a vacant post is kept as a placeholder whose name is `-`."""

    nome_completo: str
    inquadramento: str = ""
    matricola: str = ""
    alias: tuple[str, ...] = ()  # other spellings found, resolved to this person with an Avviso
    segnaposto: bool = False


@dataclass(frozen=True, slots=True)
class Unita:
    """An organisational unit. `codice` is unique in the plan; `padre` is the code of the unit
    above, "" for those right below the ente."""

    codice: str
    nome: str
    tipo: str  # area | settore | servizio | ufficio; ente, for the whole of it
    padre: str = ""
    responsabile: str = ""  # nome_completo of a Persona
    inquadramento: str = ""  # of the responsabile: Dirigente, PO ...


@dataclass(frozen=True, slots=True)
class Nodo:
    """A node of the political plan, from the root down: `percorso` of (tipo, codice, titolo)."""

    percorso: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Periodo:
    """A reporting period (R52): `codice` is `2021-1`, `2021-2`."""

    codice: str
    nome: str
    dal: date
    al: date


@dataclass(frozen=True, slots=True)
class Rilevazione:
    """Target and measured value of one indicator in one period."""

    periodo: str
    target: Decimal | date | None  # dates for an indicator measured by its date (R79)
    valore: Decimal | date | None


@dataclass(frozen=True, slots=True)
class ValoreStorico:
    """The value of a past year, printed beside the present ones."""

    anno: int
    valore: Decimal | None


@dataclass(frozen=True, slots=True)
class Indicatore:
    nome: str
    peso: Decimal | None
    natura: str  # positivo | negativo
    aggregazione: str  # somma | media | ultimo_valore | massimo | minimo
    rilevazioni: tuple[Rilevazione, ...]
    tipo: str = ""  # of the ente's catalogue
    unita_misura: str = "numero"  # numero | percentuale | data | si_no | euro
    target_annuo: Decimal | None = None  # as printed
    valore_annuo: Decimal | None = None  # as printed
    storico: tuple[ValoreStorico, ...] = ()
    codice: str = ""  # as the ente calls it, where it does
    note: str = ""
    cap: Decimal | None = None  # of its own score: 1 is 100 % (R71)
    fascia_da: Decimal | None = None
    fascia_a: Decimal | None = None
    riga: int = 0


@dataclass(frozen=True, slots=True)
class Fase:
    """A phase: weight and progress from 0 to 100. `responsabile` is a `Persona.nome_completo`."""

    descrizione: str
    peso: Decimal | None = None
    avanzamento: Decimal | None = None
    inizio_previsto: date | None = None
    fine_prevista: date | None = None
    inizio_effettivo: date | None = None
    fine_effettiva: date | None = None
    responsabile: str = ""
    centro: str = ""  # of responsibility, as printed
    note: str = ""
    riga: int = 0


@dataclass(frozen=True, slots=True)
class Stanziamento:
    """Money of a chapter, in euro."""

    capitolo: str
    articolo: str
    descrizione: str
    parte: str  # entrate_correnti | spese_correnti | spese_investimento
    importo: Decimal
    riga: int = 0


@dataclass(frozen=True, slots=True)
class Collaboratore:
    """`nome` as printed (punctuation normalised to single blanks); `persona` the resolved
    `Persona.nome_completo`. The two differ only where an Avviso says so."""

    nome: str
    persona: str
    dal: date | None
    al: date | None
    responsabile: bool
    impegno: Decimal | None = None  # per cent
    categoria: str = ""  # of this row: a person may have another elsewhere


@dataclass(frozen=True, slots=True)
class Relazione:
    """The dialogue of one period on one specifico (R53), in order. Who checks the figures may
    have given the specifico a percentage of its own, with its reason (R56)."""

    periodo: str
    testo: str
    osservazione: str
    risposta: str
    percentuale_convalidata: Decimal | None = None
    motivo: str = ""


@dataclass(frozen=True, slots=True)
class Specifico:
    codice: str
    titolo: str
    descrizione: str
    inizio_previsto: date | None
    fine_prevista: date | None
    inizio_effettivo: date | None = None
    fine_effettiva: date | None = None
    flag: tuple[str, ...] = ()
    esternalizzata: str = ""  # "", no, parzialmente, totalmente
    affidatario: str = ""
    modalita_affidamento: str = ""
    peso: Decimal | None = None
    collaboratori: tuple[Collaboratore, ...] = ()
    indicatori: tuple[Indicatore, ...] = ()
    relazioni: tuple[Relazione, ...] = ()
    fasi: tuple[Fase, ...] = ()
    stanziamenti: tuple[Stanziamento, ...] = ()
    riga: int = 0


@dataclass(frozen=True, slots=True)
class Obiettivo:
    codice: str
    tipo: str  # OE | UO | ... as each comune names them
    titolo: str
    descrizione: str
    unita: str  # codice of a Unita
    responsabile_generale: str  # nome_completo, "" when lost
    responsabile_operativo: str
    inizio_previsto: date | None
    fine_prevista: date | None
    inizio_effettivo: date | None = None
    fine_effettiva: date | None = None
    categoria: str = ""
    fase: str = ""  # as printed
    stato: str = ""  # as printed
    peso: Decimal | None = None
    nodi: tuple[Nodo, ...] = ()
    collaboratori: tuple[tuple[str, str], ...] = ()  # (nome_completo, inquadramento)
    persone: tuple[Collaboratore, ...] = ()  # who works on the whole scheda, and how much
    stanziamenti: tuple[Stanziamento, ...] = ()  # of the whole scheda
    sezioni: tuple[tuple[str, str], ...] = ()  # what the form says beside the rest: heading, text
    percentuale_stampata: Decimal | None = None  # "% Avanzamento" of the document
    percentuale_convalidata: Decimal | None = None
    specifici: tuple[Specifico, ...] = ()
    riga: int = 0


@dataclass(frozen=True, slots=True)
class Piano:
    """A whole document, ready to be stored all or nothing."""

    anno: int
    fonte: str  # name of the layout
    periodi: tuple[Periodo, ...]
    unita: tuple[Unita, ...]
    persone: tuple[Persona, ...]
    obiettivi: tuple[Obiettivo, ...]
    # parameters (see `cycle.parametri`) of a year that is not there yet, as the layout wants them
    parametri: Mapping[str, Any] = field(default_factory=dict)
    avvisi: tuple[Avviso, ...] = field(default=())

    def specifici(self) -> Iterator[Specifico]:
        """Every specifico, in the order of the document."""
        for obiettivo in self.obiettivi:
            yield from obiettivo.specifici
