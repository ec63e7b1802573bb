# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which alias does what: the application reads and writes as `default`, `owner` migrates."""

from __future__ import annotations

from typing import Any


class Router:
    """Schema changes belong to the owner role; everything else to the application role."""

    def allow_relation(self, obj1: Any, obj2: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "owner"
