# SPDX-License-Identifier: AGPL-3.0-or-later
"""Facts built by hand, for rules that need no database: a complete scheda of 2026, an actor with
every right, an instant in March."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from workflows.guards import Guardia
from workflows.ports import (
    Attore,
    Convalida,
    Fascicolo,
    FattiAtto,
    FattiIndicatore,
    FattiPeriodo,
    FattiRelazione,
    FattiSeduta,
    FattiSpecifico,
    Incarico,
    Politica,
    Richiesta,
)

ISTANTE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PRIMO = FattiPeriodo("2026-1", 1, date(2026, 1, 1), date(2026, 6, 30))
SECONDO = FattiPeriodo("2026-2", 2, date(2026, 7, 1), date(2026, 12, 31))
ENTRAMBI = frozenset({"2026-1", "2026-2"})
# persone
DIRIGENTE, DELEGATO, NUCLEO, ALTRO_NUCLEO, TERZO_NUCLEO = 1, 2, 11, 12, 13


def indicatore(nome: str = "N. pratiche", **fatti: Any) -> FattiIndicatore:
    return FattiIndicatore(nome, **{"con_target": ENTRAMBI, **fatti})


def specifico(codice: str = "OE0101", **fatti: Any) -> FattiSpecifico:
    return FattiSpecifico(
        **{
            "id": 101,
            "codice": codice,
            "inizio": date(2026, 1, 1),
            "fine": date(2026, 12, 31),
            "indicatori": (indicatore(),),
            **fatti,
        }
    )


def relazioni(primo: str, secondo: str) -> tuple[FattiRelazione, ...]:
    return FattiRelazione(1, PRIMO, primo), FattiRelazione(2, SECONDO, secondo)


def fascicolo(**fatti: Any) -> Fascicolo:
    """A complete proposta of which nothing more was done, with the changes named."""
    return Fascicolo(
        **{
            "id": 1,
            "procedura": "obiettivo",
            "codice": "OE01",
            "titolo": "Migliorare il servizio",
            "stato": "proposta",
            "revisione": 3,
            "percorso": "/1/2/",
            "unita": "Servizi alla persona",
            "anno": 2026,
            "politica": Politica(),
            "obiettivo_id": 1,
            "stato_obiettivo": "proposta",
            "responsabile_generale": DIRIGENTE,
            "inizio": date(2026, 1, 1),
            "fine": date(2026, 12, 31),
            "periodi": (PRIMO, SECONDO),
            "specifici": (specifico(),),
            "componenti": frozenset({NUCLEO, ALTRO_NUCLEO, TERZO_NUCLEO}),
            **fatti,
        }
    )


def con_atto(f: Fascicolo, **atto: Any) -> Fascicolo:
    """The facts with an act of the giunta that lacks nothing, with the changes named."""
    dati = {"numero": "12", "data": date(2026, 2, 20), "parere_tecnico": "19/02/2026", **atto}
    return f.con(replace(f.richiesta, atto=FattiAtto(**dati)))


def con_seduta(f: Fascicolo, **seduta: Any) -> Fascicolo:
    dati = {"data": date(2026, 3, 1), "presenti": frozenset({NUCLEO, ALTRO_NUCLEO}), **seduta}
    return f.con(replace(f.richiesta, seduta=FattiSeduta(**dati)))


def con_motivo(f: Fascicolo, motivazione: str) -> Fascicolo:
    return f.con(Richiesta(motivazione))


def convalida(calcolata: str | None, convalidata: str | None, motivo: str = "") -> Convalida:
    prima, dopo = (None if c is None else Decimal(c) for c in (calcolata, convalidata))
    return Convalida(101, "OE0101", prima, dopo, prima != dopo, motivo)


def attore(persona: int | None = NUCLEO, *incarichi: Incarico) -> Attore:
    return Attore(persona, 1, 1, "Primo Nucleo", ISTANTE, incarichi)


def motivi(
    guardia: Guardia, f: Fascicolo, chi: Attore | None = None, istante: datetime = ISTANTE
) -> list[str]:
    """The sentences of a guard; none when it passes."""
    return [m.messaggio for m in guardia.motivi(f, chi or attore(), istante)]
