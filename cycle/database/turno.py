# SPDX-License-Identifier: AGPL-3.0-or-later
"""Work that two processes may start at once and only one at a time may do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections


@contextmanager
def turno(lavoro: str, *, alias: str) -> Iterator[None]:
    """Wait until no other session of the database does `lavoro`, and keep the others waiting
    meanwhile. Outside any transaction; a session that dies leaves its turn."""
    with connections[alias].cursor() as cursore:
        cursore.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [lavoro])
    try:
        yield
    finally:
        with connections[alias].cursor() as cursore:
            cursore.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [lavoro])
