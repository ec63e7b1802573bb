# SPDX-License-Identifier: AGPL-3.0-or-later
"""The reader: it walks the lines once, knows at each which part of the document it is in, and
hands each line to that part. Nothing is looked up by position in the file."""

from __future__ import annotations

import re

from cycle.importers.modena import lessico
from cycle.importers.modena.grezzo import SchedaGrezza, SpecificoGrezzo
from cycle.importers.modena.lessico import DATE, Campo, Livello
from cycle.importers.modena.parti import DOPO_CODICE, Parte, Parti
from cycle.importers.modena.tabelle import sembra_collaboratore, sembra_indicatore
from cycle.importers.piano import PianoIllegibile
from cycle.importers.righe import Pezzo, Riga
from cycle.importers.testo import chiave, testo_semplice

_MASSIMO_INCOLLATI = 40  # labels and values in one piece; a whole head has half as many
_TRA_TESTI = frozenset(Parte) - {Parte.ATTESA, Parte.RIPRESA}
_SETTORE = re.compile(r"Settore\b ?(.*)")
_INIZIO_STADIO = re.compile(r"(?:<p>\s?)?(?:Primo|Secondo) Stato")


class Lettore(Parti):
    """Feed it the lines in order, then `chiudi`; the reading is in `documento`."""

    _settore_solo: Riga | None = None  # the label alone: what it is depends on the line below

    def leggi(self, riga: Riga) -> None:
        sospesa, self._settore_solo = self._settore_solo, None
        if sospesa is not None:
            if chiave(riga.testo) in self._settori():
                self._manca_la_pagina(sospesa)
            self._una(sospesa)
        if riga.testo == "Settore" and self.parte in _TRA_TESTI:
            self._settore_solo = riga
        else:
            self._una(riga)

    def _settori(self) -> set[str]:
        """The names of the settore that the scheda and the cover print."""
        nomi = [self.scheda.settore] if self.scheda is not None else []
        nomi += [centro.nome for centro in self.documento.centri[-1:]]
        return {chiave(nome) for nome in nomi if nome}

    def _manca_la_pagina(self, riga: Riga) -> None:
        self.segnala(riga.numero, "manca l'intestazione della pagina")
        self.apri_pagina()

    def _una(self, riga: Riga) -> None:
        self.ultima = riga.numero
        if self.parte is Parte.RIPRESA and not self._riprende(riga):
            return
        if self._settore_ripetuto(riga):
            self._manca_la_pagina(riga)
        elif self._comincia_da_una_pagina(riga):
            self.apri_pagina()
        stadio = self._stadio_che_inizia(riga)
        if stadio:
            self._apri_stadio(stadio, riga)
            return
        if not self._cornice(riga) and (self._date_o_percentuali(riga) or self._tabella(riga)):
            return
        etichette = {}
        for pezzo in riga.pezzi:
            campo = self._pezzo(riga, pezzo)
            etichette[pezzo.colonna] = campo
        self.intesta_colonne(riga, etichette)

    def chiudi(self) -> None:
        """After the last line."""
        if self._settore_solo is not None:
            self._una(self._settore_solo)
        self.chiudi_parte()
        self.segnala_orfane(self.ultima)

    # --- the frame --------------------------------------------------------------------------

    def _cornice(self, riga: Riga) -> bool:
        """Whether the line opens a page, a section, a scheda or a specifico."""
        return (
            lessico.CORNICE.match(riga.pezzi[0].testo) is not None
            or self._codice_di_un_altro_specifico(riga) is not None
        )

    def _settore_ripetuto(self, riga: Riga) -> bool:
        """`Settore` and its name, which only the head of a page prints, amid something else."""
        settore = _SETTORE.fullmatch(riga.testo)
        if settore is None or self.parte is Parte.ATTESA:
            return False
        return chiave(settore[1]) in self._settori()

    def _comincia_da_una_pagina(self, riga: Riga) -> bool:
        """`Settore`, which only the head of a page prints, where no cover was read: the file is a
        part of the document."""
        if self.parte is not Parte.COPERTINA or self.documento.centri:
            return False
        inizio = _SETTORE.fullmatch(riga.pezzi[0].testo)
        return inizio is not None and inizio[1].upper() == inizio[1]

    def _codice_di_un_altro_specifico(self, riga: Riga) -> str | None:
        """`Codice OE330102` amid the tables of another specifico: its heading was lost."""
        if self.scheda is None or self.sospesa is not None or self.parte is Parte.CAMPI:
            return None
        trovata = DOPO_CODICE.match(" ".join(pezzo.testo for pezzo in riga.pezzi[:2]))
        return trovata[1] if trovata else None

    def _pezzo(self, riga: Riga, pezzo: Pezzo) -> Campo | None:
        """Read one piece; the label it was, if it was only a label."""
        testo = pezzo.testo
        if self.parte is Parte.RIPRESA:
            if not self._e_il_titolo(testo):
                self._rifiuta_doppia(riga, testo)
        elif lessico.CORNICE.match(testo) is None:
            if pezzo is riga.pezzi[0] and (codice := self._codice_di_un_altro_specifico(riga)):
                self._apri_specifico(riga)
                self.segnala(riga.numero, f"manca l'intestazione che precede il codice {codice}")
            return self._contenuto(riga, pezzo)
        elif lessico.PAGINA.match(testo):
            self.apri_pagina()
            if resto := lessico.PAGINE.sub("", testo):
                self._contenuto(riga, Pezzo(resto, pezzo.colonna))
        elif lessico.TITOLO_CORRENTE.fullmatch(testo):
            pass
        elif lessico.SEZIONE.fullmatch(testo):
            if self.parte is Parte.ASSETTO:
                self.parte = Parte.COPERTINA
            elif self.parte is not Parte.COPERTINA:
                self.apri_pagina()
        elif lessico.ELENCO.fullmatch(testo):
            self.chiudi_parte()
            self.specifico, self.campo, self.sospesa, self.parte = None, None, None, Parte.ATTESA
        elif lessico.SPECIFICO.fullmatch(testo):
            if self.scheda is None or self.sospesa is not None:
                self.orfana(riga)
                self.specifico_orfano = self.scheda is None
            else:
                self._apri_specifico(riga)
        else:
            return self._contenuto(riga, pezzo)
        return None

    def _contenuto(self, riga: Riga, pezzo: Pezzo) -> Campo | None:
        """Read labels and values glued in one piece; the label, if it was only one."""
        self._da_leggere = [pezzo]
        letti: list[Campo | None] = []
        while self._da_leggere and len(letti) < _MASSIMO_INCOLLATI:
            letti.append(self._un_contenuto(riga, self._da_leggere.pop()))
        for resto in self._da_leggere:
            self.non_interpretata(riga, resto.testo)
        return letti[0] if len(letti) == 1 else None

    def _un_contenuto(self, riga: Riga, pezzo: Pezzo) -> Campo | None:
        trovata = lessico.etichetta(pezzo.testo, self.livello)
        if trovata is None or not self.attesa(trovata):
            self.valore(riga, pezzo)
            return None
        if trovata.campo is Campo.SCHEDA and self.parte is not Parte.ATTESA:
            self.apri_pagina()
        self.etichetta(riga, pezzo, trovata)
        if trovata.resto and trovata.campo not in lessico.SOLITARI and trovata.campo not in DATE:
            self._da_leggere.append(Pezzo(trovata.resto, pezzo.colonna))
        return trovata.campo

    def prosegui(self, pezzo: Pezzo) -> None:
        """Read what is glued after a value."""
        self._da_leggere.append(pezzo)

    def apri_scheda(self, riga: Riga, codice: str) -> None:
        if self.scheda is not None and codice and codice == self.scheda.codice:
            self.parte, self.campo = Parte.RIPRESA, None
            return
        self.registra_codice(codice, riga)
        self.chiudi_parte()
        self.segnala_orfane(riga.numero)
        self.sospesa = None
        self.scheda = SchedaGrezza(riga.numero, self.tipo, codice, self.settore)
        self.documento.schede.append(self.scheda)
        self.specifico, self.campo, self.parte = None, Campo.TITOLO, Parte.CAMPI
        self.specifico_orfano = False
        self.inizia_date(self.scheda.date)
        self.inizia_percentuali(self.scheda.percentuali)

    def _riprende(self, riga: Riga) -> bool:
        """After the head of a page repeated inside a scheda: back to where it was broken."""
        assert self.scheda is not None
        if self._e_il_titolo(riga.pezzi[0].testo):
            return False
        self._rifiuta_doppia(riga, riga.pezzi[0].testo)
        self.parte = Parte.ATTESA
        if self.sospesa is not None:
            (self.parte, self.campo, self.specifico), self.sospesa = self.sospesa, None
        if self.parte is Parte.PERSONE:
            self.apri_persone()
        elif self.parte is Parte.INDICATORI:
            self.apri_indicatori()
        self.segnala(riga.numero, "testata di pagina ripetuta: la scheda prosegue")
        return True

    def _e_il_titolo(self, testo: str) -> bool:
        assert self.scheda is not None
        return chiave(testo) == chiave(self.scheda.campi.su_una_riga(Campo.TITOLO))

    def _rifiuta_doppia(self, riga: Riga, testo: str) -> None:
        """The fields of the head follow too: a second scheda with the same code."""
        trovata = lessico.etichetta(testo, Livello.SCHEDA)
        if trovata and trovata.campo in (Campo.CODICE, Campo.OBIETTIVO_GENERALE, *DATE):
            assert self.scheda is not None
            raise PianoIllegibile(
                f"Riga {riga.numero}: la scheda {self.scheda.codice} è già alla riga "
                f"{self.scheda.riga}. Un codice indica una scheda sola: togliere la copia o "
                "correggere il codice."
            )

    def _apri_specifico(self, riga: Riga) -> None:
        assert self.scheda is not None
        self.chiudi_parte()
        self.sospesa = None
        self.specifico = SpecificoGrezzo(riga.numero)
        self.scheda.specifici.append(self.specifico)
        self.campo, self.parte, self.stadio = None, Parte.CAMPI, 0
        self.inizia_date(self.specifico.date)

    # --- stages -----------------------------------------------------------------------------

    def _stadio_che_inizia(self, riga: Riga) -> int:
        """1 or 2 when the line begins that stage, else 0. The heading may be broken, may be html in
        the cell of its own text, or may have the text run into it."""
        if self.specifico is None:
            return 0
        primo = riga.pezzi[0].testo
        altre = [testo_semplice(pezzo.testo) for pezzo in riga.pezzi[1:]]
        di_tabella = any(testo.startswith("Eventual") for testo in altre)
        if not di_tabella and not _INIZIO_STADIO.match(primo):
            return 0
        primo = testo_semplice(primo)
        for quale in (1, 2):
            if quale == self.stadio:
                continue
            prima, seconda, terza = lessico.intestazioni_stadio(quale)
            if primo.startswith(prima):
                resto = primo[len(prima) :]
                if not resto or resto.startswith("\n") or di_tabella:
                    return quale
                if self.parte in (Parte.INDICATORI, Parte.STADIO) and quale > self.stadio:
                    self.segnala(riga.numero, f"l'intestazione «{prima}» ha un testo attaccato")
                    return quale
            elif di_tabella and len(primo.split()) > 1 and prima.startswith(primo):
                return quale
            elif quale > self.stadio and any(t.startswith((seconda, terza)) for t in altre):
                self.segnala(riga.numero, f"manca l'intestazione «{prima}»")
                return quale
        return 0

    def _apri_stadio(self, quale: int, riga: Riga) -> None:
        assert self.specifico is not None
        self.chiudi_parte()
        if quale < self.stadio:
            self.segnala(riga.numero, "gli stati di avanzamento non sono in ordine")
        self.parte, self.stadio = Parte.STADIO, quale
        self.specifico.stadi.setdefault(quale, []).append(riga)

    # --- tables -----------------------------------------------------------------------------

    def _date_o_percentuali(self, riga: Riga) -> bool:
        if self.parte in (Parte.FLAG, Parte.PERSONE):
            trovata = lessico.etichetta(riga.pezzi[0].testo, self.livello)
            if trovata is None or trovata.campo not in DATE:
                return False
            self.chiudi_parte()
            self.parte = Parte.CAMPI
        if self.parte is not Parte.CAMPI:
            return False
        if self.date.riga(riga):
            self.campo = Campo.INIZIO_PREVISTO
            return True
        return self.specifico is None and self.percentuali.riga(riga, self.anno)

    def _tabella(self, riga: Riga) -> bool:
        """Take the line if it is a row of the table the reader is in."""
        if self.parte is Parte.STADIO and self.specifico is not None:
            self.specifico.stadi[self.stadio].append(riga)
            return True
        if self.specifico is not None:
            self._riconosci_dalla_forma(riga)
        if self.parte is Parte.ASSETTO:
            return self.riga_di_assetto(riga)
        if self.parte not in (Parte.FLAG, Parte.PERSONE, Parte.INDICATORI):
            return False
        trovata = lessico.etichetta(riga.pezzi[0].testo, self.livello)
        if trovata is not None and trovata.campo not in lessico.PAROLE_COMUNI:
            return False
        if self.persone is not None:
            self.persone.leggi(riga)
        elif self.indicatori is not None:
            self.indicatori.leggi(riga)
        else:
            self.riga_di_flag(riga)
        return True

    def _riconosci_dalla_forma(self, riga: Riga) -> None:
        """Open the table of people or of figures whose heading was lost."""
        if self.parte in (Parte.CAMPI, Parte.FLAG) and sembra_collaboratore(riga):
            self.apri_persone()
            self.segnala(riga.numero, "manca l'intestazione della tabella dei collaboratori")
        elif self.parte in (Parte.CAMPI, Parte.FLAG, Parte.PERSONE) and sembra_indicatore(riga):
            self.apri_indicatori()
            self.segnala(riga.numero, "manca l'intestazione della tabella degli indicatori")
