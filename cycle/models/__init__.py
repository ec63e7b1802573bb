# SPDX-License-Identifier: AGPL-3.0-or-later
"""The nouns of the cycle (`domain.md` 3), one module each."""

from cycle.models.atto import Allegato, Atto
from cycle.models.calendario import Ciclo, Periodo, Scadenza
from cycle.models.ente import Ente, Gettone, Persona, UnitaOrganizzativa, Utente
from cycle.models.incarico import Incarico
from cycle.models.indicatore import Indicatore, Rilevazione, StoricoIndicatore, TipoIndicatore
from cycle.models.obiettivo import (
    Collaboratore,
    Fase,
    Obiettivo,
    ObiettivoNodo,
    ObiettivoSpecifico,
    Stanziamento,
)
from cycle.models.relazione import PresenzaSeduta, RelazioneSemestrale, Seduta, VoceRelazione
from cycle.models.strategia import NodoStrategico
from cycle.models.variazione import CampoVariato, RichiestaVariazione
from cycle.models.versione import VersioneObiettivo

__all__ = [
    "Allegato",
    "Atto",
    "CampoVariato",
    "Ciclo",
    "Collaboratore",
    "Ente",
    "Fase",
    "Gettone",
    "Incarico",
    "Indicatore",
    "NodoStrategico",
    "Obiettivo",
    "ObiettivoNodo",
    "ObiettivoSpecifico",
    "Periodo",
    "Persona",
    "PresenzaSeduta",
    "RelazioneSemestrale",
    "RichiestaVariazione",
    "Rilevazione",
    "Scadenza",
    "Seduta",
    "Stanziamento",
    "StoricoIndicatore",
    "TipoIndicatore",
    "UnitaOrganizzativa",
    "Utente",
    "VersioneObiettivo",
    "VoceRelazione",
]
