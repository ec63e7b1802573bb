# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py importa modena FILE --ente IPA --nome "Comune di ..." --anno 2021`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from cycle import orologio
from cycle.importers import LETTORI, leggi
from cycle.importers.piano import PianoIllegibile
from cycle.management.file import leggi_file
from cycle.management.progresso import Barra
from cycle.services.enti import EnteNonValido, codice_ipa_valido, trova_o_crea
from cycle.services.piano import EsitoImportazione, importa


class Command(BaseCommand):
    help = "Importa un piano pubblicato. Tutto o niente; ripeterlo non cambia nulla."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("forma", choices=sorted(LETTORI))
        parser.add_argument("file")
        parser.add_argument("--ente", required=True, help="codice IPA")
        parser.add_argument("--nome", default="", help="nome dell'ente, se va creato")
        parser.add_argument("--anno", type=int, required=True)
        parser.add_argument(
            "--come",
            choices=("piano", "storico"),
            default="piano",
            help="piano: proposte, senza valori; storico: anno chiuso, con valori e testi",
        )
        parser.add_argument("--prova", action="store_true", help="mostra e non scrive nulla")

    def handle(self, *args: Any, **options: Any) -> None:
        contenuto = leggi_file(Path(options["file"]))
        istante = orologio.adesso()
        try:
            ipa = codice_ipa_valido(options["ente"])
            with Barra(sys.stderr, "Lettura") as barra:
                piano = leggi(options["forma"], contenuto, anno=options["anno"], avanzamento=barra)
            with transaction.atomic():
                ente = trova_o_crea(codice_ipa=ipa, nome=options["nome"], istante=istante)
                with Barra(sys.stderr, "Scrittura") as barra:
                    esito = importa(
                        ente=ente,
                        piano=piano,
                        come=options["come"],
                        istante=istante,
                        avanzamento=barra,
                    )
                if options["prova"]:
                    transaction.set_rollback(True)
        except (EnteNonValido, PianoIllegibile) as errore:
            raise CommandError(str(errore)) from None
        self._racconta(esito, prova=options["prova"])

    def _racconta(self, esito: EsitoImportazione, *, prova: bool) -> None:
        for avviso in esito.avvisi:
            codice = f" {avviso.codice}:" if avviso.codice else ""
            self.stdout.write(f"{avviso.numero}. riga {avviso.riga}:{codice} {avviso.messaggio}")
        if esito.avvisi:
            self.stdout.write("")
        if not esito.creati:
            self.stdout.write(
                f"Niente da fare: i {esito.gia_presenti} obiettivi del documento sono già "
                "presenti e uguali."
            )
            return
        verbo = "Sarebbero creati" if prova else "Creati"
        self.stdout.write(
            f"{verbo}: " + ", ".join(f"{n} {c}" for c, n in esito.creati.items() if n)
        )
        if esito.gia_presenti:
            self.stdout.write(f"Già presenti e uguali: {esito.gia_presenti} obiettivi.")
        if prova:
            self.stdout.write("Prova: non è stato scritto nulla.")
