# SPDX-License-Identifier: AGPL-3.0-or-later
"""Atto, its set, and Allegato."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import ExtractYear, Now

from cycle.models.base import DiEnte, uno_di
from cycle.models.calendario import Ciclo

_SHA256 = r"^[0-9a-f]{64}$"


class Allegato(DiEnte):
    """A file kept outside the web root, known by its SHA-256."""

    nome = models.CharField(max_length=255)
    tipo_mime = models.CharField(max_length=100)
    dimensione = models.PositiveBigIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    percorso = models.CharField(max_length=300, unique=True)
    caricato_il = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "allegato"
        verbose_name_plural = "allegati"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sha256__regex=_SHA256), name="allegato_sha256"
            )
        ]

    def __str__(self) -> str:
        return self.nome


TIPI_ATTO = (
    ("approvazione", "Approvazione del PEG"),
    ("variazione", "Variazione"),
    ("neutralizza", "Neutralizzazione"),
    ("calendario", "Calendario o proroga"),
    ("storico", "Storico importato"),
)


ORGANI = (("giunta", "Giunta"), ("commissario", "Commissario"), ("consiglio", "Consiglio"))


class Atto(DiEnte):
    """A decision of an organ: number, date, pareri, and the set of what it decides (R2, R15).
    Immutable once recorded; recorded later than it is dated, it says when. An Atto of kind
    `storico` stands for what an imported year had already approved."""

    ciclo = models.ForeignKey(Ciclo, on_delete=models.PROTECT, related_name="atti")
    tipo = models.CharField(max_length=15, choices=TIPI_ATTO)
    organo = models.CharField(max_length=15, choices=ORGANI, default="giunta")
    numero = models.CharField(max_length=30)
    data = models.DateField()
    esecutivo = models.BooleanField(default=True)  # immediately executive
    parere_tecnico = models.CharField(max_length=300, blank=True)
    parere_contabile = models.CharField(max_length=300, blank=True)
    digest = models.CharField(max_length=64)  # SHA-256 of its canonical JSON
    pdf = models.ForeignKey(
        Allegato, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    registrato_il = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "atto"
        verbose_name_plural = "atti"
        constraints = [
            models.UniqueConstraint(
                "ente",
                "organo",
                "numero",
                ExtractYear("data"),
                "tipo",
                "ciclo",
                name="atto_numero",
            ),
            models.CheckConstraint(
                condition=models.Q(numero__regex=r"^\S(.*\S)?$"), name="atto_numero_scritto"
            ),
            uno_di("tipo", TIPI_ATTO, "atto_tipo"),
            uno_di("organo", ORGANI, "atto_organo"),
            models.CheckConstraint(condition=models.Q(digest__regex=_SHA256), name="atto_digest"),
        ]

    def __str__(self) -> str:
        if self.tipo == "storico":
            return f"piano {self.ciclo} già approvato, importato il {self.data:%d/%m/%Y}"
        return f"{self.get_organo_display()} n. {self.numero} del {self.data:%d/%m/%Y}"


GENERI_DOCUMENTO = (
    ("deliberazione", "Deliberazione"),
    ("allegato", "Allegato: le schede approvate"),
    ("parere", "Parere"),
)


class DocumentoAtto(DiEnte):
    """A file that goes with an Atto: the signed decision as it was received, or the annex that
    prints what was approved and the digest of its canonical text (R85)."""

    atto = models.ForeignKey(Atto, on_delete=models.PROTECT, related_name="documenti")
    genere = models.CharField(max_length=15, choices=GENERI_DOCUMENTO)
    allegato = models.ForeignKey(Allegato, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "documento dell'atto"
        verbose_name_plural = "documenti dell'atto"
        constraints = [
            models.UniqueConstraint(fields=["atto", "genere", "allegato"], name="documento_unico"),
            uno_di("genere", GENERI_DOCUMENTO, "documento_genere"),
        ]
