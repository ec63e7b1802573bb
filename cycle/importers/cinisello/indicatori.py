# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of indicators. A row is known by its type; its figures follow. The description stands
before, on and after that line, since a cell is centred on its row: where one ends and the next
begins is chosen among the ways in which every description is centred."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from cycle.importers.cinisello.colonne import e_di_fasi
from cycle.importers.cinisello.pagine import Pagina, Parte, Riga
from cycle.importers.cinisello.parole import CIFRE, Testate, capoversi, cifra, in_cifre, in_riga
from cycle.importers.lettura import breve
from cycle.importers.testo import Avvisi

_ANCORA = re.compile(
    r"(?P<testo>.*?)[\s|]*\b(?P<tipo>[EF]{2,4}[Il1](?:C[Il1]ENZA|CAC[Il1]A)|QUANT[Il1]TAT[Il1]VO)\b"
    r"(?P<resto>.*)"
)
_ELLE = str.maketrans("l1", "II")
_SOLE_CIFRE = re.compile(rf"(?:[|\s]*{CIFRE.pattern})+[|\s]*")
_MASSIME_RIGHE = 40  # of a description: beyond, it is none
VALORI_SENZA_RIGA = "Valori di anni passati senza riga"
_LARGHEZZA = 40  # of the column of descriptions, in characters, at least
_DUBBIO = 2  # clues: with so few more, an end is chosen, and told
_CHIUSO = (")", ".", "”", '"')


@dataclass(slots=True)
class IndicatoreGrezzo:
    riga: int
    tipo: str
    sulla_riga: str
    cifre: list[Decimal] = field(default_factory=list)
    note: list[str] = field(default_factory=list)
    prima: list[Riga] = field(default_factory=list)
    dopo: list[Riga] = field(default_factory=list)

    @property
    def nome(self) -> str:
        parti = [*(r.testo for r in self.prima), self.sulla_riga, *(r.testo for r in self.dopo)]
        return " ".join(p for p in parti if len(p) > 1)


