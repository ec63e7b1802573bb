# SPDX-License-Identifier: AGPL-3.0-or-later
"""The reader: it cuts the text into pages, each of one obiettivo, and each page into its head, its
texts, and the left and the right of its two tables, which a scanner may have read apart."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field
from typing import NamedTuple

from cycle.importers.lettura import Orfane
from cycle.importers.testo import Avvisi, testo_semplice

_PAGINA = re.compile(r"\W{0,4}OBIETTIVO DI PEG\b")
_CODICE = re.compile(
    r"(?P<anno>20[0-9]{2})[ _]{0,3}S(?P<settore>[0-9]{2})[ _]{0,3}(?P<numero>[0-9]{2})\b"
)
# What a page repeats at its top, and the legend of its chart.
_CORRENTE = re.compile(
    r".{0,80}SCHEDA PEG DI RENDICONTAZIONE|.{0,12}Citt[aà]'? di [A-Z][\w' ]{2,40}|"
    r".{0,4}Pre[vy]isto\W.{0,6}Effettivo|\W{0,3}[a-z]\W?"
)
_NODO = re.compile(
    r"OBIETTIVO DI (?P<tipo>MANDATO|MISSIONE|PROGRAMMA)\s?:\s?"
    r"DUP(?P<numeri>(?:[_ ]{1,3}[0-9]{2,4}){1,3})\s+(?P<titolo>.+)"
)
_COPERTINA = 40  # lines of a cover, at most
_TIPO = re.compile(r"Tipo di Obiettivo\b\s*(?P<tipo>.*?)\s*(?:Collegato a\b.*)?")
_STATO = re.compile(r"STATO DI ATTUAZIONE AL 31 DICEMBRE")
# Labels of the tables, longest first: what is left of a line without them is its content.
_ETICHETTE = re.compile(
    r"\b(?:Valore Raggiunto 20[0-9]{2}|Valore Raggiunto|Valore Atteso|Inizio Previsto|"
    r"Inizio Effettivo|Fine Prevista|Fine Effettiva|Centro di Responsabilta|"
    r"Centro di ?responsabilit[aà]|Descrizione|Responsabile|Direzione|Direttore|Avanz\.|Peso|Tipo|"
    r"Note)(?=\s|$)"
)
_DESTRA_FASI = re.compile(r"Fine Prevista|Fine Effettiva|Centro di Responsabilta")
_DESTRA_INDICATORI = re.compile(r"Valore Raggiunto (?P<anno>20[0-9]{2})")


class Riga(NamedTuple):
    """A line of a table, without its labels. `dopo_bianca`: a blank line stands before it."""

    numero: int
    testo: str
    dopo_bianca: bool = False


class Parte(enum.Enum):
    """The part of the page the reader is in."""

    TESTATA = enum.auto()
    STATO = enum.auto()
    GANTT = enum.auto()
    FASI = enum.auto()
    INDICATORI = enum.auto()
    DESTRA_FASI = enum.auto()
    DESTRA_INDICATORI = enum.auto()
    DOPO = enum.auto()  # what stands between the nodes and the texts


_TABELLE = (Parte.FASI, Parte.INDICATORI)


@dataclass(slots=True)
class Pagina:
    riga: int
    righe: dict[Parte, list[Riga]] = field(default_factory=dict)
    # tables whose columns were read one by one: part, label -> lines
    colonne: dict[tuple[Parte, str], list[Riga]] = field(default_factory=dict)

    def colonna(self, parte: Parte, etichetta: str) -> list[Riga]:
        return self.colonne.get((parte, etichetta), [])

    def per_colonne(self, parte: Parte) -> bool:
        return any(quale is parte for quale, _ in self.colonne)

    def di(self, parte: Parte) -> list[Riga]:
        return self.righe.get(parte, [])


@dataclass(slots=True)
class SchedaGrezza:
    riga: int
    codice: str
    anno: int
    settore: str
    tipo: str = ""
    nodi: dict[str, tuple[str, str]] = field(default_factory=dict)  # tipo -> code, title
    pagine: list[Pagina] = field(default_factory=list)


class Lettore:
    """Feed it the lines in order, blank ones too, then `chiudi`; the reading is in `schede`."""

    def __init__(self, avvisi: Avvisi) -> None:
        self.avvisi = avvisi
        self.schede: dict[str, SchedaGrezza] = {}
        self.copertina: list[Riga] = []
        self.anni_passati: list[int] = []  # as the labels of the columns say, left to right
        self._pagina: Pagina | None = None
        self._scheda: SchedaGrezza | None = None
        self._parte = Parte.TESTATA
        self._colonna = ""
        self._bianca = False
        self._orfane = Orfane(avvisi)

    def leggi(self, numero: int, testo: str) -> None:
        testo = testo_semplice(testo)
        if not testo:
            self._bianca = True
            return
        riga = Riga(numero, testo, self._bianca)
        self._bianca = False
        if _PAGINA.match(testo) and not testo.startswith("OBIETTIVO DI PEG:"):
            self._apri_pagina(riga)
        elif _CORRENTE.fullmatch(testo):
            return
        elif self._pagina is None:
            if len(self.copertina) < _COPERTINA:
                self.copertina.append(riga)
            else:
                self._orfane.aggiungi(numero)
        elif self._scheda is None:
            self._senza_codice(riga)
        elif not self._sezione(riga):
            self._contenuto(riga)

    def chiudi(self) -> None:
        """After the last line."""
        self._orfane.segnala()

    # --- pages ------------------------------------------------------------------------------

    def _apri_pagina(self, riga: Riga) -> None:
        self._pagina, self._scheda = Pagina(riga.numero), None
        self._parte, self._colonna = Parte.TESTATA, ""
        if (trovato := _CODICE.search(riga.testo)) is not None:
            self._codice(riga, trovato)

    def _senza_codice(self, riga: Riga) -> None:
        """The head of a page before its code; beyond some lines, nobody knows whose page it is."""
        assert self._pagina is not None
        trovato = _CODICE.match(riga.testo)
        if trovato is not None:
            self._codice(riga, trovato)
        elif riga.numero - self._pagina.riga > 15:
            self._orfane.aggiungi(riga.numero)

    def _codice(self, riga: Riga, trovato: re.Match[str]) -> None:
        assert self._pagina is not None
        self._orfane.segnala()
        codice = f"{trovato['anno']}_S{trovato['settore']}_{trovato['numero']}"
        self._scheda = self.schede.setdefault(
            codice, SchedaGrezza(riga.numero, codice, int(trovato["anno"]), trovato["settore"])
        )
        self._scheda.pagine.append(self._pagina)
        resto = riga.testo[trovato.end() :].strip()
        if resto:
            self._aggiungi(riga._replace(testo=resto))

    def _sezione(self, riga: Riga) -> bool:
        """Whether the line opens a part of the page, or is a label of its head."""
        testo = riga.testo
        assert self._scheda is not None
        if (nodo := _NODO.fullmatch(testo)) is not None:
            numeri = re.findall(r"[0-9]+", nodo["numeri"])
            self._scheda.nodi.setdefault(
                nodo["tipo"].lower(), ("_".join(("DUP", *numeri)), nodo["titolo"])
            )
            self._parte = Parte.DOPO
        elif (tipo := _TIPO.fullmatch(testo)) is not None:
            self._scheda.tipo = self._scheda.tipo or tipo["tipo"]
            self._parte = Parte.DOPO
        elif _STATO.fullmatch(testo):
            self._parte = Parte.STATO
        elif testo == "GANTT":
            self._parte = Parte.GANTT
        elif testo in ("FASI", "INDICATORI"):
            self._parte = Parte[testo]
        else:
            return False
        self._colonna = ""
        return True

    # --- columns ----------------------------------------------------------------------------

    def _contenuto(self, riga: Riga) -> None:
        if self._parte in (Parte.STATO, Parte.GANTT):
            self._aggiungi(riga)
            return
        etichette = _ETICHETTE.findall(riga.testo)
        resto = " ".join(_ETICHETTE.sub(" ", riga.testo).split())
        # a label among other words is a word of a text
        if self._parte is Parte.TESTATA:
            # the right of a table may be read before its left
            if resto or not (
                _DESTRA_FASI.search(riga.testo) or _DESTRA_INDICATORI.search(riga.testo)
            ):
                self._aggiungi(riga)
            else:
                self._etichette(riga.testo, etichette)
            return
        if etichette and not (resto and re.search("[a-z]{3}", resto)):
            self._etichette(riga.testo, etichette)
            if not resto:
                return
            riga = riga._replace(testo=resto)
        self._aggiungi(riga)

    def _etichette(self, testo: str, etichette: list[str]) -> None:
        """The labels of a table say its columns, or, alone, that what follows is one of them."""
        anni = [int(a) for a in _DESTRA_INDICATORI.findall(testo)]
        if len(anni) > len(self.anni_passati):
            self.anni_passati = anni
        if "Descrizione" in etichette:
            self._colonna = "Descrizione" if len(etichette) == 1 else ""
        elif self._colonna and (self._parte is Parte.FASI or len(etichette) == 1):
            self._colonna = etichette[-1]
        elif anni and self._parte is not Parte.FASI:
            self._parte = Parte.DESTRA_INDICATORI
        elif _DESTRA_FASI.search(testo) and "Inizio Previsto" not in etichette:
            self._parte = Parte.DESTRA_FASI

    def _aggiungi(self, riga: Riga) -> None:
        assert self._pagina is not None
        if self._parte in _TABELLE and self._colonna:
            self._pagina.colonne.setdefault((self._parte, self._colonna), []).append(riga)
        else:
            self._pagina.righe.setdefault(self._parte, []).append(riga)
