# SPDX-License-Identifier: AGPL-3.0-or-later
"""The reader: it walks the lines once and knows at each which part of which project it is in."""

from __future__ import annotations

import enum
import re
from datetime import date
from decimal import Decimal

from cycle.importers.lettura import Orfane, breve
from cycle.importers.reggio import grezzo
from cycle.importers.reggio.grezzo import (
    CentroGrezzo,
    FaseGrezza,
    IndicatoreGrezzo,
    ObiettivoGrezzo,
    PersonaGrezza,
    ProgettoGrezzo,
    RigaRotta,
    SommaGrezza,
)
from cycle.importers.reggio.sommario import LettoreSommario
from cycle.importers.righe import Riga
from cycle.importers.testo import (
    Avvisi,
    chiave,
    data_con_cifre_confuse,
    data_italiana,
    numero_italiano,
    testo_semplice,
)


class Parte(enum.Enum):
    """The part of the document the reader is in."""

    FUORI = enum.auto()  # cover, and between a CDR's head and its first project
    SOMMARIO = enum.auto()
    TITOLO = enum.auto()
    DESCRIZIONE = enum.auto()
    STRATEGIA = enum.auto()
    OBIETTIVO = enum.auto()
    INDICATORI = enum.auto()
    FASI = enum.auto()
    BUDGET = enum.auto()
    PERSONE = enum.auto()


_TABELLE = (
    (("codice-indicatore", "indicatore"), Parte.INDICATORI),
    (("ordine-fase", "cod-obiettivo"), Parte.FASI),
    (("nome-soggetto", "relazione-personale"), Parte.PERSONE),
    (("indirizzo", "obiettivo", "azione", "codice-progetto"), Parte.SOMMARIO),
)
_TITOLI = {
    "indirizzo-strategico-di-riferimento": Parte.STRATEGIA,
    "fasi-attivita": Parte.FASI,
    "budget-previsto": Parte.BUDGET,
}
_DIRIGENTE = re.compile(r"Dirigente\s?:\s?(?P<nome>.+)")
_DESCRIZIONE = re.compile(r"Descrizione(?:\s+(?P<testo>.+))?")
_STRATEGIA = re.compile(r"(?P<livello>Indirizzo|Obiettivo Strategico|Azione)(?:\s+(?P<testo>.+))?")
_CORRENTE = re.compile(r"Prodotto|Progetto|Opera(?: pubblica)?|Centro di Responsabilità")
_NOTA = re.compile(r"Nota\s?:\s?(?P<testo>.*)", re.DOTALL)
_RELAZIONI = ("dirigente", "posizione-organizzativa", "dipendente", "incarico")
_QUANDO = re.compile(r"Previsto|Effettivo")