class LettoreIndicatori:
    def __init__(self, testate: Testate, code: set[str], avvisi: Avvisi) -> None:
        self.testate = testate
        self.code = code  # ends of names of centres, which stray here from the phases
        self.avvisi = avvisi
        self.sparse: list[str] = []
        self._codice = ""

    def leggi(self, codice: str, pagina: Pagina, fasi: int) -> list[IndicatoreGrezzo]:
        """The indicators of a page that has as many `fasi`."""
        self._codice, self.sparse = codice, []
        if pagina.per_colonne(Parte.INDICATORI):
            indicatori = self._per_colonna(pagina)
            self._destra(indicatori, pagina, fasi)
            return indicatori
        indicatori = []
        tra: list[list[Riga]] = [[]]  # lines before the first row, between two, after the last
        sole: list[tuple[int, list[Decimal]]] = []
        for riga in pagina.di(Parte.INDICATORI):
            trovata = _ANCORA.fullmatch(riga.testo)
            if trovata is not None:
                indicatori.append(self._riga(riga, trovata))
                tra.append([])
            elif _SOLE_CIFRE.fullmatch(riga.testo):
                sole.append((riga.numero, _cifre(riga.testo)))
            elif (
                riga.testo not in self.code
                and not e_di_fasi(riga.testo)
                and not self.testate.e_comune(riga.testo)
            ):
                tra[-1].append(riga)
        if indicatori:
            self._descrizioni(indicatori, tra)
        else:
            for riga in tra[0]:
                self.segnala(riga.numero, f"riga non interpretata: «{breve(riga.testo)}»")
        self._cifre_sole(indicatori, sole)
        self._destra(indicatori, pagina, fasi)
        return indicatori

    def segnala(self, riga: int, messaggio: str) -> None:
        self.avvisi.aggiungi(riga, self._codice, messaggio)

    def _riga(self, riga: Riga, trovata: re.Match[str]) -> IndicatoreGrezzo:
        tipo = trovata["tipo"]
        finale = tipo[-4:]
        giusto = {"ENZA": "EFFICIENZA", "TIVO": "QUANTITATIVO"}.get(
            finale.translate(_ELLE), "EFFICACIA"
        )
        if tipo != giusto:
            self.segnala(riga.numero, f"il tipo «{tipo}» è stato letto {giusto}")
        tipo = giusto
        letto = IndicatoreGrezzo(riga.numero, tipo, trovata["testo"])
        resto = trovata["resto"].strip(" |")
        while (numero := CIFRE.match(resto)) is not None:
            valore = cifra(numero[0])
            if valore is not None:
                letto.cifre.append(valore)
            if "," not in numero[0]:
                self.segnala(riga.numero, f"«{numero[0]}» è stato letto con la virgola")
            resto = resto[numero.end() :].strip(" |")
        if resto:
            letto.note.append(resto)
        return letto

    # --- columns read one by one ------------------------------------------------------------

    def _per_colonna(self, pagina: Pagina) -> list[IndicatoreGrezzo]:
        """As many rows as types; each other column has as many pieces, or is not given out."""
        righe = pagina.colonna(Parte.INDICATORI, "Tipo")
        indicatori = [
            self._riga(riga, trovata)
            for riga in righe
            if (trovata := _ANCORA.fullmatch(riga.testo)) is not None
        ]
        n = len(indicatori)
        prima = indicatori[0].riga if indicatori else pagina.riga
        descrizioni = capoversi(self._proprie(pagina, "Descrizione"))
        if len(descrizioni) == n:
            for indicatore, gruppo in zip(indicatori, descrizioni, strict=True):
                indicatore.prima = gruppo
        else:
            self._non_tornano(prima, "le descrizioni", len(descrizioni), n)
            self.sparse += [in_riga(gruppo) for gruppo in descrizioni]
        for colonna in self._colonne_di_cifre(pagina):
            valori = [v for r in pagina.colonna(Parte.INDICATORI, colonna) for v in _cifre(r.testo)]
            if valori and len(valori) != n:
                self._non_tornano(prima, f"«{colonna}»", len(valori), n)
                break
            for indicatore, valore in zip(indicatori, valori, strict=False):
                indicatore.cifre.append(valore)
        note = capoversi(self._proprie(pagina, "Note"))
        if note and len(note) == n:
            for indicatore, gruppo in zip(indicatori, note, strict=True):
                indicatore.note.append(in_riga(gruppo))
        elif note:
            self.sparse += [in_riga(gruppo) for gruppo in note]
        return indicatori

    def _colonne_di_cifre(self, pagina: Pagina) -> list[str]:
        """Expected, reached, past years as the page labels them; a year only after the one before,
        since figures are known by their order."""
        passate = sorted(
            (nomi[0] for parte, nomi in pagina.colonne
             if parte is Parte.INDICATORI and nomi[0].startswith("Valore Raggiunto 20")),
            reverse=True,
        )  # fmt: skip
        return ["Valore Atteso", "Valore Raggiunto", *passate]

    def _proprie(self, pagina: Pagina, colonna: str) -> list[Riga]:
        return [
            riga
            for riga in pagina.colonna(Parte.INDICATORI, colonna)
            if not self.testate.e_comune(riga.testo) and riga.testo not in self.code
        ]

    def _non_tornano(self, riga: int, cosa: str, trovati: int, attesi: int) -> None:
        self.segnala(
            riga, f"{cosa} degli indicatori sono {trovati}, e non {attesi}: non si attribuiscono"
        )

    # --- descriptions -----------------------------------------------------------------------

    def _descrizioni(self, indicatori: list[IndicatoreGrezzo], tra: list[list[Riga]]) -> None:
        """`tra[0]` is of the first, the last of the last; each other is divided between two. A row
        without words of its own was read after its whole description."""
        larga = max(
            _LARGHEZZA,
            *(len(i.sulla_riga) for i in indicatori),
            *(len(riga.testo) for righe in tra for riga in righe),
        )
        indicatori[0].prima = tra[0]
        indicatori[-1].dopo = tra[-1]
        fine = len(tra[-1])
        for n in range(len(indicatori) - 1):
            righe = tra[n + 1]
            uno, due = indicatori[n], indicatori[n + 1]
            if not righe:
                continue
            if not uno.sulla_riga:
                due.prima = righe
                continue
            quante = len(righe)
            ultimo = n + 2 == len(indicatori) and due.sulla_riga != ""
            possibili = [
                k
                for k in range(min(quante, _MASSIME_RIGHE) + 1)
                if abs(len(uno.prima) - k) <= 1
                and (due.sulla_riga or k < quante)
                and (not ultimo or abs(quante - k - fine) <= 1)
            ] or list(range(min(quante, _MASSIME_RIGHE) + 1))
            voti = {
                k: _indizi(righe, k, due.sulla_riga)
                + _a_capo(uno.sulla_riga, righe, k, due.sulla_riga, larga)
                - abs(len(uno.prima) - k)
                - (abs(quante - k - fine) if ultimo else 0)
                for k in possibili
            }
            scelto = max(possibili, key=lambda k: voti[k])
            if sum(1 for k in possibili if voti[k] >= voti[scelto] - _DUBBIO) > 1:
                self.segnala(
                    righe[0].numero,
                    "non è provato dove finisca la descrizione di un indicatore e cominci quella "
                    "che segue",
                )
            uno.dopo, due.prima = righe[:scelto], righe[scelto:]

    # --- figures ----------------------------------------------------------------------------

    def _cifre_sole(
        self, indicatori: Sequence[IndicatoreGrezzo], sole: Sequence[tuple[int, list[Decimal]]]
    ) -> None:
        """Figures on lines of their own: expected and reached, of the only row there is, or a line
        to each row."""
        if not sole:
            return
        tutte = [valore for _, valori in sole for valore in valori]
        senza = [i for i in indicatori if not i.cifre]
        if len(indicatori) == len(senza) == 1 and len(tutte) == 2:
            senza[0].cifre = tutte
            return
        if len(sole) == len(senza) == len(indicatori) and {len(v) for _, v in sole} <= {2, 4}:
            for indicatore, (_, valori) in zip(senza, sole, strict=True):
                indicatore.cifre = valori
            return
        self._senza_riga(sole)

    def _senza_riga(self, sole: Sequence[tuple[int, list[Decimal]]]) -> None:
        for riga, valori in sole:
            dette = ", ".join(in_cifre(v) for v in valori)
            self.sparse.append(f"{VALORI_SENZA_RIGA}: {dette}")
            self.segnala(riga, f"{dette}: non si sa di quale riga o di quale anno sia, tralasciato")

    def _destra(self, indicatori: Sequence[IndicatoreGrezzo], pagina: Pagina, fasi: int) -> None:
        """Past years and notes, read apart."""
        cifre: list[tuple[int, list[Decimal]]] = []
        note: list[Riga] = []
        for riga in pagina.di(Parte.DESTRA_INDICATORI):
            if _SOLE_CIFRE.fullmatch(riga.testo):
                cifre.append((riga.numero, _cifre(riga.testo)))
            elif riga.testo not in self.code and not self.testate.e_comune(riga.testo):
                note.append(riga)
        coppie = [valori for _, valori in cifre if len(valori) == 2]
        senza = [i for i in indicatori if len(i.cifre) == 2]
        if coppie and len(coppie) == len(cifre) == len(senza) == len(indicatori):
            for indicatore, coppia in zip(senza, coppie, strict=True):
                indicatore.cifre += coppia
        else:
            self._senza_riga(cifre)
        testo = "\n".join(in_riga(gruppo) for gruppo in capoversi(note))
        if testo and len(indicatori) == 1 and not fasi:
            indicatori[0].note.append(testo)
        elif testo:
            self.sparse.append(testo)
            self.segnala(
                note[0].numero,
                f"una nota può essere di più righe: «{breve(in_riga(note))}»; è tra le sezioni "
                "della scheda",
            )


