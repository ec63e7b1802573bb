# SPDX-License-Identifier: AGPL-3.0-or-later
"""What `manage.py check` says of our own settings."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from cycle.database.config import stesso_ruolo
from cycle.fascicolo import VERBI_DEL_SETTORE
from cycle.permissions import MACCHINE, PERMESSI
from cycle.processi import PROCESSI
from workflows import modello, modello_processi


@register("modello")
def modello_possibile(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What machines and processes declare can be meant: `workflows.modello` and
    `workflows.modello_processi` say what is examined."""
    trovati = modello.problemi(MACCHINE, PERMESSI, VERBI_DEL_SETTORE)
    for p in PROCESSI:
        grafo = modello_processi.leggi(p.nome, p.flusso)
        trovati += modello_processi.problemi(grafo, p.permessi, PERMESSI)
    return [
        (Warning if p.codice in modello.DUBBI else Error)(
            str(p), hint="Si veda workflows/modello.py.", id=f"cycle.modello.{p.codice}"
        )
        for p in trovati
    ]


@register(Tags.security, deploy=True)
def due_ruoli(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The application must not be able to alter what it writes into (R84)."""
    if stesso_ruolo(settings.DATABASES):
        return [
            Error(
                "DATABASE_OWNER_URL manca o usa lo stesso ruolo di DATABASE_URL.",
                hint="Creare due ruoli: il proprietario migra, l'applicativo legge e scrive.",
                id="cycle.E001",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def sorgente_indicato(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """AGPL-3.0: every page links to the source (R92)."""
    if not settings.URL_SORGENTE:
        return [
            Warning(
                "CYCLE_SOURCE_URL manca: il piè di pagina non porta al codice sorgente.",
                hint="Indicare l'indirizzo pubblico del repository.",
                id="cycle.W001",
            )
        ]
    return []
