# SPDX-License-Identifier: AGPL-3.0-or-later
"""The machine of a Neutralizzazione (R62): asked for by the settore or promoted by the Nucleo,
decided by whom the year's parameter says."""

from __future__ import annotations

from django.db import models
from django_fsm import FSMModelMixin

from workflows import guards, guards_neutralizzazione
from workflows.machines.base import Stato, transizione

STATI = (
    ("chiesta", "Chiesta"),
    ("in_giunta", "In giunta"),
    ("accolta", "Accolta"),
    ("respinta", "Respinta"),
    ("ritirata", "Ritirata"),
)
INIZIALI = ("chiesta",)
FINALI = ("accolta", "respinta", "ritirata")
APERTE = ("chiesta", "in_giunta")
VIVE = (*APERTE, "accolta")  # one at a time of the same thing


class MacchinaNeutralizzazione(FSMModelMixin, models.Model):
    """States and transitions of `cycle.Neutralizzazione`."""

    stato = Stato("stato", choices=STATI, default="chiesta", protected=True, max_length=15)

    class Meta:
        abstract = True

    @transizione(
        "chiesta",
        "accolta",
        ruoli=["nucleo"],
        fatto="neutralizzato",
        guardie=[
            guards_neutralizzazione.neutralizzazione_prevista,
            guards_neutralizzazione.decide_il_nucleo,
            guards_neutralizzazione.prima_della_validazione,
            guards_neutralizzazione.cause_con_documenti,
            guards_neutralizzazione.una_alla_volta,
            guards_neutralizzazione.non_chi_l_ha_chiesta,
            guards.motivazione_presente,
            guards.seduta_valida,
        ],
        organo="nucleo",
    )
    def accogli(self) -> None:
        """Il Nucleo neutralizza, in seduta, dove l'ente lo fa decidere al Nucleo."""

    @transizione(
        "chiesta",
        "in_giunta",
        ruoli=["nucleo"],
        fatto="proposta alla giunta la neutralizzazione",
        guardie=[
            guards_neutralizzazione.decide_la_giunta,
            guards_neutralizzazione.prima_della_validazione,
            guards_neutralizzazione.cause_con_documenti,
            guards_neutralizzazione.non_chi_l_ha_chiesta,
            guards.motivazione_presente,
            guards.seduta_valida,
        ],
        organo="nucleo",
    )
    def rimetti(self) -> None:
        """Il Nucleo propone alla giunta, in seduta, di neutralizzare."""

    @transizione(
        "in_giunta",
        "accolta",
        ruoli=["segreteria"],
        fatto="neutralizzato con un atto della giunta",
        guardie=[
            guards_neutralizzazione.prima_della_validazione,
            guards_neutralizzazione.non_chi_l_ha_chiesta,
            guards.motivazione_presente,
            guards.atto_presente,
            guards.pareri_presenti,
        ],
        organo="giunta",
        con_atto=True,
    )
    def delibera(self) -> None:
        """La giunta neutralizza, con un atto, su proposta del Nucleo."""

    @transizione(
        "chiesta",
        "respinta",
        ruoli=["nucleo"],
        fatto="respinta la neutralizzazione",
        ritorno=True,
        guardie=[
            guards_neutralizzazione.non_chi_l_ha_chiesta,
            guards.motivazione_presente,
            guards.seduta_valida,
        ],
        organo="nucleo",
    )
    def respingi(self) -> None:
        """Il Nucleo non neutralizza, o non lo propone alla giunta, e dice perché."""

    @transizione(
        "in_giunta",
        "respinta",
        ruoli=["segreteria"],
        fatto="negata dalla giunta la neutralizzazione",
        ritorno=True,
        guardie=[
            guards_neutralizzazione.non_chi_l_ha_chiesta,
            guards.motivazione_presente,
        ],
        organo="giunta",
    )
    def nega(self) -> None:
        """La giunta non neutralizza, e dice perché."""

    @transizione(
        ["chiesta", "in_giunta"],
        "ritirata",
        ruoli=["po", "dirigente", "nucleo"],
        fatto="ritirata la neutralizzazione",
        ritorno=True,
        guardie=[guards_neutralizzazione.ritira_chi_l_ha_chiesta],
    )
    def ritira(self) -> None:
        """Chi l'ha chiesta la ritira, finché non è decisa."""
