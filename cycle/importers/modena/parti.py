# SPDX-License-Identifier: AGPL-3.0-or-later
"""The parts of the document and how each takes a label or a value. `lettore` decides which part a
line belongs to; this module only knows what to do with it there."""

from __future__ import annotations

import enum
import re
from datetime import date
from decimal import Decimal

from cycle.importers.modena import lessico
from cycle.importers.modena.appaia import AppaiatoreDiDate, AppaiatoreDiPercentuali
from cycle.importers.modena.grezzo import (
    CentroGrezzo,
    DocumentoGrezzo,
    SchedaGrezza,
    SpecificoGrezzo,
    UnitaGrezza,
)
from cycle.importers.modena.lessico import DATE, Campo, Livello
from cycle.importers.modena.tabelle import TabellaIndicatori, TabellaPersone
from cycle.importers.piano import PianoIllegibile
from cycle.importers.righe import Pezzo, Riga
from cycle.importers.testo import Avvisi, ha_html_sospetto, testo_semplice

_ORFANI_NOMINATI = 20
DOPO_CODICE = re.compile(rf"Codice ({lessico.CODICE_SPECIFICO.pattern})(?![0-9])")
_CODICE = re.compile(r"(?:[A-Z]{1,4}[0-9]{3,8}|[0-9]{4,8})(?![0-9])")


class Parte(enum.Enum):
    """The part of the document the reader is in."""

    COPERTINA = enum.auto()
    ASSETTO = enum.auto()
    ATTESA = enum.auto()  # between two schede, or before the first specifico
    RIPRESA = enum.auto()  # after the head of the same scheda, repeated on a new page
    CAMPI = enum.auto()
    FLAG = enum.auto()
    PERSONE = enum.auto()
    INDICATORI = enum.auto()
    STADIO = enum.auto()


