# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words the demo is made of, read from `dati/*.toml`."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from cycle.importers.piano import Nodo


@dataclass(frozen=True, slots=True)
class Tipo:
    """A type of indicator: `scala` is the range of its yearly target (of a period's, for an
    average), `granello` the smallest step of a figure, `tetto` the largest possible one."""

    nome: str
    scala: tuple[int, int]
    dettagli: tuple[str, ...]
    natura: str = "positivo"
    aggregazione: str = "somma"
    unita: str = "numero"
    granello: Decimal = Decimal(1)
    tetto: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Passo:
    """A step of a project; `titolo` has a place for the project's object. `solo`: the codes of
    the settori it makes sense in, empty for all."""

    titolo: str
    descrizione: str
    indicatori: tuple[str, ...]
    quando: str  # primo | secondo | anno
    fatto: str
    solo: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attivita:
    """An ordinary activity of a unit."""

    titolo: str
    indicatori: tuple[str, ...]
    flag: str


@dataclass(frozen=True, slots=True)
class Tema:
    """A strategic objective: its kind of project, title, and object with the article."""

    genere: str
    titolo: str
    oggetto: str


@dataclass(frozen=True, slots=True)
class Ufficio:
    """A unit below a settore. `posto`: po | dirigente | vacante | vacante da settembre (of last
    year); `ruolo`: what its first people do for the whole ente, if anything."""

    nome: str
    tipo: str
    attivita: tuple[Attivita, ...]
    posto: str
    ruolo: str


@dataclass(frozen=True, slots=True)
class Settore:
    codice: str
    nome: str
    programmi: tuple[Nodo, ...]
    missione: Nodo
    attivita: tuple[Attivita, ...]  # of the direction
    temi: tuple[Tema, ...]
    uffici: tuple[Ufficio, ...]


@dataclass(frozen=True, slots=True)
class Dati:
    tipi: Mapping[str, Tipo]
    passi: Mapping[str, tuple[Passo, ...]]
    scopi: Mapping[str, tuple[str, ...]]
    frasi: Mapping[str, tuple[str, ...]]
    trasversali: tuple[Attivita, ...]
    settori: tuple[Settore, ...]
    cognomi: tuple[str, ...]
    nomi: tuple[str, ...]


def caso(*chiavi: object) -> random.Random:
    """Chance of its own for each thing named: what is drawn for one never moves another."""
    return random.Random("|".join(map(str, chiavi)))  # noqa: S311 - a demo, nothing is secret


@cache
def dati() -> Dati:
    """All the words, read once."""
    testi = _leggi("testi.toml")
    scopi = testi.pop("scopi")
    trasversali = testi.pop("trasversali")
    nomi = _leggi("nomi.toml")
    programmi = _programmi(_leggi("programma.toml"))
    cartella = files("cycle.demo") / "dati" / "settori"
    return Dati(
        tipi={chiave: _tipo(voce) for chiave, voce in _leggi("indicatori.toml").items()},
        passi={
            genere: tuple(_passo(voce) for voce in voci)
            for genere, voci in _leggi("passi.toml").items()
        },
        scopi={genere: tuple(frasi) for genere, frasi in scopi.items()},
        frasi={chiave: tuple(frasi) for chiave, frasi in testi.items()},
        trasversali=_attivita(trasversali),
        settori=tuple(
            _settore(_leggi(f"settori/{nome}"), programmi)
            for nome in sorted(voce.name for voce in cartella.iterdir())
        ),
        cognomi=_parole(nomi["cognomi"]),
        nomi=_parole(nomi["nomi"]),
    )


def _leggi(nome: str) -> dict[str, Any]:
    return tomllib.loads((files("cycle.demo") / "dati" / nome).read_text(encoding="utf-8"))


def _parole(testo: str) -> tuple[str, ...]:
    return tuple(parola.replace("_", " ") for parola in testo.split())


def _tipo(voce: dict[str, Any]) -> Tipo:
    basso, alto = voce.pop("scala")
    for chiave in ("granello", "tetto"):
        if chiave in voce:
            voce[chiave] = Decimal(voce[chiave])
    return Tipo(scala=(basso, alto), dettagli=tuple(voce.pop("dettagli")), **voce)


def _passo(voce: dict[str, Any]) -> Passo:
    solo = tuple(voce.pop("solo", "").split())
    return Passo(indicatori=tuple(voce.pop("indicatori")), solo=solo, **voce)


def _attivita(voci: list[list[str]]) -> tuple[Attivita, ...]:
    return tuple(
        Attivita(titolo, tuple(indicatori.split()), flag) for titolo, indicatori, flag in voci
    )


def _settore(voce: dict[str, Any], programmi: Mapping[str, Nodo]) -> Settore:
    missione, titolo_missione, programma, titolo_programma = voce["missione"]
    righe = [
        [parte.strip() for parte in riga.split("|")] for riga in voce["temi"].strip().splitlines()
    ]
    return Settore(
        codice=voce["codice"],
        nome=voce["nome"],
        programmi=tuple(programmi[codice] for codice in voce["programmi"]),
        missione=Nodo(
            (
                ("missione", missione, titolo_missione),
                ("programma", programma, titolo_programma),
            )
        ),
        attivita=_attivita(voce["attivita"]),
        temi=tuple(Tema(genere, titolo, oggetto) for genere, titolo, oggetto in righe),
        uffici=tuple(
            Ufficio(
                unita["nome"],
                unita["tipo"],
                _attivita(unita["attivita"]),
                unita.get("posto", "po"),
                unita.get("ruolo", ""),
            )
            for unita in voce["unita"]
        ),
    )


def _programmi(voce: dict[str, Any]) -> dict[str, Nodo]:
    """The leaves of the political programme by their number, each with its whole path."""
    foglie = {}
    for i, linea in enumerate(voce["linee"], 1):
        for j, obiettivo in enumerate(linea["obiettivi"], 1):
            for k, programma in enumerate(obiettivo["programmi"], 1):
                foglie[f"{i}.{j}.{k}"] = Nodo(
                    (
                        ("linea strategica", f"{i}", linea["titolo"]),
                        ("obiettivo strategico", f"{i}.{j}", obiettivo["titolo"]),
                        ("programma operativo", f"{i}.{j}.{k}", programma),
                    )
                )
    return foglie
