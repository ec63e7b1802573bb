# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invented plans: what `documento` prints and the reader must give back.

The names are far from each other, so that no two can be taken for the same person; the texts hold
words that elsewhere are labels, so that a reader which trusts a word too early is caught.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

from cycle.importers.modena.assemblaggio import PARAMETRI, periodi_di
from cycle.importers.piano import (
    Collaboratore,
    Indicatore,
    Nodo,
    Obiettivo,
    Persona,
    Piano,
    Relazione,
    Rilevazione,
    Specifico,
    Unita,
)
from cycle.importers.testo import sigla

COGNOMI = (
    "ARCIDIACONO", "BELLOMUNNO", "CACCIAGUERRA", "DE FRANCISCIS", "EUFEMI", "FORTEBRACCI",
    "GUIDOBALDI", "HERZOG", "IMBRIANI", "LO PRESTIPINO", "MALASPINA", "NICOTRA", "D'OSTUNI",
    "PUGLIATTI", "QUARANTOTTO", "RAGNEDDA", "SCOPELLITI", "TRENTALANCE", "UMBERTAZZI", "VIVALDELLI",
)  # fmt: skip
NOMI = (
    "ADELAIDE", "BONAVENTURA", "CLORINDA", "DESDEMONA", "ERMENEGILDO", "FULGENZIO", "GUENDALINA",
    "IPPOLITO", "LUDMILLA", "MARIA SERAFINA", "NICODEMO", "OTTAVIA", "PELLEGRINO", "QUINTILIA",
    "ROSMUNDA", "SATURNINO", "TEODOLINDA", "UGOLINO", "VENANZIO", "ZENOBIA",
)  # fmt: skip
TITOLI = (
    "Riordino degli archivi di deposito",
    "Codice dei beni comuni: seconda stesura",
    "Nuovi percorsi pedonali verso le scuole",
    "Stato dei ponti minori e interventi urgenti",
    "Titolo di viaggio unico per i residenti",
    "Descrizione e stima degli immobili in disuso",
    "Sportello per chi apre un'impresa",
    "Potatura programmata degli alberi monumentali",
)
FRASI = (
    "Il censimento è stato concluso in anticipo sul calendario.",
    "Fase di collaudo rinviata per il maltempo di primavera.",
    "Collaboratori esterni non ne sono serviti.",
    "Stato dei lavori: regolare, con due proroghe concesse.",
    "Titolo edilizio rilasciato dall'ufficio competente.",
    "Codice di comportamento illustrato a tutto il personale.",
    "Descrizione delle tavole aggiornata con i nuovi rilievi.",
    "La ditta “Aurora” ha consegnato 12 lotti su 14, entro l'80% del tempo.",
    "Restano da definire gli accordi con i Comuni vicini.",
    "Il canone è salito da € 1.250,00 a € 1.300,00 (IVA esclusa).",
    "Gli incontri con le associazioni proseguono ogni mese.",
)
BASI = ("N. atti", "N. sopralluoghi", "Tempo medio in giorni", "Tasso di copertura", "N. utenti")
DETTAGLI = ("", "Sportelli di quartiere", "verbali della commissione", "entro 30 giorni", "plessi")
FLAG = ("Trasparenza", "Protezione civile", "Controlli di qualità", "Servizi di area vasta")
INQUADRAMENTI = ("Categoria B3", "Categoria C", "Categoria D", "Categoria D3", "PO", "Dirigente")
PESI = ((100,), (50, 50), (33, 34, 33), (30, 40, 30), (25, 25, 25, 25))
PROGRAMMI = ("La città che si prende cura", "L'acqua, il verde e l'aria")


def piano_inventato(caso: Random, anno: int = 2031) -> Piano:
    """A plan of one settore, as the reader would give it: no notices, no line numbers."""
    return _Autore(caso, anno).piano()


def senza_posizioni(piano: Piano) -> Piano:
    """The plan without what depends on the paper: lines and notices."""
    return replace(
        piano,
        avvisi=(),
        obiettivi=tuple(
            replace(
                obiettivo,
                riga=0,
                specifici=tuple(
                    replace(
                        specifico,
                        riga=0,
                        indicatori=tuple(replace(i, riga=0) for i in specifico.indicatori),
                    )
                    for specifico in obiettivo.specifici
                ),
            )
            for obiettivo in piano.obiettivi
        ),
    )


