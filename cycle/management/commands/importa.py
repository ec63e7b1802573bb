# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py importa modena FILE --ente IPA --nome "Comune di ..." --anno 2021`; `importa xlsx FILE
--ente IPA --anno 2026` for the workbook of proposals."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from cycle import orologio
from cycle.importers import LETTORI, leggi
from cycle.importers.foglio_piano import FONTE, in_parole
from cycle.importers.piano import Avviso, PianoIllegibile
from cycle.management.comando import Comando
from cycle.management.file import leggi_file
from cycle.management.progresso import Barra
from cycle.models import Ciclo
from cycle.services.enti import EnteNonValido, codice_ipa_valido, di_comando, trova_o_crea
from cycle.services.foglio_piano import importa_foglio
from cycle.services.piano import EsitoImportazione, importa
from cycle.services.proposte import FoglioNonValido, importa_proposte
from workflows.errors import Rifiuto

XLSX = "xlsx"


class Command(Comando):
    help = "Importa un piano pubblicato. Tutto o niente; ripeterlo non cambia nulla."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("forma", choices=sorted([*LETTORI, XLSX]))
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
        if options["forma"] == XLSX:
            self._proposte(options)
            return
        if options["forma"] == FONTE:
            self._foglio(options)
            return
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

    def _foglio(self, options: dict[str, Any]) -> None:
        """The workbook of a whole plan, with the parameters of a year that is not there."""
        istante = orologio.adesso()
        try:
            ipa = codice_ipa_valido(options["ente"])
            contenuto = leggi_file(Path(options["file"]))
            with transaction.atomic(), Barra(sys.stderr, "Scrittura") as barra:
                esito = importa_foglio(
                    ente=trova_o_crea(codice_ipa=ipa, nome=options["nome"], istante=istante),
                    anno=options["anno"],
                    contenuto=contenuto,
                    come=options["come"],
                    istante=istante,
                    canale="comando",
                    avanzamento=barra,
                )
                if options["prova"]:
                    transaction.set_rollback(True)
        except EnteNonValido as errore:
            raise CommandError(str(errore)) from None
        except FoglioNonValido as no:
            raise CommandError(in_parole(no.errori)) from None
        self._racconta(
            EsitoImportazione(
                esito.creati,
                esito.gia_presenti,
                tuple(Avviso(n, 0, "", str(a)) for n, a in enumerate(esito.avvisi, 1)),
            ),
            prova=options["prova"],
        )

    def _proposte(self, options: dict[str, Any]) -> None:
        """The workbook of proposals, into a year that is there."""
        istante = orologio.adesso()
        ciclo = Ciclo.objects.filter(
            ente__codice_ipa=options["ente"].strip().lower(), anno=options["anno"]
        ).first()
        if ciclo is None:
            raise CommandError(
                f"L'ente {options['ente']} non c'è, o non ha aperto il {options['anno']}: aprire "
                "prima l'anno."
            )
        try:
            esito = importa_proposte(
                ciclo=ciclo,
                contenuto=leggi_file(Path(options["file"])),
                by=di_comando(ciclo.ente_id, istante),
                istante=istante,
                canale="comando",
                prova=options["prova"],
            )
        except FoglioNonValido as no:
            raise CommandError("\n".join(str(e) for e in no.errori)) from None
        except Rifiuto as rifiuto:
            raise CommandError(str(rifiuto)) from None
        for avviso in esito.avvisi:
            self.stdout.write(str(avviso))
        self.stdout.write(
            f"Bozze create: {len(esito.creati)}, modificate: {len(esito.modificati)}, già così: "
            f"{esito.uguali}."
        )
        if options["prova"]:
            self.stdout.write("Prova: non è stato scritto nulla.")

    def _racconta(self, esito: EsitoImportazione, *, prova: bool) -> None:
        for avviso in esito.avvisi:
            codice = f" {avviso.codice}:" if avviso.codice else ""
            riga = f" riga {avviso.riga}:" if avviso.riga else ""
            self.stdout.write(f"{avviso.numero}.{riga}{codice} {avviso.messaggio}")
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
