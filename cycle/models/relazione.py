# SPDX-License-Identifier: AGPL-3.0-or-later
"""RelazioneSemestrale and the Nucleo's Seduta."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Round
from django.db.models.lookups import Exact

from cycle.models.atto import Allegato
from cycle.models.base import CIFRE, DiEnte, DiObiettivo, percentuale, uno_di
from cycle.models.calendario import Ciclo, Periodo
from cycle.models.ente import Persona
from cycle.models.obiettivo import ObiettivoSpecifico
from workflows.machines.relazione import IN_ESAME, STATI, MacchinaRelazione


class Seduta(DiEnte):
    """A sitting of the Nucleo: date, who was there, dissent (R59)."""

    ciclo = models.ForeignKey(Ciclo, on_delete=models.PROTECT, related_name="sedute")
    data = models.DateField()
    quorum = models.PositiveSmallIntegerField(default=1)  # members it took, that year
    presenti = models.ManyToManyField(Persona, through="PresenzaSeduta", related_name="sedute")
    dissensi = models.TextField(blank=True)

    class Meta:
        verbose_name = "seduta"
        verbose_name_plural = "sedute"

    def __str__(self) -> str:
        return f"seduta del {self.data:%d/%m/%Y}"


class PresenzaSeduta(DiEnte):
    """Somebody present at a sitting."""

    seduta = models.ForeignKey(Seduta, on_delete=models.PROTECT, related_name="+")
    persona = models.ForeignKey(Persona, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seduta", "persona"], name="presenza_unica")]


class RelazioneSemestrale(MacchinaRelazione, DiObiettivo):
    """The report of one objective for one period. Submitting freezes values and targets in
    `istantanea` with its digest; what is validated is bound to that digest (R54). What the Nucleo
    observes is answered before `replica_entro`, or waived, or lapses (R55)."""

    periodo = models.ForeignKey(Periodo, on_delete=models.PROTECT, related_name="relazioni")
    revisione = models.PositiveIntegerField(default=1)
    trasmessa_il = models.DateTimeField(null=True, blank=True)
    istantanea = models.TextField(blank=True)
    impronta = models.CharField(max_length=64, blank=True)
    osservata_il = models.DateTimeField(null=True, blank=True)
    replica_entro = models.DateTimeField(null=True, blank=True)  # first instant too late (R55)
    controdedotta_il = models.DateTimeField(null=True, blank=True)
    rinuncia = models.BooleanField(default=False)  # the settore waived its answer
    seduta = models.ForeignKey(
        Seduta, on_delete=models.PROTECT, null=True, blank=True, related_name="relazioni"
    )

    class Meta:
        verbose_name = "relazione semestrale"
        verbose_name_plural = "relazioni semestrali"
        constraints = [
            models.UniqueConstraint(fields=["obiettivo", "periodo"], name="relazione_unica"),
            uno_di("stato", STATI, "relazione_stato"),
            models.CheckConstraint(
                condition=~models.Q(stato__in=IN_ESAME) | ~models.Q(impronta=""),
                name="relazione_congelata",
            ),
            models.CheckConstraint(
                condition=~models.Q(stato="osservata") | models.Q(replica_entro__isnull=False),
                name="relazione_osservata",
            ),
        ]


class VoceRelazione(DiObiettivo):
    """One specifico in a report: text of the settore, remark of the Nucleo, answer, in this
    order (R53); percentage as computed and as validated, with a reason where they differ."""

    relazione = models.ForeignKey(
        RelazioneSemestrale, on_delete=models.PROTECT, related_name="voci"
    )
    specifico = models.ForeignKey(ObiettivoSpecifico, on_delete=models.PROTECT, related_name="voci")
    testo = models.TextField(blank=True)
    osservazione = models.TextField(blank=True)
    risposta = models.TextField(blank=True)
    percentuale_calcolata = models.DecimalField(**CIFRE, null=True, blank=True)
    percentuale_convalidata = models.DecimalField(**CIFRE, null=True, blank=True)
    motivo = models.TextField(blank=True)

    class Meta:
        verbose_name = "voce della relazione"
        verbose_name_plural = "voci della relazione"
        constraints = [
            models.UniqueConstraint(fields=["relazione", "specifico"], name="voce_unica"),
            percentuale("percentuale_convalidata", "voce_perc_convalidata"),
            # the validated one differs from the computed one, at the two decimals that are
            # printed, only with a reason (R56)
            models.CheckConstraint(
                condition=models.Q(percentuale_convalidata__isnull=True)
                | models.Q(
                    Exact(
                        Round(models.F("percentuale_convalidata"), precision=2),
                        Round(models.F("percentuale_calcolata"), precision=2),
                    )
                )
                | ~models.Q(motivo=""),
                name="voce_motivata",
            ),
        ]


class Evidenza(DiObiettivo):
    """A file that proves what a report says of a specifico. Added and taken away only while the
    report can be filled; the file itself is kept (R54)."""

    voce = models.ForeignKey(VoceRelazione, on_delete=models.PROTECT, related_name="evidenze")
    allegato = models.ForeignKey(Allegato, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "evidenza"
        verbose_name_plural = "evidenze"
        constraints = [models.UniqueConstraint(fields=["voce", "allegato"], name="evidenza_unica")]
