# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py invia_posta`: sends the letters that wait. To be run every few minutes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from cycle.management.comando import Comando
from cycle.services import posta


class Command(Comando):
    help = "Spedisce le lettere in attesa: inviti e password dimenticate. Ripeterlo non nuoce."

    def handle(self, *args: Any, **opzioni: Any) -> None:
        esito = posta.spedisci(anche_rimandate=True)
        if esito.fallite:
            raise CommandError(
                f"Spedite: {esito.spedite}. Non spedite: {esito.fallite}: controllare EMAIL_URL e "
                "il server della posta; restano in attesa."
            )
        if esito.spedite:
            self.stdout.write(f"Spedite: {esito.spedite}.")
