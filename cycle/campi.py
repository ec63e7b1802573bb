# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which fields the giunta approves, and which the settore manages (`domain.md` 3).

One table for Obiettivo and its children. *Approved* fields change after approval only under an
Atto: a trigger, made from this table, refuses the rest. *Management* fields are changed freely
by the settore and recorded. Versions, drift and the variazione form compare the first only.
"""

from __future__ import annotations

from collections.abc import Mapping

APPROVATI: Mapping[str, tuple[str, ...]] = {
    "Obiettivo": (
        "codice",
        "tipo",
        "categoria",
        "titolo",
        "descrizione",
        "unita",
        "responsabile_generale",
        "responsabile_operativo",
        "inizio_previsto",
        "fine_prevista",
        "peso",
        "versione",
    ),
    "ObiettivoNodo": ("nodo",),
    "ObiettivoSpecifico": (
        "codice",
        "ordine",
        "titolo",
        "descrizione",
        "peso",
        "inizio_previsto",
        "fine_prevista",
    ),
    "Indicatore": (
        "specifico",
        "ordine",
        "nome",
        "tipo",
        "unita_misura",
        "natura",
        "aggregazione",
        "peso",
        "cap",
        "fascia_da",
        "fascia_a",
    ),
    "Rilevazione": ("indicatore", "periodo", "target", "target_data"),
    "Fase": (
        "specifico",
        "ordine",
        "descrizione",
        "peso",
        "inizio_previsto",
        "fine_prevista",
        "responsabile",
    ),
}

GESTIONE: Mapping[str, tuple[str, ...]] = {
    "Obiettivo": (
        "provvisorio",
        "inizio_effettivo",
        "fine_effettiva",
        "continua_da",
        "percentuale_calcolata",
        "percentuale_convalidata",
        "motivo_convalida",
        "sezioni",
    ),
    "ObiettivoNodo": (),
    "ObiettivoSpecifico": (
        "inizio_effettivo",
        "fine_effettiva",
        "flag",
        "esternalizzata",
        "affidatario",
        "modalita_affidamento",
    ),
    "Indicatore": ("codice", "note"),
    "Rilevazione": ("valore", "valore_data", "nota"),
    "Fase": ("avanzamento", "inizio_effettivo", "fine_effettiva", "centro", "note"),
    "Collaboratore": (
        "specifico",
        "persona",
        "nome",
        "ordine",
        "dal",
        "al",
        "responsabile",
        "impegno",
        "inquadramento",
    ),
    # Not of the version, since the bilancio has acts of its own; frozen from approvato on all the
    # same, but for an act (migration 0027).
    "Stanziamento": ("specifico", "capitolo", "articolo", "descrizione", "parte", "importo"),
    "StoricoIndicatore": ("indicatore", "anno", "valore"),
}

# Identity and machinery: never a matter of approval.
DI_SERVIZIO = frozenset({"id", "pid", "ente", "ciclo", "obiettivo", "stato", "revisione"})
