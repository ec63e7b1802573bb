# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of phases. A row begins where a weight, a progress and a date stand one after the
other; its second line of dates is of the effective ones. What a scanner read apart, the right of
the table, is given back only when there are as many pieces as rows that lack one."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from cycle.importers.cinisello.pagine import Pagina, Parte, Riga, SchedaGrezza
from cycle.importers.cinisello.parole import (
    CIFRA,
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

_ANCORA = re.compile(
    rf"(?P<testo>.*?)\s*(?P<cifre>(?:(?<![\w,.]){CIFRA}\s+){{1,2}})(?P<data>{DATA.pattern})(?P<resto>.*)"
)
_MASSIMI_CENTRI = 50  # of a settore
_CENTRO = re.compile(r"\b(?:SERV|SETT|UFF|DIREZ|AREA|UNIT)[A-ZÀ-Ü]*\b\.?")


@dataclass(slots=True)
class FaseGrezza:
    riga: int
    descrizione: list[str] = field(default_factory=list)
    peso: Decimal | None = None
    avanzamento: Decimal | None = None
    inizio_previsto: date | None = None
    fine_prevista: date | None = None
    inizio_effettivo: date | None = None
    fine_effettiva: date | None = None
    responsabile: list[str] = field(default_factory=list)
    centro: list[str] = field(default_factory=list)
    note: list[str] = field(default_factory=list)
    incerte: list[int] = field(default_factory=list)  # lines that may be of another column


class LettoreFasi:
    """Reads the phases of a page. It learns from the whole document how the names of the centres
    go on, on the line below."""

    def __init__(self, schede: Iterable[SchedaGrezza], testate: Testate, avvisi: Avvisi) -> None:
        self.testate = testate
        self.avvisi = avvisi
        self.sparse: list[str] = []  # notes of the page that may be of several rows
        self.code, self.centri = _centri(schede)
        self._codice = ""

    def leggi(self, codice: str, pagina: Pagina) -> list[FaseGrezza]:
        self._codice, self.sparse = codice, []
        fasi = self._per_riga(pagina.di(Parte.FASI)) + self._per_colonna(pagina)
        self._destra(fasi, pagina)
        for fase in fasi:
            if fase.incerte:
                self.segnala(
                    fase.incerte[0],
                    f"{len(fase.incerte)} righe possono essere della descrizione o delle note di "
                    f"«{breve(' '.join(fase.descrizione))}»: messe tra le note",
                )
        return fasi

    def segnala(self, riga: int, messaggio: str) -> None:
        self.avvisi.aggiungi(riga, self._codice, messaggio)

    # --- rows -------------------------------------------------------------------------------

    def _per_riga(self, righe: Sequence[Riga]) -> list[FaseGrezza]:
        fasi: list[FaseGrezza] = []
        for riga in righe:
            trovata = _ANCORA.fullmatch(riga.testo)
            if trovata is not None:
                fasi.append(self._apri(riga, trovata))
            elif fasi:
                self._prosegue(fasi[-1], riga)
            elif not self.testate.e_comune(riga.testo):
                self.segnala(riga.numero, f"riga non interpretata: «{breve(riga.testo)}»")
        return fasi

    def _apri(self, riga: Riga, trovata: re.Match[str]) -> FaseGrezza:
        fase = FaseGrezza(riga.numero)
        if trovata["testo"]:
            fase.descrizione.append(trovata["testo"])
        cifre = [cifra(c) for c in trovata["cifre"].split()]
        if len(cifre) == 2:
            fase.peso, fase.avanzamento = cifre
        else:
            self.segnala(
                riga.numero,
                f"una sola cifra, {trovata['cifre'].strip()}, non si sa se peso o avanzamento: "
                "lasciati vuoti",
            )
        fase.inizio_previsto = self._giorno(riga, trovata["data"])
        resto = trovata["resto"].strip()
        seconda = DATA.match(resto)
        if seconda is not None:
            fase.fine_prevista = self._giorno(riga, seconda[0])
            resto = resto[seconda.end() :].strip()
        nome, centro, nota = _a_destra(resto)
        for noto in self.centri:  # a note may be in capitals too
            if centro.startswith(f"{noto} "):
                centro, nota = noto, f"{centro[len(noto) + 1 :]} {nota}".strip()
        fase.responsabile += [nome] if nome else []
        fase.centro += [centro] if centro else []
        fase.note += [nota] if nota else []
        return fase

    def _prosegue(self, fase: FaseGrezza, riga: Riga) -> None:
        """A line of a row after its first: description, effective dates, the rest of the right."""
        giorni = list(DATA.finditer(riga.testo))
        if not giorni:
            self._testo(fase, riga, riga.testo, prima_delle_date=False)
            return
        sinistra = riga.testo[: giorni[0].start()].strip()
        if len(sinistra) > 2:  # less is dirt
            self._testo(fase, riga, sinistra, prima_delle_date=True)
        lette = [self._giorno(riga, g[0]) for g in giorni]
        if len(lette) > 2 or fase.fine_effettiva is not None:
            self.segnala(riga.numero, f"date in più: «{breve(riga.testo)}»")
        elif fase.inizio_effettivo is None:
            fase.inizio_effettivo = lette[0]
            fase.fine_effettiva = lette[1] if len(lette) == 2 else None
        elif len(lette) == 1:
            fase.fine_effettiva = lette[0]
        destra = riga.testo[giorni[-1].end() :].strip()
        if destra:
            self._coda(fase, riga, destra.split())

    def _testo(self, fase: FaseGrezza, riga: Riga, testo: str, *, prima_delle_date: bool) -> None:
        """Words of the description, then perhaps the rest of a name or of a centre, then of a
        note."""
        parole = testo.split()
        dove = self._dove_si_spezza(fase, parole)
        if dove is not None:
            if dove:
                fase.descrizione.append(" ".join(parole[:dove]))
            self._coda(fase, riga, parole[dove:])
        elif prima_delle_date or not fase.note:
            fase.descrizione.append(testo)
        else:
            fase.incerte.append(riga.numero)
            fase.note.append(testo)

    def _dove_si_spezza(self, fase: FaseGrezza, parole: Sequence[str]) -> int | None:
        """Where the right of the table begins in a line that lost its columns, if that is proved:
        at the name that a lone surname waits for, or at the known end of a centre."""
        coda = self._coda_attesa(fase)
        for n in range(len(parole) - 1, -1, -1):
            if coda and parole[n] == coda:
                return n
        if _cognome_solo(fase):
            for n, parola in enumerate(parole):
                if maiuscola(parola) and len(parola) > 2 and parola.isalpha():
                    return n
        return None

    def _coda(self, fase: FaseGrezza, riga: Riga, parole: Sequence[str]) -> None:
        resto = list(parole)
        coda = self._coda_attesa(fase)
        if resto and _cognome_solo(fase) and resto[0] != coda and maiuscola(resto[0]):
            fase.responsabile.append(resto.pop(0))
        if resto and resto[0] == coda:
            fase.centro.append(resto.pop(0))
        if resto:
            fase.note.append(" ".join(resto))

    def _coda_attesa(self, fase: FaseGrezza) -> str:
        return self.code.get(fase.centro[0], "") if len(fase.centro) == 1 else ""

    # --- columns read one by one ------------------------------------------------------------

    def _per_colonna(self, pagina: Pagina) -> list[FaseGrezza]:
        pesi = self._cifre(pagina.colonna(Parte.FASI, "Peso"))
        if not pesi:
            for (parte, _), righe in pagina.colonne.items():
                if parte is Parte.FASI:
                    self.sparse += [r.testo for r in righe]
            return []
        prima = pagina.colonna(Parte.FASI, "Peso")[0].numero
        n = len(pesi)
        fasi = [FaseGrezza(prima, peso=peso) for peso in pesi]
        avanzamenti = self._cifre(pagina.colonna(Parte.FASI, "Avanz."))
        inizi = self._giorni(pagina, "Inizio Previsto", "Inizio Effettivo")
        fini = self._giorni(pagina, "Fine Prevista", "Fine Effettiva")
        if len(avanzamenti) == n:
            for fase, avanzamento in zip(fasi, avanzamenti, strict=True):
                fase.avanzamento = avanzamento
        else:
            self._non_tornano(prima, "gli avanzamenti", len(avanzamenti), n)
        for quali, giorni in (("inizio", inizi), ("fine", fini)):
            if len(giorni) != 2 * n:
                self._non_tornano(prima, f"le date di {quali}", len(giorni), 2 * n)
                continue
            for k, fase in enumerate(fasi):
                previsto, effettivo = giorni[2 * k : 2 * k + 2]
                if quali == "inizio":
                    fase.inizio_previsto, fase.inizio_effettivo = previsto, effettivo
                else:
                    fase.fine_prevista, fase.fine_effettiva = previsto, effettivo
        for colonna, dove in (
            ("Descrizione", "descrizione"),
            ("Responsabile", "responsabile"),
            ("Centro di Responsabilta", "centro"),
            ("Note", "note"),
        ):
            gruppi = capoversi(pagina.colonna(Parte.FASI, colonna))
            if len(gruppi) == n:
                for fase, gruppo in zip(fasi, gruppi, strict=True):
                    setattr(fase, dove, [r.testo for r in gruppo])
            elif gruppi:
                self._non_tornano(gruppi[0][0].numero, f"«{colonna}»", len(gruppi), n)
                self.sparse += [f"{colonna}: {in_riga(g)}" for g in gruppi]
        return fasi

    def _non_tornano(self, riga: int, cosa: str, trovati: int, attesi: int) -> None:
        self.segnala(
            riga, f"{cosa} delle fasi sono {trovati}, e non {attesi}: non si attribuiscono"
        )

    def _cifre(self, righe: Sequence[Riga]) -> list[Decimal]:
        lette = [cifra(parola) for riga in righe for parola in riga.testo.split()]
        return [valore for valore in lette if valore is not None]

    def _giorni(self, pagina: Pagina, *colonne: str) -> list[date | None]:
        righe = [riga for colonna in colonne for riga in pagina.colonna(Parte.FASI, colonna)]
        return [self._giorno(r, g[0]) for r in righe for g in DATA.finditer(r.testo)]

    # --- the right of the table, read apart ------------------------------------------------

    def _destra(self, fasi: Sequence[FaseGrezza], pagina: Pagina) -> None:
        previste: list[tuple[date | None, str]] = []
        effettive: list[date | None] = []
        nomi: list[str] = []
        centri: list[list[str]] = []
        note: list[str] = []
        righe = [
            riga
            for riga in (
                *pagina.di(Parte.DESTRA_FASI),
                *(r for r in pagina.di(Parte.INDICATORI) if e_di_fasi(r.testo)),
            )
            if not self.testate.e_comune(riga.testo)
        ]
        self._code_smarrite(fasi, pagina)
        for riga in righe:
            giorni = list(DATA.finditer(riga.testo))
            resto = riga.testo[giorni[-1].end() :].strip() if giorni else riga.testo
            nome, centro, nota = _a_destra(resto)
            if giorni and resto:
                previste.append((self._giorno(riga, giorni[0][0]), nome))
            elif giorni:
                effettive += [self._giorno(riga, g[0]) for g in giorni]
            elif nome and not centro and not nota and len(nome.split()) > 1:
                nomi.append(nome)
            elif nome and not centro and not nota and centri:
                centri[-1].append(nome)
            elif nome and not centro:
                nota = riga.testo
            if nome and (giorni or centro):
                nomi.append(nome)
            if centro:
                centri.append([centro])
            if nota:
                note.append(nota)
        dove = righe[0].numero if righe else 0
        self._assegna(
            fasi, "fine_prevista", [g for g, _ in previste], dove, "le date di fine previste"
        )
        self._assegna(fasi, "fine_effettiva", effettive, dove, "le date di fine effettive")
        self._assegna(fasi, "responsabile", [[n] for n in nomi], dove, "i responsabili")
        self._assegna(fasi, "centro", centri, dove, "i centri di responsabilità")
        if note and len(fasi) == 1 and not fasi[0].note:
            fasi[0].note = note
        elif note:
            self.sparse.append(" ".join(note))
            self.segnala(dove, f"note di fasi che non si attribuiscono: «{breve(' '.join(note))}»")

    def _code_smarrite(self, fasi: Sequence[FaseGrezza], pagina: Pagina) -> None:
        """Ends of centres that stand among the indicators, if as many phases wait for one."""
        note = set(self.code.values())
        smarrite = [r.testo for r in pagina.di(Parte.INDICATORI) if r.testo in note]
        attese = [f for f in fasi if self._coda_attesa(f)]
        if [self._coda_attesa(f) for f in attese] == smarrite:
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

    def _giorno(self, riga: Riga, testo: str) -> date | None:
        letto = giorno(testo)
        if letto is None or f"{letto:%d/%m/%Y}" != testo:
            come = f"letto {letto:%d/%m/%Y}" if letto else "lasciato vuoto"
            self.segnala(riga.numero, f"«{testo}» non è una data: {come}")
        return letto


def e_di_fasi(testo: str) -> bool:
    """Whether a line among the indicators is of the right of the phases: words in capitals, and
    no figures."""
    parole = testo.split()
    return 1 < len(parole) <= 6 and all(maiuscola(p) and p[0].isalpha() for p in parole)


def _a_destra(testo: str) -> tuple[str, str, str]:
    """Responsible, centre, note: the first two are in capitals, and a centre has its own word."""
    parole = testo.split()
    n = next((k for k, p in enumerate(parole) if not maiuscola(p)), len(parole))
    maiuscole, nota = " ".join(parole[:n]), " ".join(parole[n:])
    centro = _CENTRO.search(maiuscole)
    if centro is None:
        return maiuscole, "", nota
    return maiuscole[: centro.start()].strip(), maiuscole[centro.start() :], nota


def _cognome_solo(fase: FaseGrezza) -> bool:
    return len(fase.responsabile) == 1 and " " not in fase.responsabile[0]


def _centri(schede: Iterable[SchedaGrezza]) -> tuple[dict[str, str], list[str]]:
    """How the name of a centre goes on, on the lines below: the word that most of its rows have;
    and the centres that several rows have, or that another goes on from."""
    righe: Counter[str] = Counter()
    code: dict[str, Counter[str]] = defaultdict(Counter)
    for scheda in schede:
        for pagina in scheda.pagine:
            centro, attese = "", 0
            for riga in pagina.di(Parte.FASI):
                trovata = _ANCORA.fullmatch(riga.testo)
                if trovata is not None:
                    resto = DATA.sub("", trovata["resto"]).strip()
                    nome, centro, _ = _a_destra(resto)
                    attese = 3 if " " in nome else 0  # a lone surname is followed by a name
                    righe[centro] += 1
                elif centro and attese:
                    attese -= 1
                    finali = [p for p in riga.testo.split() if maiuscola(p) and len(p) > 3]
                    code[centro].update(finali[-1:])
    trovate = {}
    for centro, conta in code.items():
        parola, volte = conta.most_common(1)[0] if conta else ("", 0)
        aperto = centro.endswith((",", " E"))
        if centro and volte * 2 >= righe[centro] and (volte > 1 or aperto):
            trovate[centro] = parola
    frequenti = [centro for centro, _ in righe.most_common(_MASSIMI_CENTRI) if centro]
    return trovate, [
        centro
        for centro in frequenti
        if righe[centro] > 1 or any(altro.startswith(f"{centro} ") for altro in frequenti)
    ]
