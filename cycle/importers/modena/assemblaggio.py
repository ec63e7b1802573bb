# SPDX-License-Identifier: AGPL-3.0-or-later
"""From what was read to the neutral Piano. Every repair made here says so."""

from __future__ import annotations

import re
from datetime import date
from typing import TypedDict

from cycle.importers import piano
from cycle.importers.modena import lessico
from cycle.importers.modena.grezzo import (
    CollaboratoreGrezzo,
    DocumentoGrezzo,
    IndicatoreGrezzo,
    SchedaGrezza,
    SpecificoGrezzo,
    Voce,
)
from cycle.importers.modena.lessico import Campo
from cycle.importers.modena.persone import Anagrafe
from cycle.importers.modena.stati import Stadio
from cycle.importers.modena.tabelle import somma
from cycle.importers.modena.unita import Organigramma
from cycle.importers.piano import PianoIllegibile
from cycle.importers.righe import aperto, unisci
from cycle.importers.testo import Avvisi, chiave, nome_di_persona

PARAMETRI = {"forma": "modena", "nome_obiettivo": "Obiettivo esecutivo"}
_CAMPO_A_LUNGHEZZA_FISSA = range(190, 206)  # characters of the printed Obiettivo generale

_DEL_SPECIFICO = {Campo.TITOLO: "il titolo", Campo.DESCRIZIONE: "la descrizione"}


def assembla(documento: DocumentoGrezzo, anno: int, avvisi: Avvisi) -> piano.Piano:
    """The Piano of one document. Raises `PianoIllegibile` when a code is lost: without it nothing
    can be referred to."""
    anagrafe = Anagrafe(documento, avvisi)
    organigramma = Organigramma(documento, anagrafe, avvisi)
    montaggio = _Montaggio(anno, anagrafe, organigramma, avvisi)
    obiettivi = tuple(montaggio.obiettivo(scheda) for scheda in documento.schede)
    return piano.Piano(
        anno=anno,
        fonte=lessico.FONTE,
        periodi=montaggio.periodi,
        unita=organigramma.unita(),
        persone=anagrafe.persone(),
        obiettivi=obiettivi,
        parametri=PARAMETRI,
    )


def periodi_di(anno: int) -> tuple[piano.Periodo, piano.Periodo]:
    """The two halves of the year, named as the layout prints them."""
    return (
        piano.Periodo(f"{anno}-1", f"{anno} Giugno", date(anno, 1, 1), date(anno, 6, 30)),
        piano.Periodo(f"{anno}-2", f"{anno} Dicembre", date(anno, 7, 1), date(anno, 12, 31)),
    )


