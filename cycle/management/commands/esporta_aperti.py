# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py esporta_aperti --ente IPA --anno 2021 [--forma csv]`: the open data of a year on
standard output, and their SHA-256 on standard error (R86-R88)."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.management.base import CommandParser

from cycle.exports import aperti
from cycle.management.comando import ComandoDiUnAnno


class Command(ComandoDiUnAnno):
    help = (
        "Stampa piano e risultati di un anno come dati aperti, senza dati personali "
        "(schema: cycle/exports/aperti.schema.json)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--forma", choices=sorted(aperti.FORME), default="json")

    def handle(self, *args: Any, **options: Any) -> None:
        ciclo = self.ciclo(**options)
        if hasattr(self.stdout, "reconfigure"):  # what is digested is UTF-8, line ends included
            self.stdout.reconfigure(encoding="utf-8", newline="")
        contenuto = aperti.FORME[options["forma"]](aperti.da_ciclo(ciclo))
        self.stdout.write(contenuto.decode(), ending="")
        self.stderr.write(f"SHA-256 {hashlib.sha256(contenuto).hexdigest()}")
