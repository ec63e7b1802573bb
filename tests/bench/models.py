# SPDX-License-Identifier: AGPL-3.0-or-later
"""What django-fsm's bare transition moves: a row with a state, and one row of audit."""

from __future__ import annotations

from django.db import models
from django_fsm import FSMField, transition


class Pratica(models.Model):
    """Nothing but a state."""

    titolo = models.CharField(max_length=200)
    stato = FSMField(default="bozza", protected=True)

    @transition(field=stato, source="bozza", target="proposta")
    def proponi(self) -> None:
        """The bare transition: no guard, no permission."""


class Traccia(models.Model):
    """The audit row of one transition, as an application would write it by itself."""

    pratica = models.ForeignKey(Pratica, on_delete=models.PROTECT)
    da = models.CharField(max_length=20)
    a = models.CharField(max_length=20)
    persona_id = models.BigIntegerField()
    istante = models.DateTimeField()
