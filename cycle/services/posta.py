# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letters: written as rows in the transaction that wants them, sent after its commit.

A job of the database's queue sends them, and a periodic one what it could not (`cycle.lavori`);
`manage.py invia_posta` does it by hand. A letter can leave twice, if the server or this process
dies between taking it and saying so, never not at all: both times it has the same Message-ID, by
which it is shown once. An address that the server refuses for good is not tried again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.encoding import force_bytes
from django.utils.http import base36_to_int, urlsafe_base64_encode
from procrastinate.contrib.django import app

from cycle import orologio, permissions, specie
from cycle.models import Invito, Lettera, Recapito, Utente
from notifications import corrispondenza
from notifications.models import Notifica
from notifications.testi import una_riga

MASSIMI_TENTATIVI = 30  # some days
ATTESA_MASSIMA = timedelta(hours=6)  # between two of them
ORE_PASSWORD = 2
LUNGO_OGGETTO = 200  # characters

_registro = logging.getLogger(__name__)


class _Inviti(PasswordResetTokenGenerator):
    """Django's one-time tokens, of an invitation: one that was accepted, withdrawn or replaced
    opens nothing."""

    key_salt = "cycle.invito"

    def _make_hash_value(self, invito: Invito, timestamp: int) -> str:  # type: ignore[override]
        return (
            f"{invito.pk}{invito.pid}{invito.email}{invito.accettato_il}{invito.ritirato_il}"
            f"{timestamp}"
        )


class _Password(PasswordResetTokenGenerator):
    """Django's one-time tokens of a lost password, which live less than an invitation."""

    def check_token(self, user: Any, token: str | None) -> bool:
        if not super().check_token(user, token):
            return False
        nato = base36_to_int((token or "").partition("-")[0])
        return self._num_seconds(self._now()) - nato <= ORE_PASSWORD * 3600


gettoni_di_invito = _Inviti()
gettoni_di_password = _Password()


@dataclass(frozen=True, slots=True)
class Esito:
    """How many letters left, and how many could not."""

    spedite: int = 0
    fallite: int = 0


def affida(lettere: Iterable[Lettera]) -> None:
    """Write letters within a transaction, to leave after its commit: the job that sends them is
    a row of the same transaction. Nobody waits for the mail server, and how long a page takes
    does not tell whether there was somebody to write to."""
    if Lettera.objects.bulk_create(lettere):
        app.configure_task("posta").defer()


def spedisci(istante: datetime | None = None, *, anche_rimandate: bool = False) -> Esito:
    """Send what waits, each letter in its own transaction: two senders never take the same. When
    the server does not answer the others are not tried. `istante` is of the real clock; with
    `anche_rimandate` those too that were put off because they did not leave."""
    istante = istante or orologio.vero()
    spedite = fallite = 0
    provate: list[int] = []
    while True:
        with transaction.atomic():
            lettera = (
                Lettera.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("invito__ente", "invito__persona", "utente", "persona__ente")
                .filter(
                    *([] if anche_rimandate else [Q(prossima_il__lte=istante)]),
                    spedita_il__isnull=True,
                    rifiutata_il__isnull=True,
                    tentativi__lt=MASSIMI_TENTATIVI,
                )
                .exclude(pk__in=provate)
                .order_by("prossima_il", "pk")
                .first()
            )
            if lettera is None:
                return Esito(spedite, fallite)
            provate.append(lettera.pk)
            errore = _spedisci(lettera, istante)
            if errore is None:
                spedite += 1
            else:
                fallite += 1
        if isinstance(errore, OSError) and not _ha_risposto(errore):
            return Esito(spedite, fallite)


def _ha_risposto(errore: Exception) -> bool:
    """Whether a server was there to say no."""
    return isinstance(errore, SMTPResponseException | SMTPRecipientsRefused)


def _per_sempre(errore: Exception) -> bool:
    """Whether the server refused the address, not to be asked again."""
    return isinstance(errore, SMTPRecipientsRefused) and all(
        500 <= codice < 600 for codice, _parole in errore.recipients.values()
    )


def _spedisci(lettera: Lettera, istante: datetime) -> Exception | None:
    """Send one, and write how it went: never an address, nor the words of a mail server, which
    may repeat it (R90)."""
    messaggio = _messaggio(lettera)
    if messaggio is None:
        lettera.delete()
        return None
    try:
        messaggio.send()
    except (OSError, SMTPException, ValueError) as errore:
        lettera.prossima_il = istante + min(
            timedelta(minutes=2 ** min(lettera.tentativi, 10)), ATTESA_MASSIMA
        )
        lettera.tentativi += 1
        lettera.errore = type(errore).__name__
        if _per_sempre(errore):
            lettera.rifiutata_il = istante
            _rifiuta(lettera, istante)
        lettera.save(update_fields=["tentativi", "errore", "prossima_il", "rifiutata_il"])
        _registro.warning("posta: lettera %s non spedita: %s", lettera.pk, lettera.errore)
        return errore
    Lettera.objects.filter(pk=lettera.pk).update(
        spedita_il=Now(), errore="", tentativi=lettera.tentativi + 1
    )
    return None


