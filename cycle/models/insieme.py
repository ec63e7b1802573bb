# SPDX-License-Identifier: AGPL-3.0-or-later
"""Insieme: the objectives that controllo brings to the giunta together, and their pareri."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cycle.models.atto import Atto
from cycle.models.base import DiEnte, DiObiettivo, uno_di
from cycle.models.calendario import Ciclo
from cycle.models.ente import Persona
from workflows.machines.insieme import STATI, MacchinaInsieme

_SHA256 = r"^[0-9a-f]{64}$"


class Insieme(MacchinaInsieme, DiEnte):
    """A set of proposals, assembled for one decision (`domain.md` 7). `impronta` is the digest of
    the schede as they were submitted: pareri are given on it, and what the giunta approves must
    still be that."""

    ciclo = models.ForeignKey(Ciclo, on_delete=models.PROTECT, related_name="insiemi")
    nome = models.CharField(max_length=200)
    revisione = models.PositiveIntegerField(default=1)
    impronta = models.CharField(max_length=64, blank=True)
    sottoposto_il = models.DateTimeField(null=True, blank=True)
    atto = models.ForeignKey(
        Atto, on_delete=models.PROTECT, null=True, blank=True, related_name="insiemi"
    )

    class Meta:
        verbose_name = "insieme"
        verbose_name_plural = "insiemi"
        ordering = ["pk"]
        constraints = [
            uno_di("stato", STATI, "insieme_stato"),
            models.CheckConstraint(
                condition=~Q(stato__in=["in_istruttoria", "deciso"])
                | (Q(impronta__regex=_SHA256) & Q(sottoposto_il__isnull=False)),
                name="insieme_sottoposto",
            ),
            models.CheckConstraint(
                condition=Q(stato="deciso", atto__isnull=False)
                | (~Q(stato="deciso") & Q(atto__isnull=True)),
                name="insieme_deciso_con_atto",
            ),
        ]

    def __str__(self) -> str:
        return self.nome


class VoceInsieme(DiObiettivo):
    """An objective in a set, with the digest of its scheda as it was submitted. It waits for one
    decision at a time. `revisione` is the objective's when it was submitted: while it is the same
    the scheda is, and its digest need not be asked again."""

    insieme = models.ForeignKey(Insieme, on_delete=models.PROTECT, related_name="voci")
    impronta = models.CharField(max_length=64, blank=True)
    revisione = models.PositiveIntegerField(default=0)
    in_attesa = models.BooleanField(default=True)

    class Meta:
        verbose_name = "voce dell'insieme"
        verbose_name_plural = "voci dell'insieme"
        constraints = [
            models.UniqueConstraint(fields=["insieme", "obiettivo"], name="voceinsieme_unica"),
            models.UniqueConstraint(
                fields=["obiettivo"], condition=Q(in_attesa=True), name="voceinsieme_una_attesa"
            ),
        ]


TIPI_PARERE = (("tecnico", "Regolarità tecnica"), ("contabile", "Regolarità contabile"))
ESITI_PARERE = (
    ("favorevole", "Favorevole"),
    ("contrario", "Contrario"),
    ("non_dovuto", "Non dovuto"),
)


class Parere(DiEnte):
    """A parere on a set (R15, art. 49 TUEL), bound to the digest of what was read: a set that is
    changed and submitted again asks for new ones. Immutable."""

    insieme = models.ForeignKey(Insieme, on_delete=models.PROTECT, related_name="pareri")
    tipo = models.CharField(max_length=10, choices=TIPI_PARERE)
    esito = models.CharField(max_length=12, choices=ESITI_PARERE)
    persona = models.ForeignKey(Persona, on_delete=models.PROTECT, related_name="+")
    testo = models.TextField(blank=True)
    impronta = models.CharField(max_length=64)
    reso_il = models.DateTimeField()

    class Meta:
        verbose_name = "parere"
        verbose_name_plural = "pareri"
        constraints = [
            models.UniqueConstraint(
                fields=["insieme", "tipo", "impronta"], name="parere_uno_per_tipo"
            ),
            uno_di("tipo", TIPI_PARERE, "parere_tipo"),
            uno_di("esito", ESITI_PARERE, "parere_esito"),
            # who is against, or says that none is due, says why
            models.CheckConstraint(
                condition=Q(esito="favorevole") | Q(testo__regex=r"\S"), name="parere_motivato"
            ),
        ]
