# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ciclo, Periodo, Scadenza: one year of one ente, and its calendar."""

from __future__ import annotations

from django.db import models

from cycle.models.base import DiEnte, in_ordine, uno_di

STATI_CICLO = (("aperto", "Aperto"), ("chiuso", "Chiuso"))


class Ciclo(DiEnte):
    """One year of one ente, with the parameters (CFG rules) and the version of the machines
    frozen for it. Year Y in reporting and Y+1 in planning are open together (calendar C4)."""

    anno = models.PositiveSmallIntegerField()
    parametri = models.JSONField(default=dict)
    versione_macchine = models.PositiveSmallIntegerField(default=1)
    stato = models.CharField(max_length=10, choices=STATI_CICLO, default="aperto")

    class Meta:
        verbose_name = "ciclo"
        verbose_name_plural = "cicli"
        constraints = [
            models.UniqueConstraint(fields=["ente", "anno"], name="ciclo_anno"),
            models.CheckConstraint(
                condition=models.Q(anno__range=(2000, 2100)), name="ciclo_anno_sensato"
            ),
            uno_di("stato", STATI_CICLO, "ciclo_stato"),
        ]

    def __str__(self) -> str:
        return str(self.anno)


class Periodo(DiEnte):
    """A reporting period of the year (R52): `2026-1`, `2026-2`."""

    ciclo = models.ForeignKey(Ciclo, on_delete=models.PROTECT, related_name="periodi")
    codice = models.CharField(max_length=10)
    nome = models.CharField(max_length=60)
    ordine = models.PositiveSmallIntegerField()
    dal = models.DateField()
    al = models.DateField()

    class Meta:
        verbose_name = "periodo"
        verbose_name_plural = "periodi"
        ordering = ["ciclo", "ordine"]
        constraints = [
            models.UniqueConstraint(fields=["ciclo", "codice"], name="periodo_codice"),
            models.UniqueConstraint(fields=["ciclo", "ordine"], name="periodo_ordine"),
            in_ordine("dal", "al", "periodo_date"),
        ]

    def __str__(self) -> str:
        return self.nome


TIPI_SCADENZA = (
    ("perentoria", "Perentoria"),
    ("ordinatoria", "Ordinatoria"),
    ("statutaria", "Di legge"),
)


FESTIVI = (
    ("nessuna", "Non si sposta"),
    ("successivo", "Al primo giorno non festivo"),
    ("precedente", "Al giorno non festivo precedente"),
)


class Scadenza(DiEnte):
    """A term of the calendar. `termine` is the first instant that is too late, resolved in the
    ente's zone when the calendar is made and never edited after (R41-R49)."""

    ciclo = models.ForeignKey(Ciclo, on_delete=models.PROTECT, related_name="scadenze")
    codice = models.SlugField(max_length=40)
    nome = models.CharField(max_length=200)
    tipo = models.CharField(max_length=15, choices=TIPI_SCADENZA)
    data = models.DateField()
    festivi = models.CharField(max_length=15, choices=FESTIVI, default="successivo")
    termine = models.DateTimeField()
    ruoli = models.JSONField(default=list)  # whom it concerns
    blocca = models.CharField(max_length=200, blank=True)  # what can no longer be done after

    class Meta:
        verbose_name = "scadenza"
        verbose_name_plural = "scadenze"
        ordering = ["termine"]
        constraints = [
            models.UniqueConstraint(fields=["ciclo", "codice"], name="scadenza_codice"),
            uno_di("tipo", TIPI_SCADENZA, "scadenza_tipo"),
            uno_di("festivi", FESTIVI, "scadenza_festivi"),
            # the backstops of the law are never moved (R47)
            models.CheckConstraint(
                condition=~models.Q(tipo="statutaria") | models.Q(festivi="nessuna"),
                name="scadenza_di_legge_ferma",
            ),
        ]

    def __str__(self) -> str:
        return self.nome
