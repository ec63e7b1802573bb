# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prove what an Atto approved: its canonical JSON is made again and compared with the digest that
was recorded, and each of its files with its own SHA-256."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction

from cycle.exports import allegato
from cycle.management.comando import Comando
from cycle.models import Atto, DocumentoAtto
from cycle.models.atto import ORGANI
from cycle.services.allegati import AllegatoGuasto, leggi
from cycle.services.enti import nell_ente


class Command(Comando):
    help = "Ricostruisce il JSON canonico di un atto e prova che è quello approvato."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--ente", required=True, help="codice IPA")
        parser.add_argument("--anno", required=True, type=int, help="anno del piano")
        parser.add_argument("--numero", required=True, help="numero dell'atto")
        parser.add_argument("--organo", default="giunta", choices=[o for o, _ in ORGANI])
        parser.add_argument(
            "--json", help="file da confrontare byte per byte con quello ricostruito"
        )
        parser.add_argument("--scrivi", help="file in cui scrivere il JSON ricostruito")

    def handle(self, *args: Any, **opzioni: Any) -> None:
        """Raises CommandError (exit code 1) when there is no such act or anything differs."""
        with transaction.atomic():
            atti = list(
                Atto.objects.select_related("ente", "ciclo")
                .filter(
                    ente__codice_ipa=opzioni["ente"],
                    ciclo__anno=opzioni["anno"],
                    numero=" ".join(opzioni["numero"].split()),
                    organo=opzioni["organo"],
                    tipo__in=("approvazione", "variazione", "storico"),
                )
                .order_by("pk")
            )
            if not atti:
                raise CommandError(
                    "Nessun atto con quel numero in quell'anno: controllare ente, anno, numero e "
                    "organo."
                )
            nell_ente(atti[0].ente_id)
            guai = [guaio for atto in atti for guaio in self._prova(atto, opzioni)]
        if guai:
            raise CommandError("NON PROVATO: " + "; ".join(guai))
        self.stdout.write("Provato.")

    def _prova(self, atto: Atto, opzioni: dict[str, Any]) -> list[str]:
        v = allegato.verifica(atto)
        self.stdout.write(f"{atto} ({atto.get_tipo_display()}), piano {atto.ciclo}")
        self.stdout.write(f"  schede                   {v.schede}")
        self.stdout.write(f"  byte del JSON            {v.byte}")
        self.stdout.write(f"  SHA-256 registrato       {v.registrato}")
        self.stdout.write(f"  SHA-256 ricostruito      {v.ricostruito}")
        guai = []
        if v.registrato != v.ricostruito:
            guai.append(f"{atto}: il JSON ricostruito non ha l'impronta registrata")
        if v.alterate:
            guai.append(f"{atto}: {len(v.alterate)} schede non hanno la loro impronta")
        if opzioni["scrivi"]:
            with Path(opzioni["scrivi"]).open("w", encoding="utf-8", newline="") as file:
                file.writelines(allegato.pezzi(atto))
        if opzioni["json"] and not self._uguale(atto, Path(opzioni["json"])):
            guai.append(f"{opzioni['json']} non è, byte per byte, il JSON di {atto}")
        documenti = DocumentoAtto.objects.filter(atto=atto).select_related("allegato")
        for documento in documenti.order_by("pk"):
            try:
                leggi(documento.allegato)
            except AllegatoGuasto as errore:
                guai.append(str(errore))
            else:
                nome, sha256 = documento.allegato.nome, documento.allegato.sha256
                self.stdout.write(f"  {documento.get_genere_display()}: {nome}, SHA-256 {sha256}")
        return guai

    def _uguale(self, atto: Atto, percorso: Path) -> bool:
        """Whether the file holds the very bytes of the JSON, read a piece at a time."""
        try:
            with percorso.open("rb") as file:
                for pezzo in allegato.pezzi(atto):
                    riga = pezzo.encode()
                    if file.read(len(riga)) != riga:
                        return False
                return not file.read(1)
        except OSError as errore:
            raise CommandError(f"{percorso}: {errore.strerror}.") from errore