def persone_di(piano: Piano) -> tuple[Persona, ...]:
    """Everybody the plan names, as the reader lists them."""
    inquadramenti: dict[str, Counter[str]] = {}

    def vista(nome: str, inquadramento: str = "") -> None:
        if nome:
            conta = inquadramenti.setdefault(nome, Counter())
            if inquadramento:
                conta[inquadramento] += 1

    for unita in piano.unita:
        vista(unita.responsabile, unita.inquadramento if unita.padre else "")
    for obiettivo in piano.obiettivi:
        vista(obiettivo.responsabile_generale)
        vista(obiettivo.responsabile_operativo)
        for nome, inquadramento in obiettivo.collaboratori:
            vista(nome, inquadramento)
        for specifico in obiettivo.specifici:
            for collaboratore in specifico.collaboratori:
                vista(collaboratore.persona)
    return tuple(
        Persona(
            nome_completo=nome,
            inquadramento=min(conta, key=lambda voce: (-conta[voce], voce)) if conta else "",
            segnaposto=nome == "-",
        )
        for nome, conta in sorted(inquadramenti.items())
    )


class _Autore:
    def __init__(self, caso: Random, anno: int) -> None:
        self.caso = caso
        self.anno = anno
        self.periodi = periodi_di(anno)
        nomi = list(NOMI)
        caso.shuffle(nomi)
        self.persone = [
            (f"{cognome} {nome}", caso.choice(INQUADRAMENTI))
            for cognome, nome in zip(COGNOMI, nomi, strict=True)
        ]

    def piano(self) -> Piano:
        settore = self.caso.choice(("AMBIENTE, MOBILITÀ E VERDE", "CULTURA E TURISMO"))
        dirigente = self.persone[0][0]
        radice = Unita(sigla(settore), settore, "settore", "", dirigente, "Dirigente")
        uffici = [
            Unita(f"2080{n}", nome, tipo, radice.codice, self.persone[n][0], self.persone[n][1])
            for n, (nome, tipo) in enumerate(
                (("Direzione - Affari generali", "servizio"), ("Ufficio Alberature", "ufficio")), 1
            )
        ]
        senza_scheda = Unita(
            sigla("Ufficio Fontane e Lavatoi"), "Ufficio Fontane e Lavatoi", "ufficio",
            radice.codice, self.persone[3][0], "PO",
        )  # fmt: skip
        esecutivi = [self._obiettivo("OE", n, radice) for n in range(self.caso.randint(0, 2))]
        gestionali = [self._obiettivo("UO", n, uffici[n]) for n in range(self.caso.randint(1, 2))]
        for ufficio in uffici[len(gestionali) :]:
            uffici[uffici.index(ufficio)] = replace(ufficio, codice=sigla(ufficio.nome))
        piano = Piano(
            anno=self.anno,
            fonte="modena",
            periodi=self.periodi,
            unita=(radice, *uffici, senza_scheda),
            persone=(),
            obiettivi=(*esecutivi, *gestionali),
            parametri=PARAMETRI,
        )
        return replace(piano, persone=persone_di(piano))

    def _obiettivo(self, tipo: str, n: int, unita: Unita) -> Obiettivo:
        codice = f"OE{3300 + 7 * n}" if tipo == "OE" else unita.codice
        percentuale = Decimal(self.caso.choice(("100.00", "98.51", "66.67", "0.00")))
        programma = Nodo((("programma", "", self.caso.choice(PROGRAMMI)),))
        prefisso = codice if tipo == "OE" else f"UO{7400 + n}"
        return Obiettivo(
            codice=codice,
            tipo=tipo,
            titolo=self.caso.choice(TITOLI) if tipo == "OE" else unita.nome,
            descrizione=self._brano(1, 1) if tipo == "OE" else "",
            unita=unita.codice,
            responsabile_generale=self.persone[0][0],
            responsabile_operativo=self.caso.choice(self.persone)[0],
            inizio_previsto=date(self.anno, 1, 1),
            fine_prevista=date(self.anno, self.caso.randint(2, 12), 28),
            fase="Approvato",
            stato="IN Corso",
            nodi=(programma,) if tipo == "OE" else (),
            collaboratori=tuple(self.caso.sample(self.persone, self.caso.randint(1, 6))),
            percentuale_stampata=percentuale if tipo == "OE" else None,
            percentuale_convalidata=percentuale,
            specifici=tuple(
                self._specifico(tipo, f"{prefisso}{k:02}")
                for k in self.caso.sample(range(1, 100), self.caso.randint(1, 3))
            ),
        )

    def _specifico(self, tipo: str, codice: str) -> Specifico:
        gestionale = tipo == "UO"
        esternalizzata = self.caso.choice(("no", "parzialmente", "totalmente"))
        affidata = gestionale and esternalizzata != "no"
        return Specifico(
            codice=codice,
            titolo=self.caso.choice(TITOLI),
            descrizione=self._brano(1, 3),
            inizio_previsto=None if gestionale else date(self.anno, 1, 1),
            fine_prevista=None if gestionale else date(self.anno, 10, 31),
            flag=tuple(self.caso.sample(FLAG, self.caso.randint(0, 2))) if gestionale else (),
            esternalizzata=esternalizzata if gestionale else "",
            affidatario="Cooperativa I Tigli, Consorzio Acque" if affidata else "",
            modalita_affidamento="Appalto di servizi" if affidata else "",
            collaboratori=self._collaboratori(),
            indicatori=tuple(self._indicatore(Decimal(peso)) for peso in self.caso.choice(PESI)),
            relazioni=tuple(self._relazione(periodo.codice) for periodo in self.periodi),
        )

    def _collaboratori(self) -> tuple[Collaboratore, ...]:
        scelti = [nome for nome, _ in self.caso.sample(self.persone, self.caso.randint(1, 5))]
        if self.caso.random() < 0.2:
            scelti.append("-")
        responsabile = self.caso.choice([*scelti, None])
        return tuple(
            Collaboratore(
                nome=nome,
                persona=nome,
                dal=date(self.anno, self.caso.randint(1, 5), 1),
                al=date(self.anno, self.caso.randint(6, 12), 28),
                responsabile=nome == responsabile,
            )
            for nome in scelti
        )

    def _indicatore(self, peso: Decimal) -> Indicatore:
        base, dettaglio = self.caso.choice(BASI), self.caso.choice(DETTAGLI)
        aggregazione = self.caso.choice(("somma", "media"))
        rilevazioni = tuple(
            Rilevazione(periodo.codice, self._cifra(), self._cifra()) for periodo in self.periodi
        )
        target = [r.target or Decimal(0) for r in rilevazioni]
        valori = [r.valore or Decimal(0) for r in rilevazioni]
        somma = aggregazione == "somma"
        return Indicatore(
            nome=f"{base} - {dettaglio}" if dettaglio else base,
            peso=peso,
            natura=self.caso.choice(("positivo", "negativo")),
            aggregazione=aggregazione,
            rilevazioni=rilevazioni,
            tipo=base,
            target_annuo=sum(target, Decimal(0)) if somma else target[-1],
            valore_annuo=sum(valori, Decimal(0)) if somma else valori[-1],
        )

    def _cifra(self) -> Decimal:
        return Decimal(self.caso.choice((0, 100, 250, 4800, 123456, 1234567890))) / 100

    def _relazione(self, periodo: str) -> Relazione:
        testo = self._brano(1, 3) if self.caso.random() < 0.8 else ""
        osservazione = f"C'è uno scarto. Il Settore fa sapere che {testo}" if testo else ""
        osservazione = osservazione if self.caso.random() < 0.4 else ""
        risposta = self._brano(1, 2) if osservazione and self.caso.random() < 0.5 else ""
        return Relazione(periodo, testo, osservazione, risposta)

    def _brano(self, minimo: int, massimo: int) -> str:
        """Paragraphs, one for each sentence."""
        return "\n".join(self.caso.sample(FRASI, self.caso.randint(minimo, massimo)))
