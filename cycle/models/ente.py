# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ente, Utente, Persona, UnitaOrganizzativa: who and where."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Lower, Now

from cycle.models.base import DiEnte, in_ordine, uno_di

_LETTERE_IPA = "[a-z0-9][a-z0-9_-]"
_LUNGHEZZA_IPA = 40
# Regular expression of a codice IPA: it stands in every address.
CODICE_IPA = f"{_LETTERE_IPA}{{0,{_LUNGHEZZA_IPA - 1}}}"


class Ente(models.Model):
    """A comune (or other body): one tenant of the installation."""

    pid = models.UUIDField(unique=True, editable=False, db_default=RandomUUID())
    nome = models.CharField(max_length=200)
    codice_ipa = models.SlugField("codice IPA", max_length=_LUNGHEZZA_IPA, unique=True)
    fuso = models.CharField("fuso orario", max_length=40, default="Europe/Rome")
    patrono_mese = models.PositiveSmallIntegerField(null=True, blank=True)
    patrono_giorno = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = "ente"
        verbose_name_plural = "enti"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(codice_ipa__regex=f"^{_LETTERE_IPA}*$"),
                name="ente_codice_ipa",
            ),
            models.CheckConstraint(
                condition=models.Q(patrono_mese__isnull=True, patrono_giorno__isnull=True)
                | models.Q(patrono_mese__range=(1, 12), patrono_giorno__range=(1, 31)),
                name="ente_patrono",
            ),
        ]

    def __str__(self) -> str:
        return self.nome


class Utente(AbstractUser):
    """Who logs in; global, because one person can serve several enti."""

    pid = models.UUIDField(unique=True, editable=False, db_default=RandomUUID())

    class Meta:
        verbose_name = "utente"
        verbose_name_plural = "utenti"
        constraints = [
            # an address is of one person, whom it gives back a lost password
            models.UniqueConstraint(
                Lower("email"), condition=~models.Q(email=""), name="utente_email"
            ),
        ]


class Gettone(models.Model):
    """A token of the API: only its SHA-256 is kept, and it dies at `scade_il` or when revoked."""

    utente = models.ForeignKey(Utente, on_delete=models.CASCADE, related_name="gettoni")
    nome = models.CharField(max_length=100)
    impronta = models.CharField(max_length=64, unique=True)
    creato_il = models.DateTimeField(db_default=Now())
    scade_il = models.DateTimeField()
    revocato_il = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "gettone"
        verbose_name_plural = "gettoni"


class Persona(DiEnte):
    """Somebody in one ente: employee, member of the Nucleo or of the giunta, or a vacant post
    kept as a placeholder. The registro holds only the id, so that erasing an identity does not
    break it (R90)."""

    utente = models.ForeignKey(
        Utente, on_delete=models.PROTECT, null=True, blank=True, related_name="persone"
    )
    nome_completo = models.CharField(max_length=200)  # COGNOME NOME
    alias = models.JSONField(default=list)  # other spellings found in documents
    inquadramento = models.CharField(max_length=100, blank=True)
    matricola = models.CharField(max_length=40, blank=True)
    segnaposto = models.BooleanField(default=False)
    # since when the ente does not let this person in; the login stays, for other enti
    sospesa_il = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "persona"
        verbose_name_plural = "persone"
        constraints = [
            models.UniqueConstraint(fields=["ente", "nome_completo"], name="persona_nome"),
            models.UniqueConstraint(
                fields=["ente", "utente"],
                condition=models.Q(utente__isnull=False),
                name="persona_utente",
            ),
        ]

    def __str__(self) -> str:
        return "posto vacante" if self.segnaposto else self.nome_completo.title()


TIPI_UNITA = (
    ("ente", "Ente"),
    ("area", "Area"),
    ("settore", "Settore"),
    ("servizio", "Servizio"),
    ("ufficio", "Ufficio"),
)


class UnitaOrganizzativa(DiEnte):
    """A unit of the org chart. It never moves: it is closed and another opened, linked by
    `succede_a`. `percorso` (the ids from the root, kept by a trigger) makes 'this unit and all
    below' one prefix; the root, of type `ente`, stands for the whole ente."""

    codice = models.CharField(max_length=40)
    nome = models.CharField(max_length=300)
    tipo = models.CharField(max_length=10, choices=TIPI_UNITA)
    padre = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="figlie"
    )
    percorso = models.CharField(max_length=200, editable=False, db_default="")
    succede_a = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="succeduta_da"
    )
    dal = models.DateField()
    al = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = "unità organizzativa"
        verbose_name_plural = "unità organizzative"
        constraints = [
            models.UniqueConstraint(
                fields=["ente", "codice"],
                condition=models.Q(al__isnull=True),
                name="unita_codice_aperta",
            ),
            models.UniqueConstraint(
                fields=["ente"], condition=models.Q(padre__isnull=True), name="unita_una_radice"
            ),
            uno_di("tipo", TIPI_UNITA, "unita_tipo"),
            in_ordine("dal", "al", "unita_date"),
            models.CheckConstraint(
                condition=models.Q(padre__isnull=True, tipo="ente")
                | (models.Q(padre__isnull=False) & ~models.Q(tipo="ente")),
                name="unita_radice_ente",
            ),
        ]
        indexes = [
            models.Index(
                fields=["ente", "percorso"],
                opclasses=["int8_ops", "varchar_pattern_ops"],
                name="unita_percorso",
            )
        ]

    def __str__(self) -> str:
        return self.nome
