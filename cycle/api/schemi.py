# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the API reads and writes, as its OpenAPI document tells it.

What is read is strict: no field that does not exist, no number taken for a text, no NUL (that
PostgreSQL cannot keep). Whether it is *enough* is the guards' to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from cycle.models.atto import ORGANI
from workflows.machines import obiettivo as macchina_obiettivo
from workflows.ports import RUOLI

LIMITE = 50
LIMITE_MASSIMO = 200
_INTERO_MASSIMO = 2**31 - 1


def _scrivibile(valore: str) -> str:
    """A text that PostgreSQL can keep."""
    if "\x00" in valore or any("\ud800" <= c <= "\udfff" for c in valore):
        raise ValueError("contiene caratteri che non sono testo")
    return valore


def _uno_di(ammesse: Sequence[str]) -> Callable[[str], str]:
    def prova(valore: str) -> str:
        if valore not in ammesse:
            raise ValueError(f"deve essere uno fra {', '.join(ammesse)}")
        return valore

    return prova


def scelta(ammesse: Sequence[str]) -> Any:
    """One of some words, as a type."""
    return Annotated[
        str, AfterValidator(_uno_di(ammesse)), Field(json_schema_extra={"enum": [*ammesse]})
    ]


def giorno(valore: Any) -> date:
    """An ISO day as text; pydantic alone would take a number for seconds since 1970. Raises
    ValueError, in Italian."""
    if isinstance(valore, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", valore, re.ASCII):
        try:
            return date.fromisoformat(valore)
        except ValueError:
            pass
    raise ValueError("deve essere una data AAAA-MM-GG che esista")


def cifra(valore: Any) -> Decimal:
    """A figure: a JSON number, or a text with a point. Raises ValueError, in Italian."""
    if isinstance(valore, str) and re.fullmatch(r"-?\d{1,14}(\.\d{1,6})?", valore, re.ASCII):
        return Decimal(valore)
    if isinstance(valore, int | Decimal) and not isinstance(valore, bool):
        numero = Decimal(valore)
        # asked of the exponent: arithmetic on 1e999999999 would overflow
        esponente = numero.as_tuple().exponent
        if isinstance(esponente, int) and esponente >= -6 and numero.adjusted() < 14:
            return numero
    raise ValueError("deve essere un numero (col punto, al più 14 cifre intere e 6 decimali)")


Testo = Annotated[str, AfterValidator(_scrivibile)]
Giorno = Annotated[date, BeforeValidator(giorno)]
Cifra = Annotated[
    Decimal,
    BeforeValidator(cifra),
    Field(json_schema_extra={"anyOf": [{"type": "number"}, {"type": "string"}]}),
]
Revisione = Annotated[int, Field(strict=True, ge=0, le=_INTERO_MASSIMO)]
_STATI = [stato for stato, _ in macchina_obiettivo.STATI]
_ORGANI = [organo for organo, _ in ORGANI]
Stato = Annotated[
    str, AfterValidator(_uno_di(_STATI)), Field(json_schema_extra={"enum": [*_STATI]})
]
Organo = Annotated[
    str, AfterValidator(_uno_di(_ORGANI)), Field(json_schema_extra={"enum": [*_ORGANI]})
]
Ruolo = Annotated[
    str, AfterValidator(_uno_di([*RUOLI])), Field(json_schema_extra={"enum": [*RUOLI]})
]


class Letto(Schema):
    """What comes from outside."""

    model_config = ConfigDict(extra="forbid")


# --- read ---------------------------------------------------------------------------------------


class Filtri(Letto):
    anno: Annotated[int, Field(ge=2000, le=2100, description="Anno del piano")] | None = None
    stato: Stato | None = None
    unita: Annotated[
        Testo, Field(max_length=40, description="Codice di un'unità: lei e tutte quelle sotto")
    ] = ""
    tipo: Annotated[Testo, Field(max_length=40)] = ""
    testo: Annotated[
        Testo, Field(max_length=100, description="Parole di codice, titolo o descrizione")
    ] = ""
    limite: Annotated[int, Field(ge=1, le=LIMITE_MASSIMO)] = LIMITE
    scarto: Annotated[int, Field(ge=0, le=10**6, description="Quanti saltarne")] = 0


class CosaSe(Letto):
    """What is supposed of a what-if; nothing supposed: me, now."""

    il: (
        Annotated[
            str,
            Field(
                description="Un altro istante, ISO; senza fuso è quello dell'ente. Gli incarichi "
                "sono quelli in vigore allora"
            ),
        ]
        | None
    ) = None
    ruolo: (
        Annotated[Ruolo, Field(description="Qualcuno con questo ruolo sull'unità dell'obiettivo")]
        | None
    ) = None


class AttoLetto(Letto):
    organo: Organo = "giunta"
    numero: Annotated[Testo, Field(max_length=30)] = ""
    data: Giorno | None = None
    esecutivo: Annotated[bool, Field(strict=True)] = True
    parere_tecnico: Annotated[Testo, Field(max_length=300)] = ""
    parere_contabile: Annotated[Testo, Field(max_length=300)] = ""


class SedutaLetta(Letto):
    data: Giorno | None = None
    presenti: Annotated[
        list[UUID], Field(max_length=100, description="Componenti del Nucleo, per `pid`")
    ] = []
    astenuti: Annotated[
        list[UUID], Field(max_length=100, description="Dei presenti, chi si astiene")
    ] = []
    dissensi: Annotated[Testo, Field(max_length=5000)] = ""


class PassoObiettivo(Letto):
    """A transition asked for: the revisione that was read, and what its guards wait for."""

    revisione: Revisione
    motivazione: Annotated[Testo, Field(max_length=5000)] = ""
    cifra: Annotated[Testo, Field(max_length=500)] = ""
    atto: AttoLetto | None = None
    seduta: SedutaLetta | None = None


class Convalida(Letto):
    specifico: Annotated[UUID, Field(description="`pid` dell'obiettivo specifico")]
    percentuale: Cifra
    motivo: Annotated[Testo, Field(max_length=5000)] = ""


class PassoRelazione(PassoObiettivo):
    """The same for a report, with the percentages as the Nucleo validates them (R56): those that
    are not named are as computed."""

    convalide: Annotated[list[Convalida], Field(max_length=500)] = []
    rinuncia: Annotated[
        bool, Field(strict=True, description="Il settore rinuncia a rispondere al Nucleo")
    ] = False


class ValoreLetto(Letto):
    indicatore: Annotated[UUID, Field(description="`pid` dell'indicatore")]
    valore: Annotated[
        Any,
        Field(
            description="Numero, oppure data per un indicatore che si misura a data; null: nessuno",
            json_schema_extra={"anyOf": [{"type": "number"}, {"type": "string"}, {"type": "null"}]},
        ),
    ]


class TestoLetto(Letto):
    specifico: Annotated[UUID, Field(description="`pid` dell'obiettivo specifico")]
    testo: Annotated[Testo, Field(max_length=20_000)]


class CompilazioneLetta(Letto):
    """Values and texts of a report; what is not named is left alone."""

    revisione: Revisione
    valori: Annotated[list[ValoreLetto], Field(max_length=5000)] = []
    testi: Annotated[list[TestoLetto], Field(max_length=500)] = []


# --- written ------------------------------------------------------------------------------------


class Motivo(Schema):
    guardia: str
    regola: str
    messaggio: str
    rimedio: str
    chi: str
    campo: str


class Errore(Schema):
    errore: str
    motivi: list[Motivo]


# What may come instead: reading never conflicts; whoever may see it all may still not export.
LETTURA: dict[Any, Any] = {frozenset({401, 404, 422}): Errore}
ESPORTAZIONE: dict[Any, Any] = {frozenset({401, 403, 404, 422}): Errore}
SCRITTURA: dict[Any, Any] = {frozenset({401, 403, 404, 409, 413, 422}): Errore}


class EnteScritto(Schema):
    ipa: str
    nome: str
    links: dict[str, str]


class ObiettivoInElenco(Schema):
    pid: UUID
    anno: int
    codice: str
    tipo: str
    titolo: str
    unita: str
    unita_codice: str
    responsabile_generale: str | None
    stato: str
    versione: int
    revisione: int
    percentuale_calcolata: str | None
    percentuale_convalidata: str | None
    links: dict[str, str]


class Elenco(Schema):
    totale: int
    limite: int
    scarto: int
    successiva: str | None
    obiettivi: list[ObiettivoInElenco]


class Collaboratore(Schema):
    """Effort, category and matricola are for the own unit and controllo: null to others."""

    nome: str
    dal: str | None
    al: str | None
    responsabile: bool
    impegno: str | None
    categoria: str | None
    matricola: str | None


class Fase(Schema):
    ordine: int
    descrizione: str
    peso: str | None
    avanzamento: str | None
    inizio_previsto: str | None
    fine_prevista: str | None
    inizio_effettivo: str | None
    fine_effettiva: str | None
    responsabile: str | None
    note: str


class Stanziamento(Schema):
    capitolo: str
    articolo: str
    descrizione: str
    parte: str
    importo: str


class ValoreStorico(Schema):
    anno: int
    valore: str | None


class Nodo(Schema):
    tipo: str
    codice: str
    titolo: str


class Rilevazione(Schema):
    periodo: str
    target: str | None
    valore: str | None


class Indicatore(Schema):
    nome: str
    tipo: str | None
    unita_misura: str
    peso: str | None
    natura: str
    aggregazione: str
    periodi: list[Rilevazione]
    storico: list[ValoreStorico]


class RelazioneDiSpecifico(Schema):
    periodo: str
    testo: str
    osservazione: str
    risposta: str


class Specifico(Schema):
    codice: str
    titolo: str
    inizio_previsto: str | None
    fine_prevista: str | None
    collaboratori: list[Collaboratore]
    fasi: list[Fase]
    stanziamenti: list[Stanziamento]
    indicatori: list[Indicatore]
    relazioni: list[RelazioneDiSpecifico]


class ObiettivoDelPiano(Schema):
    """An objective as the plan exports it."""

    codice: str
    tipo: str
    titolo: str
    unita: str
    responsabile_generale: str | None
    responsabile_operativo: str | None
    inizio_previsto: str | None
    fine_prevista: str | None
    stato: str
    percentuale_calcolata: str | None
    percentuale_convalidata: str | None
    nodi: list[list[Nodo]]
    specifici: list[Specifico]


class Piano(Schema):
    schema_: int = Field(alias="schema")
    ente: str
    anno: int
    obiettivi: list[ObiettivoDelPiano]


class ObiettivoScritto(ObiettivoDelPiano):
    pid: UUID
    anno: int
    versione: int
    revisione: int
    links: dict[str, Any]


class Richiesto(Schema):
    """What a guard waits for: its sentence, and the fields of the request that bring it."""

    guardia: str
    regola: str
    messaggio: str
    campi: list[str]


class TransizioneScritta(Schema):
    nome: str
    descrizione: str
    da: str
    a: str
    permessa: bool
    motivi: list[Motivo]
    richiede: list[Richiesto]
    links: dict[str, str]


class Componente(Schema):
    pid: UUID
    nome: str


class Transizioni(Schema):
    stato: str
    revisione: int
    il: str
    transizioni: list[TransizioneScritta]
    nucleo: list[Componente]


class Compiuta(Schema):
    """A transition that happened, and how it left the object."""

    nome: str
    da: str
    stato: str
    revisione: int
    links: dict[str, str]


class IndicatoreDaCompilare(Schema):
    pid: UUID
    nome: str
    unita_misura: str
    target: str | None
    valore: str | None


class VoceScritta(Schema):
    pid: UUID
    codice: str
    titolo: str
    testo: str
    osservazione: str
    risposta: str
    percentuale_calcolata: str | None
    percentuale_convalidata: str | None
    motivo: str
    indicatori: list[IndicatoreDaCompilare]


class RelazioneScritta(Schema):
    pid: UUID
    obiettivo: UUID
    codice: str
    periodo: str
    dal: str
    al: str
    stato: str
    revisione: int
    trasmessa_il: str | None
    impronta: str
    seduta: str | None
    specifici: list[VoceScritta]
    links: dict[str, str]
