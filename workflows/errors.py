# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a transition is refused: always with reasons, always with what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Motivo:
    """One reason why not: which guard, which rule it enforces, what is missing, what to do and
    who can do it. The same five fields on the page, in the API and in the registro."""

    guardia: str
    regola: str
    messaggio: str
    rimedio: str
    chi: str


@dataclass(frozen=True, slots=True)
class Tentativo:
    """What somebody tried to do, for the registro: `radici` maps each object to its objective,
    where it has one."""

    procedura: str
    verbo: str
    radici: Mapping[int, int | None]


class Rifiuto(Exception):
    """An act that did not happen. `motivi` maps each object to its reasons."""

    codice = 422

    def __init__(
        self, motivi: Mapping[int, Sequence[Motivo]], tentativo: Tentativo | None = None
    ) -> None:
        self.motivi = {pk: tuple(elenco) for pk, elenco in motivi.items()}
        self.tentativo = tentativo
        super().__init__("; ".join(m.messaggio for m in self.tutti()))

    def tutti(self) -> list[Motivo]:
        """Every distinct reason, in order."""
        return list(dict.fromkeys(m for elenco in self.motivi.values() for m in elenco))


class NonTrovato(Rifiuto):
    """Not there, or not to be seen: 404, and nothing more is said."""

    codice = 404


class Conflitto(Rifiuto):
    """The object is no longer as the person saw it: 409, look again."""

    codice = 409


class NonAutorizzato(Rifiuto):
    """The person holds no incarico that allows it: 403, with the role it takes."""

    codice = 403


class NonPossibile(Rifiuto):
    """Allowed, but something is missing: 422, with all that is missing at once."""

    codice = 422
