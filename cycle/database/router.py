# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which alias does what: the application reads and writes as `default`, `owner` migrates."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_migrando: ContextVar[str | None] = ContextVar("migrando", default=None)


@contextmanager
def tutto_su(alias: str) -> Iterator[None]:
    """While a migration runs: the rows that others' migrations touch, which name no alias, are
    of the role that migrates too."""
    segno = _migrando.set(alias)
    try:
        yield
    finally:
        _migrando.reset(segno)


class Router:
    """Schema changes belong to the owner role; everything else to the application role."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return _migrando.get()

    def db_for_write(self, model: Any, **hints: Any) -> str | None:
        return _migrando.get()

    def allow_relation(self, obj1: Any, obj2: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "owner"
