# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a scanner read apart of the table of phases: its columns one by one, or its right half. It
is given back only where there are as many pieces as rows that lack one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from cycle.importers.cinisello.pagine import CENTRO, Pagina, Parte, Riga
from cycle.importers.cinisello.parole import (
    DATA,
    Testate,
    capoversi,
    cifra,
    giorno,
    in_riga,
    maiuscola,
)
from cycle.importers.lettura import breve
from cycle.importers.testo import Avvisi

_CENTRO = re.compile(r"\b(?:SERV|SETT|UFF|DIREZ|AREA|UNIT)[A-ZÀ-Ü]*\b\.?")


@dataclass(slots=True)
class FaseGrezza:
    riga: int
    descrizione: list[str] = field(default_factory=list)
    peso: Decimal | None = None
    avanzamento: Decimal | None = None
    sola: Decimal | None = None  # the only figure of the row: weight or progress
    inizio_previsto: date | None = None
    fine_prevista: date | None = None
    inizio_effettivo: date | None = None
    fine_effettiva: date | None = None
    responsabile: list[str] = field(default_factory=list)
    centro: list[str] = field(default_factory=list)
    note: list[str] = field(default_factory=list)
    incerte: list[int] = field(default_factory=list)  # lines that may be of another column


class FasiStaccate:
    """`code`: how the name of a centre goes on, on the line below."""

    def __init__(self, testate: Testate, code: dict[str, str], avvisi: Avvisi) -> None:
        self.testate = testate
        self.code = code
        self.avvisi = avvisi
        self.sparse: list[str] = []  # of the page, what may be of several rows
        self.codice = ""

    def segnala(self, riga: int, messaggio: str) -> None:
        self.avvisi.aggiungi(riga, self.codice, messaggio)

    def coda_attesa(self, fase: FaseGrezza) -> str:
        return self.code.get(fase.centro[0], "") if len(fase.centro) == 1 else ""

    # --- columns read one by one ------------------------------------------------------------

    def per_colonna(self, pagina: Pagina) -> list[FaseGrezza]:
        pesi, avanzamenti, prima = self._pesi(pagina)
        n = len(pesi)
        if not n:
            return self._senza_pesi(pagina)
        fasi = [FaseGrezza(prima, peso=peso) for peso in pesi]
        if len(avanzamenti) == n:
            for fase, avanzamento in zip(fasi, avanzamenti, strict=True):
                fase.avanzamento = avanzamento
        else:
            self._non_tornano(prima, "gli avanzamenti", len(avanzamenti), n)
        self.date_per_colonna(fasi, pagina)
        self.testi_per_colonna(fasi, pagina)
        return fasi

    def testi_per_colonna(self, fasi: Sequence[FaseGrezza], pagina: Pagina) -> None:
        """One piece to each row, in order; nothing, if they are not as many."""
        n = len(fasi)
        for colonna, dove in (
            ("Descrizione", "descrizione"),
            ("Responsabile", "responsabile"),
            (CENTRO, "centro"),
            ("Note", "note"),
        ):
            gruppi = capoversi(pagina.colonna(Parte.FASI, colonna))
            if dove == "descrizione" and len(gruppi) > n:
                gruppi = self._riuniti(gruppi, n)
            if len(gruppi) == n and not any(getattr(fase, dove) for fase in fasi):
                for fase, gruppo in zip(fasi, gruppi, strict=True):
                    setattr(fase, dove, [r.testo for r in gruppo])
            elif gruppi:
                self._non_tornano(gruppi[0][0].numero, f"«{colonna}»", len(gruppi), n)
                self.sparse += [f"{colonna}: {in_riga(g)}" for g in gruppi]

    def _senza_pesi(self, pagina: Pagina) -> list[FaseGrezza]:
        """Without weights, as many phases as descriptions, if they have two beginnings each."""
        righe = pagina.colonna(Parte.FASI, "Descrizione")
        n = len(capoversi(righe))
        if not n or sum(len(giorni) for giorni in self._giorni(pagina, "Inizio")) != 2 * n:
            for (parte, _), testi in pagina.colonne.items():
                if parte is Parte.FASI:
                    self.sparse += [r.testo for r in testi]
            return []
        fasi = [FaseGrezza(righe[0].numero) for _ in range(n)]
        self.segnala(righe[0].numero, "i pesi delle fasi non si leggono: lasciati vuoti")
        self.date_per_colonna(fasi, pagina)
        self.testi_per_colonna(fasi, pagina)
        return fasi

    def _pesi(self, pagina: Pagina) -> tuple[list[Decimal], list[Decimal], int]:
        """Weights and progress, in a column each or side by side, and their first line. Read in one
        column, they are told apart by the weights, which make 100."""
        pesi = pagina.colonna(Parte.FASI, "Peso")
        if pesi:
            avanzamenti = pagina.colonna(Parte.FASI, "Avanz.")
            return self._cifre(pesi), self._cifre(avanzamenti), pesi[0].numero
        insieme = pagina.colonna(Parte.FASI, "Peso", "Avanz.")
        lette = self._cifre(insieme)
        meta = len(lette) // 2
        alterne, di_seguito = (lette[::2], lette[1::2]), (lette[:meta], lette[meta:])
        a_coppie = all(len(self._cifre([riga])) == 2 for riga in insieme)
        cento = [modo for modo in (alterne, di_seguito) if sum(modo[0]) == 100]
        if a_coppie or (cento and all(modo == cento[0] for modo in cento)):
            return *(alterne if a_coppie else cento[0]), insieme[0].numero if insieme else 0
        return [], [], 0

    def _riuniti(self, gruppi: list[list[Riga]], n: int) -> list[list[Riga]]:
        """Pieces of descriptions that a blank line divides: one that begins with a small letter
        goes on from the one above, if so there are as many as rows."""
        uniti: list[list[Riga]] = []
        for gruppo in gruppi:
            if uniti and gruppo[0].testo[:1].islower():
                uniti[-1] = [*uniti[-1], *gruppo]
            else:
                uniti.append(gruppo)
        if len(uniti) != n:
            return gruppi
        self.segnala(
            gruppi[0][0].numero, "le descrizioni delle fasi erano spezzate: riunite dove proseguono"
        )
        return uniti

    def date_per_colonna(self, fasi: Sequence[FaseGrezza], pagina: Pagina) -> None:
        """Planned and effective, one below the other for each row; of beginning and end together,
        where both columns were read in one."""
        n = len(fasi)
        prima = fasi[0].riga
        inizi, fini = self._giorni(pagina, "Inizio"), self._giorni(pagina, "Fine")
        if inizi and all(len(g) == 2 for g in inizi) and not fini:
            fini = [g[1:] for g in inizi]
            inizi = [g[:1] for g in inizi]
        for quali, lette in (("inizio", inizi), ("fine", fini)):
            giorni = [g for riga in lette for g in riga]
            if quali == "fine" and not giorni:
                continue  # they are on the right, read apart
            if len(giorni) != 2 * n:
                self._non_tornano(prima, f"le date di {quali}", len(giorni), 2 * n)
                continue
            for k, fase in enumerate(fasi):
                previsto, effettivo = giorni[2 * k : 2 * k + 2]
                if quali == "inizio":
                    fase.inizio_previsto, fase.inizio_effettivo = previsto, effettivo
                else:
                    fase.fine_prevista, fase.fine_effettiva = previsto, effettivo

    def _non_tornano(self, riga: int, cosa: str, trovati: int, attesi: int) -> None:
        self.segnala(
            riga, f"{cosa} delle fasi sono {trovati}, e non {attesi}: non si attribuiscono"
        )

    def _cifre(self, righe: Sequence[Riga]) -> list[Decimal]:
        lette = [cifra(parola) for riga in righe for parola in riga.testo.split()]
        return [valore for valore in lette if valore is not None]

    def _giorni(self, pagina: Pagina, quali: str) -> list[list[date | None]]:
        """Of each line of the columns whose first label begins so, its dates."""
        return [
            [self.giorno(riga, g[0]) for g in DATA.finditer(riga.testo)]
            for (parte, etichette), righe in pagina.colonne.items()
            if parte is Parte.FASI
            and etichette[0].startswith(quali)
            and not _NOMI.intersection(etichette)
            for riga in righe
        ]

    # --- the right of the table, read apart ------------------------------------------------

    def destra(self, fasi: Sequence[FaseGrezza], pagina: Pagina) -> None:
        previste: list[tuple[date | None, str]] = []
        effettive: list[date | None] = []
        nomi: list[str] = []
        centri: list[list[str]] = []
        note: list[Riga] = []
        righe = [
            riga
            for riga in (
                *pagina.di(Parte.DESTRA_FASI),
                *_colonne_a_destra(pagina),
                *(r for r in pagina.di(Parte.INDICATORI) if e_di_fasi(r.testo)),
            )
            if not self.testate.e_comune(riga.testo)
        ]
        self._code_smarrite(fasi, pagina)
        for riga in righe:
            giorni = list(DATA.finditer(riga.testo))
            resto = riga.testo[giorni[-1].end() :].strip() if giorni else riga.testo
            if not giorni and nomi and " " not in nomi[-1]:
                resto = self._nome_atteso(nomi, resto)
                if not resto:
                    continue
            nome, centro, nota = a_destra(resto)
            coda = self.code.get(centri[-1][0], "") if centri and len(centri[-1]) == 1 else ""
            if giorni and resto:
                previste.append((self.giorno(riga, giorni[0][0]), nome))
            elif giorni:
                effettive += [self.giorno(riga, g[0]) for g in giorni]
            elif coda and nome.split(" ")[0] == coda and not centro:
                centri[-1].append(coda)
                nome = ""
                nota = resto[len(coda) :].strip()
            elif nome and not centro and not nota and len(nome.split()) > 1:
                nomi.append(nome)
            elif nome and not centro and not nota and centri and len(centri[-1]) == 1:
                centri[-1].append(nome)
            elif nome and not centro:
                nota = resto
            if nome and (giorni or centro):
                nomi.append(nome)
            if centro:
                centri.append([centro])
            if nota:
                note.append(riga._replace(testo=nota))
        dove = righe[0].numero if righe else 0
        self._fini(fasi, previste, effettive, dove)
        self._assegna(fasi, "responsabile", [[n] for n in nomi], dove, "i responsabili")
        self._assegna(fasi, "centro", centri, dove, "i centri di responsabilità")
        self._code_smarrite(fasi, pagina)
        if note and len(fasi) == 1 and not fasi[0].note:
            fasi[0].note = [n.testo for n in note]
        elif note:
            testi = [in_riga(gruppo) for gruppo in capoversi(note)]
            self.sparse += testi
            self.segnala(dove, f"note di fasi che non si attribuiscono: «{breve(' '.join(testi))}»")

    def _nome_atteso(self, nomi: list[str], testo: str) -> str:
        """What is left of a line whose first word is the name that a lone surname waits for."""
        primo, _, resto = testo.partition(" ")
        if maiuscola(primo) and primo.isalpha() and primo not in self.code.values():
            nomi[-1] = f"{nomi[-1]} {primo}"
            return resto
        return testo

    def _fini(
        self,
        fasi: Sequence[FaseGrezza],
        previste: Sequence[tuple[date | None, str]],
        effettive: Sequence[date | None],
        riga: int,
    ) -> None:
        """Planned ends stand beside who is responsible; alone, they are known by the number."""
        senza = [fase for fase in fasi if fase.fine_prevista is None]
        if effettive and not previste and senza:
            if len(effettive) != 2 * len(fasi) or len(senza) != len(fasi):
                self._non_tornano(riga, "le date di fine", len(effettive), 2 * len(senza))
                return
            for k, fase in enumerate(fasi):
                fase.fine_prevista, fase.fine_effettiva = effettive[2 * k : 2 * k + 2]
            return
        self._assegna(
            fasi, "fine_prevista", [g for g, _ in previste], riga, "le date di fine previste"
        )
        self._assegna(fasi, "fine_effettiva", effettive, riga, "le date di fine effettive")

    def _code_smarrite(self, fasi: Sequence[FaseGrezza], pagina: Pagina) -> None:
        """Ends of centres that stand among the indicators, if as many phases wait for one."""
        note = set(self.code.values())
        smarrite = [r.testo for r in pagina.di(Parte.INDICATORI) if r.testo in note]
        attese = [f for f in fasi if self.coda_attesa(f)]
        if [self.coda_attesa(f) for f in attese] == smarrite:
            for fase, coda in zip(attese, smarrite, strict=True):
                fase.centro.append(coda)

    def _assegna(
        self, fasi: Sequence[FaseGrezza], campo: str, valori: Sequence[object], riga: int, cosa: str
    ) -> None:
        """One to each row that has none, in order; nothing, if they are not as many."""
        senza = [fase for fase in fasi if not getattr(fase, campo)]
        if not valori:
            return
        if len(valori) != len(senza):
            self._non_tornano(riga, cosa, len(valori), len(senza))
            return
        for fase, valore in zip(senza, valori, strict=True):
            setattr(fase, campo, valore)

    def giorno(self, riga: Riga, testo: str) -> date | None:
        letto = giorno(testo)
        if letto is None or f"{letto:%d/%m/%Y}" != testo:
            come = f"letto {letto:%d/%m/%Y}" if letto else "lasciato vuoto"
            self.segnala(riga.numero, f"«{testo}» non è una data: {come}")
        return letto