class Lettore:
    """Feed it the lines in order, then `chiudi`; the reading is in `centri`, `progetti`,
    `sommario`."""

    def __init__(self, avvisi: Avvisi) -> None:
        self.avvisi = avvisi
        self.centri: dict[str, CentroGrezzo] = {}
        self.progetti: list[ProgettoGrezzo] = []
        self.sommario = LettoreSommario(avvisi)
        self.parte = Parte.FUORI
        self.centro: CentroGrezzo | None = None
        self.dirigente = ""
        self.tipo = ""  # of the obiettivo that follows
        self.obiettivo: ObiettivoGrezzo | None = None
        self._livello = ""
        self._colonne: dict[int, str] = {}
        self._perduto = False  # within a project whose page is not in the file
        self._per_fine: dict[str, ObiettivoGrezzo] = {}  # of the project, by the end of their code
        self._presenti: set[str] = set()  # the four characters of the projects read
        self._totali: dict[str, Decimal] = {}  # of the chapters of the project
        self._fase_rotta: RigaRotta | None = None  # a phase that may go on in the next line
        self._orfane = Orfane(avvisi)

    @property
    def progetto(self) -> ProgettoGrezzo | None:
        return self.progetti[-1] if self.progetti and not self._perduto else None

    def segnala(self, riga: int, messaggio: str) -> None:
        self.avvisi.aggiungi(riga, self.progetto.codice if self.progetto else "", messaggio)

    def leggi(self, riga: Riga) -> None:
        if riga.tabellare:
            if not self._intestazione(riga):
                self._di_tabella(riga)
            return
        self._chiudi_fase()
        for pezzo in riga.pezzi:  # a head may be glued, with bold marks between its parts
            self._pezzo(riga, testo_semplice(pezzo.testo).replace("\n", " "))

    def chiudi(self) -> None:
        """After the last line."""
        self._chiudi_fase()
        self._orfane.segnala()

    def _chiudi_fase(self) -> None:
        if self._fase_rotta is not None:
            self._fase_senza_date(self._fase_rotta)
            self._fase_rotta = None

    # --- lines that are not tables ----------------------------------------------------------

    def _pezzo(self, riga: Riga, testo: str) -> None:
        if not testo or self._testata(riga, testo):
            return
        if self.parte is Parte.SOMMARIO:
            self.segnala(riga.numero, f"riga del sommario non interpretata: «{breve(testo)}»")
            return
        if self.progetto is None:
            if self._perduto or self.parte is not Parte.FUORI:
                self._orfane.aggiungi(riga.numero)
            return
        if (parte := _TITOLI.get(chiave(testo))) is not None:
            self._apri(parte)
        elif (trovata := _DESCRIZIONE.fullmatch(testo)) and self.parte is Parte.TITOLO:
            self.parte = Parte.DESCRIZIONE
            if trovata["testo"]:
                self.progetto.descrizione.append(trovata["testo"])
        elif self.parte is Parte.DESCRIZIONE:
            self.progetto.descrizione.append(testo)
        elif self.parte is Parte.TITOLO:
            self.progetto.titolo.append(testo)
        elif self.parte is Parte.STRATEGIA:
            self._strategia(riga, testo)
        elif self.parte is Parte.OBIETTIVO and self.obiettivo is not None:
            self.obiettivo.titolo.append(testo)
        else:
            self._coda(riga, testo)

    def _testata(self, riga: Riga, testo: str) -> bool:
        """Whether the text opens a CDR, a project or an obiettivo."""
        if (progetto := grezzo.PROGETTO.match(testo)) is not None:
            self._progetto(riga, progetto[1], testo[progetto.end() :].strip(" -"))
        elif (tipo := _tipo(testo)) is not None:
            self.tipo = tipo[0]
            self._chiudi_obiettivo()
            if resto := testo[tipo.end() :].strip():
                self._testata(riga, resto)
        elif (obiettivo := grezzo.OBIETTIVO.match(testo)) is not None:
            self._obiettivo(riga, obiettivo, testo[obiettivo.end() :].strip(" -"))
        elif (centro := grezzo.CENTRO.fullmatch(testo)) is not None:
            self._centro(riga, centro)
        elif (dirigente := _DIRIGENTE.fullmatch(testo)) is not None:
            self.dirigente = dirigente["nome"]
            if self.centro is not None and not self.centro.dirigente:
                self.centro.dirigente = self.dirigente
        else:
            scritti = (Parte.DESCRIZIONE, Parte.TITOLO)
            return _CORRENTE.fullmatch(testo) is not None and self.parte not in scritti
        return True

    def _centro(self, riga: Riga, trovato: re.Match[str]) -> None:
        codice = trovato["codice"]
        self.centro = self.centri.setdefault(
            codice, CentroGrezzo(riga.numero, codice, trovato["nome"])
        )
        self.dirigente = self.centro.dirigente
        self.parte, self.obiettivo = Parte.FUORI, None

    def _progetto(self, riga: Riga, codice: str, resto: str) -> None:
        self._orfane.segnala()
        self._perduto = False
        self.obiettivo, self.tipo, self._colonne = None, "", {}
        self._per_fine, self._totali = {}, {}
        self._presenti.add(codice[-4:])
        self.progetti.append(
            ProgettoGrezzo(
                riga.numero, codice, self.centro.codice if self.centro else "", self.dirigente
            )
        )
        self.parte = Parte.TITOLO
        if resto:
            self._pezzo(riga, resto)

    def _obiettivo(self, riga: Riga, trovato: re.Match[str], resto: str) -> None:
        if self.progetto is None:
            self._orfane.aggiungi(riga.numero, trovato[1])
            return
        if trovato["chiave"] not in self.progetto.codice:
            self.segnala(
                riga.numero, f"{trovato[1]} non ha il codice del suo progetto: lasciato dov'è"
            )
        if trovato[1] in self.progetto.obiettivi:
            self.segnala(riga.numero, f"{trovato[1]} è già nel progetto: le righe si uniscono")
        if not self.tipo:
            self.segnala(riga.numero, f"{trovato[1]}: manca il tipo di obiettivo")
        self.obiettivo = self.progetto.obiettivi.setdefault(
            trovato[1], ObiettivoGrezzo(riga.numero, trovato[1], self.tipo)
        )
        self._per_fine[f"{trovato['chiave']}_{trovato['numero']}"] = self.obiettivo
        self.parte, self.tipo = Parte.OBIETTIVO, ""
        if resto:
            self.obiettivo.titolo.append(resto)

    def _chiudi_obiettivo(self) -> None:
        self.obiettivo = None
        if self.parte is not Parte.FUORI:
            self.parte = Parte.OBIETTIVO

    def _apri(self, parte: Parte) -> None:
        self.parte, self._livello = parte, ""
        if parte is Parte.BUDGET:
            self._colonne = {}

    def _strategia(self, riga: Riga, testo: str) -> None:
        """A level with its title, on the same line or on the following."""
        assert self.progetto is not None
        trovata = _STRATEGIA.fullmatch(testo)
        if trovata is not None and trovata["livello"].lower() not in self.progetto.strategia:
            self._livello = trovata["livello"].lower()
            self.progetto.strategia[self._livello] = [trovata["testo"]] if trovata["testo"] else []
        elif self._livello:
            self.progetto.strategia[self._livello].append(testo)
        else:
            self.segnala(riga.numero, f"riga non interpretata: «{breve(testo)}»")

    def _coda(self, riga: Riga, testo: str) -> None:
        """A line below a table: the rest of the last cell, where it is one of text."""
        progetto = self.progetto
        ultima: IndicatoreGrezzo | FaseGrezza | None = None
        if self.parte is Parte.INDICATORI and self.obiettivo and self.obiettivo.indicatori:
            ultima = self.obiettivo.indicatori[-1]
        elif self.parte is Parte.FASI and progetto is not None and progetto.fasi:
            ultima = progetto.fasi[-1]
        nota = _NOTA.fullmatch(testo)
        if ultima is None or (nota is None and not ultima.note):
            self.segnala(riga.numero, f"riga non interpretata: «{breve(testo)}»")
        elif nota is not None:
            ultima.note.append(nota["testo"])
        else:
            self.segnala(riga.numero, f"nota spezzata: «{breve(testo)}» unito a ciò che precede")
            ultima.note.append(testo)

    # --- tables -----------------------------------------------------------------------------

    def _intestazione(self, riga: Riga) -> bool:
        """The head of a table: it is known by its cells, since its title may be lost."""
        chiavi = tuple(chiave(cella) for cella in riga.celle)
        for attese, parte in _TABELLE:
            if chiavi[: len(attese)] == attese:
                self.parte = parte
                return True
        colonne = {n: grezzo.PARTI[c] for n, c in enumerate(chiavi) if c in grezzo.PARTI}
        if colonne and not any(c for n, c in enumerate(chiavi) if n not in colonne):
            if self.progetto is not None and self.parte is not Parte.BUDGET:
                self.segnala(riga.numero, "manca il titolo «Budget previsto»")
            self.parte, self._colonne = Parte.BUDGET, colonne
            return True
        return False

    def _di_tabella(self, riga: Riga) -> None:
        prima = riga.pezzi[0].testo
        if self.parte is Parte.SOMMARIO:
            self.sommario.leggi(riga, self.centro.codice if self.centro else "")
        elif self.progetto is not None and self._spezzata(riga):
            return
        elif (trovato := grezzo.INDICATORE.match(prima)) is not None:
            self._indicatore(riga, trovato)
        elif self.progetto is None:
            self._orfane.aggiungi(riga.numero)
        elif _NOTA.match(prima):
            self._nota(riga, prima)
        elif (capitolo := grezzo.CAPITOLO.match(prima)) is not None:
            self._capitolo(riga, capitolo)
        elif (totale := grezzo.TOTALE.fullmatch(prima)) is not None:
            self._totale(riga, totale)
        elif self.parte is Parte.PERSONE or _e_persona(riga):
            if self.parte is not Parte.PERSONE:
                self.segnala(riga.numero, "manca l'intestazione della tabella delle persone")
                self.parte = Parte.PERSONE
            self._persona(riga)
        elif self.parte is Parte.FASI:
            self._fase(riga)
        elif self.parte is Parte.STRATEGIA:
            self._strategia(riga, riga.testo)
        elif grezzo.TIPO_OBIETTIVO.match(prima) or grezzo.OBIETTIVO.match(prima):
            self._pezzo(riga, riga.testo)
        else:
            self.segnala(riga.numero, f"riga non interpretata: «{breve(riga.testo)}»")

    def _spezzata(self, riga: Riga) -> bool:
        """Whether the line is the rest of a row whose cell a line end has broken: of an indicator
        without its value, or of a phase without its dates."""
        celle = [testo_semplice(cella).replace("\n", " ") for cella in riga.celle]
        piene = [cella for cella in celle if cella]
        fase, self._fase_rotta = self._fase_rotta, None
        if fase is not None and _QUANDO.search(" ".join(celle[1:])):
            fase.celle[-1] = f"{fase.celle[-1]} {celle[0]}".strip()
            intera = riga._replace(celle=(*fase.celle, *riga.celle[1:]))
            self.segnala(riga.numero, f"fase spezzata: «{breve(riga.testo)}» unita alla riga sopra")
            self._fase(intera)
            return True
        if fase is not None:
            self._fase_senza_date(fase)
        if self.parte is not Parte.INDICATORI or not (self.obiettivo and self.obiettivo.indicatori):
            return False
        ultimo = self.obiettivo.indicatori[-1]
        if ultimo.valore or ultimo.note or len(piene) > 2 or not _e_valore(piene[-1]):
            return False
        if _NOTA.match(piene[0]) or grezzo.INDICATORE.match(piene[0]):
            return False
        ultimo.nome = " ".join((ultimo.nome, *piene[:-1]))
        ultimo.valore = piene[-1]
        self.segnala(riga.numero, f"{ultimo.codice} spezzato: «{breve(riga.testo)}» unito al nome")
        return True

    def _fase_senza_date(self, rotta: RigaRotta) -> None:
        celle = [testo_semplice(c).replace("\n", " ") for c in rotta.celle]
        dove = next(n for n, c in enumerate(celle) if grezzo.OBIETTIVO.fullmatch(c))
        testo = " ".join(c for c in celle[dove + 1 :] if c)
        self.segnala(rotta.riga, f"la fase non ha date: «{breve(testo)}»")
        if self.progetto is not None:
            self.progetto.fasi.append(FaseGrezza(rotta.riga, celle[dove], testo))

    def _indicatore(self, riga: Riga, trovato: re.Match[str]) -> None:
        """An indicator goes to the obiettivo its code names, wherever it stands."""
        if self.parte is not Parte.INDICATORI:
            self.segnala(riga.numero, "manca l'intestazione della tabella degli indicatori")
            self.parte = Parte.INDICATORI
        obiettivo = self._quello_di(riga, trovato)
        celle = [testo_semplice(cella).replace("\n", " ") for cella in riga.celle]
        dove = next(n for n, cella in enumerate(celle) if cella)
        resto = [cella for cella in celle[dove + 1 :] if cella]
        unita = celle[dove][len(trovato[0]) :].strip()  # a name glued to its code
        nomi = [unita, *resto] if unita else resto
        valore = nomi.pop() if len(nomi) > 1 else ""
        if obiettivo is None:
            self._orfane.aggiungi(riga.numero, trovato[0])
            return
        self.obiettivo = obiettivo
        obiettivo.indicatori.append(
            IndicatoreGrezzo(riga.numero, trovato[0], " ".join(nomi), valore)
        )

    def _quello_di(self, riga: Riga, trovato: re.Match[str]) -> ObiettivoGrezzo | None:
        progetto = self.progetto
        if progetto is not None:
            proprio = self._per_fine.get(f"{trovato['chiave']}_{trovato['numero']}")
            if proprio is not None:
                return proprio
            if self.obiettivo is not None and trovato["chiave"] in progetto.codice:
                self.segnala(
                    riga.numero,
                    f"{trovato[0]} sta sotto {self.obiettivo.codice}, di cui non ha il codice: "
                    "lasciato lì",
                )
                return self.obiettivo
        return self._rinasce(riga, trovato)

    def _rinasce(self, riga: Riga, trovato: re.Match[str]) -> ObiettivoGrezzo | None:
        """An indicator of a project whose page is lost. The summary, if it names the project,
        proves what it was; else what follows is of nobody."""
        gia = trovato["chiave"] in self._presenti
        voci = self.sommario.di(trovato["chiave"])
        if gia or len(voci) != 1:
            self._perduto = self._perduto or not gia
            self.obiettivo = None
            self.avvisi.aggiungi(
                riga.numero, "", f"{trovato[0]} è di un obiettivo che qui non c'è: tralasciato"
            )
            return None
        voce = voci[0]
        self._perduto, self._per_fine, self._totali, self._colonne = False, {}, {}, {}
        self._presenti.add(trovato["chiave"])
        centro = self.centri.get(voce.centro)
        self.progetti.append(
            ProgettoGrezzo(
                riga.numero,
                voce.codice,
                voce.centro,
                centro.dirigente if centro else "",
                titolo=[voce.titolo],
                strategia={
                    livello: [testo]
                    for livello, testo in zip(grezzo.LIVELLI, voce.percorso, strict=False)
                    if testo
                },
            )
        )
        codice = f"{voce.codice.split('_')[0]}_OB_{trovato['chiave']}_{trovato['numero']}"
        obiettivo = ObiettivoGrezzo(riga.numero, codice, "")
        self.progetti[-1].obiettivi[codice] = obiettivo
        self._per_fine[f"{trovato['chiave']}_{trovato['numero']}"] = obiettivo
        self.segnala(
            riga.numero,
            f"la pagina del progetto è perduta: titolo e programma dal sommario (riga {voce.riga}),"
            f" l'obiettivo {codice} dall'indicatore {trovato[0]}; il resto manca",
        )
        return obiettivo

    def _nota(self, riga: Riga, prima: str) -> None:
        nota = _NOTA.match(prima)
        testi = [nota["testo"] if nota else "", *(p.testo for p in riga.pezzi[1:])]
        testo = " ".join(t for t in (testo_semplice(t) for t in testi) if t)
        self._coda(riga, f"Nota: {testo}")

    def _fase(self, riga: Riga) -> None:
        """`n | obiettivo | description | Previsto | from | to`."""
        assert self.progetto is not None
        celle = [testo_semplice(c).replace("\n", " ") for c in riga.celle]
        quando = next((n for n, c in enumerate(celle) if _QUANDO.fullmatch(c)), None)
        dove = next((n for n, c in enumerate(celle) if grezzo.OBIETTIVO.fullmatch(c)), None)
        if quando is None:
            if dove is None:
                self.segnala(riga.numero, f"fase non interpretata: «{breve(riga.testo)}»")
            else:
                self._fase_rotta = RigaRotta(riga.numero, list(riga.celle))
            return
        giorni = [self._data(riga, c) if c else None for c in celle[quando + 1 : quando + 3]]
        coppia = (giorni[0] if giorni else None, giorni[1] if len(giorni) > 1 else None)
        if celle[quando] == "Effettivo" and self.progetto.fasi:
            self.progetto.fasi[-1].effettive = coppia
        elif dove is None:
            self.segnala(riga.numero, f"fase senza obiettivo, tralasciata: «{breve(riga.testo)}»")
        else:
            testo = " ".join(c for c in celle[dove + 1 : quando] if c)
            self.progetto.fasi.append(FaseGrezza(riga.numero, celle[dove], testo, coppia))

    def _capitolo(self, riga: Riga, trovato: re.Match[str]) -> None:
        assert self.progetto is not None
        prima = next(n for n, cella in enumerate(riga.celle) if cella)
        descrizione = testo_semplice(riga.cella(prima + 1)).replace("\n", " ")
        for n, cella in enumerate(riga.celle):
            if n <= prima + 1 or not cella:
                continue
            importo = numero_italiano(cella)
            parte = self._colonne.get(n)
            if importo is None:
                self.segnala(riga.numero, f"«{breve(cella)}» non è una somma: tralasciata")
            elif parte is None:
                self.segnala(
                    riga.numero,
                    f"{trovato[0]}: non si sa se {cella} sia un'entrata o una spesa: tralasciata",
                )
            else:
                self._totali[parte] = self._totali.get(parte, Decimal(0)) + importo
                self.progetto.somme.append(
                    SommaGrezza(
                        riga.numero,
                        trovato["capitolo"],
                        trovato["articolo"],
                        descrizione,
                        parte,
                        importo,
                    )
                )
        if not any(riga.celle[prima + 2 :]):
            self.segnala(riga.numero, f"{trovato[0]} non ha somme")

    def _totale(self, riga: Riga, totale: re.Match[str]) -> None:
        """The totals of a budget, column by column."""
        assert self.progetto is not None
        if totale["di"] is not None and len(riga.pezzi) == 1:
            return  # the total of a summary, empty, that strayed here
        for n, cella in enumerate(riga.celle):
            stampato = numero_italiano(cella) if n else None
            parte = self._colonne.get(n)
            if stampato is None or parte is None:
                continue
            if (somma := self._totali.get(parte, Decimal(0))) != stampato:
                self.segnala(
                    riga.numero,
                    f"il totale stampato delle {parte.replace('_', ' ')} è {cella}, la somma dei "
                    f"capitoli è {grezzo.in_euro(somma)}",
                )

    def _persona(self, riga: Riga) -> None:
        assert self.progetto is not None
        celle = [testo_semplice(c).replace("\n", " ") for c in riga.celle]
        nome = celle[0]
        percento = next((c for c in reversed(celle) if "%" in c), "")
        impegno = numero_italiano(percento.replace(" ", "")) if percento else None
        if not nome:
            self.segnala(riga.numero, f"persona senza nome, tralasciata: «{breve(riga.testo)}»")
            return
        if impegno is None:
            self.segnala(riga.numero, f"«{nome}»: manca l'impegno, o non è una percentuale")
        relazione = celle[1] if len(celle) > 1 and celle[1] != percento else ""
        self.progetto.persone.append(PersonaGrezza(riga.numero, nome, relazione, impegno))

    def _data(self, riga: Riga, cella: str) -> date | None:
        giorno = data_italiana(cella)
        if giorno is None:
            giorno = data_con_cifre_confuse(cella)
            come = f"letto {giorno:%d/%m/%Y}" if giorno else "lasciato vuoto"
            self.segnala(riga.numero, f"«{breve(cella)}» non è una data: {come}")
        return giorno


def _e_persona(riga: Riga) -> bool:
    """A name, a known relation, an effort: nothing else is such a row."""
    piene = [cella for cella in riga.celle if cella]
    return (
        len(piene) == 3
        and chiave(piene[1]).startswith(_RELAZIONI)
        and piene[2].endswith("%")
        and numero_italiano(piene[2]) is not None
    )


def _e_valore(cella: str) -> bool:
    return numero_italiano(cella) is not None or data_italiana(cella) is not None


def _tipo(testo: str) -> re.Match[str] | None:
    """A kind of objective, alone or before a code: other words are of a text."""
    tipo = grezzo.TIPO_OBIETTIVO.match(testo)
    resto = testo[tipo.end() :].strip() if tipo else ""
    return tipo if not resto or grezzo.OBIETTIVO.match(resto) else None
