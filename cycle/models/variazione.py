# SPDX-License-Identifier: AGPL-3.0-or-later
"""RichiestaVariazione: a change of approved fields, asked for and never edited in place; what is
said of it; the Nucleo's invitation to file one; the correction of a material error."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cycle.models.atto import Allegato, Atto
from cycle.models.base import CIFRE, DiEnte, DiObiettivo, percentuale, uno_di
from cycle.models.ente import Persona
from cycle.models.insieme import ESITI_PARERE
from cycle.models.relazione import VoceRelazione
from workflows.machines import correzione
from workflows.machines.correzione import MacchinaCorrezione
from workflows.machines.variazione import STATI, MacchinaVariazione

APERTE = ("bozza", "presentata", "istruita")


class InvitoVariazione(DiObiettivo):
    """The Nucleo invites the settore to file a variazione (R39): shown until one is filed, it is
    declined, or the day `entro` has passed."""

    persona = models.ForeignKey(Persona, on_delete=models.PROTECT, related_name="+")
    testo = models.TextField()
    entro = models.DateField()
    invitato_il = models.DateTimeField()
    risposta = models.TextField(blank=True)  # why the settore declined
    declinato_il = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "invito a chiedere una variazione"
        verbose_name_plural = "inviti a chiedere una variazione"
        constraints = [
            models.CheckConstraint(condition=Q(testo__regex=r"\S"), name="invitovar_motivato"),
            models.CheckConstraint(
                condition=Q(declinato_il__isnull=True) | Q(risposta__regex=r"\S"),
                name="invitovar_declinato",
            ),
        ]


class RichiestaVariazione(MacchinaVariazione, DiObiettivo):
    """A request to the giunta (R16): field-level changes, a reason, the effect on money.

    `numero` is progressive within the objective, given by the database. `presentata_il` is the
    instant of the transaction that filed it, kept for ever with the `termine` it was judged
    against; `tardiva` is for ever (R24). `impronta` is the digest of what is asked: opinions are
    bound to it. Once filed only a rebase by its author changes it, and voids the opinions.
    """

    numero = models.PositiveSmallIntegerField(db_default=0, editable=False)
    autore = models.ForeignKey(Persona, on_delete=models.PROTECT, related_name="+")
    versione_base = models.PositiveIntegerField()
    revisione = models.PositiveIntegerField(default=1)
    motivazione = models.TextField(blank=True)
    causa_sopravvenuta = models.TextField(blank=True)
    d_ufficio = models.BooleanField(default=False)  # R34
    invito = models.ForeignKey(
        InvitoVariazione,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="richieste",
    )
    effetto_finanziario = models.BooleanField(default=False)
    atto_contabile = models.CharField(max_length=200, blank=True)  # R28
    impronta = models.CharField(max_length=64, blank=True)
    presentata_il = models.DateTimeField(null=True, blank=True)
    presentata_da = models.ForeignKey(
        Persona, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    termine = models.DateTimeField(null=True, blank=True)
    tardiva = models.BooleanField(default=False)
    decisa_il = models.DateTimeField(null=True, blank=True)
    atto = models.ForeignKey(
        Atto, on_delete=models.PROTECT, null=True, blank=True, related_name="variazioni"
    )
    motivazione_decisione = models.TextField(blank=True)
    eccezione = models.TextField(blank=True)  # why a late one was admitted (R24)
    lettera_art175 = models.CharField(max_length=1, blank=True)  # art. 175 c. 3 TUEL (R25)

    class Meta:
        verbose_name = "richiesta di variazione"
        verbose_name_plural = "richieste di variazione"
        constraints = [
            models.UniqueConstraint(fields=["obiettivo", "numero"], name="variazione_numero"),
            uno_di("stato", STATI, "variazione_stato"),
            models.CheckConstraint(
                condition=Q(stato__in=["bozza", "ritirata"]) | Q(presentata_il__isnull=False),
                name="variazione_presentata",
            ),
            # nobody refuses without saying why (R18)
            models.CheckConstraint(
                condition=~Q(stato__in=["respinta", "irricevibile"])
                | Q(motivazione_decisione__regex=r"\S"),
                name="variazione_diniego_motivato",
            ),
            models.CheckConstraint(
                condition=~Q(stato="approvata") | Q(atto__isnull=False),
                name="variazione_approvata_con_atto",
            ),
            # a late one is approved by an exception that says why (R24)
            models.CheckConstraint(
                condition=~Q(stato="approvata", tardiva=True) | Q(eccezione__regex=r"\S"),
                name="variazione_eccezione",
            ),
            models.CheckConstraint(
                condition=Q(lettera_art175__regex=r"^[a-g]?$"), name="variazione_lettera"
            ),
        ]

    def __str__(self) -> str:
        return f"variazione n. {self.numero}"


# What kind of thing a change is about, for lists and filters.
GENERI_CAMBIO = (
    ("target", "Target"),
    ("peso", "Peso"),
    ("natura", "Natura"),
    ("misura", "Modo di misurare"),
    ("testo", "Testo"),
    ("date", "Date"),
    ("responsabile", "Responsabile"),
    ("collocazione", "Unità, tipo o programma"),
    ("nuovo", "Aggiunta"),
    ("sostituzione", "Sostituzione"),
    ("soppressione", "Soppressione"),
    ("stralcio", "Stralcio"),
)


class CampoVariato(DiObiettivo):
    """One change: the value it was written against, and the new one. While the request waits for
    a decision (`in_attesa`) no other may touch the same field (R36).

    A field is named by the table and row it belongs to, a target by its indicator and period
    (`target:2026-2`). Without `campo` the whole row comes (no `riga_id`), goes, or, for the
    objective itself, is struck off. Values are as `cycle.scritta` writes them: names and codes,
    not ids. `dove` says in words which field it is, as it was called then."""

    richiesta = models.ForeignKey(
        RichiestaVariazione, on_delete=models.PROTECT, related_name="campi"
    )
    genere = models.CharField(max_length=15, choices=GENERI_CAMBIO, default="testo")
    tabella = models.CharField(max_length=40)
    riga_id = models.BigIntegerField(null=True)
    campo = models.CharField(max_length=40)
    valore_base = models.JSONField(null=True)
    valore_nuovo = models.JSONField(null=True)
    dove = models.TextField(blank=True)
    in_attesa = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tabella", "riga_id", "campo"],
                condition=models.Q(in_attesa=True),
                name="variazione_un_campo",
            ),
            uno_di("genere", GENERI_CAMBIO, "campovariato_genere"),
        ]


TIPI_PARERE_VARIAZIONE = (
    ("nucleo", "Parere del Nucleo"),
    ("ragioneria", "Visto della ragioneria"),
    ("replica", "Replica del settore"),
    ("valutazione", "Valutazione del Nucleo per la Relazione"),
)
ESITI_VARIAZIONE = (*ESITI_PARERE, ("osservazioni", "Osservazioni"))


class ParereVariazione(DiEnte):
    """What somebody said of a request: the Nucleo's opinion (R33), the visto of the ragioneria
    (R28), the settore's reply to one ex officio (R34), the Nucleo's evaluation for the Relazione
    (R32). Bound to the digest of what was read; immutable."""

    richiesta = models.ForeignKey(
        RichiestaVariazione, on_delete=models.PROTECT, related_name="pareri"
    )
    tipo = models.CharField(max_length=12, choices=TIPI_PARERE_VARIAZIONE)
    esito = models.CharField(max_length=12, choices=ESITI_VARIAZIONE)
    persona = models.ForeignKey(Persona, on_delete=models.PROTECT, related_name="+")
    testo = models.TextField(blank=True)
    impronta = models.CharField(max_length=64)
    reso_il = models.DateTimeField()

    class Meta:
        verbose_name = "parere su una variazione"
        verbose_name_plural = "pareri su variazioni"
        constraints = [
            models.UniqueConstraint(
                fields=["richiesta", "tipo", "impronta"], name="parerevar_uno_per_tipo"
            ),
            uno_di("tipo", TIPI_PARERE_VARIAZIONE, "parerevar_tipo"),
            uno_di("esito", ESITI_VARIAZIONE, "parerevar_esito"),
            models.CheckConstraint(
                condition=Q(esito="favorevole") | Q(testo__regex=r"\S"), name="parerevar_motivato"
            ),
        ]


class AllegatoVariazione(DiEnte):
    """A file that goes with a request."""

    richiesta = models.ForeignKey(
        RichiestaVariazione, on_delete=models.PROTECT, related_name="allegati"
    )
    allegato = models.ForeignKey(Allegato, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["richiesta", "allegato"], name="allegatovar_unico")
        ]


class Correzione(MacchinaCorrezione, DiObiettivo):
    """The correction of a material error (R35) in the percentage of one specifico for a period:
    what was written and what it should have been, why, and the percentage that follows. Accepted,
    it is added as the validated one; the computed one never changes."""

    voce = models.ForeignKey(VoceRelazione, on_delete=models.PROTECT, related_name="correzioni")
    revisione = models.PositiveIntegerField(default=1)
    campo = models.CharField(max_length=200)  # what is wrong: "natura dell'indicatore 2"
    prima = models.TextField()
    dopo = models.TextField()
    motivo = models.TextField()
    percentuale = models.DecimalField(**CIFRE)
    percentuale_prima = models.DecimalField(**CIFRE, null=True, blank=True)
    segnalata_da = models.ForeignKey(Persona, on_delete=models.PROTECT, related_name="+")
    segnalata_il = models.DateTimeField()
    decisa_da = models.ForeignKey(
        Persona, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decisa_il = models.DateTimeField(null=True, blank=True)
    motivazione_decisione = models.TextField(blank=True)

    class Meta:
        verbose_name = "correzione di un errore materiale"
        verbose_name_plural = "correzioni di errori materiali"
        constraints = [
            uno_di("stato", correzione.STATI, "correzione_stato"),
            percentuale("percentuale", "correzione_percentuale"),
            models.CheckConstraint(condition=Q(motivo__regex=r"\S"), name="correzione_motivata"),
            models.UniqueConstraint(
                fields=["voce"], condition=Q(stato="segnalata"), name="correzione_una_aperta"
            ),
            # somebody else decides (R35)
            models.CheckConstraint(
                condition=Q(stato="segnalata")
                | (
                    Q(decisa_da__isnull=False)
                    & ~Q(decisa_da=models.F("segnalata_da"))
                    & Q(motivazione_decisione__regex=r"\S")
                ),
                name="correzione_decisa_da_altri",
            ),
        ]
