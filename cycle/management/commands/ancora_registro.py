# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py ancora_registro [--ente IPA] [--marca URL]`: the day's digest of the registro."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from cycle.management.comando import Comando
from cycle.models import Ente
from cycle.services.ancora import ancora, fai_marcare
from workflows.registro import marca as marche
from workflows.registro.marca import MarcaRifiutata


class Command(Comando):
    help = (
        "Calcola, stampa e conserva l'impronta del giorno di tutto il registro di ogni ente. "
        "Ripetuto nello stesso giorno dà la stessa. La riga stampata va conservata fuori: al "
        "protocollo, o con una marca temporale."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--ente", default="", help="codice IPA; senza, tutti gli enti")
        parser.add_argument("--marca", default="", metavar="URL", help="servizio RFC 3161")

    def handle(self, *args: Any, **opzioni: Any) -> None:
        """Raises CommandError when there is no such ente, or a time stamp could not be had."""
        enti = Ente.objects.order_by("codice_ipa")
        if opzioni["ente"]:
            enti = enti.filter(codice_ipa=opzioni["ente"].lower())
            if not enti:
                raise CommandError("Nessun ente con quel codice IPA: controllare --ente.")
        falliti = []
        for ente in enti:
            fatta = ancora(ente)
            impronta = bytes(fatta.impronta).hex()
            self.stdout.write(f"{ente.codice_ipa} {fatta.giorno}={impronta}")
            if opzioni["marca"]:
                try:
                    marca = fai_marcare(fatta, opzioni["marca"])
                except MarcaRifiutata as errore:
                    falliti.append(f"{ente.codice_ipa}: {errore}")
                else:
                    quando = marche.istante(bytes(marca.ricevuta))
                    self.stdout.write(
                        f"{ente.codice_ipa} marcata il {quando:%d/%m/%Y %H:%M:%S} UTC"
                    )
        if falliti:
            raise CommandError("\n".join(["L'ancora è conservata, ma senza marca.", *falliti]))
