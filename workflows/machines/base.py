# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a machine is written: one decorator over django_fsm, and the table read back from it.

A transition names its states, the roles it belongs to and its guards. Called outside the engine
it refuses: the state column has one writer.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import django_fsm

from workflows.guards import Guardia

_motore_al_lavoro: ContextVar[bool] = ContextVar("motore_al_lavoro", default=False)


class FuoriDalMotore(RuntimeError):
    """Somebody called a transition without the engine: no guard, role or registro would see it."""


@contextmanager
def al_lavoro() -> Iterator[None]:
    """Held by the engine alone while it moves objects."""
    segno = _motore_al_lavoro.set(True)
    try:
        yield
    finally:
        _motore_al_lavoro.reset(segno)


class Stato(django_fsm.FSMField):
    """The column of a state. To migrations it is a text: which transitions lead where is not of the
    schema, and django_fsm would look for them again in each of the many models they make."""

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        nome, _, args, kwargs = super().deconstruct()
        kwargs.pop("protected", None)
        return nome, "django.db.models.CharField", args, kwargs


@dataclass(frozen=True, slots=True)
class Regole:
    """What django_fsm carries for us in `custom`."""

    ruoli: tuple[str, ...]
    guardie: tuple[Guardia, ...]
    fatto: str = ""  # what the news say of it: "proposto"
    ritorno: bool = False  # a step back: nobody is waiting to do it
    organo: str = ""  # the organ on whose behalf it is done
    con_atto: bool = False
    molti: bool = False  # may be run on a selection of objects


@dataclass(frozen=True, slots=True)
class Transizione:
    """One row of the transition table."""

    nome: str
    percorsi: tuple[tuple[str, str], ...]  # (from, to)
    regole: Regole
    descrizione: str

    def arrivo(self, stato: str) -> str | None:
        """Where it leads from `stato`; None when it does not start there."""
        for da, a in self.percorsi:
            if da == stato:
                return a
        return None

    @property
    def partenze(self) -> tuple[str, ...]:
        return tuple(da for da, _ in self.percorsi)


@dataclass(frozen=True, slots=True)
class Macchina:
    """A noun's states and transitions, as declared."""

    nome: str
    stati: tuple[tuple[str, str], ...]
    iniziali: tuple[str, ...]
    transizioni: tuple[Transizione, ...]
    finali: tuple[str, ...] = ()  # where nothing more is done

    def transizione(self, nome: str) -> Transizione | None:
        return next((t for t in self.transizioni if t.nome == nome), None)

    def avanti(self, stato: str) -> tuple[Transizione, ...]:
        """The transitions that somebody is expected to take from `stato`: no step back."""
        return tuple(
            t for t in self.transizioni if not t.regole.ritorno and t.arrivo(stato) is not None
        )

    def passaggi(self) -> list[tuple[str, str, str]]:
        """Every (transition, from, to)."""
        return [(t.nome, da, a) for t in self.transizioni for da, a in t.percorsi]


def transizione(
    da: str | Sequence[str],
    a: str,
    *,
    ruoli: Sequence[str],
    fatto: str,
    guardie: Sequence[Guardia] = (),
    ritorno: bool = False,
    organo: str = "",
    con_atto: bool = False,
    molti: bool = False,
) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Declare a transition. May be stacked when one word leads elsewhere from another state."""
    regole = Regole(tuple(ruoli), tuple(guardie), fatto, ritorno, organo, con_atto, molti)
    partenze = [da] if isinstance(da, str) else list(da)

    def decora(metodo: Callable[[Any], None]) -> Callable[[Any], None]:
        corpo = metodo if hasattr(metodo, "_django_fsm") else _solo_dal_motore(metodo)
        decorato: Callable[[Any], None] = django_fsm.transition(
            field="stato", source=partenze, target=a, custom={"regole": regole}
        )(corpo)
        return decorato

    return decora


def _solo_dal_motore(metodo: Callable[[Any], None]) -> Callable[[Any], None]:
    @functools.wraps(metodo)
    def corpo(self: Any) -> None:
        if not _motore_al_lavoro.get():
            raise FuoriDalMotore(f"{metodo.__name__}: solo workflows.engine cambia lo stato")
        metodo(self)

    return corpo


def leggi(
    nome: str, modello: type[Any], iniziali: Sequence[str], finali: Sequence[str] = ()
) -> Macchina:
    """The table of a model's machine, in the order in which its methods are written."""
    campo = modello._meta.get_field("stato")
    trovate: list[Transizione] = []
    for classe in reversed(modello.__mro__):
        for attributo, metodo in vars(classe).items():
            meta = getattr(metodo, "_django_fsm", None)
            if meta is None:
                continue
            righe = list(meta.transitions.values())
            trovate.append(
                Transizione(
                    nome=attributo,
                    percorsi=tuple((t.source, t.target) for t in righe),
                    regole=righe[0].custom["regole"],
                    descrizione=(metodo.__doc__ or "").strip().splitlines()[0],
                )
            )
    return Macchina(nome, tuple(campo.choices), tuple(iniziali), tuple(trovate), tuple(finali))
