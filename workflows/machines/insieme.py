# SPDX-License-Identifier: AGPL-3.0-or-later
"""The machine of an Insieme (`domain.md` 7): assembled, examined, decided."""

from __future__ import annotations

from django.db import models
from django_fsm import FSMField, FSMModelMixin

STATI = (
    ("in_preparazione", "In preparazione"),
    ("in_istruttoria", "In istruttoria"),
    ("deciso", "Deciso"),
    ("annullato", "Annullato"),
)
INIZIALI = ("in_preparazione",)


class MacchinaInsieme(FSMModelMixin, models.Model):
    """States and transitions of `cycle.Insieme`."""

    stato = FSMField(
        "stato", choices=STATI, default="in_preparazione", protected=True, max_length=20
    )

    class Meta:
        abstract = True
