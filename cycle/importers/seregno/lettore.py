# SPDX-License-Identifier: AGPL-3.0-or-later
"""The reader: it walks the lines once and knows at each which part of which scheda it is in."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from cycle.importers.lettura import Orfane, breve
from cycle.importers.righe import Riga
from cycle.importers.testo import (
    Avvisi,
    chiave,
    data_con_cifre_confuse,
    data_italiana,
    numero_italiano,
    testo_semplice,
)

CODICE = re.compile(r"Ob[_ ]?Obiet\s?([0-9OolI]{6})(?![0-9])", re.IGNORECASE)
_CIFRE = str.maketrans("OolI", "0011")
_ANNO = re.compile(r"(?:19|20)[0-9]{2}")


class Campo(enum.Enum):
    """The labels of the head of a scheda, in their order."""

    LINEA = r"LINEA STRATEGICA"
    AZIONE = r"AZIONE STRATEGICA"
    MISSIONE = r"Missione D\.?\s?Lgs\.? 118/2011\.?"
    PROGRAMMA = r"Programma D\.?\s?Lgs\.? 118/2011\.?"
    OBIETTIVO = r"OBIETTIVO OPERATIVO"
    CENTRO = r"CdC Associato"
    RESPONSABILE = r"RESPONSABILE"
    INIZIO_PREVISTO = r"Data Inizio Prev\.?"
    FINE_PREVISTA = r"Data Fine Prev\.?"
    INIZIO_EFFETTIVO = r"Data Inizio Eff\.?"
    FINE_EFFETTIVA = r"Data Fine Eff\.?"
    CONDIZIONE = r"CONDIZIONE"


DATE = (
    Campo.INIZIO_PREVISTO, Campo.FINE_PREVISTA, Campo.INIZIO_EFFETTIVO, Campo.FINE_EFFETTIVA
)  # fmt: skip
_ETICHETTE = re.compile(
    "|".join(rf"(?P<{campo.name}>{campo.value})" for campo in Campo).join(
        # a scanner may lose the colon before a number
        ("(?:", r")(?:\s?:\s?|\s+(?=[0-9]+\.))")
    ),
    re.IGNORECASE,
)


class Parte(enum.Enum):
    """The part of the scheda the reader is in."""

    COPERTINA = enum.auto()
    TESTATA = enum.auto()
    INDIRIZZI = enum.auto()
    DEFINIZIONE = enum.auto()
    TEMPI = enum.auto()
    FASI = enum.auto()
    INDICATORI = enum.auto()
    PERSONE = enum.auto()
    RISORSE = enum.auto()  # a text under a heading of its own
    MONITORAGGIO = enum.auto()
    NOTE = enum.auto()


_TITOLI = {
    "indirizzi-del-documento-unico-di-programmazione": Parte.INDIRIZZI,
    "definizione-dell-obiettivo-operativo": Parte.DEFINIZIONE,
    "informazioni-temporali": Parte.TEMPI,
    "descrizione-fasi": Parte.FASI,
    "indicatori-di-performance": Parte.INDICATORI,
    "budget-risorse-umane": Parte.PERSONE,
    "note": Parte.NOTE,
}
_RISORSE = {
    "budget-risorse-strumentali": "",
    "spazi-a-disposizione": "Risorse strumentali: spazi a disposizione",
    "dotazione-informatica": "Risorse strumentali: dotazione informatica",
    "altro": "Risorse strumentali: altro",
    "budget-risorse-finanziarie-entrate-previste": "Entrate previste",
    "budget-risorse-finanziarie-entrate-effettive": "Entrate effettive",
    "budget-risorse-finanziarie-spese-previste": "Spese previste",
    "budget-risorse-finanziarie-spese-effettive": "Spese effettive",
}
# Head of a table, by the keys of its first cells: a page may have lost its heading.
_TABELLE = (
    (("codice-attivita",), Parte.INDICATORI),
    (("codice", "fase", "monitoraggio"), Parte.MONITORAGGIO),
    (("codice", "fasi"), Parte.FASI),
    (("categoria", "matricola"), Parte.PERSONE),
)
_COLONNE = {Parte.FASI: 6, Parte.INDICATORI: 8, Parte.MONITORAGGIO: 3, Parte.PERSONE: 3}
_MASSIME_RIGHE_SPEZZATE = 100  # a cell does not go on for more
_CORRENTE = re.compile(r"Scheda Obiettivo Gestionale|[0-9]{5} [A-ZÀ-Ü][\w' ]+ \([A-Z]{2}\)")
_COMUNE = re.compile(r"(?:Comune|Città) di [A-ZÀ-Ü][\w' ]{1,40}")
_VIA = re.compile(r"(?:Via|Viale|Piazza|Corso|Largo) [\w'. ]{1,60}[0-9]*")


@dataclass(slots=True)
class IndicatoreGrezzo:
    riga: int
    nome: str
    anno: int | None
    target: Decimal | None
    prima: Decimal | None
    valore: Decimal | None
    percentuale: Decimal | None


@dataclass(slots=True)
class AttivitaGrezza:
    riga: int
    codice: str
    fasi: str = ""
    in_tabella: bool = False  # in that of phases
    date: dict[Campo, date] = field(default_factory=dict)
    indicatori: list[IndicatoreGrezzo] = field(default_factory=list)
    monitoraggio: list[str] = field(default_factory=list)


@dataclass(slots=True)
class PersonaGrezza:
    riga: int
    categoria: str
    matricola: str
    nome: str


@dataclass(slots=True)
class SchedaGrezza:
    riga: int
    campi: dict[Campo, list[str]] = field(default_factory=dict)
    date: dict[Campo, date] = field(default_factory=dict)
    brani: dict[Parte, list[str]] = field(default_factory=dict)
    risorse: dict[str, list[str]] = field(default_factory=dict)
    attivita: dict[str, AttivitaGrezza] = field(default_factory=dict)
    persone: list[PersonaGrezza] = field(default_factory=list)
    riga_note: int = 0

    def campo(self, campo: Campo) -> str:
        return " ".join(self.campi.get(campo, []))


class Lettore:
    """Feed it the lines in order, then `chiudi`; the reading is in `schede` and `copertina`."""

    def __init__(self, avvisi: Avvisi) -> None:
        self.avvisi = avvisi
        self.schede: list[SchedaGrezza] = []
        self.copertina: list[Riga] = []
        self.parte = Parte.COPERTINA
        self._campo: Campo | None = None
        self._risorsa = ""
        self._spezzata: list[str] = []  # cells of a row that goes on in the next line
        self._righe_della_spezzata = 0
        self._ultima: AttivitaGrezza | None = None  # whose monitoring text may go on
        self._orfane = Orfane(avvisi)
        self._indirizzo: list[Riga] = []  # what may be the address at the top of a page
        self._testo: list[Riga] = []

    @property
    def scheda(self) -> SchedaGrezza | None:
        return self.schede[-1] if self.schede else None

    def segnala(self, riga: int, messaggio: str) -> None:
        attivita = self.scheda.attivita if self.scheda else {}
        codice = next(iter(attivita), "")[: -len("00")]
        self.avvisi.aggiungi(riga, codice, messaggio)

    def leggi(self, riga: Riga) -> None:
        """The address at the top of a page is three lines: only all three prove it."""
        testo = riga.testo
        if not self._indirizzo and _COMUNE.fullmatch(testo):
            self._indirizzo.append(riga)
            return
        if len(self._indirizzo) == 1 and _VIA.fullmatch(testo):
            self._indirizzo.append(riga)
            return
        if len(self._indirizzo) == 2 and _CORRENTE.fullmatch(testo):
            self._indirizzo = []
            return
        self._non_era_indirizzo()
        if not _CORRENTE.fullmatch(testo):
            self._una(riga)

    def chiudi(self) -> None:
        """After the last line."""
        self._non_era_indirizzo()
        self._chiudi_riga(0)
        self._orfane.segnala()

    def _non_era_indirizzo(self) -> None:
        for riga in self._indirizzo:
            self._una(riga)
        self._indirizzo = []

    # --- one line ---------------------------------------------------------------------------

    def _una(self, riga: Riga) -> None:
        if self._intestazione(riga) or self._titolo(riga):
            return
        if self._etichette(riga):
            return
        if self.scheda is None:
            if self.parte is Parte.COPERTINA and len(self.copertina) < 40:
                self.copertina.append(riga)
            else:
                self._orfana(riga)
        elif self.parte in _COLONNE:
            self._di_tabella(riga)
        elif self._campo is not None:
            self._valore(riga)
        else:
            self._di_testo(riga)

    def _orfana(self, riga: Riga) -> None:
        trovato = CODICE.match(riga.celle[0])
        self._orfane.aggiungi(riga.numero, _codice(trovato) if trovato else "")

    def _intestazione(self, riga: Riga) -> bool:
        """The head of a table, which a page may repeat."""
        if not riga.tabellare:
            return False
        prime = tuple(chiave(cella) for cella in riga.celle[:3])
        for attese, parte in _TABELLE:
            if prime[: len(attese)] == attese:
                self._chiudi_riga(riga.numero)
                self.parte, self._campo = parte, None
                return True
        return False

    def _titolo(self, riga: Riga) -> bool:
        if riga.tabellare or len(riga.testo) > 60:
            return False
        nome = chiave(riga.testo)
        parte = _TITOLI.get(nome)
        if parte is not None:
            if parte is Parte.NOTE and self.scheda is not None:
                self.scheda.riga_note = self.scheda.riga_note or riga.numero
            self._apri(parte, riga)
            return True
        risorsa = _RISORSE.get(nome)
        # «Altro» alone is a heading only among those of its kind
        if risorsa is None or (nome == "altro" and self.parte is not Parte.RISORSE):
            return False
        self._apri(Parte.RISORSE, riga)
        self._risorsa = risorsa
        return True

    def _apri(self, parte: Parte, riga: Riga) -> None:
        self._chiudi_riga(riga.numero)
        self.parte, self._campo = parte, None
        if self.scheda is None:
            self._orfane.aggiungi(riga.numero)

    # --- labels -----------------------------------------------------------------------------

    def _etichette(self, riga: Riga) -> bool:
        """Labels with their values: one in a line, or glued one after the other."""
        testo = riga.testo
        prima = _ETICHETTE.match(testo)
        if prima is None or not self._attesa(_campo(prima)):
            return False
        self._chiudi_riga(riga.numero)
        trovate = [prima]
        for altra in _ETICHETTE.finditer(testo, prima.end()):
            if altra.group().isupper() or _campo(altra) in DATE or "118" in altra.group():
                trovate.append(altra)
        for n, trovata in enumerate(trovate):
            fine = trovate[n + 1].start() if n + 1 < len(trovate) else len(testo)
            self._etichetta(riga, _campo(trovata), testo[trovata.end() : fine].strip())
        return True

    def _attesa(self, campo: Campo) -> bool:
        """Whether such a label can stand here, and is not a word of a running text."""
        if campo is Campo.LINEA:
            return True
        if campo in DATE or campo is Campo.CONDIZIONE:
            return self.parte is Parte.TEMPI
        return self.parte is Parte.TESTATA

    def _etichetta(self, riga: Riga, campo: Campo, valore: str) -> None:
        if campo is Campo.LINEA:
            self._orfane.segnala()
            self.schede.append(SchedaGrezza(riga.numero))
            self.parte, self._ultima = Parte.TESTATA, None
        self._campo = campo
        if valore and self.scheda is not None:
            self._metti(riga, campo, valore)

    def _valore(self, riga: Riga) -> None:
        """A line below a label: its value, or the rest of it."""
        assert self._campo is not None
        self._metti(riga, self._campo, riga.testo)

    def _metti(self, riga: Riga, campo: Campo, valore: str) -> None:
        assert self.scheda is not None
        valore = testo_semplice(valore)
        if campo in DATE:
            giorno = self._data(riga, valore)
            if giorno is not None:
                self.scheda.date[campo] = giorno
            self._campo = None
        else:
            self.scheda.campi.setdefault(campo, []).append(valore)

    # --- texts ------------------------------------------------------------------------------

    def _di_testo(self, riga: Riga) -> None:
        assert self.scheda is not None
        testo = testo_semplice(riga.testo)
        if self.parte is Parte.RISORSE and self._risorsa:
            self.scheda.risorse.setdefault(self._risorsa, []).append(testo)
        elif self.parte in (Parte.INDIRIZZI, Parte.DEFINIZIONE, Parte.NOTE):
            self.scheda.brani.setdefault(self.parte, []).append(testo)
        elif testo:
            self.segnala(riga.numero, f"riga non interpretata: «{breve(testo)}»")

    # --- tables -----------------------------------------------------------------------------

    def _di_tabella(self, riga: Riga) -> None:
        inizia = CODICE.match(riga.celle[0]) is not None
        if self._spezzata and not inizia:
            self._prosegue(riga)
        elif self.parte is Parte.PERSONE:
            self._persona(riga)
        elif not inizia:
            self._fuori_tabella(riga)
        elif len(riga.celle) >= _COLONNE[self.parte]:
            self._chiudi_riga(riga.numero)
            self._riga(riga, list(riga.celle))
        else:
            self._chiudi_riga(riga.numero)
            self._spezzata, self._righe_della_spezzata = list(riga.celle), 1

    def _prosegue(self, riga: Riga) -> None:
        """The rest of a row that a page, or a line end in a cell, has broken."""
        self._spezzata[-1] = f"{self._spezzata[-1]} {riga.celle[0]}".strip()
        self._spezzata += riga.celle[1:]
        self._righe_della_spezzata += 1
        intera = len(self._spezzata) >= _COLONNE[self.parte]
        if intera or self._righe_della_spezzata > _MASSIME_RIGHE_SPEZZATE:
            self._chiudi_riga(riga.numero, riga)

    def _chiudi_riga(self, numero: int, riga: Riga | None = None) -> None:
        """Read the broken row, whole or not."""
        celle, self._spezzata = self._spezzata, []
        if not celle:
            return
        quando = riga or Riga(numero, tuple(celle), ())
        self.segnala(quando.numero, f"riga spezzata: «{breve(' '.join(celle))}»")
        self._riga(quando, celle)

    def _fuori_tabella(self, riga: Riga) -> None:
        """A line without code below a table: the rest of the last text, where there is one."""
        if self.parte is Parte.MONITORAGGIO and self._ultima is not None:
            self._ultima.monitoraggio.append(testo_semplice(riga.testo))
        else:
            self.segnala(riga.numero, f"riga non interpretata: «{breve(riga.testo)}»")

    def _riga(self, riga: Riga, celle: list[str]) -> None:
        trovato = CODICE.match(celle[0])
        if self.scheda is None or trovato is None:
            self._orfana(riga)
            return
        codice = _codice(trovato)
        if celle[0] != codice:
            self.segnala(riga.numero, f"il codice «{breve(celle[0])}» è stato letto {codice}")
        attivita = self.scheda.attivita.setdefault(codice, AttivitaGrezza(riga.numero, codice))
        resto = celle[1:]
        if self.parte is Parte.FASI:
            self._fasi(riga, attivita, resto)
        elif self.parte is Parte.INDICATORI:
            self._indicatore(riga, attivita, resto)
        else:
            self._ultima = attivita
            if len(resto) < 2:
                self.segnala(riga.numero, f"{codice}: manca il testo del monitoraggio")
            attivita.monitoraggio += [testo_semplice(cella) for cella in resto[1:]]

    def _fasi(self, riga: Riga, attivita: AttivitaGrezza, resto: list[str]) -> None:
        if attivita.in_tabella:
            self.segnala(riga.numero, f"{attivita.codice} è due volte tra le fasi: tenuta la prima")
            return
        attivita.in_tabella = True
        giorni = resto[1:5] if len(resto) >= 5 else [c for c in resto[1:] if c]
        attivita.fasi = testo_semplice(resto[0]) if resto else ""
        if len(giorni) < len(DATE):
            self.segnala(riga.numero, f"{attivita.codice}: mancano date, lasciate vuote")
            return
        for campo, cella in zip(DATE, giorni, strict=True):
            giorno = self._data(riga, cella) if cella else None
            if giorno is not None:
                attivita.date[campo] = giorno

    def _indicatore(self, riga: Riga, attivita: AttivitaGrezza, resto: list[str]) -> None:
        """The year tells the text before it from the figures after it."""
        dove = next((n for n in range(len(resto) - 1, 0, -1) if _ANNO.fullmatch(resto[n])), None)
        if dove is None:
            self.segnala(riga.numero, f"manca l'anno, riga tralasciata: «{breve(riga.testo)}»")
            return
        testi = [testo_semplice(cella) for cella in resto[:dove]]
        nome = testi[-1].replace("\n", " ")
        if len(testi) > 1 and not attivita.fasi:
            attivita.fasi = testi[0]
        cifre = resto[dove + 1 :]
        if len(cifre) > 4:
            self.segnala(riga.numero, f"colonne in più: «{breve(' '.join(cifre[4:]))}»")
        lette = [self._numero(riga, cella) for cella in cifre[:4]]
        if len(lette) == 3 and cifre[1] == "":
            lette.append(None)  # the percentage is empty, and lost at the end of the line
        elif len(lette) == 3 and _torna(lette[0], lette[1], lette[2]):
            lette.insert(1, None)  # the first reading has lost its empty column
        if len(lette) < 4:
            self.segnala(riga.numero, "mancano colonne, le cifre non si attribuiscono")
            lette = [None] * 4
        attivita.indicatori.append(
            IndicatoreGrezzo(riga.numero, nome, int(resto[dove]), *lette[:4])
        )

    def _persona(self, riga: Riga) -> None:
        if self.scheda is None:
            self._orfana(riga)
            return
        celle = [testo_semplice(cella) for cella in riga.celle]
        if len(celle) < 3 or not celle[2]:
            self.segnala(riga.numero, f"riga del personale non interpretata: «{breve(riga.testo)}»")
            return
        categoria, matricola, nome = celle[:3]
        trovata = re.match(r"([0-9]{1,10})\s?[-–]\s?(?=\D)", nome)
        if trovata is not None:
            nome = nome[trovata.end() :]
            if trovata[1] != matricola:
                self.segnala(
                    riga.numero,
                    f"«{nome}»: la matricola è {matricola or 'vuota'}, accanto al nome "
                    f"{trovata[1]}: tenuta la {matricola or trovata[1]}",
                )
                matricola = matricola or trovata[1]
        self.scheda.persone.append(PersonaGrezza(riga.numero, categoria, matricola, nome))

    # --- values -----------------------------------------------------------------------------

    def _numero(self, riga: Riga, cella: str) -> Decimal | None:
        numero = numero_italiano(cella.removeprefix("€")) if cella else None
        if cella and numero is None:
            self.segnala(riga.numero, f"«{breve(cella)}» non è un numero: lasciato vuoto")
        return numero

    def _data(self, riga: Riga, cella: str) -> date | None:
        giorno = data_italiana(cella)
        if giorno is None:
            giorno = data_con_cifre_confuse(cella)
            come = f"letto {giorno:%d/%m/%Y}" if giorno else "lasciato vuoto"
            self.segnala(riga.numero, f"«{breve(cella)}» non è una data: {come}")
        return giorno


def _campo(trovata: re.Match[str]) -> Campo:
    return Campo[trovata.lastgroup or ""]


def _codice(trovato: re.Match[str]) -> str:
    return f"Ob_Obiet{trovato[1].translate(_CIFRE)}"


def _torna(target: Decimal | None, valore: Decimal | None, percentuale: Decimal | None) -> bool:
    """Whether the percentage is that of the value on the target."""
    if not target or valore is None or percentuale is None:
        return False
    return abs(valore / target * 100 - percentuale) <= Decimal("0.01")
