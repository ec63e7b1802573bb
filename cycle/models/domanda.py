# SPDX-License-Identifier: AGPL-3.0-or-later
"""Questions to the registro that somebody keeps."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from cycle.models.base import DiEnte
from cycle.models.ente import Persona, UnitaOrganizzativa


class DomandaSalvata(DiEnte):
    """A question to the registro with a name, of one person; `unita`: also of whoever has an
    incarico on that very unit, his office. `parole`: those of its address (`cycle.domande`).

    A tool of one's own and not a step of any proceeding: the registro does not keep it, so that
    the words and the people one looked for can be forgotten (R89, R90)."""

    persona = models.ForeignKey(Persona, on_delete=models.PROTECT, related_name="domande")
    nome = models.CharField(max_length=80)
    parole = models.JSONField()
    unita = models.ForeignKey(
        UnitaOrganizzativa, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    creata_il = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "domanda salvata"
        verbose_name_plural = "domande salvate"
        constraints = [
            models.UniqueConstraint(fields=["persona", "nome"], name="domanda_un_nome"),
            models.CheckConstraint(
                condition=models.Q(nome__regex=r"\S"), name="domanda_con_un_nome"
            ),
        ]
