# SPDX-License-Identifier: AGPL-3.0-or-later
"""NodoStrategico: the political plan the objectives hang on."""

from __future__ import annotations

from django.db import models

from cycle.models.base import DiEnte
from cycle.models.calendario import Ciclo


class NodoStrategico(DiEnte):
    """A node of a ragged tree (linea, missione, programma, azione ... as the ente names them)."""

    ciclo = models.ForeignKey(Ciclo, on_delete=models.PROTECT, related_name="nodi")
    padre = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="figli"
    )
    tipo = models.CharField(max_length=60)
    codice = models.CharField(max_length=60, blank=True)
    titolo = models.CharField(max_length=500)

    class Meta:
        verbose_name = "nodo strategico"
        verbose_name_plural = "nodi strategici"
        constraints = [
            models.UniqueConstraint(
                fields=["ciclo", "padre", "tipo", "codice", "titolo"],
                nulls_distinct=False,
                name="nodo_unico",
            )
        ]

    def __str__(self) -> str:
        return self.titolo
