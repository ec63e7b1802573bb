# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py stampa --ente IPA --anno 2021 FILE.pdf`: the schede of a year as PDF/UA; the registro
remembers it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from cycle import orologio
from cycle.exports.forme import FORME, stampa
from cycle.management.comando import ComandoDiUnAnno
from cycle.models import Obiettivo
from cycle.services.enti import di_comando
from workflows.registro import azioni


class Command(ComandoDiUnAnno):
    help = "Scrive in PDF le schede di un anno, nella forma dell'ente o in quella indicata."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="dove scrivere il PDF")
        super().add_arguments(parser)
        parser.add_argument(
            "--forma", choices=sorted(FORME), default="", help="senza, quella dell'ente"
        )
        parser.add_argument("--obiettivo", default="", help="il codice di una sola scheda")

    def handle(self, *args: Any, **options: Any) -> None:
        ciclo = self.ciclo(**options)
        schede = Obiettivo.objects.filter(ciclo=ciclo).select_related(
            "responsabile_generale", "responsabile_operativo"
        )
        if options["obiettivo"]:
            schede = schede.filter(codice=options["obiettivo"])
            if not schede:
                raise CommandError(
                    f"Nel {ciclo.anno} non c'è una scheda {options['obiettivo']}: controllare il "
                    "codice, maiuscole comprese."
                )
        obiettivi = list(schede.order_by("unita__percorso", "codice"))
        contenuto = stampa(ciclo, obiettivi, options["forma"])
        istante = orologio.adesso()
        azioni.registra_lettura(
            ente_id=ciclo.ente_id,
            procedura="ciclo",
            verbo="esporta",
            passi=[azioni.Voce(ciclo.pk)],
            attore=di_comando(ciclo.ente_id, istante),
            istante=istante,
            canale="comando",
            dati={
                "anno": ciclo.anno,
                "obiettivi": len(obiettivi),
                "forma": "schede in PDF",
                "sha256": hashlib.sha256(contenuto).hexdigest(),
            },
        )
        try:
            Path(options["file"]).write_bytes(contenuto)
        except OSError as errore:
            raise CommandError(
                f"Non si può scrivere {options['file']}: {errore.strerror}."
            ) from errore
        self.stdout.write(f"{options['file']}: schede {len(obiettivi)}.")
