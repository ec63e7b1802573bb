# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py esporta_registro --ente IPA [--da GIORNO] FILE.zip`: the trail of an ente and what
verifies it anywhere, without this product."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import CommandError, CommandParser

from cycle import orologio
from cycle.management.comando import Comando
from cycle.models import Ente
from cycle.services.enti import di_comando
from workflows.registro import azioni, traccia, verificatore

LEGGIMI = """La traccia del registro di {nome}.

Per verificarla, ovunque ci sia Python 3.11 o successivo e senza installare altro:

    python3 verificatore.py traccia.jsonl [GIORNO=IMPRONTA ...]

GIORNO=IMPRONTA è un'ancora conservata fuori (protocollo, marca temporale). Che cosa si verifica e
come è scritto all'inizio di verificatore.py.

SHA-256 di traccia.jsonl: {impronta}
"""


class Command(Comando):
    help = "Scrive la traccia del registro di un ente, con il programma che la verifica."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--ente", required=True, help="codice IPA")
        parser.add_argument("--da", type=date.fromisoformat, default=None, metavar="AAAA-MM-GG")
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **opzioni: Any) -> None:
        ente = Ente.objects.filter(codice_ipa=opzioni["ente"].lower()).first()
        if ente is None:
            raise CommandError("Nessun ente con quel codice IPA: controllare --ente.")
        da = opzioni["da"] and datetime.combine(opzioni["da"], time(), ZoneInfo(ente.fuso))
        istante = orologio.adesso()
        azioni.registra_lettura(
            ente_id=ente.pk,
            procedura="registro",
            verbo="esporta",
            passi=[azioni.Voce(ente.pk)],
            attore=di_comando(ente.pk, istante),
            istante=istante,
            canale="comando",
            dati={"da": da},
        )
        try:
            with zipfile.ZipFile(opzioni["file"], "w", zipfile.ZIP_DEFLATED) as archivio:
                with (
                    archivio.open("traccia.jsonl", "w", force_zip64=True) as file,
                    traccia.aperta(ente_id=ente.pk, da=da) as aperta,
                ):
                    impronta = traccia.scrivi(
                        aperta,
                        file,
                        {
                            "formato": "registro 1",
                            "ente": ente.codice_ipa,
                            "da": da.isoformat() if da else None,
                        },
                    )
                archivio.write(verificatore.__file__, "verificatore.py")
                archivio.writestr("LEGGIMI.txt", LEGGIMI.format(nome=ente.nome, impronta=impronta))
        except OSError as errore:
            raise CommandError(f"Il file non si scrive ({errore.strerror}).") from None
        self.stdout.write(f"SHA-256 di traccia.jsonl: {impronta}")
