# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py segnali --ente IPA --anno 2021`: what deserves a second look, as JSON."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser

from cycle import orologio
from cycle.management.comando import Comando
from cycle.models import Ciclo
from cycle.segnali import da_database


class Command(Comando):
    help = "Stampa in JSON ciò che nel piano di un anno merita un secondo sguardo."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--ente", required=True, help="codice IPA")
        parser.add_argument("--anno", type=int, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        ciclo = (
            Ciclo.objects.select_related("ente")
            .filter(ente__codice_ipa=options["ente"].strip().lower(), anno=options["anno"])
            .first()
        )
        if ciclo is None:
            raise CommandError(
                f"Non c'è un anno {options['anno']} dell'ente {options['ente']}: controllare "
                "il codice IPA e l'anno."
            )
        if hasattr(self.stdout, "reconfigure"):  # JSON is UTF-8, whatever the terminal
            self.stdout.reconfigure(encoding="utf-8")
        letti = da_database(ciclo, orologio.adesso())
        self.stdout.write(json.dumps(letti, ensure_ascii=False, indent=2))
