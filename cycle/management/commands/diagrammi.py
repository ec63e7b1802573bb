# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py diagrammi`: redraw machines and processes in ARCHITECTURE.md; `--verifica` only
compares."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cycle.permissions import MACCHINE
from cycle.processi import PROCESSI
from workflows import diagrams_processi
from workflows.diagrams import mermaid

INIZIO, FINE = "<!-- diagrammi: inizio -->\n", "<!-- diagrammi: fine -->"


class Command(BaseCommand):
    help = "Rigenera i diagrammi di ARCHITECTURE.md dalle macchine."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--verifica", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        documento = settings.BASE_DIR / "ARCHITECTURE.md"
        testo = documento.read_text(encoding="utf-8")
        prima, resto = testo.split(INIZIO)
        _vecchi, dopo = resto.split(FINE)
        disegni = "".join(
            f"\n### {m.nome.capitalize()}\n\n```mermaid\n{mermaid(m).strip()}\n```\n"
            for m in MACCHINE
        )
        disegni += "".join(
            f"\n### Processo: {p.nome.replace('_', ' ')}\n\n```mermaid\n"
            f"{diagrams_processi.mermaid(p.flusso, p.chi()).strip()}\n```\n"
            for p in PROCESSI
        )
        nuovo = f"{prima}{INIZIO}{disegni}\n{FINE}{dopo}"
        if nuovo == testo:
            return
        if options["verifica"]:
            raise CommandError(
                "I diagrammi di ARCHITECTURE.md non sono quelli delle macchine: rigenerarli con "
                "«manage.py diagrammi»."
            )
        documento.write_text(nuovo, encoding="utf-8")
