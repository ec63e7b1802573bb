# SPDX-License-Identifier: AGPL-3.0-or-later
"""One stage of a specifico (R53): the settore's words, the Nucleo's remarks, the settore's answer.

The three columns come whole, or broken by a page with their tails on the next rows, or with the
tails on lines that lost their columns. A tail is given to a column when that can be proved:

- it is the only column with a text, and the text stops in the middle of a sentence;
- the words at the joint are printed together elsewhere in the same stage (the Nucleo quotes the
  settore), so they belong together;
- it is the only column that stops in the middle of a sentence.

Anything else goes to the first column that may take it, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cycle.importers.modena.lessico import intestazioni_stadio
from cycle.importers.modena.tabelle import Segnala
from cycle.importers.righe import Riga, aperto, unisci
from cycle.importers.testo import ha_html_sospetto, testo_semplice

_COLONNE = (
    "allo stato di avanzamento",
    "alle osservazioni del Nucleo",
    "alla risposta del settore",
)
_DI_FILA = -1  # headings in a row, before any text: they say nothing about it
_PAROLA = re.compile(r"\w+")
_TRATTO = str.maketrans({"—": "–", "-": "–"})


class _Colonna:
    """One column: what of its heading was seen, and its text so far."""

    def __init__(self, intestazione: str) -> None:
        self.parole = intestazione.casefold().translate(_TRATTO).split()
        self.viste = 0
        self.parti: list[str] = []

    def senza_intestazione(self, testo: str) -> str | None:
        """The text without the heading, or the part of it that was still missing, it begins with;
        `None` when nothing of the heading is there."""
        for da in dict.fromkeys((self.viste if self.viste < len(self.parole) else 0, 0)):
            presa = self._prendi(testo, da)
            if presa is not None:
                self.viste, resto = presa
                return resto
        if self.viste == len(self.parole) and self._coda_ripetuta(testo):
            return ""
        return None

    def _prendi(self, testo: str, da: int) -> tuple[int, str] | None:
        attese = self.parole[da:]
        resto = testo
        for quante, attesa in enumerate(attese):
            if not resto:
                return (da + quante, "") if quante else None
            # Line ends count as blanks: the html headings stand in a paragraph of their own.
            parti = resto.split(None, 1)
            if not parti or parti[0].casefold().translate(_TRATTO) != attesa:
                return None
            resto = parti[1] if len(parti) > 1 else ""
        return len(self.parole), resto

    def _coda_ripetuta(self, testo: str) -> bool:
        parole = testo.casefold().translate(_TRATTO).split()
        return 0 < len(parole) < len(self.parole) and self.parole[-len(parole) :] == parole

    def aggiungi(self, testo: str) -> None:
        self.parti.extend(parte for parte in testo.split("\n") if parte)

    @property
    def aperta(self) -> bool:
        return bool(self.parti) and aperto(self.parti[-1])


class Stadio:
    """Reads the rows of one stage, heading included."""

    def __init__(self, quale: int, righe: Sequence[Riga], segnala: Segnala) -> None:
        self.colonne = [_Colonna(intestazione) for intestazione in intestazioni_stadio(quale)]
        self.righe = righe
        self.segnala = segnala
        self._ultima_sciolta = 0
        self._intestazione_sciolta: int | None = None  # column of the last heading without tabs
        self._testo_dopo = False
        self._echi: set[tuple[str, ...]] | None = None

    def testi(self) -> tuple[str, str, str]:
        """Stato di avanzamento, osservazione, risposta."""
        for riga in self.righe:
            if ha_html_sospetto(riga.testo):
                self.segnala(riga.numero, "tolto da un testo dell'html che non è formattazione")
            if riga.tabellare or len(riga.pezzi) > 1:
                self._in_tabella(riga)
            else:
                self._sciolta(riga)
        uno, due, tre = (unisci(colonna.parti) for colonna in self.colonne)
        return uno, due, tre

    def _in_tabella(self, riga: Riga) -> None:
        self._intestazione_sciolta = None
        for testo, c in self._celle(riga):
            resto = self.colonne[c].senza_intestazione(testo)
            if resto is None and not self.colonne[c].parti:
                c, resto = self._altrove(testo, c)
            self.colonne[c].aggiungi(testo if resto is None else resto)

    def _celle(self, riga: Riga) -> Iterable[tuple[str, int]]:
        """Cells, or pieces where bold marks glue a heading to the next."""
        ultima = len(self.colonne) - 1
        incollate = len(riga.pezzi) > sum(1 for cella in riga.celle if cella)
        if incollate and self.colonne[0].senza_intestazione(riga.pezzi[0].testo) is not None:
            yield from ((testo_semplice(p.testo), min(p.colonna, ultima)) for p in riga.pezzi)
            return
        if any(riga.celle[len(self.colonne) :]):
            self.segnala(riga.numero, "più di tre colonne: il testo in più è nella terza")
        for c, cella in enumerate(riga.celle):
            if cella:
                yield testo_semplice(cella), min(c, ultima)

    def _altrove(self, testo: str, c: int) -> tuple[int, str | None]:
        """A heading that slipped into another column."""
        for altra, colonna in enumerate(self.colonne):
            if altra != c and colonna.viste < len(colonna.parole) and len(testo.split()) > 1:
                resto = colonna.senza_intestazione(testo)
                if resto is not None:
                    return altra, resto
        return c, None

    # --- lines that lost their columns ------------------------------------------------------

    def _sciolta(self, riga: Riga) -> None:
        testo = testo_semplice(riga.testo)
        for c, colonna in enumerate(self.colonne):
            if len(testo.split()) > 1 and (resto := colonna.senza_intestazione(testo)) is not None:
                di_fila = self._intestazione_sciolta is not None and not self._testo_dopo
                self._intestazione_sciolta = _DI_FILA if di_fila else c
                self._testo_dopo = False
                if not resto:
                    return
                testo = resto
                break
        if not testo:
            return
        c, motivo = self._colonna_di(testo)
        if motivo:
            self.segnala(
                riga.numero, f"«{_breve(testo)}» è senza colonna: unito {_COLONNE[c]}, {motivo}"
            )
        self._ultima_sciolta = c
        self._testo_dopo = True
        self.colonne[c].aggiungi(testo)

    def _colonna_di(self, testo: str) -> tuple[int, str]:
        if self._intestazione_sciolta is not None:
            if self._intestazione_sciolta != _DI_FILA:
                return self._intestazione_sciolta, ""
            return 0, "perché è la prima delle tre intestazioni che precedono"
        piene = [c for c, colonna in enumerate(self.colonne) if colonna.parti]
        aperte = [c for c in piene if self.colonne[c].aperta]
        if not piene:
            return 0, "perché non ce n'è altra già scritta"
        if len(piene) == 1:
            return piene[0], "" if aperte else "la sola scritta, benché la frase fosse finita"
        for c in piene:
            if self._eco(self.colonne[c].parti[-1], testo):
                return c, "perché le stesse parole sono stampate insieme in un'altra colonna"
        if len(aperte) == 1:
            return aperte[0], "la sola con la frase interrotta"
        if aperte:
            prima = next((c for c in aperte if c >= self._ultima_sciolta), aperte[0])
            return prima, "la prima con la frase interrotta: non è provato"
        return self._ultima_sciolta, "ma nessuna ha la frase interrotta: non è provato"

    def _eco(self, coda: str, testa: str) -> bool:
        """Whether the words at the joint stand together somewhere in this stage."""
        if self._echi is None:
            self._echi = set()
            for riga in self.righe:
                for cella in riga.celle:
                    parole = _parole(testo_semplice(cella))
                    self._echi.update(zip(*(parole[n:] for n in range(4)), strict=False))
        prima, dopo = _parole(coda[-200:]), _parole(testa[:200])
        quante = min(2, len(dopo))
        giunto = (*prima[-(4 - quante) :], *dopo[:quante])
        return len(giunto) == 4 and giunto in self._echi


def _parole(testo: str) -> list[str]:
    return _PAROLA.findall(testo.casefold())


def _breve(testo: str) -> str:
    return testo if len(testo) <= 60 else f"{testo[:57]}..."
