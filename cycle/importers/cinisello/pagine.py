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

# A scanner takes an I for an l or a 1, and loses or adds a blank.
_PAGINA = re.compile(r"\W{0,4}OB[Il1]ETT[Il1]VO ?D[Il1] ?PEG\b")
# A scanner takes digits for letters, and loses what joins them.
_CODICE = re.compile(
    r"\b(?P<anno>20[0-9]{2})[ _]{0,3}S(?P<settore>[0-9OolI]{2})[ _]{0,3}(?P<numero>[0-9OolI]{2})\b"
)
_CIFRE_CONFUSE = str.maketrans("OolI", "0011")
# What a page repeats at its top, and the legend of its chart.
_CORRENTE = re.compile(
    r".{0,80}SCHEDA PEG DI RENDICONTAZIONE|.{0,12}Citt[aà]'? di [A-Z][\w' ]{2,40}|"
    r".{0,4}Pre[vy]isto\W.{0,6}Effettivo|\W{0,3}[a-z]\W?"
)
_NODO = re.compile(
    r"(?P<etichetta>OBIETTIVO DI (?P<tipo>MANDATO|MISSIONE|PROGRAMMA)\s?:\s?)?"
    r"DUP(?P<numeri>(?:[_ ]{1,3}[0-9O]{2,4}){1,3})\s+(?P<titolo>.+)"
)
_ETICHETTA_NODO = re.compile(r"OBIETTIVO DI (?:MANDATO|MISSIONE|PROGRAMMA)\s?:?")
LIVELLI = ("mandato", "missione", "programma")
_COPERTINA = 40  # lines of a cover, at most
_TIPO = re.compile(r"Tipo di Obiettivo\b\s*(?P<tipo>.*?)\s*(?:Collegato a\b.*)?")
_STATO = re.compile(r"STATO ?D[Il1] ?ATTUAZ[Il1]ONE ?AL ?3[1lI] ?D[Il1]CEMBRE\W{0,2}")
_GANTT = re.compile(r"GAN ?T ?T\W?")
_FASI = re.compile(r"F ?A ?S ?[Il1]\W?")
_INDICATORI = re.compile(r"[Il1]ND[Il1]CATOR[Il1!]\W?")
# Labels of the tables, longest first: what is left of a line without them is its content.
_ETICHETTE = re.compile(
    r"\b(?:Valore Raggiunto 20[0-9]{2}|Valore Raggiunto|Valore Atteso|Inizio Previsto|"
    r"Inizio Effettivo|Fine Prevista|Fine Effettiva|Centro di ?Responsabil[it]{1,4}[aà]|"
    r"Centro di ?responsabilit[aà]|Descrizione|Responsabile|Direzione|Direttore|Avanz\.|Peso|Tipo|"
    r"Note)(?=\s|$)"
)
CENTRO = "Centro di Responsabilta"  # as the form spells it, above its column
_CENTRO = re.compile(r"Centro di ?Responsabil[it]{1,4}[aà]")
_DESTRA_FASI = re.compile(rf"Fine Prevista|Fine Effettiva|{_CENTRO.pattern}")
_DESTRA_INDICATORI = re.compile(r"Valore Raggiunto (?P<anno>20[0-9]{2})")
_A_DESTRA = re.compile(rf"{_DESTRA_FASI.pattern}|{_DESTRA_INDICATORI.pattern}")
_PAROLA = re.compile(r"[A-Z][a-z]{3,20}")
_MASSIME_IN_ATTESA = 400  # lines of a page before its code
_RIGA_DI_TITOLO = 40  # characters: fewer may be of two titles
_NON_DI_TITOLO = re.compile(r"[0-9]{1,2}\. |.*\bSETTORE\b")
_LARGHEZZA_CELLA = 145  # characters of a line of a title and of what stands on its right


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
    riga_codice: int = 0
    righe: dict[Parte, list[Riga]] = field(default_factory=dict)
    # tables whose columns were read one by one: part, labels of a column, or of more -> lines
    colonne: dict[tuple[Parte, tuple[str, ...]], list[Riga]] = field(default_factory=dict)

    def colonna(self, parte: Parte, *etichette: str) -> list[Riga]:
        return self.colonne.get((parte, etichette), [])

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

    @property
    def titolo(self) -> set[str]:
        """Lines of the heads that are of the title, and of no other scheda's head."""
        return {
            riga.testo
            for pagina in self.pagine
            for riga in pagina.di(Parte.TESTATA)
            if len(riga.testo) > _RIGA_DI_TITOLO and not _NON_DI_TITOLO.match(riga.testo)
        }


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
        self._colonna: tuple[str, ...] = ()
        self._scritta = False  # whether something stands below the labels of the column
        self._bianca = False
        self._in_attesa: list[Riga] = []  # lines of a page that come before its code
        self._precedente: SchedaGrezza | None = None  # of the page before
        self._in_corso = Parte.TESTATA  # where the page before ended
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
        elif (self._pagina is None or self._scheda) and self._manca_la_testata(testo):
            self.avvisi.aggiungi(numero, "", "manca l'intestazione della pagina")
            self._apri_pagina(riga)
        elif self._pagina is None:
            if len(self.copertina) < _COPERTINA:
                self.copertina.append(riga)
            else:
                self._orfane.aggiungi(numero)
        elif self._scheda is None:
            self._senza_codice(riga)
        else:
            self._di_pagina(riga)

    def _manca_la_testata(self, testo: str) -> bool:
        """Whether a line begins with a code, which only the head of a page prints."""
        codice = _CODICE.match(testo)
        return codice is not None and len(testo) - codice.end() < _RIGA_DI_TITOLO

    def chiudi(self) -> None:
        """After the last line."""
        self._chiudi_pagina()
        self._orfane.segnala()

    def _di_pagina(self, riga: Riga) -> None:
        if not self._sezione(riga):
            self._contenuto(riga)

    # --- pages ------------------------------------------------------------------------------

    def _apri_pagina(self, riga: Riga) -> None:
        self._chiudi_pagina()
        self._precedente = self._scheda or self._precedente
        self._in_corso = self._parte
        self._pagina, self._scheda = Pagina(riga.numero), None
        self._parte, self._colonna = Parte.TESTATA, ()
        if (trovato := _CODICE.search(riga.testo)) is not None:
            self._codice(riga, trovato)

    def _senza_codice(self, riga: Riga) -> None:
        """A page before its code: what stands there waits for it, since a column may be read
        before that of the code."""
        trovato = _CODICE.search(riga.testo)
        if trovato is not None:
            self._codice(riga, trovato)
        elif len(self._in_attesa) < _MASSIME_IN_ATTESA:
            self._in_attesa.append(riga)
        else:
            self._orfane.aggiungi(riga.numero)

    def _codice(self, riga: Riga, trovato: re.Match[str]) -> None:
        assert self._pagina is not None
        self._orfane.segnala()
        settore = trovato["settore"].translate(_CIFRE_CONFUSE)
        numero = trovato["numero"].translate(_CIFRE_CONFUSE)
        codice = f"{trovato['anno']}_S{settore}_{numero}"
        self._scheda = self.schede.setdefault(
            codice, SchedaGrezza(riga.numero, codice, int(trovato["anno"]), settore)
        )
        self._scheda.pagine.append(self._pagina)
        self._pagina.riga_codice = riga.numero
        attese, self._in_attesa = self._in_attesa, []
        resto = f"{riga.testo[: trovato.start()]} {riga.testo[trovato.end() :]}".strip()
        if resto:
            self._aggiungi(riga._replace(testo=resto))
        for attesa in attese:
            self._di_pagina(attesa)

    def _chiudi_pagina(self) -> None:
        """A page whose code is not to be read is of the scheda before, if it prints a line of its
        title; else it is of nobody."""
        attese, self._in_attesa = self._in_attesa, []
        prima = self._precedente
        if self._pagina is None or self._scheda is not None or not attese:
            return
        titolo = prima.titolo if prima is not None else set()
        if prima is not None and any(riga.testo in titolo for riga in attese):
            self.avvisi.aggiungi(
                self._pagina.riga,
                prima.codice,
                "il codice della pagina non si legge: è di questa scheda, di cui porta il titolo",
            )
            self._scheda = prima
            prima.pagine.append(self._pagina)
            for riga in attese:
                self._di_pagina(riga)
        else:
            for riga in attese:
                self._orfane.aggiungi(riga.numero)

    def _sezione(self, riga: Riga) -> bool:
        """Whether the line opens a part of the page, or is a label of its head."""
        testo = riga.testo
        assert self._scheda is not None
        if (nodo := _NODO.fullmatch(testo)) is not None and (
            nodo["etichetta"] or self._parte is Parte.DOPO
        ):
            numeri = re.findall(r"[0-9]+", nodo["numeri"].replace("O", "0"))
            livello = (nodo["tipo"] or LIVELLI[len(numeri) - 1]).lower()
            self._scheda.nodi.setdefault(livello, ("_".join(("DUP", *numeri)), nodo["titolo"]))
            self._parte = Parte.DOPO
        elif _ETICHETTA_NODO.fullmatch(testo):  # its code and title stand below
            self._parte = Parte.DOPO
        elif (tipo := _TIPO.fullmatch(testo)) is not None:
            self._scheda.tipo = self._scheda.tipo or tipo["tipo"]
            self._parte = Parte.DOPO
        elif _STATO.fullmatch(testo):
            self._parte = Parte.STATO
        elif _GANTT.fullmatch(testo):
            self._parte = Parte.GANTT
        elif _FASI.fullmatch(testo) and testo != "Fasi":  # which stands above the chart
            self._parte = Parte.FASI
        elif _INDICATORI.fullmatch(testo):
            self._parte = Parte.INDICATORI
        else:
            return False
        self._colonna, self._scritta = (), False
        return True

    # --- columns ----------------------------------------------------------------------------

    def _contenuto(self, riga: Riga) -> None:
        assert self._scheda is not None
        if self._parte is Parte.STATO:
            self._aggiungi(riga)
            return
        etichette = [_CENTRO.sub(CENTRO, e) for e in _ETICHETTE.findall(riga.testo)]
        resto = " ".join(_ETICHETTE.sub(" ", riga.testo).split())
        # a label among other words is a word of a text
        if self._parte is Parte.GANTT:
            # the right of a table may be read before its left
            if not resto and _A_DESTRA.search(riga.testo):
                self._etichette(riga.testo, etichette)
            else:
                self._aggiungi(riga)
            return
        if self._parte is Parte.DOPO and not self._scheda.tipo and _PAROLA.fullmatch(riga.testo):
            self._scheda.tipo = riga.testo
            return
        if self._parte is Parte.TESTATA:
            if self._stato_che_prosegue(riga, etichette):
                self._parte = Parte.STATO
                self._aggiungi(riga)
                return
            if resto or not _A_DESTRA.search(riga.testo):
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

    def _stato_che_prosegue(self, riga: Riga, etichette: list[str]) -> bool:
        """Whether a line of a head is of the text that the page before left open: it is as wide as
        the page, where a title is as wide as its cell."""
        assert self._scheda is not None
        return (
            self._in_corso is Parte.STATO
            and self._scheda is self._precedente
            and len(riga.testo) > _LARGHEZZA_CELLA
            and not etichette
            and "SETTORE" not in riga.testo
        )

    def _etichette(self, testo: str, etichette: list[str]) -> None:
        """The labels of a table say its columns, or, alone, that what follows is one of them."""
        anni = [int(a) for a in _DESTRA_INDICATORI.findall(testo)]
        if len(anni) > len(self.anni_passati):
            self.anni_passati = anni
        if "Descrizione" in etichette:
            self._colonna = ("Descrizione",) if len(etichette) == 1 else ()
        elif self._colonna and (self._parte is Parte.FASI or len(etichette) == 1):
            self._colonna = (*(() if self._scritta else self._colonna), *etichette)
        elif anni and self._parte is not Parte.FASI:
            self._parte = Parte.DESTRA_INDICATORI
        elif _DESTRA_FASI.search(testo) and "Inizio Previsto" not in etichette:
            self._parte = Parte.DESTRA_FASI
        elif self._parte is Parte.FASI and self._scritta and etichette[0].startswith("Inizio"):
            self._colonna = tuple(etichette)  # the rows had lost them
        self._scritta = False

    def _aggiungi(self, riga: Riga) -> None:
        assert self._pagina is not None
        self._scritta = True
        if self._parte in _TABELLE and self._colonna:
            self._pagina.colonne.setdefault((self._parte, self._colonna), []).append(riga)
        else:
            self._pagina.righe.setdefault(self._parte, []).append(riga)