class _Montaggio:
    def __init__(
        self, anno: int, anagrafe: Anagrafe, organigramma: Organigramma, avvisi: Avvisi
    ) -> None:
        self.anno = anno
        self.anagrafe = anagrafe
        self.organigramma = organigramma
        self.avvisi = avvisi
        self.periodi = periodi_di(anno)
        self.programmi: dict[str, piano.Nodo] = {}

    # --- scheda -----------------------------------------------------------------------------

    def obiettivo(self, scheda: SchedaGrezza) -> piano.Obiettivo:
        if not scheda.codice:
            raise PianoIllegibile(
                f"Riga {scheda.riga}: la scheda non ha un codice leggibile. Correggere la riga "
                "(«Scheda ... n° - CODICE») e ripetere l'importazione."
            )
        campi = scheda.campi
        self._segnala_perduti(scheda)
        descrizione = campi.brano(Campo.OBIETTIVO_GENERALE)
        if len(descrizione) in _CAMPO_A_LUNGHEZZA_FISSA and aperto(descrizione):
            self._avviso(
                campi.riga(Campo.OBIETTIVO_GENERALE, scheda.riga),
                scheda.codice,
                "l'obiettivo generale è stampato solo fino a circa 200 caratteri: il resto manca",
            )
        return piano.Obiettivo(
            codice=scheda.codice,
            tipo=scheda.tipo,
            titolo=campi.su_una_riga(Campo.TITOLO),
            descrizione=descrizione,
            unita=self.organigramma.di(scheda),
            responsabile_generale=self._responsabile(scheda, Campo.RESPONSABILE_GENERALE),
            responsabile_operativo=self._responsabile(scheda, Campo.RESPONSABILE_OPERATIVO),
            **_date(scheda.date),
            fase=campi.su_una_riga(Campo.FASE),
            stato=campi.su_una_riga(Campo.STATO),
            nodi=self._nodi(campi.su_una_riga(Campo.PROGRAMMA)),
            collaboratori=tuple(
                (self.anagrafe.persona(nome), riga.inquadramento)
                for riga, nome in self._persone(scheda.codice, scheda.collaboratori)
            ),
            percentuale_stampata=scheda.percentuali.get(Campo.AVANZAMENTO),
            percentuale_convalidata=scheda.percentuali.get(Campo.CONVALIDATA),
            specifici=tuple(self.specifico(scheda, s) for s in self._scritti(scheda)),
            riga=scheda.riga,
        )

    def _scritti(self, scheda: SchedaGrezza) -> list[SpecificoGrezzo]:
        """The specifici without the headings that nothing follows."""
        scritti = []
        for letto in scheda.specifici:
            if letto.codice or letto.campi.voci or letto.collaboratori or letto.indicatori:
                scritti.append(letto)
            else:
                self._avviso(letto.riga, scheda.codice, "intestazione senza contenuto: tralasciata")
        return scritti

    def _segnala_perduti(self, scheda: SchedaGrezza) -> None:
        attesi = {
            Campo.TITOLO: "il titolo",
            Campo.RESPONSABILE_GENERALE: "il Responsabile Generale",
            Campo.RESPONSABILE_OPERATIVO: "il Responsabile Operativo",
            Campo.FASE: "la Fase",
            Campo.STATO: "lo Stato",
        }
        percentuali = {Campo.CONVALIDATA: "la percentuale convalidata"}
        if scheda.tipo == "OE":
            attesi[Campo.PROGRAMMA] = "il Programma Operativo"
            attesi[Campo.OBIETTIVO_GENERALE] = "l'Obiettivo generale"
            percentuali[Campo.AVANZAMENTO] = "la percentuale di avanzamento"
        perduti = [nome for c, nome in attesi.items() if not scheda.campi.su_una_riga(c)]
        perduti += [nome for c, nome in percentuali.items() if c not in scheda.percentuali]
        if not _ha_le_date(scheda.date):
            perduti.append("una delle date previste")
        if perduti:
            self._avviso(
                scheda.riga,
                scheda.codice,
                f"mancano nella stampa: {', '.join(perduti)}",
            )

    def _responsabile(self, scheda: SchedaGrezza, campo: Campo) -> str:
        nome = nome_di_persona(scheda.campi.su_una_riga(campo))
        if nome:
            self.anagrafe.avvisa(scheda.campi.riga(campo, scheda.riga), scheda.codice, nome)
        return self.anagrafe.persona(nome)

    def _persone(
        self, codice: str, righe: list[CollaboratoreGrezzo]
    ) -> list[tuple[CollaboratoreGrezzo, str]]:
        lette = []
        for riga in righe:
            nome = nome_di_persona(riga.nome)
            if nome:
                self.anagrafe.avvisa(riga.riga, codice, nome)
                lette.append((riga, nome))
            else:
                self._avviso(riga.riga, codice, f"«{riga.nome}» non è un nome: tralasciato")
        return lette

    def _nodi(self, programma: str) -> tuple[piano.Nodo, ...]:
        """The layout prints no code for a programme; titles that differ only in their marks are
        one programme."""
        if not programma:
            return ()
        nodo = piano.Nodo((("programma", "", programma),))
        return (self.programmi.setdefault(chiave(programma), nodo),)

    # --- specifico --------------------------------------------------------------------------

    def specifico(self, scheda: SchedaGrezza, letto: SpecificoGrezzo) -> piano.Specifico:
        if not letto.codice:
            raise PianoIllegibile(
                f"Riga {letto.riga}: un elemento della scheda {scheda.codice} non ha un codice "
                "leggibile. Correggere la riga («Codice ...») e ripetere l'importazione."
            )
        perduti = [n for c, n in _DEL_SPECIFICO.items() if not letto.campi.su_una_riga(c)]
        if scheda.tipo == "OE" and not _ha_le_date(letto.date):
            perduti.append("una delle date previste")
        if perduti:
            self._avviso(letto.riga, letto.codice, f"mancano nella stampa: {', '.join(perduti)}")
        esternalizzata, affidatario, modalita = self._esternalizzazione(scheda, letto)
        return piano.Specifico(
            codice=letto.codice,
            titolo=letto.campi.su_una_riga(Campo.TITOLO),
            descrizione=letto.campi.brano(Campo.DESCRIZIONE),
            **_date(letto.date),
            flag=tuple(letto.flag),
            esternalizzata=esternalizzata,
            affidatario=affidatario,
            modalita_affidamento=modalita,
            collaboratori=tuple(
                piano.Collaboratore(
                    nome=nome,
                    persona=self.anagrafe.persona(nome),
                    dal=riga.dal,
                    al=riga.al,
                    responsabile=riga.responsabile,
                )
                for riga, nome in self._persone(letto.codice, letto.collaboratori)
            ),
            indicatori=tuple(self._indicatore(letto.codice, i) for i in letto.indicatori),
            relazioni=self._relazioni(letto),
            riga=letto.riga,
        )

    def _esternalizzazione(
        self, scheda: SchedaGrezza, letto: SpecificoGrezzo
    ) -> tuple[str, str, str]:
        """Whether it is contracted out, to whom, how."""
        voci = {
            campo: list(letto.campi.voci.get(campo, ()))
            for campo in (Campo.ESTERNALIZZATA, Campo.AFFIDATARIO, Campo.MODALITA)
        }
        se, chi, come = voci.values()
        if not se and not chi and come and _se(come[0]):
            # The three labels came before the three values.
            self._avviso(
                come[0].riga, letto.codice, "etichette e valori dell'affidamento sono separati: "
                f"«{come[0].testo}» preso per l'esternalizzazione"
            )  # fmt: skip
            se, come = come[:1], come[1:]
            if len(come) == 2:
                chi, come = come[:1], come[1:]
        printed = " ".join(voce.testo for voce in se)
        valore = _se(Voce(0, printed)) if printed else ""
        if printed and not valore:
            self._avviso(
                se[0].riga,
                letto.codice,
                f"«{printed}» non dice se è esternalizzata: lasciato vuoto",
            )
        elif not printed and scheda.tipo == "UO":
            self._avviso(letto.riga, letto.codice, "non è stampato se l'attività è esternalizzata")
        elif valore in ("parzialmente", "totalmente") and not (chi and come):
            cosa = "la modalità di affidamento" if chi else "il soggetto affidatario"
            self._avviso(letto.riga, letto.codice, f"è esternalizzata, ma manca {cosa}")
        return valore, unisci([v.testo for v in chi]), " ".join(v.testo for v in come)

    def _relazioni(self, letto: SpecificoGrezzo) -> tuple[piano.Relazione, ...]:
        relazioni = []
        for quale, periodo in enumerate(self.periodi, start=1):
            righe = letto.stadi.get(quale)
            if righe:

                def segnala(riga: int, messaggio: str) -> None:
                    self._avviso(riga, letto.codice, messaggio)

                testi = Stadio(quale, righe, segnala).testi()
                relazioni.append(piano.Relazione(periodo.codice, *testi))
            elif letto.stadi:
                nome = lessico.intestazioni_stadio(quale)[0]
                self._avviso(letto.riga, letto.codice, f"manca la tabella «{nome}»")
        return tuple(relazioni)

    # --- indicator --------------------------------------------------------------------------

    def _indicatore(self, codice: str, letto: IndicatoreGrezzo) -> piano.Indicatore:
        nome = self._nome(codice, letto)
        return piano.Indicatore(
            nome=nome,
            peso=letto.peso,
            natura=self._natura(codice, letto, nome),
            aggregazione=self._aggregazione(codice, letto, nome),
            rilevazioni=tuple(
                self._rilevazione(codice, letto, nome, quale, periodo)
                for quale, periodo in enumerate(self.periodi, start=1)
            ),
            tipo=nome.split(" - ", 1)[0].strip(),
            target_annuo=letto.target,
            valore_annuo=letto.valore,
            riga=letto.riga,
        )

    def _nome(self, codice: str, letto: IndicatoreGrezzo) -> str:
        nome = re.sub(r"\s+", " ", letto.nome).strip()
        inghiottito = lessico.PERIODO_INGHIOTTITO.search(nome)
        if inghiottito is not None and int(inghiottito["anno"]) == self.anno:
            self._avviso(
                letto.riga,
                codice,
                f"«{nome}»: «{inghiottito[0].strip()}» è il nome della riga che segue, tolto",
            )
            nome = nome[: inghiottito.start()].strip()
        return nome

    def _natura(self, codice: str, letto: IndicatoreGrezzo, nome: str) -> str:
        nature = {periodo.natura for periodo in letto.periodi.values() if periodo.natura}
        if len(nature) == 1:
            return nature.pop()
        primo = letto.periodi.get(1) or letto.periodi.get(2)
        if nature and primo is not None:
            self._avviso(
                letto.riga, codice, f"«{nome}» cambia natura tra i periodi: preso il primo"
            )
            return primo.natura
        self._avviso(letto.riga, codice, f"manca la natura di «{nome}»: preso positivo")
        return "positivo"

    def _aggregazione(self, codice: str, letto: IndicatoreGrezzo, nome: str) -> str:
        if letto.aggregazione:
            return letto.aggregazione
        periodi = [letto.periodi[q] for q in sorted(letto.periodi)]
        target = somma([p.target for p in periodi]), periodi[-1].target if periodi else None
        come = "somma"
        if letto.target is not None and target[0] != letto.target and target[1] == letto.target:
            come = "media"
        provata = target[0] != target[1] and letto.target in target
        prova = "come mostrano i target" if provata else "senza prova"
        self._avviso(
            letto.riga, codice, f"manca l'aggregazione di «{nome}»: presa «{come}», {prova}"
        )
        return come

    def _rilevazione(
        self,
        codice: str,
        letto: IndicatoreGrezzo,
        nome: str,
        quale: int,
        periodo: piano.Periodo,
    ) -> piano.Rilevazione:
        trovato = letto.periodi.get(quale)
        if trovato is None:
            self._avviso(letto.riga, codice, f"manca la riga «{periodo.nome}» di «{nome}»")
            return piano.Rilevazione(periodo.codice, None, None)
        return piano.Rilevazione(periodo.codice, trovato.target, trovato.valore)

    def _avviso(self, riga: int, codice: str, messaggio: str) -> None:
        self.avvisi.aggiungi(riga, codice, messaggio)


def _se(voce: Voce) -> str:
    return lessico.ESTERNALIZZAZIONI.get(" ".join(voce.testo.lower().split()), "")


def _ha_le_date(lette: dict[Campo, date]) -> bool:
    return all(campo in lette for campo in lessico.DATE[:2])


class _Date(TypedDict):
    inizio_previsto: date | None
    fine_prevista: date | None
    inizio_effettivo: date | None
    fine_effettiva: date | None


def _date(lette: dict[Campo, date]) -> _Date:
    return {
        "inizio_previsto": lette.get(Campo.INIZIO_PREVISTO),
        "fine_prevista": lette.get(Campo.FINE_PREVISTA),
        "inizio_effettivo": lette.get(Campo.INIZIO_EFFETTIVO),
        "fine_effettiva": lette.get(Campo.FINE_EFFETTIVA),
    }
