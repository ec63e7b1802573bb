# SPDX-License-Identifier: AGPL-3.0-or-later
"""Neutralizzazione: what nobody could foresee or govern takes an objective, or a part of it, out
of the percentages, and never out of the Relazione (R62-R63)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cycle.models.atto import Allegato, Atto
from cycle.models.base import DiObiettivo, uno_di
from cycle.models.ente import Persona
from cycle.models.indicatore import Indicatore
from cycle.models.obiettivo import ObiettivoSpecifico
from cycle.models.relazione import Seduta
from workflows.machines.neutralizzazione import STATI, VIVE, MacchinaNeutralizzazione


class Neutralizzazione(MacchinaNeutralizzazione, DiObiettivo):
    """The request to neutralise an indicator, a specifico, or, with neither, the whole objective.

    `causa` completes "neutralizzato per ..." in a few words, `motivo` says why it was neither to be
    foreseen nor governed. `d_ufficio`: the Nucleo's own initiative. `seduta` is where the Nucleo
    decided, or proposed it to the giunta, whose decision is the `atto`."""

    specifico = models.ForeignKey(
        ObiettivoSpecifico,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="neutralizzazioni",
    )
    indicatore = models.ForeignKey(
        Indicatore,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="neutralizzazioni",
    )
    revisione = models.PositiveIntegerField(default=1)
    d_ufficio = models.BooleanField(default=False)
    causa = models.CharField(max_length=200)
    motivo = models.TextField()
    chiesta_da = models.ForeignKey(Persona, on_delete=models.PROTECT, related_name="+")
    chiesta_il = models.DateTimeField()
    seduta = models.ForeignKey(
        Seduta, on_delete=models.PROTECT, null=True, blank=True, related_name="neutralizzazioni"
    )
    atto = models.ForeignKey(
        Atto, on_delete=models.PROTECT, null=True, blank=True, related_name="neutralizzazioni"
    )
    motivazione_nucleo = models.TextField(blank=True)  # of its proposal to the giunta
    decisa_da = models.ForeignKey(
        Persona, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decisa_il = models.DateTimeField(null=True, blank=True)
    motivazione_decisione = models.TextField(blank=True)

    class Meta:
        verbose_name = "neutralizzazione"
        verbose_name_plural = "neutralizzazioni"
        constraints = [
            uno_di("stato", STATI, "neutralizzazione_stato"),
            models.CheckConstraint(
                condition=Q(causa__regex=r"\S") & Q(motivo__regex=r"\S"),
                name="neutralizzazione_motivata",
            ),
            models.CheckConstraint(
                condition=Q(specifico__isnull=True) | Q(indicatore__isnull=True),
                name="neutralizzazione_di_una_cosa",
            ),
            # of the same thing one is open, or stands
            models.UniqueConstraint(
                fields=["obiettivo", "specifico", "indicatore"],
                condition=Q(stato__in=VIVE),
                nulls_distinct=False,
                name="neutralizzazione_una",
            ),
            models.CheckConstraint(
                condition=~Q(stato__in=["accolta", "respinta"])
                | (
                    Q(decisa_da__isnull=False, decisa_il__isnull=False)
                    & Q(motivazione_decisione__regex=r"\S")
                    & (Q(d_ufficio=True) | ~Q(decisa_da=models.F("chiesta_da")))
                ),
                name="neutralizzazione_decisa_da_altri",
            ),
            # by a sitting of the Nucleo, or by an act of the giunta (R62)
            models.CheckConstraint(
                condition=~Q(stato="accolta") | Q(seduta__isnull=False) | Q(atto__isnull=False),
                name="neutralizzazione_da_un_organo",
            ),
        ]


class DocumentoNeutralizzazione(DiObiettivo):
    """A file that proves the cause: filed with the request, and never taken away."""

    neutralizzazione = models.ForeignKey(
        Neutralizzazione, on_delete=models.PROTECT, related_name="documenti"
    )
    allegato = models.ForeignKey(Allegato, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "documento di una neutralizzazione"
        verbose_name_plural = "documenti di neutralizzazioni"
        constraints = [
            models.UniqueConstraint(
                fields=["neutralizzazione", "allegato"], name="documentoneu_unico"
            )
        ]
