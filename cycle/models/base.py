# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every row of an ente has in common."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.functions import RandomUUID
from django.db import models

# Percentages, weights, targets and measured values: exact, never float.
CIFRE: dict[str, Any] = {"max_digits": 20, "decimal_places": 6}


class DiEnte(models.Model):
    """A row of one ente.

    `ente_id` is on every table: composite foreign keys (ente_id, x_id), made in the migrations,
    stop a row of one ente from pointing into another. `pid` is the only id shown outside.
    """

    pid = models.UUIDField(unique=True, editable=False, db_default=RandomUUID())
    ente = models.ForeignKey("cycle.Ente", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class DiObiettivo(DiEnte):
    """A row below an Obiettivo. Every descendant carries the objective's id, so that writing it
    bumps the objective's `revisione` and the registro files it under the objective."""

    obiettivo = models.ForeignKey(
        "cycle.Obiettivo", on_delete=models.PROTECT, related_name="%(class)s_tutti"
    )

    class Meta:
        abstract = True


def uno_di(campo: str, scelte: Any, nome: str) -> models.CheckConstraint:
    """A CHECK that the column holds one of the values of `scelte`."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{campo}__in": [valore for valore, _ in scelte]}), name=nome
    )


def in_ordine(dal: str, al: str, nome: str) -> models.CheckConstraint:
    """A CHECK that two dates, where both are there, are not reversed."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{dal}__isnull": True})
        | models.Q(**{f"{al}__isnull": True})
        | models.Q(**{f"{al}__gte": models.F(dal)}),
        name=nome,
    )


def percentuale(campo: str, nome: str) -> models.CheckConstraint:
    """A CHECK that a percentage, where there is one, is not negative (it may exceed 100: R71)."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{campo}__isnull": True}) | models.Q(**{f"{campo}__gte": 0}),
        name=nome,
    )
