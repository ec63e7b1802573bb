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
    materia = models.CharField(max_length=60)  # "obiettivo:42"
    motivo = models.CharField(max_length=20, choices=MOTIVI)
    testo = models.CharField(max_length=500)
    link = models.CharField(max_length=200)
    evento_id = models.BigIntegerField(null=True)
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
