# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py demo`: the product with a whole year in it, on localhost."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cycle import orologio
from cycle.database.turno import turno
from cycle.management.file import leggi_file


class Command(BaseCommand):
    help = "Prepara i dati della demo e serve il prodotto su localhost."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--porta", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--piano", default=os.environ.get("PIANO", ""), help="un piano vero")
        parser.add_argument("--ipa", default=os.environ.get("IPA", "c_piano"))
        parser.add_argument("--nome", default=os.environ.get("NOME", "Comune del piano"))
        parser.add_argument("--solo-dati", action="store_true", help="prepara e non serve")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            # The demo's routes and clock exist only in a process born as a demo.
            os.environ["CYCLE_DEMO"] = os.environ["CYCLE_SERVER"] = "1"
            os.environ["CYCLE_OPERAIO"] = "1"
            os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 - ourselves
        porta = options["porta"]
        if not options["solo_dati"]:
            _libera(porta)
        call_command("migrate", verbosity=0)
        with turno("demo", alias="default"):
            self._dati(options)
            self._prova()
        if options["solo_dati"]:
            return
        _libera(porta)  # another demo may have been served while this one waited
        self.stdout.write(
            self.style.SUCCESS(
                f"\nPronto: http://localhost:{porta}/\n"
                "Si entra con un clic come una delle persone del comune. Ctrl+C per fermare."
            )
        )
        self.stdout.flush()
        _servi(porta)

    def _prova(self) -> None:
        """What a night would do: the registro anchored and verified."""
        from cycle.services import ancora, verifica

        ancora.ancora_tutti()
        verifica.verifica_tutti(orologio.adesso())

    def _dati(self, options: dict[str, Any]) -> None:
        from cycle.demo.carica import carica, carica_piano
        from cycle.importers import leggi
        from cycle.importers.piano import PianoIllegibile
        from cycle.services.enti import EnteNonValido, codice_ipa_valido

        istante = orologio.adesso()
        if not options["piano"]:
            carica(istante, self._racconta)
            return
        contenuto = leggi_file(Path(options["piano"]))
        try:
            ipa = codice_ipa_valido(options["ipa"])
            piano = leggi("modena", contenuto)
            carica(istante, self._racconta)
            esito = carica_piano(
                ente_nome=options["nome"],
                ipa=ipa,
                piano=piano,
                istante=istante,
                racconta=self._racconta,
            )
        except (EnteNonValido, PianoIllegibile) as errore:
            raise CommandError(str(errore)) from None
        if esito.creati:
            for avviso in esito.avvisi:
                self.stdout.write(f"  {avviso.numero}. riga {avviso.riga}: {avviso.messaggio}")

    def _racconta(self, riga: str) -> None:
        self.stdout.write(f"  {riga}")
        self.stdout.flush()


def _servi(porta: int) -> None:
    import uvicorn

    uvicorn.run(
        "cycle.asgi:application",
        host="127.0.0.1",
        port=porta,
        log_level="warning",
        lifespan="on",
        ws="websockets-sansio",
        ws_max_size=4096,  # a page says a few words
        proxy_headers=False,  # nothing stands in front: those headers are the client's own words
    )


def _libera(porta: int) -> None:
    with socket.socket() as prova:
        prova.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            prova.bind(("127.0.0.1", porta))
        except OSError:
            raise CommandError(
                f"La porta {porta} è già occupata: chiudere il programma che la usa, oppure "
                f"sceglierne un'altra con «make demo PORT={porta + 1}»."
            ) from None
