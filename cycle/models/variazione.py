# SPDX-License-Identifier: AGPL-3.0-or-later
"""RichiestaVariazione: a change of approved fields, asked for and never edited in place."""

from __future__ import annotations

from django.db import models

from cycle.models.base import DiObiettivo, uno_di
from cycle.models.ente import Persona

APERTE = ("bozza", "presentata", "istruita")


STATI_VARIAZIONE = (
    ("bozza", "Bozza"),
    ("presentata", "Presentata"),
    ("istruita", "Istruita"),
    ("irricevibile", "Irricevibile"),
    ("approvata", "Approvata"),
    ("respinta", "Respinta"),
    ("ritirata", "Ritirata"),
)


class RichiestaVariazione(DiObiettivo):
    """A request to the giunta (R16): field-level changes, a reason, the effect on money.
    `tardiva` is for ever (R24)."""

    stato = models.CharField(max_length=15, choices=STATI_VARIAZIONE, default="bozza")
    autore = models.ForeignKey(Persona, on_delete=models.PROTECT, related_name="+")
    versione_base = models.PositiveIntegerField()
    motivazione = models.TextField(blank=True)
    causa_sopravvenuta = models.TextField(blank=True)
    effetto_finanziario = models.BooleanField(default=False)
    presentata_il = models.DateTimeField(null=True, blank=True)
    tardiva = models.BooleanField(default=False)

    class Meta:
        verbose_name = "richiesta di variazione"
        verbose_name_plural = "richieste di variazione"
        constraints = [
            uno_di("stato", STATI_VARIAZIONE, "variazione_stato"),
            models.CheckConstraint(
                condition=models.Q(stato__in=["bozza", "ritirata"])
                | models.Q(presentata_il__isnull=False),
                name="variazione_presentata",
            ),
        ]


class CampoVariato(DiObiettivo):
    """One field of the scheda: the value it was written against, and the new one. While the
    request waits for a decision (`in_attesa`) no other may touch the same field (R36)."""

    richiesta = models.ForeignKey(
        RichiestaVariazione, on_delete=models.PROTECT, related_name="campi"
    )
    tabella = models.CharField(max_length=40)
    riga_id = models.BigIntegerField(null=True)
    campo = models.CharField(max_length=40)
    valore_base = models.JSONField(null=True)
    valore_nuovo = models.JSONField(null=True)
    in_attesa = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tabella", "riga_id", "campo"],
                condition=models.Q(in_attesa=True),
                name="variazione_un_campo",
            )
        ]
