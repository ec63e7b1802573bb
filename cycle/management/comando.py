# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the commands that use the tables have in common."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


class Comando(BaseCommand):
    """A command that finds its tables: on the embedded server it makes those that are missing,
    so that it runs from nothing; on a real one it says who must (the owner migrates, not us)."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        esecutore = MigrationExecutor(connection)
        if esecutore.migration_plan(esecutore.loader.graph.leaf_nodes()):
            if connection.settings_dict.get("EMBEDDED") is None:
                raise CommandError(
                    "Il database non ha le tabelle di questa versione: eseguire prima "
                    "«manage.py migrate»."
                )
            call_command("migrate", verbosity=0)
        return super().execute(*args, **options)
