# SPDX-License-Identifier: AGPL-3.0-or-later
"""The machine of a RelazioneSemestrale (`domain.md` 6): submitted, observed, answered, validated,
reopened."""

from __future__ import annotations

from django.db import models
from django_fsm import FSMModelMixin

from workflows import guards, guards_relazione
from workflows.machines.base import Stato, transizione

STATI = (
    ("da_compilare", "Da compilare"),
    ("trasmessa", "Trasmessa"),
    ("osservata", "Osservata"),
    ("controdedotta", "Controdedotta"),
    ("validata", "Validata"),
    ("riaperta", "Riaperta"),
)
INIZIALI = ("da_compilare", "validata")
COMPILABILI = ("da_compilare", "riaperta")
IN_ESAME = ("trasmessa", "osservata", "controdedotta")  # submitted, and not validated yet


class MacchinaRelazione(FSMModelMixin, models.Model):
    """States and transitions of `cycle.RelazioneSemestrale`."""

    stato = Stato("stato", choices=STATI, default="da_compilare", protected=True, max_length=20)

    class Meta:
        abstract = True

    @transizione(
        ["da_compilare", "riaperta"],
        "trasmessa",
        ruoli=["dirigente"],
        fatto="trasmessa",
        guardie=[
            guards.obiettivo_in_corso,
            guards.relazioni_precedenti_trasmesse,
            guards.valori_completi,
        ],
    )
    def trasmetti(self) -> None:
        """Il dirigente trasmette la relazione; valori e target si congelano."""

    @transizione(
        "trasmessa",
        "osservata",
        ruoli=["nucleo"],
        fatto="osservata",
        guardie=[guards_relazione.osservazioni_firmate],
    )
    def osserva(self) -> None:
        """Il Nucleo invia le osservazioni firmate; da qui decorrono i giorni per rispondere."""

    @transizione(
        "osservata",
        "controdedotta",
        ruoli=["dirigente"],
        fatto="data risposta al Nucleo",
        guardie=[guards_relazione.nel_termine_di_replica, guards_relazione.risposta_o_rinuncia],
    )
    def controdeduci(self) -> None:
        """Il dirigente risponde alle osservazioni, o rinuncia a rispondere."""

    @transizione(
        ["trasmessa", "osservata", "controdedotta"],
        "validata",
        ruoli=["nucleo"],
        fatto="validata",
        guardie=[
            guards_relazione.cifre_come_trasmesse,
            guards.separazione_delle_funzioni,
            guards_relazione.contraddittorio_concluso,
            guards.scostamenti_motivati,
            guards.seduta_valida,
        ],
        organo="nucleo",
    )
    def valida(self) -> None:
        """Il Nucleo valida in seduta le percentuali del periodo."""

    @transizione(
        ["trasmessa", "osservata", "controdedotta", "validata"],
        "riaperta",
        ruoli=["nucleo"],
        fatto="riaperta",
        ritorno=True,
        guardie=[
            guards.anno_aperto,
            guards.obiettivo_non_validato,
            guards.nessuna_relazione_successiva,
            guards.motivazione_presente,
        ],
    )
    def riapri(self) -> None:
        """Il Nucleo riapre la relazione con una motivazione."""
