# SPDX-License-Identifier: AGPL-3.0-or-later
"""What keeps the service going and is no noun of the cycle: heartbeats, long works and their
progress, feeds."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now

from cycle.models.base import DiEnte, uno_di
from cycle.models.ente import Ente, Persona, Utente


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


GENERI_LAVORO = (
    ("stampa", "Stampa delle schede di un anno"),
    ("allegato", "PDF di un atto"),
    ("foglio", "Importazione di un piano da un foglio"),
)


class Lavoro(models.Model):
    """A work too long for a request, which somebody asked for and waits: done by a job, kept for
    a day. Its progress is the Avanzamento whose key is its `pid`. The registro remembers what it
    does, not that it was asked."""

    pid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    ente = models.ForeignKey(Ente, on_delete=models.CASCADE, related_name="+")
    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="+")
    utente = models.ForeignKey(Utente, on_delete=models.CASCADE, related_name="+")
    genere = models.CharField(max_length=10, choices=GENERI_LAVORO)
    dati = models.JSONField(default=dict)  # what was asked
    contenuto = models.BinaryField(null=True)  # the file it was given
    motivi = models.JSONField(default=list)  # why it did not come out, as sentences
    esito = models.JSONField(default=dict)  # what it did
    file = models.BinaryField(null=True)  # what it made
    nome_file = models.CharField(max_length=120, blank=True)
    tipo_file = models.CharField(max_length=100, blank=True)
    chiesto_il = models.DateTimeField(db_default=Now())
    finito_il = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "lavoro"
        verbose_name_plural = "lavori"
        constraints = [
            uno_di("genere", GENERI_LAVORO, "lavoro_genere"),
        ]
        indexes = [models.Index(fields=["chiesto_il"], name="lavoro_chiesto")]

    @property
    def in_attesa(self) -> bool:
        """Whether it is still to be done, or being done."""
        return self.finito_il is None


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
