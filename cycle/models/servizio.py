# SPDX-License-Identifier: AGPL-3.0-or-later
"""What keeps the service going and is no noun of the cycle: heartbeats, progress, feeds."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now

from cycle.models.base import DiEnte
from cycle.models.ente import Persona, Utente


class Battito(models.Model):
    """When a periodic job last ended well: the health page reads it."""

    nome = models.CharField(max_length=60, unique=True)
    istante = models.DateTimeField()  # the wall clock, never the demo's
    esito = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = "battito"
        verbose_name_plural = "battiti"


class Avanzamento(models.Model):
    """How far a long work has come, written outside its transaction so that another page can
    read it; known by a random key that only who started it has."""

    chiave = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    utente = models.ForeignKey(Utente, on_delete=models.CASCADE, related_name="+")
    fase = models.CharField(max_length=100)
    fatto = models.PositiveIntegerField(default=0)
    totale = models.PositiveIntegerField(default=0)
    aggiornato_il = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "avanzamento"
        verbose_name_plural = "avanzamenti"


class FeedCalendario(DiEnte):
    """The private address at which a person's agenda reads the terms; only its SHA-256 is kept,
    and a new one replaces the old."""

    persona = models.OneToOneField(
        Persona, on_delete=models.PROTECT, related_name="feed_calendario"
    )
    impronta = models.CharField(max_length=64, unique=True)
    creato_il = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "feed del calendario"
        verbose_name_plural = "feed del calendario"
