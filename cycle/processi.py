# SPDX-License-Identifier: AGPL-3.0-or-later
"""The processes of the product, as the help page and ARCHITECTURE.md list them: the Flow, its
title, and who works at each of its nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cycle.permissions import PERMESSI
from workflows.ports import RUOLI
from workflows.processes.approvazione_peg import ApprovazionePeg
from workflows.processes.validazione import Validazione
from workflows.processes.variazione import Variazione


@dataclass(frozen=True, slots=True)
class ProcessoDisegnato:
    """A Flow to be drawn. `permessi`: node -> the permission that works there."""

    nome: str
    titolo: str | Promise
    flusso: Any
    permessi: Mapping[str, str]

    def chi(self) -> dict[str, str]:
        """The roles that work at each node."""
        return {
            nodo: ", ".join(r for r in RUOLI if r in PERMESSI[permesso])
            for nodo, permesso in self.permessi.items()
        }


PROCESSI = (
    ProcessoDisegnato(
        "approvazione_peg",
        _("Il processo: come un insieme arriva alla decisione della giunta"),
        ApprovazionePeg,
        {
            "sottoposto": "sottoponi_insieme",
            "parere_tecnico": "parere_tecnico",
            "parere_contabile": "parere_contabile",
            "decisione": "decidi_insieme",
        },
    ),
    ProcessoDisegnato(
        "variazione",
        _("Il processo: come una richiesta di variazione arriva alla decisione della giunta"),
        Variazione,
        {
            "presentata": "presenta_variazione",
            "parere_nucleo": "parere_variazione",
            "parere_facoltativo": "parere_variazione",
            "visto_ragioneria": "visto_variazione",
            "decisione": "approva_variazione",
        },
    ),
    ProcessoDisegnato(
        "validazione",
        _("Il processo: come una relazione arriva alla seduta del Nucleo"),
        Validazione,
        {
            "aperta": "compila_relazione",
            "compilazione": "compila_relazione",
            "esame": "osserva_relazione",
            "risposta": "controdeduci_relazione",
            "seduta": "valida_relazione",
        },
    ),
)
