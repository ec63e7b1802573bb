# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Nucleo's queue, its osservazioni and sittings, and the settore's answers, as the API reads
and writes them."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from cycle.api.schemi import Convalida, Giorno, Letto, Motivo, Revisione, SedutaLetta, Testo

_Scelte = Annotated[
    list[UUID], Field(min_length=1, max_length=500, description="Relazioni, per `pid`")
]


class OsservazioneLetta(Letto):
    specifico: Annotated[UUID, Field(description="`pid` dell'obiettivo specifico")]
    testo: Annotated[Testo, Field(max_length=20_000, description="Vuoto: si toglie")]
    firma: Annotated[bool, Field(strict=True)] = False
    invita_entro: Annotated[
        Giorno | None, Field(description="Invito a chiedere una variazione entro questo giorno")
    ] = None
    messa_da_parte: Annotated[
        Testo, Field(max_length=5000, description="Perché non si invia; non insieme alla firma")
    ] = ""
    revisione: Annotated[Revisione, Field(description="Quella letta; 0 se non c'era")] = 0


class OsservazioniLette(Letto):
    impronta: Annotated[Testo, Field(max_length=64, description="Della relazione, come letta")]
    osservazioni: Annotated[list[OsservazioneLetta], Field(max_length=500)]


class RispostaLetta(Letto):
    specifico: UUID
    testo: Annotated[Testo, Field(max_length=20_000)]


class RisposteLette(Letto):
    revisione: Revisione
    risposte: Annotated[list[RispostaLetta], Field(max_length=500)]


class InvioLetto(Letto):
    relazioni: _Scelte


class SedutaDiMolte(Letto):
    relazioni: _Scelte
    seduta: SedutaLetta
    convalide: Annotated[
        list[Convalida],
        Field(max_length=5000, description="Dove la percentuale non è la calcolata, con il motivo"),
    ] = []


# --- written ------------------------------------------------------------------------------------


class RilievoScritto(Schema):
    nome: str
    previsto: str | None
    conseguito: str | None
    esito: str


class VoceDiCoda(Schema):
    relazione: UUID
    impronta: str
    obiettivo: str
    specifico: UUID
    codice: str
    percentuale_calcolata: str | None
    rilievi: list[RilievoScritto]
    parole: str
    proposta: str
    testo: str
    firmata: bool
    messa_da_parte: str
    invita_entro: str | None
    revisione: int


class DecisioneScritta(Schema):
    relazione: UUID
    codice: str
    stato: str
    percentuale_calcolata: str | None
    validabile: bool
    motivi: list[Motivo]
    in_conflitto: list[str]


class SezioneScritta(Schema):
    settore: str
    da_guardare: list[VoceDiCoda]
    da_parte: list[VoceDiCoda]
    in_linea: list[str]
    decisioni: list[DecisioneScritta]


class CodaScritta(Schema):
    anno: int
    periodo: str
    settori: list[SezioneScritta]


class EsitoDiMolte(Schema):
    fatte: list[str]
    rifiutate: dict[str, list[Any]]
