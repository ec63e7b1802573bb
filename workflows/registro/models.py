# SPDX-License-Identifier: AGPL-3.0-or-later
"""Evento and Modifica: what happened, and which fields it changed (`domain.md` 8, R84).

Neither is ever written by Django: Eventi enter through the database function `registro_apri`,
Modifiche through triggers, and the application role may only read them. They hold bare ids, so
that nothing of the registro depends on the tables it watches.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class Evento(models.Model):
    """One action on one object. The Eventi of an action over a set share `azione`, the id of
    the first of them.

    `istante` is the moment the rules were judged at (injected); `registrato_il` is the clock of
    the database, which as-of questions use. A refusal or a reading (`esito`) changes no row.
    """

    azione = models.BigIntegerField()
    ente_id = models.BigIntegerField()
    procedura = models.CharField(max_length=30)
    verbo = models.CharField(max_length=30)
    oggetto_id = models.BigIntegerField(null=True)
    radice_id = models.BigIntegerField(null=True)  # the objective under which it happened
    da = models.CharField(max_length=20)
    a = models.CharField(max_length=20)
    persona_id = models.BigIntegerField(null=True)
    incarico_id = models.BigIntegerField(null=True)
    ruolo = models.CharField(max_length=20)
    per_conto_di_id = models.BigIntegerField(null=True)  # persona who delegated (R81)
    organo = models.CharField(max_length=20)
    motivazione = models.TextField()
    atto_id = models.BigIntegerField(null=True)
    canale = models.CharField(max_length=10)  # web | api | comando | sistema | sql
    esito = models.CharField(max_length=10)  # eseguito | rifiutato | letto
    fuori_procedura = models.BooleanField()
    dati = models.JSONField(null=True)
    istante = models.DateTimeField()
    registrato_il = models.DateTimeField()
    transazione = models.BigIntegerField()

    class Meta:
        indexes = [
            # one objective's history is short, and sorted when it is read
            models.Index(
                fields=["radice_id"],
                condition=models.Q(radice_id__isnull=False),
                name="evento_radice",
            ),
            # rows come in this order: a summary of pages is enough
            BrinIndex(fields=["registrato_il"], autosummarize=True, name="evento_registrato"),
            # the histories of what hangs below no objective, or is asked by itself
            models.Index(
                fields=["procedura", "oggetto_id"],
                condition=models.Q(procedura__in=["ciclo", "incarico", "insieme", "variazione"]),
                name="evento_oggetto",
            ),
            # what was done under an act, and with a verb: variazioni decided, exports, refusals
            models.Index(
                fields=["atto_id", "-id"],
                condition=models.Q(atto_id__isnull=False),
                name="evento_atto",
            ),
            # questions are answered by day: evento_giorno, evento_verbo and evento_persona are
            # indexes of an expression, which migration 0009 makes
            # few, and asked whenever a code is given: none is given twice
            models.Index(
                fields=["ente_id"],
                condition=models.Q(verbo="elimina"),
                name="evento_elimina",
            ),
        ]
        verbose_name = "evento"
        verbose_name_plural = "eventi"


class Modifica(models.Model):
    """One changed row: the fields before and after, as the trigger saw them."""

    OPERAZIONI = (("I", "inserita"), ("U", "modificata"), ("D", "eliminata"))

    evento_id = models.BigIntegerField()
    ente_id = models.BigIntegerField()
    tabella = models.CharField(max_length=40)
    riga_id = models.BigIntegerField()
    radice_id = models.BigIntegerField(null=True)
    operazione = models.CharField(max_length=1, choices=OPERAZIONI)
    prima = models.JSONField(null=True)
    dopo = models.JSONField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["evento_id"], name="modifica_evento"),
            models.Index(
                fields=["radice_id"],
                condition=models.Q(radice_id__isnull=False),
                name="modifica_radice",
            ),
        ]
        verbose_name = "modifica"
        verbose_name_plural = "modifiche"


class Sigillo(models.Model):
    """The link of the chain that seals an action: how many Eventi and Modifiche it has, its place
    in one of the ente's streams, and the SHA-256 of this, of the previous link's and of the rows'
    digests (`workflows.registro.forma`)."""

    azione = models.BigIntegerField(primary_key=True)
    ente_id = models.BigIntegerField()
    flusso = models.IntegerField()
    progressivo = models.IntegerField()
    eventi = models.IntegerField()
    modifiche = models.IntegerField()
    impronta = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ente_id", "flusso", "progressivo"], name="sigillo_anello"
            )
        ]
        verbose_name = "sigillo"
        verbose_name_plural = "sigilli"


class Ancora(models.Model):
    """The day's digest over the last link of every stream of an ente, and over the previous
    anchor: printed or stamped outside, it proves all that came before (R85)."""

    ente_id = models.BigIntegerField()
    giorno = models.DateField()
    testo = models.TextField()  # the JSON that is digested
    impronta = models.BinaryField()
    registrata_il = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ente_id", "giorno"], name="ancora_al_giorno")
        ]
        verbose_name = "ancora"
        verbose_name_plural = "ancore"


class Marca(models.Model):
    """The receipt of a time-stamping service (RFC 3161) for an anchor."""

    ancora_id = models.BigIntegerField()
    servizio = models.CharField(max_length=300)
    ricevuta = models.BinaryField()
    registrata_il = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["ancora_id"], name="marca_ancora")]
        verbose_name = "marca temporale"
        verbose_name_plural = "marche temporali"


class Riservato(models.Model):
    """A value that identifies a person, apart from the Modifica that wrote it (R90): there stand
    this id and the SHA-256 of `sale` and of the value's JSON. Written by the database, never
    changed, erased by `registro_oblia`."""

    ente_id = models.BigIntegerField()
    tabella = models.CharField(max_length=40)
    riga_id = models.BigIntegerField()
    sale = models.BinaryField()
    valore = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["tabella", "riga_id"], name="riservato_riga")]
        verbose_name = "dato riservato"
        verbose_name_plural = "dati riservati"
