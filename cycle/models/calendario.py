# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ciclo, Periodo, Scadenza: one year of one ente, and its calendar."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models.functions import Now

from cycle.models.base import DiEnte, in_ordine, uno_di

STATI_CICLO = (("aperto", "Aperto"), ("chiuso", "Chiuso"))


class Ciclo(DiEnte):
    """One year of one ente, with the parameters (CFG rules) and the version of the machines
    frozen for it. Year Y in reporting and Y+1 in planning are open together (calendar C4).

    From `atto_apertura` on, parameters and terms are fixed: a term moves only by a Proroga (C2).
    A year that an import has made, to have where to write, has none until somebody opens it."""

    anno = models.PositiveSmallIntegerField()
    parametri = models.JSONField(default=dict)
    versione_macchine = models.PositiveSmallIntegerField(default=1)
    stato = models.CharField(max_length=10, choices=STATI_CICLO, default="aperto")
    atto_apertura = models.ForeignKey(
        "cycle.Atto", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

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

    # the term that holds, proroghe included: only on rows read through `cycle.termini`
    effettivo: datetime

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


class Proroga(DiEnte):
    """A term moved to a later day by an act of the organ that set it, for all settori alike,
    before or after it expired (R49). The last one recorded holds; none is ever edited. `istante`
    is the one it was recorded at, as rules judge it: before that, the earlier term held."""

    scadenza = models.ForeignKey(Scadenza, on_delete=models.PROTECT, related_name="proroghe")
    atto = models.ForeignKey("cycle.Atto", on_delete=models.PROTECT, related_name="proroghe")
    data = models.DateField()
    termine = models.DateTimeField()  # the first instant that is too late
    motivazione = models.TextField()
    istante = models.DateTimeField()
    registrata_il = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "proroga"
        verbose_name_plural = "proroghe"
        ordering = ["scadenza", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(motivazione__regex=r"\S"), name="proroga_motivata"
            )
        ]

    def __str__(self) -> str:
        return f"proroga al {self.data:%d/%m/%Y}"


PREAVVISI = (
    ("30", "Trenta giorni prima"),
    ("7", "Sette giorni prima"),
    ("1", "Il giorno prima"),
    ("0", "Il giorno stesso"),
    ("scaduta", "Scaduta"),
    ("segretario", "Segnalata al segretario"),
)


class Preavviso(DiEnte):
    """A reminder of a term that has been sent: once, whatever wakes the job twice. `termine` is
    the one it spoke of, so that a proroga begins again."""

    scadenza = models.ForeignKey(Scadenza, on_delete=models.PROTECT, related_name="preavvisi")
    passo = models.CharField(max_length=10, choices=PREAVVISI)
    termine = models.DateTimeField()
    inviato_il = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "preavviso"
        verbose_name_plural = "preavvisi"
        constraints = [
            models.UniqueConstraint(
                fields=["scadenza", "passo", "termine"], name="preavviso_una_volta"
            ),
            uno_di("passo", PREAVVISI, "preavviso_passo"),
        ]
