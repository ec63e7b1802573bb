# SPDX-License-Identifier: AGPL-3.0-or-later
"""The dialogue on a report: what the Nucleo observes, what the settore answers, and who abstains
when it is decided."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cycle.models.base import CIFRE, DiObiettivo
from cycle.models.ente import Persona
from cycle.models.relazione import RelazioneSemestrale, Seduta, VoceRelazione


class Osservazione(DiObiettivo):
    """What the Nucleo writes of one specifico, bound to the digest of the report as it was read:
    on a report submitted again with other figures another one is written.

    `proposta` is the text as the system drafted it, `testo` as a member left it. Until it is
    signed and sent only the Nucleo sees it; sent (`osserva`), its text is the report's own
    (`VoceRelazione.osservazione`) and it does not change any more. `invita_entro`: with it the
    settore is invited to ask for a variazione by that day (R39). `messa_da_parte`: why a member
    will not have it sent; it is then no osservazione, and can be taken up again."""

    voce = models.ForeignKey(VoceRelazione, on_delete=models.PROTECT, related_name="osservazioni")
    impronta = models.CharField(max_length=64)
    revisione = models.PositiveIntegerField(default=1)
    proposta = models.TextField(blank=True)
    testo = models.TextField()
    invita_entro = models.DateField(null=True, blank=True)
    autore = models.ForeignKey(Persona, on_delete=models.PROTECT, related_name="+")
    scritta_il = models.DateTimeField()
    firmata_da = models.ForeignKey(
        Persona, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    firmata_il = models.DateTimeField(null=True, blank=True)
    messa_da_parte = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = "osservazione"
        verbose_name_plural = "osservazioni"
        constraints = [
            models.UniqueConstraint(fields=["voce", "impronta"], name="osservazione_una"),
            models.CheckConstraint(condition=Q(testo__regex=r"\S"), name="osservazione_scritta"),
            models.CheckConstraint(
                condition=Q(firmata_da__isnull=True, firmata_il__isnull=True)
                | Q(firmata_da__isnull=False, firmata_il__isnull=False),
                name="osservazione_firmata",
            ),
            models.CheckConstraint(
                condition=Q(messa_da_parte="")
                | Q(messa_da_parte__regex=r"\S", firmata_il__isnull=True),
                name="osservazione_da_parte",
            ),
        ]


class Risposta(DiObiettivo):
    """What the settore answers to an osservazione (R55): written by whoever fills the report, sent
    by the dirigente, and from then on the report's own (`VoceRelazione.risposta`)."""

    osservazione = models.OneToOneField(
        Osservazione, on_delete=models.PROTECT, related_name="risposta"
    )
    testo = models.TextField(blank=True)
    autore = models.ForeignKey(Persona, on_delete=models.PROTECT, related_name="+")
    scritta_il = models.DateTimeField()

    class Meta:
        verbose_name = "risposta"
        verbose_name_plural = "risposte"


class Astensione(DiObiettivo):
    """Who was at a sitting and did not decide on an objective: because he said so, or because he
    had acted on it for the settore (R57, R59)."""

    seduta = models.ForeignKey(Seduta, on_delete=models.PROTECT, related_name="astensioni")
    persona = models.ForeignKey(Persona, on_delete=models.PROTECT, related_name="+")
    relazione = models.ForeignKey(
        RelazioneSemestrale,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="astensioni",
    )
    per_conflitto = models.BooleanField(default=False)

    class Meta:
        verbose_name = "astensione"
        verbose_name_plural = "astensioni"
        constraints = [
            models.UniqueConstraint(
                fields=["seduta", "persona", "obiettivo", "relazione"],
                name="astensione_una",
                nulls_distinct=False,
            )
        ]


class Validazione(DiObiettivo):
    """What a sitting decided of an objective, as it was decided: it stays in its minutes, also
    when the objective is re-opened since, and validated again by another one (R59)."""

    seduta = models.ForeignKey(Seduta, on_delete=models.PROTECT, related_name="validazioni")
    calcolata = models.DecimalField(**CIFRE, null=True, blank=True)
    convalidata = models.DecimalField(**CIFRE, null=True, blank=True)
    motivo = models.TextField(blank=True)

    class Meta:
        verbose_name = "validazione"
        verbose_name_plural = "validazioni"
