# SPDX-License-Identifier: AGPL-3.0-or-later
"""The machine of an Insieme (`domain.md` 7): assembled, examined, decided."""

from __future__ import annotations

from django.db import models
from django_fsm import FSMModelMixin

from workflows import guards, guards_insieme
from workflows.machines.base import Stato, transizione

STATI = (
    ("in_preparazione", "In preparazione"),
    ("in_istruttoria", "In istruttoria"),
    ("deciso", "Deciso"),
    ("annullato", "Annullato"),
)
INIZIALI = ("in_preparazione",)
FINALI = ("deciso", "annullato")
PASSI = ("in_preparazione", "in_istruttoria", "deciso")


class MacchinaInsieme(FSMModelMixin, models.Model):
    """States and transitions of `cycle.Insieme`."""

    stato = Stato("stato", choices=STATI, default="in_preparazione", protected=True, max_length=20)

    class Meta:
        abstract = True

    @transizione(
        "in_preparazione",
        "in_istruttoria",
        ruoli=["controllo"],
        fatto="sottoposto alla giunta",
        guardie=[guards_insieme.insieme_non_vuoto, guards_insieme.voci_ancora_proposte],
    )
    def sottoponi(self) -> None:
        """Controllo chiude l'insieme e lo sottopone: i pareri si rendono su com'è adesso."""

    @transizione(
        "in_istruttoria",
        "in_preparazione",
        ruoli=["controllo"],
        fatto="ritirato dall'istruttoria",
        ritorno=True,
        guardie=[guards.motivazione_presente],
    )
    def ritira(self) -> None:
        """Controllo riprende l'insieme: se cambia, i pareri si rendono di nuovo."""

    @transizione(
        "in_istruttoria",
        "deciso",
        ruoli=["segreteria"],
        fatto="deciso",
        guardie=[
            guards_insieme.insieme_non_vuoto,
            guards_insieme.voci_ancora_proposte,
            guards_insieme.voci_invariate,
            guards_insieme.pareri_resi,
            guards_insieme.parere_contrario_superato,
            guards.atto_presente,
        ],
        organo="giunta",
        con_atto=True,
    )
    def decidi(self) -> None:
        """La giunta decide con un atto; la segreteria lo registra."""

    @transizione(
        "in_preparazione",
        "annullato",
        ruoli=["controllo"],
        fatto="annullato",
        ritorno=True,
        guardie=[guards.motivazione_presente],
    )
    def annulla(self) -> None:
        """Controllo rinuncia all'insieme: i suoi obiettivi tornano disponibili per un altro."""
