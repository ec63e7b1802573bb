# SPDX-License-Identifier: AGPL-3.0-or-later
"""Incarico: who holds which role, where, from when to when, by which act (R81-R83)."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func

from cycle.models.base import DiEnte, uno_di
from cycle.models.ente import Persona, UnitaOrganizzativa
from workflows.ports import RUOLI, RUOLI_NON_DELEGABILI

TIPI_INCARICO = (("titolare", "Titolare"), ("interim", "Ad interim"), ("delega", "Delega"))


class Incarico(DiEnte):
    """A role on a unit and all below it (the root unit: the whole ente), from `dal` included to
    `al` excluded. Ad interim and delega are incarichi too; a delega is given by the holder of
    another one, is not passed on, and never covers validation or the giunta (R81)."""

    persona = models.ForeignKey(Persona, on_delete=models.PROTECT, related_name="incarichi")
    ruolo = models.CharField(max_length=20, choices=list(RUOLI.items()))
    unita = models.ForeignKey(
        UnitaOrganizzativa, on_delete=models.PROTECT, related_name="incarichi"
    )
    tipo = models.CharField(max_length=10, choices=TIPI_INCARICO, default="titolare")
    delegante = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="deleghe"
    )
    atto_di_conferimento = models.CharField(max_length=200)
    # of a delega: why it is given, and which permissions it carries (none listed: all that may
    # be delegated, R81)
    motivo = models.TextField(blank=True)
    ambito = models.JSONField(default=list, blank=True)
    atto_di_cessazione = models.CharField(max_length=200, blank=True)  # what ended it before time
    dal = models.DateTimeField()
    al = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "incarico"
        verbose_name_plural = "incarichi"
        constraints = [
            uno_di("ruolo", RUOLI.items(), "incarico_ruolo"),
            uno_di("tipo", TIPI_INCARICO, "incarico_tipo"),
            models.CheckConstraint(
                # one revoked before it began ends when it would have begun: it never has effect
                condition=models.Q(al__isnull=True) | models.Q(al__gte=F("dal")),
                name="incarico_date",
            ),
            models.CheckConstraint(
                condition=models.Q(tipo="delega", delegante__isnull=False)
                | (~models.Q(tipo="delega") & models.Q(delegante__isnull=True)),
                name="incarico_delega",
            ),
            models.CheckConstraint(
                condition=~models.Q(tipo="delega")
                | ~models.Q(ruolo__in=sorted(RUOLI_NON_DELEGABILI)),
                name="incarico_non_delegabile",
            ),
            ExclusionConstraint(
                name="incarico_sovrapposto",
                expressions=[
                    ("persona", RangeOperators.EQUAL),
                    ("ruolo", RangeOperators.EQUAL),
                    ("unita", RangeOperators.EQUAL),
                    (
                        Func(
                            F("dal"),
                            F("al"),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
        indexes = [models.Index(fields=["ente", "persona"], name="incarico_persona")]

    def __str__(self) -> str:
        return f"{self.persona}, {self.get_ruolo_display()} di {self.unita}"
