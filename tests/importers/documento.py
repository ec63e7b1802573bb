# SPDX-License-Identifier: AGPL-3.0-or-later
"""A plan printed in the Modena layout, whole or with the damage a scanner does to it.

`stampa` gives the text and the plan a reader must find in it: the same, but for the damage that
loses something for good. Each damage has one place where it is done, and can be switched.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from random import Random

from cycle.importers.piano import Indicatore, Obiettivo, Piano, Relazione, Specifico
from tests.importers.carta import Danno, a_meta, cifra, con_virgola, data, percento
from tests.importers.piani import persone_di


@dataclass(frozen=True, slots=True)
class Stampato:
    testo: str
    atteso: Piano


def stampa(piano: Piano, danni: Iterable[Danno] = (), caso: Random | None = None) -> Stampato:
    """Print a plan; a damage strikes half of the places where it can."""
    return _Stampante(piano, frozenset(danni), caso or Random(0)).stampa()


_STORPIATURE = ("Esteralizzata", "Esterernalizzata", "Esterrializzata")
_DATE = ("Inizio Previsto", "Fine Prevista", "Inizio Effettivo", "Fine Effettivo")
_VERBALI = {"no": "No", "parzialmente": "Si Parzialmente", "totalmente": "Si totalmente", "": ""}


@dataclass
class _Stampante:
    piano: Piano
    danni: frozenset[Danno]
    caso: Random
    righe: list[str] = field(default_factory=list)

    def stampa(self) -> Stampato:
        self._copertina()
        attesi = [self._scheda(obiettivo) for obiettivo in self.piano.obiettivi]
        atteso = replace(self.piano, obiettivi=tuple(attesi))
        return Stampato("\n".join(self.righe) + "\n", replace(atteso, persone=persone_di(atteso)))

    def capita(self, danno: Danno) -> bool:
        return danno in self.danni and self.caso.random() < 0.5

    def scrivi(self, *righe: str) -> None:
        for riga in righe:
            self.righe.append(riga)
            if self.capita(Danno.RIGHE_VUOTE):
                self.righe.append("")

    # --- cover ------------------------------------------------------------------------------

    @property
    def settore(self) -> str:
        return self.piano.unita[0].nome

    def _copertina(self) -> None:
        anno = self.piano.anno
        self.scrivi(
            "",
            f"Piano dettagliato degli obiettivi di performance {anno}/{anno + 2}",
            "",
            "**PIANO ESECUTIVO DI GESTIONE",
            f"{anno} - {anno + 2}**",
            "",
            f"Centro di Responsabilità\t{self.settore}",
            f"Dirigente Responsabile\t{con_virgola(self.piano.unita[0].responsabile)}",
            "ASSETTO ORGANIZZATIVO",
            "Unità Organizzativa\tResponsabile\tInquadramento",
            *(f"{u.nome}\t{u.responsabile}\t{u.inquadramento}" for u in self.piano.unita[1:]),
            "",
            f"PEG {anno} - {anno + 2}",
            "SEZIONI OBIETTIVI",
        )

    # --- scheda -----------------------------------------------------------------------------

    def _scheda(self, obiettivo: Obiettivo) -> Obiettivo:
        if obiettivo.tipo == "UO":
            obiettivo = self._testata_uo(obiettivo)
            self._persone_di_scheda(obiettivo)
            self.scrivi("Elenco Attività Gestionali")
        else:
            obiettivo = self._testata_oe(obiettivo)
            self.scrivi("Tipologie Flag")
            if self.capita(Danno.TRATTI):
                self.scrivi("Descrizione Flag\tAttivo (Si/No)", "------\t------")
            self._persone_di_scheda(obiettivo)
            self.scrivi("ELENCO OBIETTIVI SPECIFICI")
        for specifico in obiettivo.specifici:
            self._specifico(obiettivo, specifico)
        return obiettivo

    def _frontespizio(self, obiettivo: Obiettivo) -> list[str]:
        """The head of a page of that scheda, title included."""
        uo = obiettivo.tipo == "UO"
        pagina = f"Piano Esecutivo di Gestione - Sezione {'Attività' if uo else 'Obiettivi'}"
        scheda = "Scheda UO n° -" if uo else "Scheda Obiettivo Esecutivo n° -"
        if self.capita(Danno.CAMPI_INCOLLATI):
            return [
                f"**{pagina}**Settore **{self.settore}**{scheda} **{obiettivo.codice}**"
                f"**{obiettivo.titolo}**"
            ]
        if self.capita(Danno.NUMERO_A_CAPO):
            return [pagina, "", "Settore", "", self.settore, "", scheda, "", obiettivo.codice,
                    "", obiettivo.titolo]  # fmt: skip
        return [f"**{pagina}**", "", f"Settore **{self.settore}**",
                f"{scheda} **{obiettivo.codice}**", "", obiettivo.titolo]  # fmt: skip

    def _testata_uo(self, obiettivo: Obiettivo) -> Obiettivo:
        self.scrivi(*self._frontespizio(obiettivo), "")
        self._date(obiettivo.inizio_previsto, obiettivo.fine_prevista)
        obiettivo = self._responsabili(obiettivo)
        etichette = "% Avanzamento\t% Annuale convalidata dal Nucleo di Valutazione\t\t"
        valore = percento(obiettivo.percentuale_convalidata)
        if self.capita(Danno.PERCENTUALE_PERDUTA):
            self.scrivi(etichette)
            return replace(obiettivo, percentuale_convalidata=None)
        if self.capita(Danno.PERCENTUALE_SCIOLTA):
            self.scrivi(etichette, valore)
        else:
            self.scrivi(etichette, f"\t{valore}\t\t")
        return obiettivo

    def _testata_oe(self, obiettivo: Obiettivo) -> Obiettivo:
        frontespizio = self._frontespizio(obiettivo)
        programma = obiettivo.nodi[0].percorso[0][2]
        generale = con_virgola(obiettivo.responsabile_generale)
        operativo = obiettivo.responsabile_operativo
        if self.capita(Danno.CAMPI_INCOLLATI):
            testata = "".join(frontespizio) if len(frontespizio) == 1 else ""
            self.scrivi(*(() if testata else frontespizio))
            self.scrivi(
                f"{testata}**Codice** {obiettivo.codice}**Obiettivo generale** "
                f"{obiettivo.descrizione}"
            )
            self._date(obiettivo.inizio_previsto, obiettivo.fine_prevista)
            self.scrivi(
                f"Responsabile Generale {generale} **Responsabile Operativo** {operativo}**Fase** "
                f"{obiettivo.fase} **Stato** {obiettivo.stato}**Programma Operativo** {programma}"
                "**Dettaglio % Avanzamento Annuale**"
            )
        else:
            self.scrivi(*frontespizio, "")
            self._coppia("Codice", obiettivo.codice)
            self._coppia("Obiettivo generale", obiettivo.descrizione)
            self._date(obiettivo.inizio_previsto, obiettivo.fine_prevista)
            obiettivo = self._responsabili(obiettivo)
            self._coppia("Programma Operativo", programma)
            self.scrivi("Dettaglio % Avanzamento Annuale")
        return self._percentuali_oe(obiettivo)

    def _responsabili(self, obiettivo: Obiettivo) -> Obiettivo:
        generale = con_virgola(obiettivo.responsabile_generale)
        if self.capita(Danno.TESTATA_A_DUE_COLONNE):
            self.scrivi(f"Responsabile Generale\t{generale}", f"Fase\t{obiettivo.fase}")
            return replace(obiettivo, responsabile_operativo="", stato="")
        if self.capita(Danno.CAMPI_SPARSI):
            self.scrivi(
                f"Responsabile Generale **{generale}**", "",
                "Responsabile Operativo", "", obiettivo.responsabile_operativo, "",
                f"Fase **{obiettivo.fase}**", "", "Stato", "", obiettivo.stato,
            )  # fmt: skip
        else:
            self.scrivi(
                f"Responsabile Generale\t{generale}\tResponsabile Operativo\t"
                f"{obiettivo.responsabile_operativo}",
                f"Fase\t{obiettivo.fase}\tStato\t{obiettivo.stato}",
            )
        return obiettivo

    def _percentuali_oe(self, obiettivo: Obiettivo) -> Obiettivo:
        anno = self.piano.anno
        convalidata = "% Convalidata dal Nucleo di Valutazione"
        self.scrivi("Anno\t% Avanzamento", f"{anno}\t{percento(obiettivo.percentuale_stampata)}")
        self.scrivi(convalidata, "", f"Anno\t{convalidata}")
        if self.capita(Danno.PERCENTUALE_PERDUTA):
            return replace(obiettivo, percentuale_convalidata=None)
        self.scrivi(f"{anno}\t{percento(obiettivo.percentuale_convalidata)}")
        return obiettivo

    def _persone_di_scheda(self, obiettivo: Obiettivo) -> None:
        intestazione = "Collaboratori\tInquadramento"
        self.scrivi(
            "", f"{intestazione}\tAttivo (Si/No)" if self.caso.random() < 0.3 else intestazione
        )
        for nome, inquadramento in obiettivo.collaboratori:
            if self.capita(Danno.TABELLE_SPEZZATE):
                self.scrivi("", intestazione)
            self.scrivi(f"{self._trattino(nome)}\t{inquadramento}\t")

    # --- specifico --------------------------------------------------------------------------

    def _specifico(self, obiettivo: Obiettivo, specifico: Specifico) -> None:
        uo = obiettivo.tipo == "UO"
        self._apertura("Attività Gestionale" if uo else "Obiettivo Specifico", specifico)
        if uo:
            self._flag(specifico)
            self._affidamento(specifico)
        else:
            self._date(specifico.inizio_previsto, specifico.fine_prevista)
        self._collaboratori(obiettivo, specifico)
        self._indicatori(specifico)
        for quale, relazione in enumerate(specifico.relazioni, start=1):
            self._stadio(quale, relazione)

    def _apertura(self, intestazione: str, specifico: Specifico) -> None:
        if self.capita(Danno.CAMPI_INCOLLATI):
            self.scrivi(
                f"{intestazione}**Codice** {specifico.codice}**Titolo** {specifico.titolo}"
                "**Descrizione**"
            )
        else:
            self.scrivi("", intestazione, "")
            self._coppia("Codice", specifico.codice)
            self._coppia("Titolo", specifico.titolo)
            self.scrivi("Descrizione")
        for capoverso in specifico.descrizione.split("\n"):
            self.scrivi("", capoverso)
        self.scrivi("")

    def _flag(self, specifico: Specifico) -> None:
        self.scrivi("Tipologie Flag", "", "Descrizione Flag\tAttivo (Si/No)")
        if not specifico.flag and self.capita(Danno.TRATTI):
            self.scrivi("------------------\t----------------")
        self.scrivi(*(f"{flag}\tSi" for flag in specifico.flag), "")

    def _affidamento(self, specifico: Specifico) -> None:
        parola = "Esternalizzata"
        if self.capita(Danno.ESTERNALIZZATA_STORPIATA):
            parola = self.caso.choice(_STORPIATURE)
        se, chi, come = (
            _VERBALI[specifico.esternalizzata],
            specifico.affidatario,
            specifico.modalita_affidamento,
        )
        if self.capita(Danno.CAMPI_SPARSI):
            self.scrivi(
                f"Att. {parola}", "", se, "", "Sogg. Affidatario", "", chi, "",
                "Mod. di Affidamento", "", come,
            )  # fmt: skip
        elif self.capita(Danno.AFFIDAMENTO_IN_COLONNA):
            self.scrivi(
                f"Att. {parola}\tSogg. Affidatario\tMod. di Affidamento", f"{se}\t{chi}\t{come}"
            )
        else:
            self.scrivi(
                f"Att. {parola} {se}**Sogg. Affidatario** {chi}**Mod. di Affidamento** {come}"
            )

    def _collaboratori(self, obiettivo: Obiettivo, specifico: Specifico) -> None:
        intestazione = "Collaboratori\tData Inizio\tData Fine\tResp."
        self.scrivi("", intestazione)
        for collaboratore in specifico.collaboratori:
            if self.capita(Danno.TABELLE_SPEZZATE):
                if self.capita(Danno.TESTATA_RIPETUTA):
                    self.scrivi(*self._frontespizio(obiettivo))
                self.scrivi("", intestazione)
            self.scrivi(
                f"{self._trattino(collaboratore.nome)}\t{data(collaboratore.dal)}\t"
                f"{data(collaboratore.al)}\t{'S' if collaboratore.responsabile else ''}"
            )

    def _indicatori(self, specifico: Specifico) -> None:
        intestazione = "Indicatore\tPeso Indicatore\tTarget\tConseguito\tAggregazione"
        self.scrivi("", intestazione)
        for indicatore in specifico.indicatori:
            for n, riga in enumerate(self._righe_di(indicatore)):
                if n and self.capita(Danno.TABELLE_SPEZZATE):
                    self.scrivi("", intestazione)
                self.scrivi(riga)
        self.scrivi("")

    def _righe_di(self, indicatore: Indicatore) -> list[str]:
        nome = indicatore.nome
        etichette = [f"--- {periodo.nome}" for periodo in self.piano.periodi]
        if self.capita(Danno.PERIODO_INGHIOTTITO):
            nome = f"{nome} {self.piano.periodi[0].nome}"
            etichette[0] = self.caso.choice((etichette[0], "---"))
        elif self.capita(Danno.NOMI_IN_PICCOLO):
            prima, _, dopo = nome.rpartition(" ")
            nome = f"{prima} <small>{dopo}</small>"
        return [
            f"{nome}\t{indicatore.peso}\t{cifra(indicatore.target_annuo)}\t"
            f"{cifra(indicatore.valore_annuo)}\t{indicatore.aggregazione.capitalize()}",
            *(
                f"{etichetta}\t\t{cifra(r.target)}\t{cifra(r.valore)}\t"
                f"{indicatore.natura.capitalize()}"
                for etichetta, r in zip(etichette, indicatore.rilevazioni, strict=True)
            ),
        ]

    # --- stages -----------------------------------------------------------------------------

    def _stadio(self, quale: int, relazione: Relazione) -> None:
        nome = ("", "Primo", "Secondo")[quale]
        coda = f"{nome.lower()} stato di avanzamento"
        intestazioni = [
            f"{nome} Stato di Avanzamento",
            f"Eventuali osservazioni Nucleo di Valutazione – {coda}",
            f"Eventuale risposta del Settore alle osservazioni – {coda}",
        ]
        testi = [relazione.testo, relazione.osservazione, relazione.risposta]
        su_una_riga = any(testi) and not any("\n" in testo for testo in testi)
        if su_una_riga and self.capita(Danno.INTESTAZIONE_NEL_TESTO):
            celle = [f"{i} {t}".strip() for i, t in zip(intestazioni, testi, strict=True)]
            self.scrivi("\t".join(celle))
            return
        celle = [self._in_html(testo) for testo in testi]
        solo_html = quale == 2 and any(testi) and self.capita(Danno.INTESTAZIONE_SOLO_HTML)
        if solo_html or (any(testi) and self.capita(Danno.INTESTAZIONE_HTML)):
            celle = [f"<p>{i}</p> {c}" for i, c in zip(intestazioni, celle, strict=True)]
        if not solo_html:
            self._intestazione(intestazioni)
        self._celle(celle)
        self.scrivi("")

    def _intestazione(self, intestazioni: list[str]) -> None:
        prima, seconda, terza = intestazioni
        if not self.capita(Danno.INTESTAZIONI_SPEZZATE):
            self.scrivi("\t".join(intestazioni))
            return
        inizio, fine = seconda.split(" Valutazione", 1)
        match self.caso.randrange(3):
            case 0:
                self.scrivi(f"{prima}\t{inizio}\t", "", f"\tValutazione{fine}\t{terza}")
            case 1:
                self.scrivi(f"{prima}**{inizio}**", "", f"\tValutazione{fine}\t{terza}")
            case _:
                self.scrivi(
                    "\t".join(intestazioni), "", "\tavanzamento\tavanzamento", "--\t---\t---"
                )

    def _in_html(self, testo: str) -> str:
        if "\n" in testo or (testo and self.capita(Danno.HTML)):
            return " ".join(f"<p>{capoverso}</p>" for capoverso in testo.split("\n"))
        return testo

    def _celle(self, celle: list[str]) -> None:
        if not any(celle):
            return
        if self.capita(Danno.CELLE_SPEZZATE):
            prima, dopo = zip(*(a_meta(cella) for cella in celle), strict=True)
            self.scrivi("\t".join(prima), "", "\t".join(dopo))
            if self.capita(Danno.TRATTI):
                self.scrivi("--\t--\t--")
        elif sum(map(bool, celle)) == 1 and celle[0] and self.capita(Danno.CODE_SCIOLTE):
            testa, coda = a_meta(celle[0])
            self.scrivi(f"{testa}\t\t", *(("", coda) if coda else ()))
        else:
            self.scrivi("\t".join(celle))

    # --- fields -----------------------------------------------------------------------------

    def _coppia(self, etichetta: str, valore: str) -> None:
        if self.capita(Danno.CAMPI_SPARSI):
            self.scrivi(etichetta, "", valore)
        elif self.capita(Danno.CAMPI_SPARSI):
            self.scrivi(f"{etichetta} {valore}")
        else:
            self.scrivi(f"{etichetta}\t{valore}\t\t")

    def _date(self, inizio: date | None, fine: date | None) -> None:
        valori = (data(inizio), data(fine))
        if self.capita(Danno.DATE_IN_COLONNA):
            self.scrivi(*(r for e in _DATE for r in (e, "")), valori[0], "", valori[1])
        elif self.capita(Danno.DATE_ALTERNATE):
            self.scrivi(_DATE[0], "", valori[0], "", _DATE[1], "", valori[1], "", *_DATE[2:])
        elif self.capita(Danno.DATE_DOPO_I_TRATTI):
            self.scrivi(
                "\t".join(_DATE), "------\t------\t-----\t-----", "", valori[0], "", valori[1]
            )
        elif self.capita(Danno.DATE_INCOLLATE):
            self.scrivi(f"{_DATE[0]}**{_DATE[1]}****{_DATE[2]}****{_DATE[3]}**", "", valori[0],
                        "", valori[1])  # fmt: skip
        else:
            self.scrivi("\t".join(_DATE), f"{valori[0]}\t{valori[1]}\t\t")

    def _trattino(self, nome: str) -> str:
        """`COGNOME-NOME`: the plan does not say where a surname ends, and no reader needs it."""
        if nome == "-":
            return nome
        cognome, _, resto = nome.rpartition(" ")
        return f"{cognome}-{' ' if self.capita(Danno.NOMI_CON_SPAZI) else ''}{resto}"
