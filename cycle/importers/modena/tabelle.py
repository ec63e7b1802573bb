# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rows of the tables of people and of indicators, whole or broken by a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from cycle.importers.modena.grezzo import (
    CollaboratoreGrezzo,
    IndicatoreGrezzo,
    PeriodoGrezzo,
    SpecificoGrezzo,
)
from cycle.importers.modena.lessico import (
    AGGREGAZIONI,
    INQUADRAMENTO,
    MESI,
    NATURE,
    PERIODO,
    quale_periodo,
)
from cycle.importers.righe import Riga
from cycle.importers.testo import (
    data_con_cifre_confuse,
    data_italiana,
    numero_italiano,
    testo_semplice,
)

Segnala = Callable[[int, str], None]
_SI = frozenset({"S", "SI", "SÌ", "X"})


def sembra_collaboratore(riga: Riga) -> bool:
    """A name and two dates: such a row needs no heading to be recognised."""
    return (
        len(riga.celle) >= 3
        and bool(riga.celle[0])
        and data_italiana(riga.celle[1]) is not None
        and data_italiana(riga.celle[2]) is not None
    )


def sembra_indicatore(riga: Riga) -> bool:
    """Two figures closed by an aggregation or a natura."""
    parole = [cella for cella in riga.celle if cella]
    return (
        len(riga.celle) >= 4
        and len(parole) >= 3
        and (parole[-1].lower() in AGGREGAZIONI or parole[-1].lower() in NATURE)
        and numero_italiano(parole[-2]) is not None
        and numero_italiano(parole[-3]) is not None
    )


# --- people ---------------------------------------------------------------------------------


class TabellaPersone:
    """`Collaboratori`: with the Inquadramento in the head of a scheda, with dates and the S of the
    responsabile in a specifico."""

    def __init__(self, righe: list[CollaboratoreGrezzo], con_date: bool, segnala: Segnala) -> None:
        self.righe = righe
        self.con_date = con_date
        self.segnala = segnala
        self._nome_in_sospeso = ""

    def leggi(self, riga: Riga) -> None:
        if not riga.tabellare:
            self._sciolta(riga)
            return
        nome = testo_semplice(riga.celle[0])
        if not nome:
            self._senza_nome(riga)
            return
        if self._nome_in_sospeso:
            self.segnala(riga.numero, f"nome spezzato: «{self._nome_in_sospeso} {nome}»")
            nome, self._nome_in_sospeso = f"{self._nome_in_sospeso} {nome}", ""
        persona = CollaboratoreGrezzo(riga.numero, nome)
        if self.con_date:
            persona.dal = self._data(riga.cella(1), riga)
            persona.al = self._data(riga.cella(2), riga)
            persona.responsabile = self._responsabile(riga.cella(3), riga)
        else:
            persona.inquadramento = testo_semplice(riga.cella(1))
        self.righe.append(persona)

    def chiudi(self, riga: int) -> None:
        if self._nome_in_sospeso:
            self.segnala(
                riga, f"«{self._nome_in_sospeso}» tra i collaboratori non è stato interpretato"
            )
            self._nome_in_sospeso = ""

    def _senza_nome(self, riga: Riga) -> None:
        self.segnala(riga.numero, f"collaboratore senza nome: tralasciata la riga «{riga.testo}»")

    def _sciolta(self, riga: Riga) -> None:
        """A row that lost its tabs: read from the right, word by word."""
        parole = testo_semplice(riga.testo).split()
        if not self.con_date:
            self._sciolta_in_testata(riga, " ".join(parole))
            return
        responsabile = len(parole) > 1 and parole[-1] in _SI
        if responsabile:
            parole.pop()
        giorni: list[date] = []
        while parole and (giorno := data_italiana(parole[-1])) is not None:
            giorni.insert(0, giorno)
            parole.pop()
        nome = " ".join(parole)
        ultima = self.righe[-1] if self.righe else None
        if giorni and (nome or self._nome_in_sospeso):
            nome = f"{self._nome_in_sospeso} {nome}".strip()
            self._nome_in_sospeso = ""
            self.segnala(riga.numero, f"riga senza colonne: letto il collaboratore «{nome}»")
            dal, al = [*giorni, None][:2]
            self.righe.append(CollaboratoreGrezzo(riga.numero, nome, "", dal, al, responsabile))
        elif nome and ultima is not None and "-" not in nome and "-" in ultima.nome:
            self.segnala(riga.numero, f"nome spezzato: «{nome}» unito a «{ultima.nome}»")
            ultima.nome = f"{ultima.nome} {nome}"
        elif nome:
            self._nome_in_sospeso = f"{self._nome_in_sospeso} {nome}".strip()
        elif giorni and ultima is not None and ultima.al is None and ultima.dal is not None:
            ultima.al, ultima.responsabile = giorni[0], responsabile
        else:
            self.segnala(riga.numero, f"riga non interpretata: «{riga.testo}»")

    def _sciolta_in_testata(self, riga: Riga, testo: str) -> None:
        ultima = self.righe[-1] if self.righe else None
        if INQUADRAMENTO.fullmatch(testo) and ultima is not None and not ultima.inquadramento:
            ultima.inquadramento = testo
            return
        nome, spazio, coda = testo.rpartition(" ")
        if spazio and not INQUADRAMENTO.fullmatch(coda):
            prima, _, categoria = nome.rpartition(" ")
            nome, coda = prima, f"{categoria} {coda}"
        if nome and INQUADRAMENTO.fullmatch(coda):
            self.segnala(riga.numero, f"riga di collaboratore senza colonne: letta «{testo}»")
            self.righe.append(CollaboratoreGrezzo(riga.numero, nome, coda))
        elif testo == "-" or "-" in testo:
            self.righe.append(CollaboratoreGrezzo(riga.numero, testo))
        elif ultima is not None and testo.isupper():
            self.segnala(riga.numero, f"nome spezzato: «{testo}» unito a «{ultima.nome}»")
            ultima.nome = f"{ultima.nome} {testo}"
        else:
            self.segnala(riga.numero, f"riga non interpretata: «{testo}»")

    def _data(self, testo: str, riga: Riga) -> date | None:
        if not testo:
            self.segnala(riga.numero, f"manca una data del collaboratore «{riga.celle[0]}»")
            return None
        giorno = data_italiana(testo)
        if giorno is None:
            giorno = data_con_cifre_confuse(testo)
            come = f"letta {giorno:%d/%m/%Y}" if giorno else "non si legge, lasciata vuota"
            self.segnala(riga.numero, f"la data «{testo}» di «{riga.celle[0]}» è stata {come}")
        return giorno

    def _responsabile(self, testo: str, riga: Riga) -> bool:
        if testo and testo.upper() not in _SI and testo.upper() != "N":
            self.segnala(riga.numero, f"«{testo}» nella colonna Resp. non si interpreta: ignorato")
        return testo.upper() in _SI


