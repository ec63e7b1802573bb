# SPDX-License-Identifier: AGPL-3.0-or-later
"""Many at once: each contender in a thread and a connection of its own, started together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection


def gara(concorrenti: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each returned, or the exception it raised, in order."""
    pronti = threading.Barrier(len(concorrenti))

    def corre(azione: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            pronti.wait(timeout=30)
            return azione()
        except Exception as errore:
            return errore
        finally:
            connection.close()

    with ThreadPoolExecutor(len(concorrenti)) as gruppo:
        return list(gruppo.map(corre, concorrenti))
