# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the API reads and writes of the requests of variazione."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from cycle.api.pagine import Impaginato, Pagina
from cycle.api.scheda import SchedaLetta, SchedaMostrata
from cycle.api.schemi import (
    AttoLetto,
    Cifra,
    Compiuta,
    Letto,
    Motivo,
    Revisione,
    Richiesto,
    Testo,
    TransizioneScritta,
    scelta,
)
from cycle.models.variazione import ESITI_VARIAZIONE, GENERI_CAMBIO
from cycle.richieste import SI_NO, VALUTAZIONE, VISTE
from workflows.guards_variazione import LETTERE_ART175
from workflows.machines.variazione import STATI

_Vista = scelta([v or "tutte" for v in VISTE])
_Stato = scelta([s for s, _nome in STATI])
_Genere = scelta([g for g, _nome in GENERI_CAMBIO])
_SiNo = scelta([*SI_NO])
_Valutazione = scelta([*VALUTAZIONE])
_Esito = scelta([e for e, _nome in ESITI_VARIAZIONE])
_Lettera = scelta(["", *LETTERE_ART175])
_Lungo = Annotated[Testo, Field(max_length=20_000)]
_Medio = Annotated[Testo, Field(max_length=5000)]

# --- read ---------------------------------------------------------------------------------------


class FiltriVariazioni(Pagina):
    vista: _Vista = "tutte"  # type: ignore[valid-type]
    unita: Annotated[
        Testo, Field(max_length=40, description="Codice di un'unità: lei e tutte quelle sotto")
    ] = ""
    stato: _Stato | None = None  # type: ignore[valid-type]
    genere: _Genere | None = None  # type: ignore[valid-type]
    tardiva: _SiNo | None = None  # type: ignore[valid-type]
    ufficio: _SiNo | None = None  # type: ignore[valid-type]
    valutazione: _Valutazione | None = None  # type: ignore[valid-type]
    testo: Annotated[
        Testo, Field(max_length=100, description="Parole di codice, titolo o motivazione")
    ] = ""


class DaAllegare(Letto):
    nome: Annotated[Testo, Field(max_length=200)] = "allegato.pdf"
    revisione: int | None = None


class RichiestaLetta(Letto):
    """What the settore asks. `scheda` is the scheda as it wishes it, whole: what differs from the
    one in force becomes the list of changes. `stralcio`: the objective be struck off."""

    scheda: SchedaLetta | None = None
    stralcio: Annotated[bool, Field(strict=True)] = False
    motivazione: _Lungo = ""
    causa_sopravvenuta: _Lungo = ""
    effetto_finanziario: Annotated[bool, Field(strict=True)] = False
    atto_contabile: Annotated[Testo, Field(max_length=200)] = ""


class RichiestaNuova(RichiestaLetta):
    """The same, for the first time; `d_ufficio`: on the giunta's initiative (R34); `invito`: the
    Nucleo's invitation that it answers (R39)."""

    d_ufficio: Annotated[bool, Field(strict=True)] = False
    invito: UUID | None = None


class RichiestaRiscritta(RichiestaLetta):
    """The same, over the draft as it was at `revisione`; without `scheda` and `stralcio`, what it
    asks stays."""

    revisione: Revisione


class SchedaVoluta(Letto):
    scheda: SchedaLetta


class PassoVariazione(Letto):
    """A step: the revisione that was read, and what its guards wait for."""

    revisione: Revisione
    motivazione: _Lungo = ""
    atto: AttoLetto | None = None
    eccezione: Annotated[_Medio, Field(description="Perché una tardiva è ammessa")] = ""
    lettera_art175: _Lettera = ""  # type: ignore[valid-type]


class RebaseChiesto(Letto):
    revisione: Revisione


class ContabileLetto(Letto):
    atto_contabile: Annotated[Testo, Field(max_length=200)]


class DettoLetto(Letto):
    """What somebody says of the request as it was read, `impronta`."""

    impronta: Annotated[Testo, Field(max_length=64)] = ""
    esito: _Esito  # type: ignore[valid-type]
    testo: _Lungo = ""
    atto_contabile: Annotated[Testo, Field(max_length=200)] = ""


