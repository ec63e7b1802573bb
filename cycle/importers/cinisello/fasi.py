# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of phases. A row begins where a weight, a progress and a date stand one after the
other; its second line of dates is of the effective ones. `colonne` gives back what a scanner read
apart."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from cycle.importers.cinisello.colonne import FaseGrezza, FasiStaccate, a_destra, colonne_di_fasi
from cycle.importers.cinisello.pagine import Pagina, Parte, Riga, SchedaGrezza
from cycle.importers.cinisello.parole import (
    CIFRA,
    CIFRE,
    DATA,
    Testate,
    cifra,
    in_cifre,
    maiuscola,
)
from cycle.importers.lettura import breve
from cycle.importers.testo import Avvisi

_ANCORA = re.compile(
    rf"(?P<testo>.*?)[\s|]*(?P<cifre>(?:(?<![\w,.]){CIFRA}[\s|]+){{1,2}})"
    rf"(?P<data>{DATA.pattern})(?P<resto>.*)"
)
_ANCORA_SENZA_DATA = re.compile(
    rf"(?P<testo>.*?)\s*(?P<cifre>(?<![\w,.]){CIFRA}\s+{CIFRA})(?P<data>)(?P<resto>)"
)
_MASSIMI_CENTRI = 50  # of a settore


class LettoreFasi:
    """Reads the phases of a page. It learns from the whole document how the names of the centres
    go on, on the line below."""

    def __init__(self, schede: Iterable[SchedaGrezza], testate: Testate, avvisi: Avvisi) -> None:
        self.testate = testate
        self.code, self.centri = _centri(schede)
        self.interi = _interi(schede)
        self.staccate = FasiStaccate(testate, self.code, avvisi)

    @property
    def sparse(self) -> list[str]:
        """Notes of the page that may be of several rows."""
        return self.staccate.sparse

    def segnala(self, riga: int, messaggio: str) -> None:
        self.staccate.segnala(riga, messaggio)

    def leggi(
        self, codice: str, pagina: Pagina, precedenti: Sequence[FaseGrezza] = ()
    ) -> list[FaseGrezza]:
        """The phases of a page; the last of the `precedenti` may go on there."""
        self.staccate.codice, self.staccate.sparse = codice, []
        colonne = colonne_di_fasi(pagina)
        fasi = self._per_riga(
            pagina.di(Parte.FASI), precedenti, senza_date=bool(colonne) and "Peso" not in colonne
        )
        if not fasi:
            fasi = self.staccate.per_colonna(pagina)
        elif colonne:
            self.staccate.date_per_colonna(fasi, pagina)
            self.staccate.testi_per_colonna(fasi, pagina)
        self.staccate.destra(fasi, pagina)
        for fase in fasi:
            if fase.incerte:
                self.segnala(
                    fase.incerte[0],
                    f"{len(fase.incerte)} righe possono essere della descrizione o delle note di "
                    f"«{breve(' '.join(fase.descrizione))}»: messe tra le note",
                )
        return fasi

    # --- rows -------------------------------------------------------------------------------

    def _per_riga(
        self, righe: Sequence[Riga], precedenti: Sequence[FaseGrezza], *, senza_date: bool
    ) -> list[FaseGrezza]:
        """`senza_date`: the page has its dates in columns of their own."""
        fasi: list[FaseGrezza] = []
        prima: list[Riga] = []  # lines before the first row
        for riga in righe:
            trovata = _ANCORA.fullmatch(riga.testo)
            if trovata is None and senza_date:
                trovata = _ANCORA_SENZA_DATA.fullmatch(riga.testo)
            if trovata is not None:
                fasi.append(self._apri(riga, trovata))
            elif fasi:
                self._prosegue(fasi[-1], riga)
            elif not self.testate.e_comune(riga.testo):
                prima.append(riga)
        if prima:
            self._prima_delle_righe(prima, fasi, precedenti)
        return fasi

    def _prima_delle_righe(
        self, righe: list[Riga], fasi: list[FaseGrezza], precedenti: Sequence[FaseGrezza]
    ) -> None:
        """Lines above the first row: its description, if it has none on its own line; the rest of
        the last row of the page before, if that waits for its effective dates."""
        if fasi and not fasi[0].descrizione:
            fasi[0].descrizione = [riga.testo for riga in righe]
            return
        ultima = precedenti[-1] if precedenti else None
        for riga in righe:
            if ultima is not None and ultima.inizio_effettivo is None:
                self._prosegue(ultima, riga)
            else:
                self.sparse.append(riga.testo)
                self.segnala(riga.numero, f"riga non interpretata: «{breve(riga.testo)}»")

    def _apri(self, riga: Riga, trovata: re.Match[str]) -> FaseGrezza:
        fase = FaseGrezza(riga.numero)
        if trovata["testo"]:
            fase.descrizione.append(trovata["testo"])
        cifre = [cifra(c) for c in CIFRE.findall(trovata["cifre"])]
        if len(cifre) == 2:
            fase.peso, fase.avanzamento = cifre
        else:
            fase.sola = cifre[0]
        if trovata["data"]:
            fase.inizio_previsto = self.staccate.giorno(riga, trovata["data"])
        resto = trovata["resto"].strip(" |")
        seconda = DATA.match(resto)
        if seconda is not None:
            fase.fine_prevista = self.staccate.giorno(riga, seconda[0])
            resto = resto[seconda.end() :].strip(" |")
        nome, centro, nota = a_destra(resto)
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
        lette = [self.staccate.giorno(riga, g[0]) for g in giorni]
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
        coda = self.staccate.coda_attesa(fase)
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
        coda = self.staccate.coda_attesa(fase)
        if resto and _cognome_solo(fase) and resto[0] != coda and maiuscola(resto[0]):
            fase.responsabile.append(resto.pop(0))
        if resto and resto[0] == coda:
            fase.centro.append(resto.pop(0))
        if resto:
            fase.note.append(" ".join(resto))

    def completa(self, codice: str, fase: FaseGrezza) -> str:
        """Who answers for a phase; a lone surname is of the only one who has it in the document."""
        nome = " ".join(fase.responsabile)
        if not nome or " " in nome:
            return nome
        trovati = self.interi.get(nome, [])
        self.staccate.codice = codice
        if len(trovati) == 1:
            self.segnala(fase.riga, f"«{nome}» è preso per «{trovati[0]}», che nel piano è il solo")
            return trovati[0]
        self.segnala(fase.riga, f"di «{nome}» manca il nome: il responsabile è lasciato vuoto")
        return ""

    def cifre_sole(self, codice: str, fasi: Sequence[FaseGrezza]) -> None:
        """The only figure of a row is its weight where that makes 100 with the others, its progress
        where that cannot; of two such rows nobody knows. A row alone weighs 100."""
        self.staccate.codice = codice
        sole = [fase for fase in fasi if fase.sola is not None]
        altri = [fase.peso for fase in fasi if fase.sola is None]
        for fase in sole:
            pesi = [peso for peso in altri if peso is not None]
            if len(sole) > 1 or len(pesi) != len(altri):
                come = "non si sa se peso o avanzamento: lasciati vuoti"
            elif fase.sola == 100 - sum(pesi):
                fase.peso = fase.sola
                come = "è il peso, poiché i pesi sommano 100; l'avanzamento resta vuoto"
            else:
                fase.avanzamento = fase.sola
                come = "è l'avanzamento, poiché i pesi non sommerebbero 100; il peso resta vuoto"
            self.segnala(fase.riga, f"una sola cifra, {in_cifre(fase.sola)}: {come}")


def _cognome_solo(fase: FaseGrezza) -> bool:
    return len(fase.responsabile) == 1 and " " not in fase.responsabile[0]


def _interi(schede: Iterable[SchedaGrezza]) -> dict[str, list[str]]:
    """The full names that stand after the dates of a row, by their first word."""
    nomi: dict[str, list[str]] = defaultdict(list)
    visti: set[str] = set()
    for scheda in schede:
        for pagina in scheda.pagine:
            for riga in (*pagina.di(Parte.FASI), *pagina.di(Parte.DESTRA_FASI)):
                giorni = list(DATA.finditer(riga.testo))
                nome = a_destra(riga.testo[giorni[-1].end() :])[0] if giorni else ""
                if " " in nome and nome not in visti:
                    visti.add(nome)
                    nomi[nome.split(" ")[0]].append(nome)
    return dict(nomi)


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
                    nome, centro, _ = a_destra(resto)
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
