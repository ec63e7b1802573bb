# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py verifica_registro [--ente IPA] [--da GIORNO] [--ancora GIORNO=IMPRONTA ...]
[--tabelle]`: nothing was touched, and exit 0; or the first broken link, and exit 1. `--tabelle`:
also the rows of the plans that are not what the registro says."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import CommandError, CommandParser

from cycle import orologio
from cycle.management.comando import Comando
from cycle.models import Ente
from cycle.riscontro import fuori_registro
from cycle.services.verifica import verifica
from workflows.registro.traccia import Passo

MOSTRATI = 20
_NOTA = re.compile(r"(\d{4}-\d\d-\d\d)=([0-9a-fA-F]{64})")


class Command(Comando):
    help = (
        "Rilegge tutto il registro e ne verifica la catena: dice il primo anello rotto, se righe "
        "sono state modificate, tolte, aggiunte o spostate."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--ente", default="", help="codice IPA; senza, tutti gli enti")
        parser.add_argument(
            "--da", type=date.fromisoformat, default=None, metavar="AAAA-MM-GG", help="solo da qui"
        )
        parser.add_argument(
            "--ancora",
            action="append",
            default=[],
            metavar="GIORNO=IMPRONTA",
            help="un'ancora conservata fuori, come l'ha stampata ancora_registro",
        )
        parser.add_argument(
            "--tabelle",
            action="store_true",
            help="confronta anche i piani con il registro: chi ha fermato i trigger si scopre così",
        )

    def handle(self, *args: Any, **opzioni: Any) -> None:
        """Raises CommandError (exit code 1) when anything is broken, or the question is."""
        ente = None
        if opzioni["ente"]:
            ente = Ente.objects.filter(codice_ipa=opzioni["ente"].lower()).first()
            if ente is None:
                raise CommandError("Nessun ente con quel codice IPA: controllare --ente.")
        da = opzioni["da"] and datetime.combine(
            opzioni["da"], time(), ZoneInfo(ente.fuso if ente else "Europe/Rome")
        )

        def avanza(passo: Passo) -> None:
            quota = 100 * passo.letti // max(passo.totale, 1)
            self.stderr.write(f"\r{quota:3d}%  {passo.letti} di {passo.totale}", ending="")

        trovato = verifica(
            ente=ente,
            istante=orologio.adesso(),
            da=da,
            note=_note(opzioni["ancora"]),
            avanza=avanza,
        )
        self.stderr.write("")
        self.stdout.write(
            f"{trovato.righe} righe, {trovato.anelli} anelli, {trovato.ancore} ancore, "
            f"{trovato.obliati} dati personali cancellati."
        )
        guasti = trovato.guasti
        if opzioni["tabelle"]:
            enti = [ente] if ente else Ente.objects.order_by("pk")
            guasti = [*guasti, *(riga for uno in enti for riga in fuori_registro(uno))]
        if guasti:
            altri = len(guasti) - MOSTRATI
            raise CommandError(
                "\n".join(
                    [
                        f"Il registro è stato toccato. Il primo guasto: {guasti[0]}",
                        *guasti[1:MOSTRATI],
                        *([f"... e altri {altri}."] if altri > 0 else []),
                    ]
                )
            )
        self.stdout.write("Il registro è integro.")


def _note(scritte: list[str]) -> dict[str, str]:
    note = {}
    for scritta in scritte:
        trovata = _NOTA.fullmatch(scritta)
        if trovata is None:
            raise CommandError(f"«{scritta}»: un'ancora si scrive GIORNO=IMPRONTA, come stampata.")
        note[trovata[1]] = trovata[2]
    return note
