# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py ente crea | organico | modello`: an ente from nothing."""

from __future__ import annotations

import re
import sys
from datetime import datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from cycle import orologio
from cycle.importers.fogli import Errore
from cycle.importers.fogli.dichiarazione import Colonna
from cycle.importers.fogli.valori import NonValido, converti
from cycle.importers.testo import nome_di_persona
from cycle.management.comando import Comando
from cycle.management.file import leggi_file
from cycle.models import Ente, Invito
from cycle.services import accessi, posta
from cycle.services import organico as servizio
from cycle.services.enti import (
    EnteNonValido,
    codice_ipa_valido,
    di_comando,
    nomina_controllo,
    trova_o_crea,
)
from cycle.services.organico import Proposta
from workflows.errors import Rifiuto

_PATRONO = re.compile(r"(\d{1,2})/(\d{1,2})")
_GENERI = {"nuova": "+", "cambia": "~", "chiude": "-"}


class Command(Comando):
    help = "Prepara un ente: lo crea, ne carica l'organico, dà il modello da compilare."

    def add_arguments(self, parser: CommandParser) -> None:
        comandi = parser.add_subparsers(dest="azione", required=True)
        crea = comandi.add_parser("crea", help="crea l'ente e ne invita il primo controllo")
        crea.add_argument("--ipa", required=True, help="codice IPA")
        crea.add_argument("--nome", required=True, help="per esempio «Comune di ...»")
        crea.add_argument("--patrono", default="", metavar="GG/MM")
        crea.add_argument("--controllo", default="", metavar="EMAIL", help="chi invitare per primo")
        crea.add_argument("--persona", default="", metavar="'COGNOME NOME'")
        crea.add_argument(
            "--atto", default="configurazione iniziale", help="l'atto che dà l'incarico"
        )
        organico = comandi.add_parser("organico", help="carica unità, persone e incarichi")
        organico.add_argument("file")
        organico.add_argument("--ente", required=True, help="codice IPA")
        organico.add_argument("--prova", action="store_true", help="mostra e non scrive nulla")
        modello = comandi.add_parser("modello", help="il file da compilare, sullo standard output")
        modello.add_argument("--ente", default="", help="codice IPA: con ciò che l'ente ha già")

    def handle(self, *args: Any, **opzioni: Any) -> None:
        try:
            getattr(self, f"_{opzioni['azione']}")(opzioni)
        except EnteNonValido as errore:
            raise CommandError(str(errore)) from None
        except Rifiuto as rifiuto:
            frasi = [f"{m.messaggio} {m.rimedio}" for m in rifiuto.tutti()]
            raise CommandError("\n".join(frasi)) from None

    # --- crea ---------------------------------------------------------------------------------

    def _crea(self, opzioni: dict[str, Any]) -> None:
        istante = orologio.adesso()
        email, nome = _primo(opzioni["controllo"], opzioni["persona"])
        with transaction.atomic():
            c_era = Ente.objects.filter(codice_ipa=codice_ipa_valido(opzioni["ipa"])).exists()
            ente = trova_o_crea(
                codice_ipa=opzioni["ipa"],
                nome=opzioni["nome"],
                istante=istante,
                patrono=_patrono(opzioni["patrono"]),
            )
            self.stdout.write(
                f"{ente.nome} ({ente.codice_ipa}): " + ("c'era già." if c_era else "creato.")
            )
            if c_era and ente.nome != " ".join(opzioni["nome"].split()):
                self.stderr.write(f"Il nome resta «{ente.nome}»: questo comando non lo cambia.")
            if email:
                self._controllo(ente, nome, email, opzioni["atto"], istante)
        posta.spedisci()

    def _controllo(self, ente: Ente, nome: str, email: str, atto: str, istante: datetime) -> None:
        dal = datetime.combine(
            istante.astimezone(ZoneInfo(ente.fuso)).date(), time(), ZoneInfo(ente.fuso)
        )
        persona = nomina_controllo(
            ente=ente, nome=nome, email=email, atto=atto, dal=dal, istante=istante
        )
        if persona.utente_id is not None:
            self.stdout.write(f"{persona} entra già.")
            return
        aperto = Invito.objects.filter(
            persona=persona, ritirato_il__isnull=True, accettato_il__isnull=True, email=email
        ).first()
        if aperto is not None and aperto.scade_il > istante:
            self.stdout.write(f"{persona} è già tra gli invitati: la lettera vale ancora.")
            return
        accessi.invita(
            ente=ente,
            persone=[persona],
            by=di_comando(ente.pk, istante),
            istante=istante,
            canale="comando",
        )
        self.stdout.write(
            f"{persona}: invito scritto a {email}. Parte adesso, o con «manage.py invia_posta»."
        )

    # --- organico -----------------------------------------------------------------------------

    def _organico(self, opzioni: dict[str, Any]) -> None:
        ente = _ente(opzioni["ente"])
        istante = orologio.adesso()
        proposta = servizio.carica(
            ente=ente,
            contenuto=leggi_file(Path(opzioni["file"])),
            by=di_comando(ente.pk, istante),
            istante=istante,
            canale="comando",
            prova=opzioni["prova"],
        )
        for avviso in proposta.avvisi:
            self.stderr.write(f"avviso: {avviso}")
        if proposta.errori:
            raise CommandError(_elenco(proposta.errori))
        self._racconta(proposta, prova=opzioni["prova"])

    def _racconta(self, proposta: Proposta, *, prova: bool) -> None:
        for d in proposta.differenze:
            che = f": {d.che_cosa}" if d.che_cosa else ""
            self.stdout.write(f"{_GENERI[d.genere]} {d.foglio} {d.cella} {d.oggetto}{che}")
        if not proposta.differenze:
            self.stdout.write("Niente da fare: il file dice ciò che c'è già.")
        elif prova:
            self.stdout.write("Prova: non è stato scritto nulla.")
        else:
            self.stdout.write(f"Scritto: {len(proposta.differenze)} differenze.")

    # --- modello ------------------------------------------------------------------------------

    def _modello(self, opzioni: dict[str, Any]) -> None:
        if sys.stdout.isatty():
            raise CommandError(
                "Il modello è un file .xlsx: mandarlo in un file, con «manage.py ente modello > "
                "organico.xlsx»."
            )
        ente = _ente(opzioni["ente"]) if opzioni["ente"] else None
        sys.stdout.flush()
        sys.stdout.buffer.write(servizio.modello(ente))
        sys.stdout.buffer.flush()


