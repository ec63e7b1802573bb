# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the commands that use the tables have in common."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from cycle.models import Ciclo


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


class ComandoDiUnAnno(Comando):
    """A command about one year of one ente: `--ente IPA --anno 2021`."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--ente", required=True, help="codice IPA")
        parser.add_argument("--anno", type=int, required=True)

    def ciclo(self, *, ente: str, anno: int, **_altre: Any) -> Ciclo:
        """The year that the options name. Raises CommandError when there is none."""
        trovato = (
            Ciclo.objects.select_related("ente")
            .filter(ente__codice_ipa=ente.strip().lower(), anno=anno)
            .first()
        )
        if trovato is None:
            raise CommandError(
                f"Non c'è un anno {anno} dell'ente {ente}: controllare il codice IPA e l'anno."
            )
        return trovato
