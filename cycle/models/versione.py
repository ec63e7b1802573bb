# SPDX-License-Identifier: AGPL-3.0-or-later
"""VersioneObiettivo: what was approved, word for word."""

from __future__ import annotations

from django.db import models

from cycle.models.atto import Atto
from cycle.models.base import DiObiettivo


class VersioneObiettivo(DiObiettivo):
    """The approved scheda, numbered 1, 2, ..., by an Atto. Immutable (R30): the canonical text
    is kept as text, because its bytes are what the digest proves."""

    numero = models.PositiveIntegerField()
    atto = models.ForeignKey(Atto, on_delete=models.PROTECT, related_name="versioni")
    in_vigore_dal = models.DateField()
    schema = models.PositiveSmallIntegerField(default=1)
    contenuto = models.TextField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = "versione"
        verbose_name_plural = "versioni"
        ordering = ["obiettivo", "numero"]
        constraints = [
            models.UniqueConstraint(fields=["obiettivo", "numero"], name="versione_numero"),
            models.CheckConstraint(condition=models.Q(numero__gte=1), name="versione_da_uno"),
        ]