def _ente(testo: str) -> Ente:
    codice = codice_ipa_valido(testo)
    ente = Ente.objects.filter(codice_ipa=codice).first()
    if ente is None:
        raise CommandError(
            f"Non c'è nessun ente {codice}: crearlo con «manage.py ente crea --ipa {codice} "
            "--nome ...»."
        )
    return ente


def _primo(email: str, nome: str) -> tuple[str, str]:
    """Address and name of the first person, both or neither."""
    if not email and not nome:
        return "", ""
    pulito = nome_di_persona(nome)
    if not email or len(pulito.split()) < 2:
        raise CommandError(
            "--controllo EMAIL e --persona 'COGNOME NOME' vanno insieme: per esempio "
            "--controllo ada.rossi@comune.it --persona 'Rossi Ada'."
        )
    try:
        letto = converti(email, "", Colonna("email", "--controllo", "email", massimo=150))
    except NonValido as errore:
        raise CommandError(f"--controllo: {errore.messaggio} {errore.rimedio}") from None
    return str(letto.valore), pulito


def _patrono(testo: str) -> tuple[int, int] | None:
    """(month, day) from `GG/MM`."""
    if not testo:
        return None
    trovato = _PATRONO.fullmatch(testo.strip())
    try:
        if trovato is None:
            raise ValueError
        giorno, mese = int(trovato[1]), int(trovato[2])
        datetime(2024, mese, giorno)  # noqa: DTZ001 - a day of the calendar, 29/02 too
    except ValueError:
        raise CommandError(
            f"--patrono: «{testo}» non è un giorno dell'anno. Scriverlo come 31/01."
        ) from None
    return mese, giorno


def _elenco(errori: list[Errore]) -> str:
    righe = [f"Non è stato scritto nulla: {len(errori)} errori da correggere."]
    return "\n".join([*righe, *(f"  {errore}" for errore in errori)])
