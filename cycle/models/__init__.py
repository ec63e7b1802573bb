# SPDX-License-Identifier: AGPL-3.0-or-later
"""The nouns of the cycle (`domain.md` 3), one module each."""

from cycle.models.accesso import Invito, Lettera, Recapito
from cycle.models.atto import Allegato, Atto, DocumentoAtto
from cycle.models.calendario import Ciclo, Periodo, Preavviso, Proroga, Scadenza
from cycle.models.domanda import DomandaSalvata
from cycle.models.ente import Ente, Gettone, Persona, UnitaOrganizzativa, Utente
from cycle.models.incarico import Incarico
from cycle.models.indicatore import Indicatore, Rilevazione, StoricoIndicatore, TipoIndicatore
from cycle.models.insieme import Insieme, Parere, VoceInsieme
from cycle.models.neutralizzazione import DocumentoNeutralizzazione, Neutralizzazione
from cycle.models.obiettivo import (
    Collaboratore,
    Fase,
    Obiettivo,
    ObiettivoNodo,
    ObiettivoSpecifico,
    Stanziamento,
)
from cycle.models.osservazione import Astensione, Osservazione, Risposta, Validazione
from cycle.models.relazione import (
    Evidenza,
    PresenzaSeduta,
    RelazioneSemestrale,
    Seduta,
    VoceRelazione,
)
from cycle.models.servizio import Avanzamento, Battito, FeedCalendario, Lavoro
from cycle.models.strategia import NodoStrategico
from cycle.models.variazione import (
    AllegatoVariazione,
    CampoVariato,
    Correzione,
    InvitoVariazione,
    ParereVariazione,
    RichiestaVariazione,
)
from cycle.models.versione import VersioneObiettivo

__all__ = [
    "Allegato",
    "AllegatoVariazione",
    "Astensione",
    "Atto",
    "Avanzamento",
    "Battito",
    "CampoVariato",
    "Ciclo",
    "Collaboratore",
    "Correzione",
    "DocumentoAtto",
    "DocumentoNeutralizzazione",
    "DomandaSalvata",
    "Ente",
    "Evidenza",
    "Fase",
    "FeedCalendario",
    "Gettone",
    "Incarico",
    "Indicatore",
    "Insieme",
    "Invito",
    "InvitoVariazione",
    "Lavoro",
    "Lettera",
    "Neutralizzazione",
    "NodoStrategico",
    "Obiettivo",
    "ObiettivoNodo",
    "ObiettivoSpecifico",
    "Osservazione",
    "Parere",
    "ParereVariazione",
    "Periodo",
    "Persona",
    "Preavviso",
    "PresenzaSeduta",
    "Proroga",
    "Recapito",
    "RelazioneSemestrale",
    "RichiestaVariazione",
    "Rilevazione",
    "Risposta",
    "Scadenza",
    "Seduta",
    "Stanziamento",
    "StoricoIndicatore",
    "TipoIndicatore",
    "UnitaOrganizzativa",
    "Utente",
    "Validazione",
    "VersioneObiettivo",
    "VoceInsieme",
    "VoceRelazione",
]
