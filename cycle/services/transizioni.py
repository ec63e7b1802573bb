# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking the engine for a transition: what pages, API and commands call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from cycle.procedures import PROCEDURE
from workflows.engine import Esito, execute
from workflows.errors import NonTrovato
from workflows.ports import Attore, Richiesta


def esegui(
    *,
    procedura: str,
    transizione: str,
    ids: Sequence[int],
    by: Attore,
    istante: datetime,
    richiesta: Richiesta | None = None,
    revisioni: Mapping[int, int] | None = None,
    tutti: bool = True,
    canale: str = "web",
) -> Esito:
    """Move the objects through the transition, or raise a `workflows.errors.Rifiuto`."""
    trovata = PROCEDURE.get(procedura)
    if trovata is None:
        raise NonTrovato({})
    return execute(
        trovata,
        transizione,
        ids,
        by,
        istante,
        richiesta=richiesta,
        revisioni=revisioni,
        tutti=tutti,
        canale=canale,
    )
