# SPDX-License-Identifier: AGPL-3.0-or-later
"""A first pass over the XML of a sheet: how far it goes, and what a value does not say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import IO
from xml.etree.ElementTree import ParseError, iterparse

_MASSIMO_CELLE = 600_000
_MASSIMO_UNITE = 20  # the first are enough to be told
_RIGHE_EXCEL = 1_048_576
_RIFERIMENTO = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


class NonLeggibile(Exception):
    """The sheet cannot be read: where, the sentence, and the remedy."""

    def __init__(self, cella: str, messaggio: str, rimedio: str) -> None:
        super().__init__(messaggio)
        self.cella = cella
        self.messaggio = messaggio
        self.rimedio = rimedio


@dataclass(slots=True)
class Esame:
    """What the pass found. `ultima` is the last row that holds something, 0 for none."""

    ultima: int = 0
    larghezza: int = 1  # the last column that holds something, of those that are read
    formule_vuote: set[str] = field(default_factory=set)  # cells: no calculated value
    unite: list[str] = field(default_factory=list)  # ranges
    nascoste: list[int] = field(default_factory=list)  # rows that hold something
    colonne_nascoste: bool = False
    fuori: str = ""  # first cell with something beyond the columns that are read


def esamina(parte: IO[bytes], colonne: int, righe: int) -> Esame:
    """Read the sheet in `parte`. Raises NonLeggibile when it is damaged, has more than `righe`
    rows that hold something, or more cells than can be read."""
    try:
        return _esamina(parte, colonne, righe)
    except (ParseError, ValueError, OverflowError):
        raise _danneggiato() from None


def _esamina(parte: IO[bytes], colonne: int, massimo: int) -> Esame:
    esame = Esame()
    riga = colonna = celle = piene = 0
    nascosta = piena = False
    dati = None
    # no entity is declared in what `archivio` lets pass
    for evento, nodo in iterparse(parte, events=("start", "end")):  # noqa: S314
        nome = nodo.tag.rpartition("}")[2]
        if evento == "start":
            if nome == "sheetData":
                dati = nodo
            elif nome == "row":
                celle += 1
                prima, riga = riga, int(nodo.get("r") or riga + 1)
                if not prima < riga <= _RIGHE_EXCEL:
                    raise _danneggiato()
                colonna, piena = 0, False
                nascosta = nodo.get("hidden") in ("1", "true")
            continue
        if celle > _MASSIMO_CELLE:
            raise NonLeggibile(
                "",
                f"Il foglio ha più di {_MASSIMO_CELLE} celle, contando quelle vuote ma formattate.",
                "Copiare i soli dati in un modello nuovo.",
            )
        if nome == "c":
            celle += 1
            colonna = _colonna(nodo.get("r"), riga, colonna)
            formula, valore = _contenuto(nodo)
            cella = f"{_lettere(colonna)}{riga}"
            if formula and not valore:
                esame.formule_vuote.add(cella)
            if formula or valore:
                piena = True
                if colonna <= colonne:
                    esame.larghezza = max(esame.larghezza, colonna)
                else:
                    esame.fuori = esame.fuori or cella
            nodo.clear()
        elif nome == "row":
            if piena:
                piene += 1
                esame.ultima = riga
                if nascosta:
                    esame.nascoste.append(riga)
            if piene > massimo:
                raise NonLeggibile(
                    str(riga),
                    f"Il foglio ha più di {massimo} righe.",
                    "Dividere i dati in più file.",
                )
            if dati is not None:
                dati.clear()  # or every row of the sheet would be kept
        elif nome == "mergeCell" and len(esame.unite) < _MASSIMO_UNITE:
            esame.unite.append((nodo.get("ref") or "")[:30])
        elif nome == "col" and nodo.get("hidden") in ("1", "true"):
            esame.colonne_nascoste = True
    return esame


def _contenuto(cella: object) -> tuple[bool, bool]:
    """Whether the cell has a formula, and whether it has a value."""
    formula = valore = False
    for figlio in cella:  # type: ignore[attr-defined]
        nome = figlio.tag.rpartition("}")[2]
        if nome == "f":
            formula = True
        elif (nome == "v" and figlio.text) or nome == "is":
            valore = True
    return formula, valore


def _colonna(riferimento: str | None, riga: int, prima: int) -> int:
    """The column of a cell, as its reference says: in its row, after the one before."""
    if riferimento is None:
        return prima + 1
    trovato = _RIFERIMENTO.fullmatch(riferimento)
    if trovato is None or int(trovato[2]) != riga:
        raise _danneggiato()
    colonna = 0
    for lettera in trovato[1]:
        colonna = colonna * 26 + ord(lettera) - 64
    if colonna <= prima or colonna > 16_384:
        raise _danneggiato()
    return colonna


def _lettere(colonna: int) -> str:
    lettere = ""
    while colonna:
        colonna, resto = divmod(colonna - 1, 26)
        lettere = chr(65 + resto) + lettere
    return lettere


def _danneggiato() -> NonLeggibile:
    return NonLeggibile(
        "",
        "Il foglio è danneggiato, oppure non è stato scritto da un foglio elettronico.",
        "Aprire il file con un foglio elettronico, salvarlo di nuovo e riprovare.",
    )
