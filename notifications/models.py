# SPDX-License-Identifier: AGPL-3.0-or-later
"""The news. A row is written in the transaction that causes it; the table is the truth, sockets
and e-mail only hint at it (`domain.md` 9)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Notifica(models.Model):
    """One row per person, matter and reason. It closes itself when the matter is settled by
    somebody else; while open, further news of the same matter and reason refresh it."""

    URGENZE = (("normale", "Normale"), ("alta", "Urgente"))

    MOTIVI = (
        ("da_fare", "Tocca a te"),
        ("responsabile", "Ne sei responsabile"),
        ("ha_agito", "Hai agito su questo"),
    )

    ente_id = models.BigIntegerField()
    utente = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notifiche"
    )
    persona_id = models.BigIntegerField()
    materia = models.CharField(max_length=60)  # "relazione:7"
    # the object it is about, which is what one silences: "obiettivo:42"; often the matter itself
    oggetto = models.CharField(max_length=60)
    motivo = models.CharField(max_length=20, choices=MOTIVI)
    testo = models.CharField(max_length=500)
    link = models.CharField(max_length=200)
    evento_id = models.BigIntegerField(null=True)
    urgenza = models.CharField(max_length=10, choices=URGENZE, db_default="normale")
    # kept off the bell, by the person's own choice: it stays in the centre
    muta = models.BooleanField(db_default=False)
    creata_il = models.DateTimeField(db_default=Now())
    letta_il = models.DateTimeField(null=True)
    chiusa_il = models.DateTimeField(null=True)
    # of the last write, by a trigger: what a socket asks from when it comes back
    transazione = models.BigIntegerField(db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["materia", "persona_id", "motivo"],
                condition=models.Q(chiusa_il__isnull=True),
                name="notifica_una_aperta",
            ),
            models.CheckConstraint(
                condition=models.Q(motivo__in=["da_fare", "responsabile", "ha_agito"]),
                name="notifica_motivo",
            ),
            models.CheckConstraint(
                condition=models.Q(urgenza__in=["normale", "alta"]), name="notifica_urgenza"
            ),
            # what one must do is never hidden
            models.CheckConstraint(
                condition=models.Q(muta=False) | ~models.Q(motivo="da_fare"),
                name="notifica_da_fare_mai_muta",
            ),
        ]
        indexes = [
            models.Index(
                fields=["utente", "-id"],
                condition=models.Q(chiusa_il__isnull=True),
                name="notifica_aperte",
            ),
            models.Index(fields=["transazione"], name="notifica_transazione"),
            models.Index(fields=["utente", "transazione"], name="notifica_dopo"),
        ]
        verbose_name = "notifica"
        verbose_name_plural = "notifiche"

    @property
    def specie(self) -> str:
        """The kind of its matter: "relazione"."""
        return self.materia.partition(":")[0]


class Preferenza(models.Model):
    """What a person of an ente wants to hear of each kind of news, and by which way. Whoever has
    no row has the defaults. What one must do is always on the screen, and reaches at least the
    daily digest: a term may be peremptory."""

    EMAIL = (
        ("subito", "Subito"),
        ("riepilogo", "Nel riepilogo del giorno"),
        ("mai", "Mai"),
    )
    ORA = 7

    ente_id = models.BigIntegerField()
    persona_id = models.BigIntegerField(unique=True)
    ora = models.PositiveSmallIntegerField(default=ORA)  # of the digest, in the ente's zone
    email_da_fare = models.CharField(max_length=10, choices=EMAIL[:2], default="riepilogo")
    email_responsabile = models.CharField(max_length=10, choices=EMAIL, default="riepilogo")
    email_ha_agito = models.CharField(max_length=10, choices=EMAIL, default="mai")
    schermo_responsabile = models.BooleanField(default=True)
    schermo_ha_agito = models.BooleanField(default=True)
    riepilogo_del = models.DateField(null=True)  # the day of the last digest, there or not

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(ora__lt=24), name="preferenza_ora"),
            models.CheckConstraint(
                condition=models.Q(email_da_fare__in=["subito", "riepilogo"]),
                name="preferenza_da_fare",
            ),
            models.CheckConstraint(
                condition=models.Q(email_responsabile__in=["subito", "riepilogo", "mai"])
                & models.Q(email_ha_agito__in=["subito", "riepilogo", "mai"]),
                name="preferenza_email",
            ),
        ]
        verbose_name = "preferenza"
        verbose_name_plural = "preferenze"


class Muto(models.Model):
    """An object of which, whatever the matter, a person wants to hear only what they must do."""

    ente_id = models.BigIntegerField()
    persona_id = models.BigIntegerField()
    oggetto = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["persona_id", "oggetto"], name="muto_uno"),
        ]
        verbose_name = "oggetto silenziato"
        verbose_name_plural = "oggetti silenziati"


class Spedizione(models.Model):
    """That a Notifica, as it was at `creata_il`, was given to a letter: it goes by e-mail once."""

    notifica = models.ForeignKey(Notifica, on_delete=models.CASCADE, related_name="spedizioni")
    creata_il = models.DateTimeField()  # of the Notifica; news that refresh it go again
    lettera_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notifica", "creata_il"], name="spedizione_una"),
        ]
        indexes = [models.Index(fields=["lettera_id"], name="spedizione_lettera")]
        verbose_name = "spedizione"
        verbose_name_plural = "spedizioni"
