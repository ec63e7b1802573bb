# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py oblia --ente IPA --persona PID --motivo TESTO [--conferma]`: who a person was."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from cycle import orologio
from cycle.management.comando import Comando
from cycle.models import Persona
from cycle.services.enti import di_comando
from cycle.services.oblio import oblia
from workflows.errors import Rifiuto


class Command(Comando):
    help = (
        "Cancella l'identità di una persona (art. 17 GDPR): dall'ente, dagli accessi e dal "
        "registro, che resta verificabile."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--ente", required=True, help="codice IPA")
        parser.add_argument("--persona", required=True, type=UUID, help="pid della persona")
        parser.add_argument("--motivo", required=True, help="la richiesta, o il termine scaduto")
        parser.add_argument("--conferma", action="store_true", help="senza, dice solo chi sarebbe")

    def handle(self, *args: Any, **opzioni: Any) -> None:
        """Raises CommandError when there is nobody like that, or he cannot be erased yet."""
        persona = (
            Persona.objects.select_related("utente")
            .filter(ente__codice_ipa=opzioni["ente"].lower(), pid=opzioni["persona"])
            .first()
        )
        if persona is None:
            raise CommandError("Nessuna persona così nell'ente: controllare --ente e --persona.")
        if not opzioni["conferma"]:
            self.stdout.write(
                f"Sarebbe cancellata l'identità di {persona}: non si torna indietro. Per farlo, "
                "ripetere con --conferma."
            )
            return
        istante = orologio.adesso()
        try:
            quanti = oblia(
                persona=persona,
                motivazione=opzioni["motivo"],
                by=di_comando(persona.ente_id, istante),
                istante=istante,
            )
        except Rifiuto as rifiuto:
            frasi = [f"{m.messaggio} {m.rimedio}" for m in rifiuto.tutti()]
            raise CommandError("\n".join(frasi)) from None
        self.stdout.write(
            f"Identità cancellata; dal registro sono usciti {quanti} dati. La persona resta come "
            f"numero {persona.pk}."
        )
