# SPDX-License-Identifier: AGPL-3.0-or-later
"""The org chart, the people and the incarichi of an ente, from a workbook: compared with what is
there, shown, and then written all or nothing."""

from cycle.services.organico.confronto import Differenza, Proposta, confronta
from cycle.services.organico.scrittura import CambiatoNelFrattempo, applica, carica
from cycle.services.organico.singole import (
    cambia_persona,
    cambia_unita,
    chiudi_e_succedi,
    gestore,
)
from cycle.services.organico.uscita import LIBRO, modello

__all__ = [
    "LIBRO",
    "CambiatoNelFrattempo",
    "Differenza",
    "Proposta",
    "applica",
    "cambia_persona",
    "cambia_unita",
    "carica",
    "chiudi_e_succedi",
    "confronta",
    "gestore",
    "modello",
]
