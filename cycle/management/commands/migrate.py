# SPDX-License-Identifier: AGPL-3.0-or-later
"""`migrate`, by the owner role unless told otherwise."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands import migrate

from cycle.database.router import tutto_su
from cycle.database.turno import turno


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        # two at once on an empty database would create the same tables
        with turno("migrate", alias=options["database"]), tutto_su(options["database"]):
            super().handle(*args, **options)
