# SPDX-License-Identifier: AGPL-3.0-or-later
"""How people of an ente come in: their address, the invitation, the letter that carries it.

None of these is watched by the registro: they hold addresses, which stay out of the Modifiche so
that they can be erased (R90). That somebody was invited, came in or was shut out is an Evento.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from cycle.models.base import DiEnte, uno_di
from cycle.models.ente import Persona, Utente

# An address becomes the name with which its owner comes in, which is no longer than this.
MASSIMO_EMAIL = 150


class Recapito(DiEnte):
    """The e-mail address of a person in one ente, in lower case. It is the ente's own record:
    changing it changes no login."""

    persona = models.OneToOneField(Persona, on_delete=models.PROTECT, related_name="recapito")
    email = models.CharField(max_length=MASSIMO_EMAIL)
    # when the mail server said that there is nobody there, for good: nothing is written to it
    # any more, until the address is another
    rifiutato_il = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "recapito"
        verbose_name_plural = "recapiti"
        constraints = [
            models.UniqueConstraint(fields=["ente", "email"], name="recapito_email"),
        ]

    def __str__(self) -> str:
        return self.email


class Invito(DiEnte):
    """An invitation to come in as one person of an ente, sent to an address. It is open until
    accepted, withdrawn or expired; its link opens once. Whether its addressee already has a login,
    here or in another ente, is known only to who accepts it."""

    persona = models.ForeignKey(Persona, on_delete=models.PROTECT, related_name="inviti")
    email = models.CharField(max_length=MASSIMO_EMAIL)
    creato_il = models.DateTimeField()
    scade_il = models.DateTimeField()
    accettato_il = models.DateTimeField(null=True, blank=True)
    ritirato_il = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "invito"
        verbose_name_plural = "inviti"
        constraints = [
            models.UniqueConstraint(
                fields=["persona"],
                condition=Q(accettato_il__isnull=True, ritirato_il__isnull=True),
                name="invito_aperto",
            ),
        ]


TIPI_LETTERA = (
    ("invito", "Invito"),
    ("password", "Password dimenticata"),
    ("notizie", "Notizie"),
)


class Lettera(models.Model):
    """An e-mail to be sent, written in the transaction that wants it and sent after its commit.
    It holds no text: that is written when it leaves, so that no link lies in the database."""

    tipo = models.CharField(max_length=10, choices=TIPI_LETTERA)
    invito = models.ForeignKey(
        Invito, on_delete=models.CASCADE, null=True, blank=True, related_name="lettere"
    )
    utente = models.ForeignKey(
        Utente, on_delete=models.CASCADE, null=True, blank=True, related_name="lettere"
    )
    persona = models.ForeignKey(
        Persona, on_delete=models.CASCADE, null=True, blank=True, related_name="lettere"
    )
    creata_il = models.DateTimeField(db_default=Now())
    prossima_il = models.DateTimeField(db_default=Now())  # not tried before
    rifiutata_il = models.DateTimeField(null=True, blank=True)  # the address is not one
    spedita_il = models.DateTimeField(null=True, blank=True)
    tentativi = models.PositiveSmallIntegerField(default=0)
    errore = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = "lettera"
        verbose_name_plural = "lettere"
        constraints = [
            uno_di("tipo", TIPI_LETTERA, "lettera_tipo"),
            models.CheckConstraint(
                condition=Q(
                    tipo="invito", invito__isnull=False, utente__isnull=True, persona__isnull=True
                )
                | Q(
                    tipo="password", invito__isnull=True, utente__isnull=False, persona__isnull=True
                )
                | Q(
                    tipo="notizie", invito__isnull=True, utente__isnull=True, persona__isnull=False
                ),
                name="lettera_oggetto",
            ),
        ]
        indexes = [
            models.Index(
                fields=["prossima_il"],
                condition=Q(spedita_il__isnull=True, rifiutata_il__isnull=True),
                name="lettera_da_spedire",
            )
        ]