class Scelta(Letto):
    pid: UUID
    revisione: Revisione
    motivazione: _Lungo = ""


class DecisioneLetta(Letto):
    """One Atto that approves some requests and refuses others, each of these with its reason."""

    atto: AttoLetto
    approvate: Annotated[list[Scelta], Field(max_length=500)] = []
    respinte: Annotated[list[Scelta], Field(max_length=500)] = []
    motivazione: Annotated[_Lungo, Field(description="Di tutte quelle approvate")] = ""
    eccezione: _Medio = ""
    lettera_art175: _Lettera = ""  # type: ignore[valid-type]


# --- written ------------------------------------------------------------------------------------


class CambioBreve(Schema):
    genere: str
    dove: str
    prima: str
    dopo: str


class CambioScritto(CambioBreve):
    """A change: in words, and as it is stored."""

    frase: str
    tabella: str
    riga: UUID | None
    campo: str
    valore_base: Any
    valore_nuovo: Any


class Detto(Schema):
    tipo: str
    esito: str
    persona: str
    testo: str
    reso_il: datetime
    attuale: bool


class VariazioneInElenco(Schema):
    """A row of the register: what was asked, what was decided and why, the Nucleo's evaluation."""

    pid: UUID
    nome: str
    obiettivo: UUID
    codice: str
    titolo: str
    unita: str
    unita_codice: str
    stato: str
    tardiva: bool
    d_ufficio: bool
    presentata_il: datetime | None
    decisa_il: datetime | None
    atto: str | None
    motivazione: str
    motivazione_decisione: str
    cambi: list[CambioBreve]
    valutazione: Detto | None
    links: dict[str, str]


class ElencoVariazioni(Impaginato):
    da_valutare: int
    variazioni: list[VariazioneInElenco]


class AllegatoScritto(Schema):
    nome: str
    tipo_mime: str
    dimensione: int
    sha256: str
    links: dict[str, str]


class PassoScritto(Schema):
    nome: str
    descrizione: str
    permessa: bool
    motivi: list[Motivo]
    richiede: list[Richiesto]


class Mosso(Schema):
    """A value that is no longer the one the request was written against."""

    dove: str
    prima: str
    adesso: str


class VariazioneScritta(Schema):
    pid: UUID
    nome: str
    anno: int
    obiettivo: UUID
    codice: str
    stato: str
    revisione: int
    versione_base: int
    autore: str
    d_ufficio: bool
    motivazione: str
    causa_sopravvenuta: str
    effetto_finanziario: bool
    atto_contabile: str
    impronta: str
    presentata_il: datetime | None
    presentata_da: str | None
    termine: datetime | None
    tardiva: bool
    decisa_il: datetime | None
    atto: str | None
    motivazione_decisione: str
    eccezione: str
    lettera_art175: str
    cambi: list[CambioScritto]
    mossi: list[Mosso]
    pareri: list[Detto]
    allegati: list[AllegatoScritto]
    compiti_aperti: list[str]
    da_rendere: list[str]
    transizioni: list[PassoScritto]
    links: dict[str, str]


class Pesi(Schema):
    specifico: str
    somma: Cifra


class Anteprima(Schema):
    """What a wish comes to: its changes, what cannot be stored, what approving it would break."""

    cambi: list[CambioScritto]
    difetti: list[Motivo]
    mancanze: list[Motivo]
    pesi: list[Pesi]


class Tavola(Schema):
    """What may happen to a request, at an instant."""

    stato: str
    revisione: int
    il: str
    transizioni: list[TransizioneScritta]


class BozzaDiVariazione(Schema):
    """What is asked in a draft, as it is written; sent back with PUT it changes nothing."""

    revisione: int
    scheda: SchedaMostrata | None
    stralcio: bool
    motivazione: str
    causa_sopravvenuta: str
    effetto_finanziario: bool
    atto_contabile: str


class Mossa(Compiuta):
    """A step that was taken; filed twice, the first instant stands (R50)."""

    presentata_il: datetime | None
    tardiva: bool


class Deciso(Schema):
    atto: str | None
    approvate: list[UUID]
    respinte: list[UUID]
    stralciati: list[UUID]
    links: dict[str, str]
