# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py segnali --ente IPA --anno 2021`: what deserves a second look, as JSON."""

from __future__ import annotations

import json
from typing import Any

from cycle import orologio
from cycle.management.comando import ComandoDiUnAnno
from cycle.segnali import da_database


class Command(ComandoDiUnAnno):
    help = "Stampa in JSON ciò che nel piano di un anno merita un secondo sguardo."

    def handle(self, *args: Any, **options: Any) -> None:
        ciclo = self.ciclo(**options)
        if hasattr(self.stdout, "reconfigure"):  # JSON is UTF-8, whatever the terminal
            self.stdout.reconfigure(encoding="utf-8")
        letti = da_database(ciclo, orologio.adesso())
        self.stdout.write(json.dumps(letti, ensure_ascii=False, indent=2))
