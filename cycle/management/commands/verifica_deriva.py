# SPDX-License-Identifier: AGPL-3.0-or-later
"""Print what in force no Atto authorises: nothing, and exit 0; or each difference, and exit 1.

A line a difference, in order of code; with `--json` one JSON object a line instead, with `codice`,
`dove`, `approvato`, `vigente`, `atto` (empty when no Atto), and nothing else on the output."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction

from cycle.management.comando import Comando
from cycle.models import Ciclo
from cycle.services.enti import nell_ente
from cycle.variazioni.deriva import deriva


class Command(Comando):
    help = "Confronta ciò che è in vigore con l'ultima versione approvata di ogni obiettivo."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--ente", required=True, help="codice IPA")
        parser.add_argument("--anno", required=True, type=int, help="anno del piano")
        parser.add_argument("--json", action="store_true", help="un oggetto JSON per differenza")

    def handle(self, *args: Any, **opzioni: Any) -> None:
        """Raises CommandError (exit code 1) when there is no such year or anything differs."""
        with transaction.atomic():
            ciclo = Ciclo.objects.filter(
                ente__codice_ipa=opzioni["ente"], anno=opzioni["anno"]
            ).first()
            if ciclo is None:
                raise CommandError("Nessun anno così in quell'ente: controllare --ente e --anno.")
            nell_ente(ciclo.ente_id)
            trovati = 0
            for scostamento in deriva(ciclo):
                trovati += 1
                self.stdout.write(
                    json.dumps(asdict(scostamento), ensure_ascii=False)
                    if opzioni["json"]
                    else str(scostamento)
                )
        if trovati:
            raise CommandError(f"{trovati} differenze che nessun atto autorizza.")
        if not opzioni["json"]:
            self.stdout.write("Nessuna deriva: ciò che è in vigore è ciò che è stato approvato.")