def _rifiuta(lettera: Lettera, istante: datetime) -> None:
    """Record that an address of an ente is none; its news wait for another."""
    if lettera.persona is not None:
        corrispondenza.riprendi(lettera.pk)
        Recapito.objects.filter(persona=lettera.persona).update(rifiutato_il=istante)
    elif lettera.invito is not None:
        Recapito.objects.filter(persona=lettera.invito.persona, email=lettera.invito.email).update(
            rifiutato_il=istante
        )


def torna_indietro(lettera: Lettera, indirizzi: Set[str], istante: datetime) -> bool:
    """Record that a letter which left came back from one of these addresses: whether it was still
    where its person is written to."""
    if lettera.rifiutata_il is not None:
        return False
    persona = lettera.persona or (lettera.invito.persona if lettera.invito else None)
    if (
        persona is None
        or not Recapito.objects.filter(
            persona=persona, email__in=indirizzi, rifiutato_il__isnull=True
        ).exists()
    ):
        return False
    lettera.rifiutata_il = istante
    lettera.errore = "rimbalzo"
    lettera.save(update_fields=["rifiutata_il", "errore"])
    _rifiuta(lettera, istante)
    return True


def firma(lettera_id: int) -> str:
    """What only we can write beside the number of a letter, in its Message-ID."""
    return salted_hmac("cycle.lettera", str(lettera_id)).hexdigest()[:16]


def _messaggio(lettera: Lettera) -> EmailMultiAlternatives | None:
    """The letter with its words as they are now; None when there is nothing to say any more."""
    dati: dict[str, Any]
    dove = urlsplit(settings.URL_BASE).hostname
    intestazioni = {"Message-ID": f"<lettera-{lettera.pk}-{firma(lettera.pk)}@{dove}>"}
    if lettera.persona is not None:
        trovato = _notizie(lettera)
        if trovato is None:
            corrispondenza.riprendi(lettera.pk)
            return None
        indirizzo, dati = trovato
        intestazioni["List-Unsubscribe"] = f"<{dati['preferenze']}>"
    elif lettera.invito is not None:
        if lettera.invito.accettato_il or lettera.invito.ritirato_il:
            return None
        indirizzo = lettera.invito.email
        dati = {"invito": lettera.invito, "link": link_di_invito(lettera.invito)}
    else:
        assert lettera.utente is not None
        indirizzo = lettera.utente.email
        dati = {"utente": lettera.utente, "link": link_di_password(lettera.utente)}
    oggetto, _, testo = render_to_string(f"posta/{lettera.tipo}.txt", dati).strip().partition("\n")
    messaggio = EmailMultiAlternatives(
        una_riga(oggetto)[:LUNGO_OGGETTO].replace("=?", "= ?"),  # or it would be decoded
        testo.strip() + "\n",
        settings.DEFAULT_FROM_EMAIL,
        [indirizzo],
        headers=intestazioni,
    )
    if lettera.tipo == "notizie":
        messaggio.attach_alternative(render_to_string("posta/notizie.html", dati), "text/html")
    return messaggio


def _notizie(lettera: Lettera) -> tuple[str, dict[str, Any]] | None:
    """Where a letter of news goes and what it says: to whoever still holds an incarico, what they
    have not read yet."""
    persona = lettera.persona
    assert persona is not None
    recapito = Recapito.objects.filter(persona=persona, rifiutato_il__isnull=True).first()
    if recapito is None or persona.sospesa_il is not None:
        return None
    attore = permissions.attore(persona.ente_id, persona.pk, orologio.adesso())
    voci = corrispondenza.contenuto(lettera.pk) if attore.incarichi else []
    if not voci:
        return None
    ipa = persona.ente.codice_ipa
    return recapito.email, {
        "persona": una_riga(str(persona)),
        "ente": una_riga(persona.ente.nome),
        "voci": _righe(ipa, voci),
        "centro": _indirizzo("notifiche", ipa),
        "preferenze": _indirizzo("notifiche_preferenze", ipa),
    }


def _righe(ipa: str, voci: list[Notifica]) -> list[dict[str, Any]]:
    """The lines of a letter: many matters alike are one."""
    righe = []
    for simili in corrispondenza.simili(voci):
        prima = simili[0]
        testo, link = prima.testo, prima.link
        tocca, urgente = prima.motivo == "da_fare", prima.urgenza == "alta"
        if len(simili) > 1:
            testo = specie.molte(prima.specie, len(simili), tocca=tocca)
            link = specie.elenco(ipa, prima.specie, tocca=tocca, urgente=urgente)
        righe.append({"testo": testo, "link": settings.URL_BASE + link, "urgente": urgente})
    return righe


def link_di_invito(invito: Invito) -> str:
    """The address that opens an invitation, once."""
    gettone = gettoni_di_invito.make_token(invito)  # type: ignore[arg-type]
    return _indirizzo("invito", invito.pid, gettone)


def link_di_password(utente: Utente) -> str:
    """The address at which a user chooses a new password, once."""
    chi = urlsafe_base64_encode(force_bytes(utente.pk))
    return _indirizzo("password_nuova", chi, gettoni_di_password.make_token(utente))


def _indirizzo(nome: str, *argomenti: Any) -> str:
    """The whole address of a page, as a letter has it."""
    base: str = settings.URL_BASE
    return base + reverse(nome, args=argomenti)
