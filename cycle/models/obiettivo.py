# SPDX-License-Identifier: AGPL-3.0-or-later
"""Obiettivo and what hangs below it, except indicators."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Value

from cycle.models.base import CIFRE, DiEnte, DiObiettivo, in_ordine, percentuale, uno_di
from cycle.models.calendario import Ciclo
from cycle.models.ente import Persona, UnitaOrganizzativa
from cycle.models.strategia import NodoStrategico
from workflows.machines.obiettivo import STATI, MacchinaObiettivo


class Obiettivo(MacchinaObiettivo, DiEnte):
    """The scheda: what the giunta approves and the Nucleo validates.

    `versione` is the giunta's (0 until approved); `revisione` is the optimistic lock, bumped by
    the database at every write to the scheda or to anything below it. The two percentages are
    two values (R56): as computed, and as the Nucleo validated it.
    """

    ciclo = models.ForeignKey(Ciclo, on_delete=models.PROTECT, related_name="obiettivi")
    codice = models.CharField(max_length=40)
    tipo = models.CharField(max_length=40, blank=True)
    categoria = models.CharField(max_length=80, blank=True)
    titolo = models.CharField(max_length=1000)
    descrizione = models.TextField(blank=True)
    unita = models.ForeignKey(
        UnitaOrganizzativa, on_delete=models.PROTECT, related_name="obiettivi"
    )
    responsabile_generale = models.ForeignKey(
        Persona, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    responsabile_operativo = models.ForeignKey(
        Persona, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    inizio_previsto = models.DateField(null=True, blank=True)
    fine_prevista = models.DateField(null=True, blank=True)
    inizio_effettivo = models.DateField(null=True, blank=True)
    fine_effettiva = models.DateField(null=True, blank=True)
    peso = models.DecimalField(**CIFRE, null=True, blank=True)
    provvisorio = models.BooleanField(default=False)  # R13
    versione = models.PositiveIntegerField(default=0)
    revisione = models.PositiveIntegerField(default=1)
    continua_da = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="continuato_da"
    )
    nodi = models.ManyToManyField(NodoStrategico, through="ObiettivoNodo", related_name="obiettivi")
    percentuale_calcolata = models.DecimalField(**CIFRE, null=True, blank=True)
    percentuale_convalidata = models.DecimalField(**CIFRE, null=True, blank=True)
    motivo_convalida = models.TextField(blank=True)
    # what the ente's own form says beside the rest, in its order: [[heading, text], ...]
    sezioni = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = "obiettivo"
        verbose_name_plural = "obiettivi"
        constraints = [
            models.UniqueConstraint(fields=["ciclo", "codice"], name="obiettivo_codice"),
            uno_di("stato", STATI, "obiettivo_stato"),
            in_ordine("inizio_previsto", "fine_prevista", "obiettivo_date_previste"),
            in_ordine("inizio_effettivo", "fine_effettiva", "obiettivo_date_effettive"),
            percentuale("percentuale_calcolata", "obiettivo_perc_calcolata"),
            percentuale("percentuale_convalidata", "obiettivo_perc_convalidata"),
            # an approved scheda has a version, a proposal has none (R2, R30)
            models.CheckConstraint(
                condition=models.Q(stato__in=["bozza", "proposta"], versione=0)
                | (~models.Q(stato__in=["bozza", "proposta"]) & models.Q(versione__gte=1)),
                name="obiettivo_versione",
            ),
        ]
        indexes = [
            models.Index(fields=["ciclo", "unita"], name="obiettivo_unita"),
            models.Index(fields=["ciclo", "stato"], name="obiettivo_per_stato"),
        ]

    def __str__(self) -> str:
        return f"{self.codice} {self.titolo}"


class ObiettivoNodo(DiObiettivo):
    """An objective may hang on several strategic nodes."""

    nodo = models.ForeignKey(NodoStrategico, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["obiettivo", "nodo"], name="obiettivonodo_unico")
        ]


class ObiettivoSpecifico(DiObiettivo):
    """The child that carries indicators, phases and people. A plan with one level has exactly
    one for each Obiettivo. Codes are progressive and never reused."""

    codice = models.CharField(max_length=40)
    ordine = models.PositiveSmallIntegerField()
    titolo = models.CharField(max_length=1000)
    descrizione = models.TextField(blank=True)
    peso = models.DecimalField(**CIFRE, null=True, blank=True)
    inizio_previsto = models.DateField(null=True, blank=True)
    fine_prevista = models.DateField(null=True, blank=True)
    inizio_effettivo = models.DateField(null=True, blank=True)
    fine_effettiva = models.DateField(null=True, blank=True)
    flag = models.JSONField(default=list)  # corruption prevention, transparency ...
    esternalizzata = models.CharField(max_length=20, blank=True)
    affidatario = models.CharField(max_length=500, blank=True)
    modalita_affidamento = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = "obiettivo specifico"
        verbose_name_plural = "obiettivi specifici"
        ordering = ["obiettivo", "ordine"]
        constraints = [
            models.UniqueConstraint(fields=["obiettivo", "codice"], name="specifico_codice"),
            in_ordine("inizio_previsto", "fine_prevista", "specifico_date_previste"),
            in_ordine("inizio_effettivo", "fine_effettiva", "specifico_date_effettive"),
        ]

    def __str__(self) -> str:
        return f"{self.codice} {self.titolo}"


class Fase(DiObiettivo):
    """A phase: weight and progress from 0 to 100, planned and actual dates."""

    specifico = models.ForeignKey(ObiettivoSpecifico, on_delete=models.PROTECT, related_name="fasi")
    ordine = models.PositiveSmallIntegerField()
    descrizione = models.TextField()
    peso = models.DecimalField(**CIFRE, null=True, blank=True)
    avanzamento = models.DecimalField(**CIFRE, null=True, blank=True)
    inizio_previsto = models.DateField(null=True, blank=True)
    fine_prevista = models.DateField(null=True, blank=True)
    inizio_effettivo = models.DateField(null=True, blank=True)
    fine_effettiva = models.DateField(null=True, blank=True)
    responsabile = models.ForeignKey(
        Persona, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    centro = models.CharField(max_length=300, blank=True)  # of responsibility, as written
    note = models.TextField(blank=True)

    class Meta:
        verbose_name = "fase"
        verbose_name_plural = "fasi"
        ordering = ["specifico", "ordine"]
        constraints = [
            models.UniqueConstraint(fields=["specifico", "ordine"], name="fase_ordine"),
            in_ordine("inizio_previsto", "fine_prevista", "fase_date_previste"),
            models.CheckConstraint(
                condition=models.Q(avanzamento__isnull=True)
                | models.Q(avanzamento__range=(0, 100)),
                name="fase_avanzamento",
            ),
        ]


class Collaboratore(DiObiettivo):
    """A person on a specifico (or, with none, on the whole scheda), with own dates; `nome` is
    what the document prints. At most one is responsible of a specifico at an instant (R6);
    real plans have none, which is a warning and not an error."""

    specifico = models.ForeignKey(
        ObiettivoSpecifico,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="collaboratori",
    )
    persona = models.ForeignKey(Persona, on_delete=models.PROTECT, related_name="collaborazioni")
    nome = models.CharField(max_length=200)
    ordine = models.PositiveSmallIntegerField()
    dal = models.DateField(null=True, blank=True)
    al = models.DateField(null=True, blank=True)
    responsabile = models.BooleanField(default=False)
    impegno = models.DecimalField(**CIFRE, null=True, blank=True)  # per cent
    inquadramento = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name = "collaboratore"
        verbose_name_plural = "collaboratori"
        ordering = ["specifico", "ordine"]
        constraints = [
            in_ordine("dal", "al", "collaboratore_date"),
            ExclusionConstraint(
                name="collaboratore_un_responsabile",
                expressions=[
                    ("specifico", RangeOperators.EQUAL),
                    (
                        Func(
                            F("dal"),
                            F("al"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=models.Q(responsabile=True, specifico__isnull=False),
            ),
        ]


PARTI = (
    ("entrate_correnti", "Entrate correnti"),
    ("spese_correnti", "Spese correnti"),
    ("spese_investimento", "Spese di investimento"),
)


class Stanziamento(DiObiettivo):
    """Money of a chapter given to a specifico or, with none, to the whole scheda."""

    specifico = models.ForeignKey(
        ObiettivoSpecifico,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="stanziamenti",
    )
    capitolo = models.CharField(max_length=20)
    articolo = models.CharField(max_length=10, blank=True)
    descrizione = models.CharField(max_length=500, blank=True)
    parte = models.CharField(max_length=20, choices=PARTI)
    importo = models.DecimalField(max_digits=16, decimal_places=2)  # euro

    class Meta:
        verbose_name = "stanziamento"
        verbose_name_plural = "stanziamenti"
        constraints = [uno_di("parte", PARTI, "stanziamento_parte")]
