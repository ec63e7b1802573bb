# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading a filled workbook: sheets and headers found, cells converted, faults collected.

Each sheet is read twice. A first pass over its XML bounds it, and finds what openpyxl does not tell
when it reads only: formulas, merged cells, hidden rows. The second takes values and their formats
from openpyxl. A formula is taken for the value its program calculated last; without one it is an
error.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from cycle.importers.fogli.archivio import NonApribile, apribile
from cycle.importers.fogli.dichiarazione import Colonna, Foglio, Libro
from cycle.importers.fogli.esame import Esame, NonLeggibile, esamina
from cycle.importers.fogli.valori import NonValido, converti, in_testo, piu_vicina
from cycle.importers.testo import chiave

ISTRUZIONI = "Istruzioni"
ELENCHI = "Elenchi"  # hidden, with the values of the drop-down lists
_RIGHE_PRIMA = 10  # headers are looked for in the first rows
_COLONNE = 100
_MASSIMO_ERRORI = 500

Contenuto = tuple[Any, str, str]  # value, number format, kind
VUOTA: Contenuto = (None, "General", "n")


@dataclass(frozen=True, slots=True)
class Errore:
    """What is wrong, where, and what to do. `cella` is "" for the sheet, `foglio` "" for the
    file."""

    foglio: str
    cella: str
    messaggio: str
    rimedio: str = ""

    def __str__(self) -> str:
        dove = " ".join(p for p in (self.foglio, self.cella) if p)
        return " ".join(p for p in (f"{dove}:" if dove else "", self.messaggio, self.rimedio) if p)


@dataclass(frozen=True, slots=True)
class Riga:
    """One row: `riga["nome"]` is a value, `riga.cella("nome")` where it stands. A value that was
    refused is there as an empty one, and its name is among `errate`."""

    foglio: str
    numero: int
    valori: Mapping[str, Any]
    lettere: Mapping[str, str]
    errate: frozenset[str] = frozenset()

    def __getitem__(self, nome: str) -> Any:
        return self.valori[nome]

    def cella(self, nome: str) -> str:
        """`B7`; the row alone when the file has no such column."""
        return f"{self.lettere.get(nome, '')}{self.numero}"

    def errore(self, nome: str, messaggio: str, rimedio: str = "") -> Errore:
        """An Errore at the cell of `nome`."""
        return Errore(self.foglio, self.cella(nome), messaggio, rimedio)


@dataclass(frozen=True, slots=True)
class Lettura:
    """All that was read: rows by name of the declared sheet, faults, doubts."""

    righe: Mapping[str, tuple[Riga, ...]] = field(default_factory=dict)
    errori: tuple[Errore, ...] = ()
    avvisi: tuple[Errore, ...] = ()

    def __getitem__(self, foglio: str) -> tuple[Riga, ...]:
        return self.righe.get(foglio, ())


def leggi(contenuto: bytes, libro: Libro) -> Lettura:
    """Read a workbook as `libro` declares it. Never raises for what the file holds."""
    try:
        with apribile(contenuto) as archivio:
            return _Lettore(archivio, contenuto, libro).leggi()
    except NonApribile as errore:
        return Lettura(errori=(Errore("", "", errore.messaggio, errore.rimedio),))


