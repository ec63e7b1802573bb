# SPDX-License-Identifier: AGPL-3.0-or-later
"""One writer, in a process of its own: it imports the models only once Django is set up."""

from __future__ import annotations

from collections.abc import Sequence
from multiprocessing.synchronize import Barrier
from typing import Any

# ipa of the ente and ids of the objectives to move; None: go home
Turno = tuple[str, Sequence[int]] | None
ATTESA = 120  # seconds at the gate before somebody is given up for lost


def scrivi(coda: Any, cancello: Barrier) -> None:
    """Move what the queue says, from one passing of the gate to the next."""
    import django

    django.setup()
    from tests.bench import mondo

    attori: dict[str, Any] = {}
    while (turno := coda.get()) is not None:
        ipa, ids = turno
        chi = attori.get(ipa) or attori.setdefault(ipa, mondo.attore(ipa))
        cancello.wait(ATTESA)
        for pk in ids:
            mondo.proponi(chi, [pk])
        cancello.wait(ATTESA)
