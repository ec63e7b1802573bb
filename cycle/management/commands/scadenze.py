# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py scadenze`: what falls due, by hand; the worker does the same every few minutes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import ngettext

from cycle import orologio
from cycle.management.comando import Comando
from cycle.services.scadenze import scadenze


class Command(Comando):
    help = "Manda gli avvisi dei termini che sono dovuti adesso. Ripeterlo non avvisa due volte."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--al",
            default="",
            help="come se fosse quell'istante, per esempio 2026-09-23T09:00+02:00",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        istante = orologio.adesso()
        if options["al"]:
            try:
                istante = datetime.fromisoformat(options["al"])
            except ValueError:
                istante = None  # type: ignore[assignment]
            if istante is None or istante.tzinfo is None:
                raise CommandError(
                    f"«{options['al']}» non è un istante con il suo fuso: scriverlo come "
                    "2026-09-23T09:00+02:00."
                )
        detti = scadenze(istante)
        self.stdout.write(
            ngettext("%(n)s termine avvisato.", "%(n)s termini avvisati.", detti) % {"n": detti}
        )
