# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the sockets need to know of whoever connects, which only the nouns can tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Ospite:
    """Who is at a socket: a user, in one ente, by one login."""

    utente_id: int
    ente_id: int
    ipa: str
    accesso: str  # the session's key
    impronta: str  # of the password the session was opened with
    incarichi: frozenset[int]  # in force when they came in


class Portineria(Protocol):
    """Whom the door lets in. Every method opens a transaction of its own."""

    def entra(self, scope: dict[str, Any], ipa: str) -> Ospite | None:
        """Who connects, if they may enter the ente `ipa`."""

    def ancora(self, ospiti: Iterable[Ospite]) -> set[Ospite]:
        """Those of the guests whose login, place in the ente and incarichi are as they were."""

    def guarda(self, ospite: Ospite, pid: str) -> tuple[int, int] | None:
        """The id of the objective `pid` and its `revisione`, if the guest may see it."""

    def revisioni(self, ente_id: int, radici: Iterable[int]) -> dict[int, int]:
        """The `revisione` of each of these objectives of an ente."""
