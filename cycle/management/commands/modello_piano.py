# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py modello_piano FILE.xlsx`: the workbook in which a comune without a published document
writes its plan; `--da FORMA DOCUMENTO --anno 2021` fills it with what a document holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cycle.importers import LETTORI, leggi
from cycle.importers.foglio_piano import modello, scrivi_foglio
from cycle.importers.piano import PianoIllegibile
from cycle.management.file import leggi_file


class Command(BaseCommand):
    help = "Scrive il foglio da compilare per importare un piano, vuoto o già pieno."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="dove scrivere il foglio .xlsx")
        parser.add_argument("--da", nargs=2, metavar=("FORMA", "DOCUMENTO"), default=None)
        parser.add_argument("--anno", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        da = options["da"]
        contenuto = self._pieno(da[0], da[1], options["anno"]) if da else modello()
        try:
            Path(options["file"]).write_bytes(contenuto)
        except OSError as errore:
            raise CommandError(
                f"Non si può scrivere {options['file']}: {errore.strerror}."
            ) from errore
        self.stdout.write(
            f"{options['file']}: da compilare, poi «manage.py importa foglio {options['file']} "
            "--ente ... --anno ... --prova»."
        )

    def _pieno(self, forma: str, documento: str, anno: int | None) -> bytes:
        if forma not in LETTORI or anno is None:
            raise CommandError(
                f"Con --da servono --anno e una forma fra: {', '.join(sorted(LETTORI))}."
            )
        try:
            return scrivi_foglio(leggi(forma, leggi_file(Path(documento)), anno=anno))
        except PianoIllegibile as errore:
            raise CommandError(str(errore)) from None
