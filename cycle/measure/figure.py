# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is measured: the figures of an objective, free of the ORM and valid once built."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from cycle.measure.numeri import difetto_numero

Natura = Literal["positivo", "negativo"]
Aggregazione = Literal["somma", "media", "ultimo_valore", "massimo", "minimo"]
UnitaMisura = Literal["numero", "percentuale", "data", "si_no", "euro"]

_NATURE = frozenset(("positivo", "negativo"))
_AGGREGAZIONI = frozenset(("somma", "media", "ultimo_valore", "massimo", "minimo"))
_UNITA = frozenset(("numero", "percentuale", "data", "si_no", "euro"))
_CUMULATE = frozenset(("somma", "media"))
_TUTTO_O_NIENTE = frozenset(("data", "si_no"))


@dataclass(frozen=True, slots=True)
class Rilevazione:
    """Target and measured value of one period (R53). `periodo` is its ordinal in the year, 1..n;
    both are dates for a `data` indicator, Decimals for any other (a yes is 1, a no is 0).

    A None target promises nothing in that period: its value informs and does not score. A None
    value was not measured: see `calcolo`."""

    periodo: int
    target: Decimal | date | None
    valore: Decimal | date | None


@dataclass(frozen=True, slots=True)
class Indicatore:
    """An indicator and its periods, kept in order of period whatever order they came in.

    peso: within the specifico, summing to 100 with the others; None where the ente does not weigh.
    cap: the most it may score, 1 = 100 %; None is the ente's.
    fascia: lowest and highest good value of the year (R70); it takes the place of natura and
        target.
    neutralizzato: the cause, which nobody could foresee or govern, for which it is set aside, in
        a few words (R62); "" when it is not.
    difetto: what in the plan makes it not computable, in Italian; "" when nothing does.

    Raises ValueError for words out of the lists, repeated periods, negative weights, and figures
    that are not exact and finite: what a plan cannot hold. What it can, and should not, is a
    `difetto`: one wrong row must not take the page of a whole plan with it."""

    nome: str
    peso: Decimal | None
    natura: Natura
    aggregazione: Aggregazione
    unita_misura: UnitaMisura
    rilevazioni: tuple[Rilevazione, ...]
    cap: Decimal | None = None
    fascia: tuple[Decimal, Decimal] | None = None
    neutralizzato: str = ""
    difetto: str = field(init=False, repr=False, compare=False, default="")
    # Nothing special in it: `indicatore` may take the short way.
    semplice: bool = field(init=False, repr=False, compare=False, default=False)

    def __post_init__(self) -> None:
        if self.natura not in _NATURE:
            raise _errore(self.nome, f"natura {self.natura!r} sconosciuta")
        if self.aggregazione not in _AGGREGAZIONI:
            raise _errore(self.nome, f"aggregazione {self.aggregazione!r} sconosciuta")
        if self.unita_misura not in _UNITA:
            raise _errore(self.nome, f"unità di misura {self.unita_misura!r} sconosciuta")
        _valida_peso(self.peso, self.nome)
        if self.cap is not None:
            _valida(self.cap, self.nome, "cap")
        if self.fascia is not None:
            for limite in self.fascia:
                _valida(limite, self.nome, "fascia")
        coerenti = self._valida_rilevazioni()
        if difetto := self._difetto(coerenti):
            object.__setattr__(self, "difetto", difetto)
        elif (
            self.natura == "positivo"
            and self.aggregazione in _CUMULATE
            and self.fascia is None
            and not self.neutralizzato
            and self.unita_misura not in _TUTTO_O_NIENTE
        ):
            object.__setattr__(self, "semplice", True)

    def _difetto(self, coerenti: bool) -> str:
        if not coerenti:
            return "target e valori non sono nell'unità di misura indicata: riscriverli"
        if self.cap is not None and self.cap <= 0:
            return "il punteggio massimo non è maggiore di 0: correggerlo"
        if self.fascia is not None:
            if self.unita_misura == "data":
                return "una data non ha fascia: toglierla"
            if self.fascia[0] > self.fascia[1]:
                return "il minimo della fascia supera il massimo: correggerla"
        return ""

    def _valida_rilevazioni(self) -> bool:
        """Whether all figures are of the kind the unit asks for."""
        di_date = self.unita_misura == "data"
        precedente, in_ordine, coerenti = 0, True, True
        for rilevazione in self.rilevazioni:
            periodo = rilevazione.periodo
            if periodo <= precedente:
                in_ordine = False
            precedente = periodo
            for valore in (rilevazione.target, rilevazione.valore):
                if valore is None:
                    continue
                e_data = type(valore) is date
                if e_data is not di_date:
                    coerenti = False
                if not e_data and (difetto := difetto_numero(valore)):
                    raise _errore(self.nome, difetto)
        if not in_ordine:
            self._riordina()
        return coerenti

    def _riordina(self) -> None:
        ordinate = tuple(sorted(self.rilevazioni, key=lambda r: r.periodo))
        if ordinate[0].periodo < 1:
            raise _errore(self.nome, "i periodi si contano da 1")
        if len({r.periodo for r in ordinate}) < len(ordinate):
            raise _errore(self.nome, "lo stesso periodo compare due volte")
        object.__setattr__(self, "rilevazioni", ordinate)


@dataclass(frozen=True, slots=True)
class Specifico:
    """An obiettivo specifico: what scores is its indicators. `peso` counts where specifici are
    weighted (R69). Raises ValueError for a weight that is not one."""

    codice: str
    indicatori: tuple[Indicatore, ...]
    peso: Decimal | None = None
    neutralizzato: str = ""

    def __post_init__(self) -> None:
        _valida_peso(self.peso, self.codice)


@dataclass(frozen=True, slots=True)
class Obiettivo:
    """An objective. `peso` and `neutralizzato` count only among others, in `insieme` (R62, R69).
    Raises ValueError for a weight that is not one."""

    codice: str
    specifici: tuple[Specifico, ...]
    peso: Decimal | None = None
    neutralizzato: str = ""

    def __post_init__(self) -> None:
        _valida_peso(self.peso, self.codice)


def _valida_peso(peso: Decimal | None, nome: str) -> None:
    if peso is not None:
        _valida(peso, nome, "peso")
        if peso < 0:
            raise _errore(nome, "il peso non può essere negativo")


def _valida(valore: object, nome: str, campo: str) -> None:
    if difetto := difetto_numero(valore):
        raise _errore(nome, f"{campo}, {difetto}")


def _errore(nome: str, problema: str) -> ValueError:
    return ValueError(f"«{nome}»: {problema}.")