_NOMI = frozenset({"Responsabile", CENTRO, "Note"})


def colonne_di_fasi(pagina: Pagina) -> set[str]:
    return {e for parte, etichette in pagina.colonne if parte is Parte.FASI for e in etichette}


def _colonne_a_destra(pagina: Pagina) -> list[Riga]:
    """Lines of several columns of the right that were read together."""
    return [
        riga
        for (parte, etichette), righe in pagina.colonne.items()
        if parte is Parte.FASI and len(etichette) > 1 and _NOMI.intersection(etichette)
        for riga in righe
    ]


def e_di_fasi(testo: str) -> bool:
    """Whether a line among the indicators is of the right of the phases: words in capitals, and
    no figures."""
    parole = testo.split()
    return 1 < len(parole) <= 6 and all(maiuscola(p) and p[0].isalpha() for p in parole)


def a_destra(testo: str) -> tuple[str, str, str]:
    """Responsible, centre, note: the first two are in capitals, and a centre has its own word."""
    parole = testo.split()
    n = next((k for k, p in enumerate(parole) if not maiuscola(p)), len(parole))
    maiuscole, nota = " ".join(parole[:n]), " ".join(parole[n:])
    centro = _CENTRO.search(maiuscole)
    if centro is None:
        return maiuscole, "", nota
    return maiuscole[: centro.start()].strip(), maiuscole[centro.start() :], nota
