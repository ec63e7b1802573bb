# SPDX-License-Identifier: AGPL-3.0-or-later
"""The machine of a Correzione of a material error (R35): signalled by one, decided by another."""

from __future__ import annotations

from django.db import models
from django_fsm import FSMModelMixin

from workflows import guards, guards_variazione
from workflows.machines.base import Stato, transizione

STATI = (
    ("segnalata", "Segnalata"),
    ("accolta", "Accolta"),
    ("respinta", "Respinta"),
)
INIZIALI = ("segnalata",)
FINALI = ("accolta", "respinta")


class MacchinaCorrezione(FSMModelMixin, models.Model):
    """States and transitions of `cycle.Correzione`."""

    stato = Stato("stato", choices=STATI, default="segnalata", protected=True, max_length=15)

    class Meta:
        abstract = True

    @transizione(
        "segnalata",
        "accolta",
        ruoli=["nucleo", "controllo"],
        fatto="corretto un errore materiale",
        guardie=[
            guards_variazione.decide_chi_deve,
            guards_variazione.decide_un_altro,
            guards_variazione.convalida_presente,
            guards.motivazione_presente,
        ],
    )
    def accogli(self) -> None:
        """La correzione aggiunge una percentuale convalidata; la calcolata resta com'è."""

    @transizione(
        "segnalata",
        "respinta",
        ruoli=["nucleo", "controllo"],
        fatto="respinta la correzione di un errore materiale",
        ritorno=True,
        guardie=[
            guards_variazione.decide_chi_deve,
            guards_variazione.decide_un_altro,
            guards.motivazione_presente,
        ],
    )
    def respingi(self) -> None:
        """Non è un errore materiale: la percentuale resta quella che era."""
