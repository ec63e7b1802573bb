# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py token UTENTE`: a token of the API for one user, printed once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from cycle.management.comando import Comando
from cycle.models import Utente
from cycle.services import gettoni


class Command(Comando):
    help = "Crea un gettone per l'API (lo mostra una volta sola), oppure revoca quelli dell'utente."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("utente", metavar="UTENTE", help="nome con cui l'utente accede")
        parser.add_argument(
            "--giorni",
            type=int,
            default=gettoni.GIORNI,
            help=f"quanto vale, da 1 a {gettoni.GIORNI_MASSIMI} (predefinito: {gettoni.GIORNI})",
        )
        parser.add_argument(
            "--nome",
            default="",
            help="a che cosa serve, per riconoscerlo; con --revoca, quale revocare",
        )
        parser.add_argument(
            "--revoca", action="store_true", help="revoca i gettoni dell'utente, o quello di --nome"
        )

    def handle(self, *args: Any, **opzioni: Any) -> None:
        nome: str = opzioni["nome"]
        if len(nome) > 100 or "\x00" in nome:
            raise CommandError("--nome: al più 100 caratteri, senza caratteri di controllo.")
        utente = Utente.objects.filter(username=opzioni["utente"].replace("\x00", "")).first()
        if utente is None:
            raise CommandError(
                f"Nessun utente «{opzioni['utente']}». Si indica il nome con cui accede."
            )
        if opzioni["revoca"]:
            quanti = gettoni.revoca(utente=utente, nome=nome)
            self.stdout.write(f"Gettoni revocati: {quanti}.")
            return
        if not utente.is_active:
            raise CommandError(f"L'utente «{utente.username}» non è attivo: non può avere gettoni.")
        try:
            testo = gettoni.crea(
                utente=utente, nome=nome or "riga di comando", giorni=opzioni["giorni"]
            )
        except ValueError as errore:
            raise CommandError(f"--giorni: {errore}.") from None
        self.stderr.write(
            f"Gettone di {utente.username}, valido {opzioni['giorni']} giorni. Non sarà più "
            "mostrato: conservarlo come una password."
        )
        self.stdout.write(testo)
