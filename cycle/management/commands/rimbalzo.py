# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py rimbalzo < messaggio`: what the mail server hands on of what comes back to the
address from which letters leave."""

from __future__ import annotations

import sys
from typing import Any

from cycle import orologio
from cycle.management.comando import Comando
from cycle.services import rimbalzi


class Command(Comando):
    help = (
        "Legge dall'ingresso una lettera tornata indietro e segna che quell'indirizzo non c'è. "
        "Ciò che non è una lettera nostra tornata indietro non cambia nulla."
    )

    def handle(self, *args: Any, **opzioni: Any) -> None:
        messaggio = sys.stdin.buffer.read(rimbalzi.LUNGO)
        if rimbalzi.registra(messaggio, orologio.vero()):
            self.stdout.write("Indirizzo segnato come inesistente.")
        else:
            self.stdout.write("Niente da segnare.")
