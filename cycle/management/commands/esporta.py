# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py esporta --ente IPA --anno 2021`: the plan of a year as JSON on standard output; with
`--xlsx FILE`, as the workbook that `importa foglio` reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from cycle.exports import foglio
from cycle.exports.piano import da_database
from cycle.management.comando import ComandoDiUnAnno


class Command(ComandoDiUnAnno):
    help = "Il piano di un anno in JSON (schema: cycle/exports/piano.schema.json), o in un foglio."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--xlsx", metavar="FILE", default="", help="scrive un foglio .xlsx")

    def handle(self, *args: Any, **options: Any) -> None:
        ciclo = self.ciclo(**options)
        if options["xlsx"]:
            try:
                Path(options["xlsx"]).write_bytes(foglio.da_ciclo(ciclo))
            except OSError as errore:
                raise CommandError(
                    f"Non si può scrivere {options['xlsx']}: {errore.strerror}."
                ) from errore
            self.stdout.write(
                f"{options['xlsx']}: si importa con «manage.py importa foglio {options['xlsx']} "
                "--ente ... --anno ...»."
            )
            return
        if hasattr(self.stdout, "reconfigure"):  # JSON is UTF-8, whatever the terminal
            self.stdout.reconfigure(encoding="utf-8")
        self.stdout.write(json.dumps(da_database(ciclo), ensure_ascii=False, indent=2))
