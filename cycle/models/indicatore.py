# SPDX-License-Identifier: AGPL-3.0-or-later
"""Indicators, with a target and a measured value for each period."""

from __future__ import annotations

from django.db import models

from cycle.models.base import CIFRE, DiEnte, DiObiettivo, uno_di
from cycle.models.calendario import Periodo
from cycle.models.obiettivo import ObiettivoSpecifico


class TipoIndicatore(DiEnte):
    """An entry of the ente's shared catalogue of indicator types. One that is closed is offered
    no more; the indicators that have it keep it."""

    nome = models.CharField(max_length=300)
    chiuso_il = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "tipo di indicatore"
        verbose_name_plural = "tipi di indicatore"
        constraints = [models.UniqueConstraint(fields=["ente", "nome"], name="tipoind_nome")]

    def __str__(self) -> str:
        return self.nome


UNITA = (
    ("numero", "numero"),
    ("percentuale", "%"),
    ("data", "data"),
    ("si_no", "sì/no"),
    ("euro", "€"),
)


NATURE = (("positivo", "Positivo"), ("negativo", "Negativo"))


AGGREGAZIONI = (
    ("somma", "Somma"),
    ("media", "Media"),
    ("ultimo_valore", "Ultimo valore"),
    ("massimo", "Massimo"),
    ("minimo", "Minimo"),
)


class Indicatore(DiObiettivo):
    """What is measured, and how it counts: weight, natura (R70), aggregation over the periods
    (R74), cap on the score (R71; none: the ente's)."""

    specifico = models.ForeignKey(
        ObiettivoSpecifico, on_delete=models.PROTECT, related_name="indicatori"
    )
    ordine = models.PositiveSmallIntegerField()
    nome = models.CharField(max_length=1000)
    tipo = models.ForeignKey(
        TipoIndicatore, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    unita_misura = models.CharField(max_length=12, choices=UNITA, default="numero")
    natura = models.CharField(max_length=10, choices=NATURE, default="positivo")
    aggregazione = models.CharField(max_length=15, choices=AGGREGAZIONI, default="somma")
    peso = models.DecimalField(**CIFRE, null=True, blank=True)
    cap = models.DecimalField(**CIFRE, null=True, blank=True)
    fascia_da = models.DecimalField(**CIFRE, null=True, blank=True)
    fascia_a = models.DecimalField(**CIFRE, null=True, blank=True)
    codice = models.CharField(max_length=40, blank=True)  # as the ente calls it, where it does
    note = models.TextField(blank=True)

    class Meta:
        verbose_name = "indicatore"
        verbose_name_plural = "indicatori"
        ordering = ["specifico", "ordine"]
        constraints = [
            models.UniqueConstraint(fields=["specifico", "ordine"], name="indicatore_ordine"),
            uno_di("unita_misura", UNITA, "indicatore_unita"),
            uno_di("natura", NATURE, "indicatore_natura"),
            uno_di("aggregazione", AGGREGAZIONI, "indicatore_aggregazione"),
            models.CheckConstraint(
                condition=models.Q(peso__isnull=True) | models.Q(peso__range=(0, 100)),
                name="indicatore_peso",
            ),
            models.CheckConstraint(
                condition=models.Q(fascia_da__isnull=True, fascia_a__isnull=True)
                | models.Q(fascia_a__gte=models.F("fascia_da")),
                name="indicatore_fascia",
            ),
        ]

    def __str__(self) -> str:
        return self.nome


class Rilevazione(DiObiettivo):
    """Target (approved) and measured value (of the settore) of an indicator in a period; as
    dates for an indicator measured by its date (R79). `nota` is the settore's, on that value."""

    indicatore = models.ForeignKey(Indicatore, on_delete=models.PROTECT, related_name="rilevazioni")
    periodo = models.ForeignKey(Periodo, on_delete=models.PROTECT, related_name="+")
    target = models.DecimalField(**CIFRE, null=True, blank=True)
    valore = models.DecimalField(**CIFRE, null=True, blank=True)
    target_data = models.DateField(null=True, blank=True)
    valore_data = models.DateField(null=True, blank=True)
    nota = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        verbose_name = "rilevazione"
        verbose_name_plural = "rilevazioni"
        ordering = ["indicatore", "periodo"]
        constraints = [
            models.UniqueConstraint(fields=["indicatore", "periodo"], name="rilevazione_unica"),
            models.CheckConstraint(
                condition=(
                    models.Q(target__isnull=True, valore__isnull=True)
                    | models.Q(target_data__isnull=True, valore_data__isnull=True)
                ),
                name="rilevazione_numero_o_data",
            ),
        ]


class StoricoIndicatore(DiObiettivo):
    """The value of a past year, shown beside the present ones."""

    indicatore = models.ForeignKey(Indicatore, on_delete=models.PROTECT, related_name="storico")
    anno = models.PositiveSmallIntegerField()
    valore = models.DecimalField(**CIFRE, null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["indicatore", "anno"], name="storico_unico")]