# --- indicators -----------------------------------------------------------------------------


class TabellaIndicatori:
    """`Indicatore`: one row for the year and one for each period, in whatever pages."""

    def __init__(self, specifico: SpecificoGrezzo, segnala: Segnala) -> None:
        self.indicatori = specifico.indicatori
        self.segnala = segnala
        self.anni: list[tuple[int, int]] = []  # (year, line) of every period row
        self._nome_in_sospeso = ""

    def leggi(self, riga: Riga) -> None:
        celle = [testo_semplice(cella).replace("\n", " ") for cella in riga.celle]
        if not riga.tabellare:
            celle = _dalle_parole(celle[0])
            if len(celle) > 1:
                self.segnala(riga.numero, f"riga senza colonne: letta «{riga.testo}»")
        parola = next((cella for cella in reversed(celle[1:]) if cella), "").lower()
        prima = celle[0]
        if parola in NATURE or PERIODO.fullmatch(prima):
            self._periodo(riga, celle, NATURE.get(parola, ""))
        elif parola in AGGREGAZIONI or (parola and numero_italiano(parola) is not None):
            self._indicatore(riga, celle, AGGREGAZIONI.get(parola, ""))
        elif not any(celle[1:]):
            self._frammento(riga, prima)
        else:
            self.segnala(riga.numero, f"riga non interpretata: «{riga.testo}»")

    def chiudi(self) -> None:
        if self._nome_in_sospeso and self.indicatori:
            self.indicatori[-1].nome += f" {self._nome_in_sospeso}"
        self._nome_in_sospeso = ""

    def _indicatore(self, riga: Riga, celle: list[str], aggregazione: str) -> None:
        nome = celle[0]
        peso, target, valore = self._numeri(riga, celle, 3)
        if self._ristampato(nome, peso, target, valore):
            self.segnala(riga.numero, f"«{nome}» è ristampato dopo l'interruzione della tabella")
            return
        if self._nome_in_sospeso:
            nome, self._nome_in_sospeso = f"{self._nome_in_sospeso} {nome}".strip(), ""
        if not nome:
            self.segnala(riga.numero, "indicatore senza nome")
        if peso is None:
            self.segnala(riga.numero, f"manca il peso dell'indicatore «{nome}»")
        if "<" in riga.celle[0]:
            self.segnala(riga.numero, f"«{nome}» era in parte in html: il nome può essere guasto")
        self.indicatori.append(
            IndicatoreGrezzo(riga.numero, nome, peso, target, valore, aggregazione)
        )

    def _ristampato(self, nome: str, *cifre: Decimal | None) -> bool:
        if not self.indicatori or len(self.indicatori[-1].periodi) == len(MESI):
            return False
        ultimo = self.indicatori[-1]
        return (nome, *cifre) == (ultimo.nome, ultimo.peso, ultimo.target, ultimo.valore)

    def _periodo(self, riga: Riga, celle: list[str], natura: str) -> None:
        if not self.indicatori:
            self.segnala(riga.numero, f"periodo senza il suo indicatore: «{riga.testo}»")
            return
        indicatore = self.indicatori[-1]
        quale = self._quale(riga, celle[0], indicatore)
        if quale is None:
            self.segnala(riga.numero, f"periodo che non è un semestre, tralasciato: «{celle[0]}»")
            return
        target, valore = self._numeri(riga, celle, 2)
        letto = PeriodoGrezzo(riga.numero, target, valore, natura)
        gia = indicatore.periodi.setdefault(quale, letto)
        if gia is not letto and (gia.target, gia.valore) != (target, valore):
            self.segnala(
                riga.numero,
                f"il periodo {quale}° di «{indicatore.nome}» è stampato due volte con valori "
                "diversi: tenuto il primo",
            )

    def _quale(self, riga: Riga, testo: str, indicatore: IndicatoreGrezzo) -> int | None:
        etichetta = PERIODO.fullmatch(testo)
        if etichetta is None:
            quale = 1 if 1 not in indicatore.periodi else 2
            self.segnala(
                riga.numero,
                f"manca il nome del periodo di «{indicatore.nome}» («{testo}»): preso per il "
                f"{quale}° semestre",
            )
            return quale
        self.anni.append((int(etichetta["anno"]), riga.numero))
        return quale_periodo(etichetta["mese"])

    def _numeri(self, riga: Riga, celle: list[str], quanti: int) -> list[Decimal | None]:
        """The figures of a row: by column in a whole row, by order in one that lost cells."""
        if len(celle) >= 5:
            return [self._numero(riga, celle[c]) for c in range(4 - quanti, 4)]
        trovati = [n for cella in celle[1:] if (n := numero_italiano(cella)) is not None]
        if len(trovati) == quanti:
            return list(trovati)
        self.segnala(riga.numero, f"mancano colonne, le cifre non si attribuiscono: «{riga.testo}»")
        return [None] * quanti

    def _numero(self, riga: Riga, cella: str) -> Decimal | None:
        numero = numero_italiano(cella)
        if cella and numero is None:
            self.segnala(riga.numero, f"«{cella}» non è un numero: lasciato vuoto")
        return numero

    def _frammento(self, riga: Riga, testo: str) -> None:
        """Part of a name: the tail of the indicator that still waits for its periods, else the
        head of the next."""
        if self.indicatori and len(self.indicatori[-1].periodi) < len(MESI):
            indicatore = self.indicatori[-1]
            self.segnala(riga.numero, f"nome spezzato: «{testo}» unito a «{indicatore.nome}»")
            indicatore.nome = f"{indicatore.nome} {testo}"
        else:
            self.segnala(riga.numero, f"nome spezzato: «{testo}» unito all'indicatore che segue")
            self._nome_in_sospeso = f"{self._nome_in_sospeso} {testo}".strip()


def _dalle_parole(testo: str) -> list[str]:
    """Cells of a row that lost its tabs: figures and the closing word, read from the right."""
    parole = testo.split(" ")
    coda: list[str] = []
    if parole[-1].lower() in AGGREGAZIONI or parole[-1].lower() in NATURE:
        coda.insert(0, parole.pop())
        while parole and len(coda) < 4 and numero_italiano(parole[-1]) is not None:
            coda.insert(0, parole.pop())
    return [" ".join(parole), *coda] if len(coda) > 1 else [testo]


def somma(valori: Sequence[Decimal | None]) -> Decimal | None:
    """The sum, or `None` when any is missing."""
    presenti = [valore for valore in valori if valore is not None]
    return sum(presenti, Decimal(0)) if len(presenti) == len(valori) else None