def _cifre(testo: str) -> list[Decimal]:
    lette = [cifra(c) for c in CIFRE.findall(testo)]
    return [valore for valore in lette if valore is not None]


def _a_capo(sopra: str, righe: Sequence[Riga], k: int, poi: str, larga: int) -> int:
    """How much says that a new text begins after `k` of the lines: its first word had room on the
    line above, so that it is not the width of the column that broke it."""
    ultima = righe[k - 1].testo if k else sopra
    prima = righe[k].testo if k < len(righe) else poi
    parola = prima.split(" ")[0]
    return 4 if prima and (len(ultima) + 1 + len(parola)) * 10 <= larga * 9 else 0


def _indizi(righe: Sequence[Riga], k: int, poi: str) -> int:
    """How much says that a description ends after `k` of the lines, and another begins."""
    punti = 0
    if k and righe[k - 1].testo.endswith(_CHIUSO):
        punti += 4
    inizio = righe[k].testo if k < len(righe) else poi
    if inizio[:1].isupper():
        punti += 3
    elif inizio[:1] in "(0123456789" or len(inizio.split(" ")[0]) <= 3:
        punti -= 4  # a parenthesis, a figure, a preposition: it goes on
    if k < len(righe) and righe[k].dopo_bianca:
        punti += 1
    return punti