class Parti:
    """The state of the reading, and the taking of labels and values."""

    def __init__(self, anno: int, avvisi: Avvisi) -> None:
        self.anno = anno
        self.avvisi = avvisi
        self.documento = DocumentoGrezzo()
        self.parte = Parte.COPERTINA
        self.campo: Campo | None = None
        self.scheda: SchedaGrezza | None = None
        self.specifico: SpecificoGrezzo | None = None
        self.stadio = 0
        self.settore = ""
        self.tipo = ""
        self.ultima = 0
        self.sospesa: tuple[Parte, Campo | None, SpecificoGrezzo | None] | None = None
        self.persone: TabellaPersone | None = None
        self.indicatori: TabellaIndicatori | None = None
        self.inizia_date({})
        self.inizia_percentuali({})
        self._colonne: dict[int, Campo] = {}
        self._da_leggere: list[Pezzo] = []
        self._righe_dei_codici: dict[str, int] = {}
        self.specifico_orfano = False  # the code that follows is of a specifico without its scheda
        self._orfane: list[int] = []
        self._orfani: dict[str, int] = {}  # their codes, and the line of each

    def prosegui(self, pezzo: Pezzo) -> None:
        raise NotImplementedError

    def apri_scheda(self, riga: Riga, codice: str) -> None:
        raise NotImplementedError

    @property
    def livello(self) -> Livello:
        if self.specifico is not None:
            return Livello.SPECIFICO
        if self.parte in (Parte.COPERTINA, Parte.ASSETTO):
            return Livello.COPERTINA
        return Livello.SCHEDA

    # --- notices ----------------------------------------------------------------------------

    def segnala(self, riga: int, messaggio: str) -> None:
        codice = self.scheda.codice if self.scheda else ""
        if self.specifico is not None and self.specifico.codice:
            codice = self.specifico.codice
        self.avvisi.aggiungi(riga, codice, messaggio)

    def non_interpretata(self, riga: Riga, testo: str) -> None:
        breve = testo if len(testo) <= 80 else f"{testo[:77]}..."
        self.segnala(riga.numero, f"riga non interpretata: «{breve}»")

    def orfana(self, riga: Riga) -> None:
        """A line of a scheda whose head is not in the file."""
        if not self._orfane or self._orfane[-1] != riga.numero:
            self._orfane.append(riga.numero)
        trovato = DOPO_CODICE.match(riga.testo)
        if trovato is not None and len(self._orfani) < _ORFANI_NOMINATI:
            self._orfani[trovato[1]] = riga.numero

    def segnala_orfane(self, fino_a: int) -> None:
        if self._orfane:
            prima, ultima = self._orfane[0], min(self._orfane[-1], fino_a)
            codici = f" (codici {', '.join(self._orfani)})" if self._orfani else ""
            self.avvisi.aggiungi(
                prima,
                "",
                f"{len(self._orfane)} righe, fino alla {ultima}, sono di una scheda la cui testata "
                f"non è nel file: tralasciate{codici}",
            )
            self._orfane, self._orfani = [], {}

    # --- opening and closing ----------------------------------------------------------------

    def inizia_date(self, valori: dict[Campo, date]) -> None:
        self.date = AppaiatoreDiDate(valori, self.segnala)

    def inizia_percentuali(self, valori: dict[Campo, Decimal]) -> None:
        self.percentuali = AppaiatoreDiPercentuali(valori, self.segnala)

    def apri_pagina(self) -> None:
        if self.sospesa is None:
            self.sospesa = (self.parte, self.campo, self.specifico)
        self.chiudi_parte()
        self.specifico, self.campo, self.parte = None, None, Parte.ATTESA
        self.specifico_orfano = False

    def apri_persone(self) -> None:
        tabella = self.specifico or self.scheda
        assert tabella is not None
        if self.persone is None:
            self.chiudi_parte()
            con_date = self.specifico is not None
            self.persone = TabellaPersone(tabella.collaboratori, con_date, self.segnala)
        self.parte, self.campo = Parte.PERSONE, None

    def apri_indicatori(self) -> None:
        assert self.specifico is not None
        if self.indicatori is None:
            self.chiudi_parte()
            self.indicatori = TabellaIndicatori(self.specifico, self.segnala)
        self.parte, self.campo = Parte.INDICATORI, None

    def chiudi_parte(self) -> None:
        self.date.chiudi()
        self.percentuali.chiudi()
        self._colonne = {}
        if self.persone is not None:
            self.persone.chiudi(self.ultima)
            self.persone = None
        if self.indicatori is not None:
            self.indicatori.chiudi()
            for anno, numero in self.indicatori.anni:
                self.documento.conta_anno(anno, numero)
            self.indicatori = None

    def registra_codice(self, codice: str, riga: Riga) -> None:
        """Every code once. Raises `PianoIllegibile` at the second."""
        prima = self._righe_dei_codici.setdefault(codice, riga.numero) if codice else riga.numero
        if prima != riga.numero:
            raise PianoIllegibile(
                f"Riga {riga.numero}: il codice {codice} è già alla riga {prima}. Un codice indica "
                "una cosa sola: togliere la copia o correggere il codice."
            )

    # --- labels -----------------------------------------------------------------------------

    def attesa(self, trovata: lessico.Etichetta) -> bool:
        """Whether such a label can stand here, and is not a word of a running text."""
        campo = trovata.campo
        if campo is Campo.CODICE and trovata.resto and not _CODICE.match(trovata.resto):
            return False
        if campo in DATE and lessico.TOKEN_DI_DATA.sub("", trovata.resto).strip(" *-"):
            return False
        if campo is Campo.SETTORE:
            return self.parte is Parte.ATTESA
        if self.campo not in lessico.DISCORSIVI:
            return True
        if campo in lessico.SOLITARI:
            return campo in lessico.APRONO_TABELLE
        if campo not in lessico.PAROLE_COMUNI:
            return True
        if self.campo is not Campo.TITOLO:
            return False
        if self.specifico is None:
            return campo is Campo.CODICE
        # «Titolo», then «Descrizione e stima degli immobili»: that is the title.
        scritto = not trovata.resto or Campo.TITOLO in self.specifico.campi.voci
        return campo is Campo.DESCRIZIONE and scritto

    def etichetta(self, riga: Riga, pezzo: Pezzo, trovata: lessico.Etichetta) -> None:
        campo = trovata.campo
        if campo in DATE:
            self._torna_ai_campi()
            self.date.riga(Riga(riga.numero, (pezzo.testo,), (pezzo,)))
        elif campo in lessico.PERCENTUALI:
            self._torna_ai_campi()
            self.percentuali.etichetta(campo, riga, pezzo.colonna)
        elif campo is Campo.CENTRO:
            self.chiudi_parte()
            self.specifico, self.scheda, self.parte = None, None, Parte.COPERTINA
            self.documento.centri.append(CentroGrezzo(riga.numero, ""))
        elif campo is Campo.ASSETTO:
            self.parte = Parte.ASSETTO
        elif campo is Campo.SCHEDA:
            self.tipo = "UO" if lessico.SCHEDA_UO.match(pezzo.testo) else "OE"
        elif campo is Campo.SETTORE:
            self.settore = ""
        elif self.scheda is None or (self.parte is Parte.ATTESA and campo is not Campo.CODICE):
            if self.livello is not Livello.COPERTINA:
                self.orfana(riga)
        elif campo in (Campo.TIPOLOGIE_FLAG, Campo.DESCRIZIONE_FLAG):
            self.chiudi_parte()
            self.parte = Parte.FLAG
        elif campo is Campo.COLLABORATORI:
            self.apri_persone()
        elif campo is Campo.INDICATORE:
            self.apri_indicatori()
        elif campo not in lessico.SOLITARI:
            self._torna_ai_campi()
        self.campo = None if campo in lessico.SOLITARI else campo

    def _torna_ai_campi(self) -> None:
        if self.parte in (Parte.FLAG, Parte.PERSONE, Parte.INDICATORI):
            self.chiudi_parte()
            self.parte = Parte.CAMPI

    def intesta_colonne(self, riga: Riga, etichette: dict[int, Campo | None]) -> None:
        """Remember a row made of labels only: the values are in the row below, by column."""
        if riga.tabellare and len(etichette) > 1 and None not in etichette.values():
            self._colonne = {c: campo for c, campo in etichette.items() if campo is not None}
        elif self.parte is not Parte.CAMPI or any(etichette.values()):
            self._colonne = {}

    # --- values -----------------------------------------------------------------------------

    def valore(self, riga: Riga, pezzo: Pezzo) -> None:
        testo = pezzo.testo
        if riga.tabellare and self._colonne:
            self.campo = self._colonne.get(pezzo.colonna, self.campo)
        if self.campo is Campo.SETTORE:
            self._di_settore(riga, testo)
        elif self.campo is Campo.SCHEDA:
            self._di_scheda(riga, testo)
        elif self.parte in (Parte.COPERTINA, Parte.ASSETTO):
            self._di_copertina(riga, testo)
        elif self.parte is Parte.ATTESA or self.scheda is None:
            self._in_attesa(riga, testo)
        elif self.campo is Campo.CODICE:
            self._di_codice(riga, testo)
        elif self.campo in DATE or self.campo in lessico.PERCENTUALI:
            sola = Riga(riga.numero, (testo,), (pezzo,))
            if not self.date.riga(sola) and not self.percentuali.riga(sola, self.anno):
                self.non_interpretata(riga, testo)
        elif self.campo is None:
            self.non_interpretata(riga, testo)
        else:
            if ha_html_sospetto(testo):
                self.segnala(riga.numero, "tolto da un testo dell'html che non è formattazione")
            campi = (self.specifico or self.scheda).campi
            campi.metti(self.campo, riga.numero, testo_semplice(testo))

    def _di_copertina(self, riga: Riga, testo: str) -> None:
        centro = self.documento.centri[-1] if self.documento.centri else None
        if centro is not None and self.campo is Campo.CENTRO and not riga.numero > centro.riga + 4:
            centro.nome = f"{centro.nome} {testo}".strip()
        elif centro is not None and self.campo is Campo.DIRIGENTE and not centro.dirigente:
            centro.dirigente = testo
        elif riga.tabellare or DOPO_CODICE.match(riga.testo):
            self.orfana(riga)

    def _di_settore(self, riga: Riga, testo: str) -> None:
        """The settore; where nothing separates them, the heading of the scheda follows."""
        scheda = lessico.SCHEDA.search(testo)
        fine = scheda.start() if scheda else len(testo)
        self.settore = f"{self.settore} {testo[:fine]}".strip()
        if scheda:
            self.prosegui(Pezzo(testo[fine:], 0))

    def _di_scheda(self, riga: Riga, testo: str) -> None:
        trovato = lessico.CODICE_SCHEDA.match(testo)
        self.campo = None
        self.apri_scheda(riga, trovato[0] if trovato else "")
        resto = testo[trovato.end() :].strip(" -–") if trovato else testo
        if trovato is None:
            self.segnala(riga.numero, "il codice della scheda non è dopo «n°»")
        if resto and self.parte is not Parte.RIPRESA:
            self.prosegui(Pezzo(resto, 0))

    def _in_attesa(self, riga: Riga, testo: str) -> None:
        """Between two schede: only the code of one whose heading was lost is of use."""
        di_scheda = self.campo is Campo.CODICE and not self.specifico_orfano
        trovato = _CODICE.match(testo) if di_scheda else None
        if trovato is None and self.scheda is not None and self.sospesa is None:
            self.non_interpretata(riga, testo)
            return
        if trovato is None:
            self.orfana(riga)
            return
        self.tipo = "UO" if trovato[0].isdigit() else "OE"
        self.apri_scheda(riga, trovato[0])
        self.segnala(riga.numero, f"manca l'intestazione della scheda {trovato[0]}")
        self.campo = None

    def _di_codice(self, riga: Riga, testo: str) -> None:
        """The code, then whatever is glued to it."""
        self.campo = None
        trovato = _CODICE.match(testo)
        if trovato is not None:
            codice, resto = trovato[0], testo[trovato.end() :].strip()
        else:
            compatto = re.sub(r"\s", "", testo).upper()
            codice, resto = compatto[:2] + compatto[2:].translate(_CIFRE), ""
            if not _CODICE.fullmatch(codice):
                self.non_interpretata(riga, testo)
                return
            self.segnala(riga.numero, f"il codice «{testo}» è stato letto {codice}")
        oggetto = self.specifico or self.scheda
        if oggetto is not None and not oggetto.codice:
            self.registra_codice(codice, riga)
            oggetto.codice = codice
        elif oggetto is not None and oggetto.codice != codice:
            self.segnala(riga.numero, f"un secondo codice, {codice}: tenuto {oggetto.codice}")
        if resto:
            self.prosegui(Pezzo(resto, 0))

    # --- small tables -----------------------------------------------------------------------

    def riga_di_assetto(self, riga: Riga) -> bool:
        if lessico.etichetta(riga.pezzi[0].testo, Livello.COPERTINA) is not None:
            return False
        unita = self.documento.centri[-1].unita if self.documento.centri else []
        if riga.celle[0] and riga.cella(1):
            nome = testo_semplice(riga.celle[0]).replace("\n", " ")
            unita.append(UnitaGrezza(riga.numero, nome, riga.cella(1), riga.cella(2)))
        elif unita and riga.celle[0]:
            self.segnala(riga.numero, f"«{riga.testo}» unito al nome «{unita[-1].nome}»")
            unita[-1].nome = f"{unita[-1].nome} {riga.testo}"
        else:
            self.non_interpretata(riga, riga.testo)
        return True

    def riga_di_flag(self, riga: Riga) -> None:
        testo = " ".join(testo_semplice(riga.testo).split())
        nome, _, valore = testo.rpartition(" ")
        if valore.lower() not in ("si", "sì", "no"):
            self.segnala(riga.numero, f"il flag «{testo}» non dice se è attivo: preso per attivo")
            nome = testo
        elif not nome:
            self.segnala(riga.numero, f"un «{testo}» senza il suo flag: tralasciato")
        elif valore.lower() == "no":
            nome = ""
        if nome and self.specifico is None:
            self.segnala(riga.numero, f"il flag «{nome}» è della scheda: non viene importato")
        elif nome and self.specifico is not None and nome not in self.specifico.flag:
            self.specifico.flag.append(nome)


_CIFRE = str.maketrans("OIL", "011")