class _Lettore:
    def __init__(self, archivio: zipfile.ZipFile, contenuto: bytes, libro: Libro) -> None:
        self.archivio = archivio
        self.libro = libro
        self.errori: list[Errore] = []
        self.avvisi: list[Errore] = []
        try:
            self.cartella = load_workbook(
                io.BytesIO(contenuto), read_only=True, data_only=True, keep_links=False
            )
        except Exception:  # openpyxl raises whatever a malformed part makes it stumble on
            raise _danneggiato() from None

    def leggi(self) -> Lettura:
        righe: dict[str, tuple[Riga, ...]] = {}
        fogli = {chiave(f.title): f for f in self.cartella.worksheets}
        attesi = {chiave(f.nome) for f in self.libro}
        ignoti = [f.title for nome, f in fogli.items() if nome not in attesi]
        for dichiarato in self.libro:
            foglio = fogli.get(chiave(dichiarato.nome))
            if foglio is not None:
                righe[dichiarato.nome] = self._foglio(foglio, dichiarato)
            elif dichiarato.obbligatorio or piu_vicina(dichiarato.nome, ignoti):
                self._manca(dichiarato, ignoti)
        for titolo in ignoti:
            if chiave(titolo) not in (chiave(ISTRUZIONI), chiave(ELENCHI)):
                self._avviso(titolo, "", "il foglio non fa parte del modello: non è stato letto")
        if len(self.errori) > _MASSIMO_ERRORI:
            altri = len(self.errori) - _MASSIMO_ERRORI
            del self.errori[_MASSIMO_ERRORI:]
            self._errore("", "", f"Altri {altri} errori non sono elencati.", "Correggere i primi.")
        return Lettura(righe, tuple(self.errori), tuple(self.avvisi[:_MASSIMO_ERRORI]))

    def _manca(self, dichiarato: Foglio, ignoti: list[str]) -> None:
        vicino = piu_vicina(dichiarato.nome, ignoti)
        forse = f" Forse è il foglio «{vicino}»?" if vicino else ""
        self._errore(
            dichiarato.nome,
            "",
            f"Manca il foglio «{dichiarato.nome}».{forse}",
            f"Dare a un foglio il nome «{dichiarato.nome}», oppure partire dal modello.",
        )

    def _foglio(self, foglio: Any, dichiarato: Foglio) -> tuple[Riga, ...]:
        nome = dichiarato.nome
        try:
            with self.archivio.open(foglio._worksheet_path) as parte:
                esame = esamina(parte, _COLONNE, dichiarato.massimo_righe)
        except NonLeggibile as errore:
            self._errore(nome, errore.cella, errore.messaggio, errore.rimedio)
            return ()
        if foglio.sheet_state != "visible":
            self._avviso(nome, "", "il foglio è nascosto: è stato letto lo stesso")
        try:
            celle = [
                [_contenuto(cella) for cella in riga]
                for riga in foglio.iter_rows(1, max(esame.ultima, 1), 1, esame.larghezza)
            ]
        except Exception:  # as above: a cell that openpyxl cannot take for what it says it is
            danno = _danneggiato()
            self._errore(nome, "", danno.messaggio, danno.rimedio)
            return ()
        inizio = self._intestazioni(celle, dichiarato)
        if inizio is None:
            return ()
        riga, colonne = inizio
        self._stranezze(nome, esame, riga)
        return tuple(self._righe(celle, riga, colonne, dichiarato, esame))

    def _intestazioni(
        self, celle: Sequence[Sequence[Contenuto]], dichiarato: Foglio
    ) -> tuple[int, dict[str, int]] | None:
        """Row of the headers (1-based) and position of each column; None when there is none."""
        attese = {chiave(c.intestazione): c for c in dichiarato.colonne}
        prime = [[in_testo(valore)[:200] for valore, _, _ in riga] for riga in celle[:_RIGHE_PRIMA]]
        punti = [sum(chiave(t) in attese for t in riga) for riga in prime]
        if not punti or not max(punti):
            self._errore(
                dichiarato.nome,
                "",
                "Il foglio non ha le intestazioni attese nelle prime righe.",
                "La prima riga deve avere: "
                + ", ".join(f"«{c.intestazione}»" for c in dichiarato.colonne)
                + ".",
            )
            return None
        riga = punti.index(max(punti))
        trovate: dict[str, int] = {}
        ignote: dict[str, str] = {}
        for n, testo in enumerate(prime[riga]):
            colonna = attese.get(chiave(testo))
            cella = f"{get_column_letter(n + 1)}{riga + 1}"
            if colonna is None:
                if testo:
                    ignote[testo] = cella
            elif colonna.nome in trovate:
                self._errore(
                    dichiarato.nome,
                    cella,
                    f"La colonna «{colonna.intestazione}» c'è due volte.",
                    "Toglierne una.",
                )
            else:
                trovate[colonna.nome] = n
        self._colonne_mancanti(dichiarato, trovate, ignote, riga + 1)
        return riga + 1, trovate

    def _colonne_mancanti(
        self, dichiarato: Foglio, trovate: Mapping[str, int], ignote: dict[str, str], riga: int
    ) -> None:
        for colonna in dichiarato.colonne:
            if colonna.nome in trovate:
                continue
            vicina = piu_vicina(colonna.intestazione, list(ignote))
            if not colonna.obbligatoria and not vicina:
                continue
            cella = ignote.pop(vicina, str(riga))
            forse = f" Forse è «{vicina}»?" if vicina else ""
            self._errore(
                dichiarato.nome,
                cella,
                f"Manca la colonna «{colonna.intestazione}».{forse}",
                f"Scrivere «{colonna.intestazione}» come intestazione.",
            )
        for testo, cella in ignote.items():
            self._avviso(
                dichiarato.nome, cella, f"la colonna «{testo[:60]}» non fa parte del modello: "
                "non è stata letta"
            )  # fmt: skip

    def _stranezze(self, nome: str, esame: Esame, intestazione: int) -> None:
        for unite in esame.unite:
            self._avviso(
                nome,
                unite,
                "celle unite: il valore conta solo per la prima; separarle se vale per tutte",
            )
        nascoste = [n for n in esame.nascoste if n > intestazione]
        if nascoste:
            prime = ", ".join(str(n) for n in nascoste[:10])
            altre = f" e altre {len(nascoste) - 10}" if len(nascoste) > 10 else ""
            self._avviso(nome, "", f"righe nascoste, lette come le altre: {prime}{altre}")
        if esame.colonne_nascoste:
            self._avviso(nome, "", "il foglio ha colonne nascoste: sono state lette")
        if esame.fuori:
            self._avviso(nome, esame.fuori, f"oltre la colonna {_COLONNE} non si legge nulla")

    def _righe(
        self,
        celle: Sequence[Sequence[Contenuto]],
        intestazione: int,
        posizioni: Mapping[str, int],
        dichiarato: Foglio,
        esame: Esame,
    ) -> Iterator[Riga]:
        lettere = {nome: get_column_letter(n + 1) for nome, n in posizioni.items()}
        presenti = [c for c in dichiarato.colonne if c.nome in posizioni]
        assenti = {c.nome: _vuoto(c) for c in dichiarato.colonne if c.nome not in posizioni}
        for numero, riga in enumerate(celle[intestazione:], start=intestazione + 1):
            lette = [
                (c, riga[posizioni[c.nome]] if posizioni[c.nome] < len(riga) else VUOTA)
                for c in presenti
            ]
            formule = [c for c in presenti if f"{lettere[c.nome]}{numero}" in esame.formule_vuote]
            if not formule and all(_vuota(valore) for _, (valore, _, _) in lette):
                continue
            valori: dict[str, Any] = dict(assenti)
            errate: set[str] = set()
            for colonna, contenuto in lette:
                cella = f"{lettere[colonna.nome]}{numero}"
                try:
                    if colonna in formule:
                        raise NonValido(
                            "La cella contiene una formula che non è stata calcolata.",
                            "Aprire il file, salvarlo, oppure scrivere il valore.",
                        )
                    valori[colonna.nome] = self._valore(dichiarato.nome, cella, colonna, contenuto)
                except NonValido as errore:
                    self._errore(dichiarato.nome, cella, errore.messaggio, errore.rimedio)
                    valori[colonna.nome] = _vuoto(colonna)
                    errate.add(colonna.nome)
            yield Riga(dichiarato.nome, numero, valori, lettere, frozenset(errate))

    def _valore(self, foglio: str, cella: str, colonna: Colonna, contenuto: Contenuto) -> Any:
        valore, formato, tipo = contenuto
        if _vuota(valore):
            if colonna.obbligatoria:
                raise NonValido(f"Manca «{colonna.intestazione}».", "Scriverlo nella cella.")
            return _vuoto(colonna)
        if tipo == "e":
            raise NonValido(
                f"La cella contiene un errore di calcolo ({str(valore)[:20]}).",
                "Correggere la formula, oppure scrivere il valore.",
            )
        letto = converti(valore, formato, colonna)
        if letto.dubbio:
            self._avviso(foglio, cella, letto.dubbio)
        return letto.valore

    def _errore(self, foglio: str, cella: str, messaggio: str, rimedio: str) -> None:
        self.errori.append(Errore(foglio, cella, messaggio, rimedio))

    def _avviso(self, foglio: str, cella: str, messaggio: str) -> None:
        self.avvisi.append(Errore(foglio, cella, messaggio))


def _danneggiato() -> NonApribile:
    return NonApribile(
        "Il file è danneggiato, oppure non è stato scritto da un foglio elettronico.",
        "Aprirlo con un foglio elettronico, salvarlo di nuovo come «.xlsx» e riprovare.",
    )


def _contenuto(cella: Any) -> Contenuto:
    """All that is asked of openpyxl about a cell."""
    if cella.value is None:
        return VUOTA
    return cella.value, str(cella.number_format or "General"), str(cella.data_type)


def _vuota(valore: Any) -> bool:
    return valore is None or (isinstance(valore, str) and not in_testo(valore))


def _vuoto(colonna: Colonna) -> Any:
    return "" if colonna.tipo in ("testo", "email") else None
