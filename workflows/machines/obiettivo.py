# SPDX-License-Identifier: AGPL-3.0-or-later
"""The machine of an Obiettivo (`domain.md` 4; it replaces the list of R1).

Shown as five steps: proposta, approvato, in corso, rendicontato, validato. Before them bozza;
beside them stralciato. An imported objective is born in bozza, proposta or validato (`importa`):
being born is not a transition, and the registro records it with that verb.
"""

from __future__ import annotations

from django.db import models
from django_fsm import FSMModelMixin

from workflows import guards, guards_insieme
from workflows.machines.base import Stato, transizione

STATI = (
    ("bozza", "Bozza"),
    ("proposta", "Proposta"),
    ("approvato", "Approvato"),
    ("in_corso", "In corso"),
    ("rendicontato", "Rendicontato"),
    ("validato", "Validato"),
    ("stralciato", "Stralciato"),
)
INIZIALI = ("bozza", "proposta", "validato")
FINALI = ("stralciato",)
PASSI = ("proposta", "approvato", "in_corso", "rendicontato", "validato")
PRIMA_DELL_APPROVAZIONE = ("bozza", "proposta")


class MacchinaObiettivo(FSMModelMixin, models.Model):
    """States and transitions of `cycle.Obiettivo`."""

    stato = Stato("stato", choices=STATI, default="bozza", protected=True, max_length=20)

    class Meta:
        abstract = True

    @transizione(
        "bozza",
        "proposta",
        ruoli=["dirigente"],
        fatto="proposto",
        guardie=guards.SCHEDA_COMPLETA,
        molti=True,
    )
    def proponi(self) -> None:
        """Il dirigente propone la scheda completa."""

    @transizione(
        "proposta",
        "bozza",
        ruoli=["controllo", "segreteria"],
        fatto="rinviato al settore",
        ritorno=True,
        guardie=[guards_insieme.in_nessun_insieme, guards.motivazione_presente],
        molti=True,
    )
    def rinvia(self) -> None:
        """La proposta torna al settore con una motivazione."""

    @transizione(
        "proposta",
        "approvato",
        ruoli=["segreteria"],
        fatto="approvato",
        guardie=[
            *guards.SCHEDA_COMPLETA,
            guards.in_nessun_altro_atto,
            guards_insieme.in_nessun_insieme,
            guards.atto_presente,
            guards.pareri_presenti,
        ],
        organo="giunta",
        con_atto=True,
    )
    def approva(self) -> None:
        """La giunta approva con un atto; la segreteria lo registra."""

    @transizione(
        "approvato",
        "in_corso",
        ruoli=["po", "dirigente"],
        fatto="avviato",
        guardie=[guards.nella_finestra],
        molti=True,
    )
    def avvia(self) -> None:
        """Il settore avvia l'obiettivo approvato."""

    @transizione(
        "in_corso",
        "rendicontato",
        ruoli=["dirigente"],
        fatto="rendicontato",
        guardie=[guards.ultima_relazione_trasmessa, guards.nessuna_variazione_pendente],
        molti=True,
    )
    def rendiconta(self) -> None:
        """Il dirigente chiude la rendicontazione dell'anno."""

    @transizione(
        "validato",
        "rendicontato",
        ruoli=["nucleo"],
        fatto="riaperto",
        ritorno=True,
        guardie=[guards.anno_aperto, guards.motivazione_presente, guards.cifra_indicata],
    )
    @transizione(
        "rendicontato",
        "in_corso",
        ruoli=["nucleo"],
        fatto="riaperto",
        ritorno=True,
        guardie=[guards.anno_aperto, guards.motivazione_presente, guards.cifra_indicata],
    )
    def riapri(self) -> None:
        """Il Nucleo riapre ciò che era chiuso, con una motivazione."""

    @transizione(
        "rendicontato",
        "validato",
        ruoli=["nucleo"],
        fatto="validato",
        guardie=[
            guards.ogni_periodo_validato,
            guards.separazione_delle_funzioni,
            guards.seduta_valida,
        ],
        organo="nucleo",
    )
    def valida(self) -> None:
        """Il Nucleo valida in seduta l'obiettivo rendicontato."""

    @transizione(
        ["approvato", "in_corso"],
        "stralciato",
        ruoli=["segreteria"],
        fatto="stralciato",
        ritorno=True,
        guardie=[guards.effetto_di_variazione],
        organo="giunta",
        con_atto=True,
    )
    def stralcia(self) -> None:
        """La giunta stralcia l'obiettivo, come effetto di una variazione approvata."""
