# SPDX-License-Identifier: AGPL-3.0-or-later
"""The machine of a RichiestaVariazione (`domain.md` 5, R16-R37): filed, examined, decided."""

from __future__ import annotations

from django.db import models
from django_fsm import FSMModelMixin

from workflows import guards, guards_variazione
from workflows.machines.base import Stato, transizione

STATI = (
    ("bozza", "Bozza"),
    ("presentata", "Presentata"),
    ("istruita", "Istruita"),
    ("irricevibile", "Irricevibile"),
    ("approvata", "Approvata"),
    ("respinta", "Respinta"),
    ("ritirata", "Ritirata"),
)
INIZIALI = ("bozza",)
PENDENTI = ("presentata", "istruita")  # they hold their fields, and wait for a decision
FINALI = DECISE = ("irricevibile", "approvata", "respinta", "ritirata")


class MacchinaVariazione(FSMModelMixin, models.Model):
    """States and transitions of `cycle.RichiestaVariazione`."""

    stato = Stato("stato", choices=STATI, default="bozza", protected=True, max_length=15)

    class Meta:
        abstract = True

    @transizione(
        "bozza",
        "presentata",
        ruoli=["dirigente", "segreteria"],
        fatto="presentata una variazione",
        guardie=[
            guards_variazione.di_chi_la_presenta,
            guards_variazione.obiettivo_variabile,
            guards_variazione.almeno_un_cambio,
            guards_variazione.richiesta_motivata,
            guards_variazione.prima_di_fine_anno,
            guards_variazione.nel_termine,
            guards_variazione.causa_sopravvenuta,
            guards_variazione.campi_liberi,
            guards_variazione.periodi_chiusi_intatti,
            guards_variazione.neutralizzazioni_intatte,
            guards_variazione.solo_target_annuale,
            guards_variazione.valori_di_partenza_attuali,
        ],
    )
    def presenta(self) -> None:
        """Il dirigente presenta la richiesta; d'ufficio, la segreteria per la giunta."""

    @transizione(
        "presentata",
        "istruita",
        ruoli=["controllo"],
        fatto="istruita una variazione",
        guardie=[guards_variazione.si_esamina, guards_variazione.pareri_resi],
    )
    def istruisci(self) -> None:
        """Il procedimento la dice istruita quando i pareri obbligatori ci sono."""

    @transizione(
        "presentata",
        "irricevibile",
        ruoli=["controllo"],
        fatto="dichiarata irricevibile una variazione",
        ritorno=True,
        guardie=[guards_variazione.tardiva_irricevibile, guards.motivazione_presente],
    )
    def dichiara_irricevibile(self) -> None:
        """Controllo dichiara irricevibile la richiesta tardiva, dove l'ente ha deciso così."""

    @transizione(
        "istruita",
        "approvata",
        ruoli=["segreteria"],
        fatto="approvata una variazione",
        guardie=[
            guards_variazione.obiettivo_variabile,
            guards_variazione.valori_di_partenza_attuali,
            guards_variazione.periodi_chiusi_intatti,
            guards_variazione.neutralizzazioni_intatte,
            guards_variazione.solo_target_annuale,
            guards_variazione.pareri_resi,
            guards_variazione.replica_attesa,
            *guards.SCHEDA_COMPLETA,
            guards_variazione.accoglimento_motivato,
            guards_variazione.eccezione_motivata,
            guards_variazione.atto_contabile_indicato,
            guards.atto_presente,
            guards.pareri_presenti,
            guards_variazione.atto_nei_termini,
        ],
        organo="giunta",
        con_atto=True,
    )
    def approva(self) -> None:
        """La giunta approva con un atto; la scheda cambia e nasce la versione successiva."""

    @transizione(
        ["presentata", "istruita"],
        "respinta",
        ruoli=["segreteria"],
        fatto="respinta una variazione",
        ritorno=True,
        guardie=[guards_variazione.diniego_motivato, guards_variazione.atto_del_diniego],
        organo="giunta",
    )
    def respingi(self) -> None:
        """La giunta respinge, con una motivazione; la segreteria lo registra."""

    @transizione(
        ["bozza", "presentata", "istruita"],
        "ritirata",
        ruoli=["dirigente", "po", "segreteria"],
        fatto="ritirata una variazione",
        ritorno=True,
        guardie=[guards_variazione.di_chi_la_ritira],
    )
    def ritira(self) -> None:
        """L'autore, o il dirigente del settore, ritira la richiesta non ancora decisa."""
