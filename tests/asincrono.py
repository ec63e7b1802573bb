# SPDX-License-Identifier: AGPL-3.0-or-later
"""A scene of its own loop, in a thread: that of the tests may already have one, the browser's."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connections

T = TypeVar("T")


def corri(scena: Coroutine[Any, Any, T]) -> T:
    """Play it to its end, and give or raise what it does."""

    def gioca() -> T:
        try:
            return asyncio.run(scena)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as filo:
        return filo.submit(gioca).result()
