# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letters: written as rows in the transaction that wants them, sent after its commit.

A job of the database's queue sends them, and a periodic one what it could not (`cycle.lavori`);
`manage.py invia_posta` does it by hand. A letter can leave twice, never not at all; its link opens
once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.mail import send_mail
from django.db import transaction
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import base36_to_int, urlsafe_base64_encode
from procrastinate.contrib.django import app

from cycle.models import Invito, Lettera, Utente

MASSIMI_TENTATIVI = 10
ORE_PASSWORD = 2

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


def spedisci() -> Esito:
    """Send what waits, each letter in its own transaction: two senders never take the same."""
    spedite = fallite = 0
    provate: list[int] = []
    while True:
        with transaction.atomic():
            lettera = (
                Lettera.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("invito__ente", "invito__persona", "utente")
                .filter(spedita_il__isnull=True, tentativi__lt=MASSIMI_TENTATIVI)
                .exclude(pk__in=provate)
                .order_by("creata_il", "pk")
                .first()
            )
            if lettera is None:
                return Esito(spedite, fallite)
            provate.append(lettera.pk)
            if _spedita(lettera):
                spedite += 1
            else:
                fallite += 1


def _spedita(lettera: Lettera) -> bool:
    """Send one, and write how it went: never an address, nor the words of a mail server, which
    may repeat it (R90)."""
    invito = lettera.invito
    if invito is not None and (invito.accettato_il or invito.ritirato_il):
        lettera.delete()
        return True
    try:
        _scrivi(lettera)
    except (OSError, SMTPException, ValueError) as errore:
        lettera.tentativi += 1
        lettera.errore = type(errore).__name__
        lettera.save(update_fields=["tentativi", "errore"])
        _registro.warning("posta: lettera %s non spedita: %s", lettera.pk, lettera.errore)
        return False
    Lettera.objects.filter(pk=lettera.pk).update(
        spedita_il=Now(), errore="", tentativi=lettera.tentativi + 1
    )
    return True


def _scrivi(lettera: Lettera) -> None:
    if lettera.invito is not None:
        indirizzo = lettera.invito.email
        dati = {"invito": lettera.invito, "link": link_di_invito(lettera.invito)}
    else:
        assert lettera.utente is not None
        indirizzo = lettera.utente.email
        dati = {"utente": lettera.utente, "link": link_di_password(lettera.utente)}
    oggetto, _, testo = render_to_string(f"posta/{lettera.tipo}.txt", dati).strip().partition("\n")
    send_mail(oggetto.strip(), testo.strip() + "\n", settings.DEFAULT_FROM_EMAIL, [indirizzo])


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
