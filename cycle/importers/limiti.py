# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a Piano may hold, whatever the document prints: every importer ends here, so that a plan
that was read can always be stored. Each value that cannot stay is an Avviso which quotes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from cycle.importers.piano import (
    Collaboratore,
    Fase,
    Indicatore,
    Nodo,
    Obiettivo,
    Persona,
    Piano,
    PianoIllegibile,
    Specifico,
    Stanziamento,
    Unita,
)
from cycle.importers.testo import Avvisi

SEGNAPOSTO = "-"  # a vacant post: two of them are two posts
CODICE = 40
TITOLO = 1000
NOME_UNITA = 300
NOME_PERSONA = 200
INQUADRAMENTO = 100
NODO = 500
TIPO_INDICATORE = 300
AFFIDAMENTO = 500
MATRICOLA = 40
CENTRO = 300
CAPITOLO = 20
ARTICOLO = 10
VOCE_DI_BILANCIO = 500
_MASSIMO_NUMERO = Decimal(10) ** 12
_Figura = TypeVar("_Figura", Decimal | None, Decimal | date | None)


def entro_limiti(piano: Piano, avvisi: Avvisi) -> Piano:
    """The same plan with what cannot be stored mended: texts cut at their length, reversed dates,
    weights out of 0-100 and absurd figures left empty, rows of people printed twice taken once, one
    responsabile at an instant (R6).

    Raises `PianoIllegibile` for a code that is too long: it is no code.
    """
    return _Limiti(avvisi).piano(piano)


class _Limiti:
    def __init__(self, avvisi: Avvisi) -> None:
        self.avvisi = avvisi
        self.riga = 0
        self.codice = ""
        self.accorciati: set[tuple[int, str]] = set()  # (line, name) already told

    def piano(self, piano: Piano) -> Piano:
        return replace(
            piano,
            unita=tuple(self._unita(unita) for unita in piano.unita),
            persone=tuple(self._persona(persona) for persona in piano.persone),
            obiettivi=tuple(self._obiettivo(obiettivo) for obiettivo in piano.obiettivi),
        )

    def _unita(self, unita: Unita) -> Unita:
        self.riga, self.codice = 0, unita.codice
        return replace(
            unita,
            nome=self._corto(unita.nome, NOME_UNITA, "il nome dell'unità"),
            responsabile=self._nome(unita.responsabile),
            inquadramento=self._corto(unita.inquadramento, INQUADRAMENTO, "l'inquadramento"),
        )

    def _persona(self, persona: Persona) -> Persona:
        self.riga, self.codice = 0, ""
        return replace(
            persona,
            nome_completo=self._nome(persona.nome_completo),
            inquadramento=self._corto(persona.inquadramento, INQUADRAMENTO, "l'inquadramento"),
            matricola=self._corto(persona.matricola, MATRICOLA, "la matricola"),
        )

    def _obiettivo(self, obiettivo: Obiettivo) -> Obiettivo:
        self.riga, self.codice = obiettivo.riga, obiettivo.codice
        self._verifica_codice(obiettivo.codice)
        inizio, fine = self._date(obiettivo.inizio_previsto, obiettivo.fine_prevista, "previste")
        dal, al = self._date(obiettivo.inizio_effettivo, obiettivo.fine_effettiva, "effettive")
        return replace(
            obiettivo,
            titolo=self._corto(obiettivo.titolo, TITOLO, "il titolo"),
            responsabile_generale=self._nome(obiettivo.responsabile_generale),
            responsabile_operativo=self._nome(obiettivo.responsabile_operativo),
            inizio_previsto=inizio,
            fine_prevista=fine,
            inizio_effettivo=dal,
            fine_effettiva=al,
            collaboratori=self._collaboratori_della_scheda(obiettivo.collaboratori),
            persone=self._collaboratori(obiettivo.persone),
            stanziamenti=tuple(self._stanziamento(s) for s in obiettivo.stanziamenti),
            nodi=tuple(self._nodo(nodo) for nodo in obiettivo.nodi),
            specifici=tuple(self._specifico(specifico) for specifico in obiettivo.specifici),
        )

    def _collaboratori_della_scheda(
        self, righe: tuple[tuple[str, str], ...]
    ) -> tuple[tuple[str, str], ...]:
        lette: dict[str, str] = {}
        for nome, inquadramento in righe:
            nome = self._nome(nome)
            if nome in lette and nome != SEGNAPOSTO:
                self._avviso(f"«{nome}» è due volte tra i collaboratori della scheda: presa una")
            lette.setdefault(nome, self._corto(inquadramento, INQUADRAMENTO, "l'inquadramento"))
        return tuple(lette.items())

    def _specifico(self, specifico: Specifico) -> Specifico:
        self.riga, self.codice = specifico.riga, specifico.codice
        self._verifica_codice(specifico.codice)
        inizio, fine = self._date(specifico.inizio_previsto, specifico.fine_prevista, "previste")
        dal, al = self._date(specifico.inizio_effettivo, specifico.fine_effettiva, "effettive")
        return replace(
            specifico,
            titolo=self._corto(specifico.titolo, TITOLO, "il titolo"),
            inizio_previsto=inizio,
            fine_prevista=fine,
            inizio_effettivo=dal,
            fine_effettiva=al,
            affidatario=self._corto(specifico.affidatario, AFFIDAMENTO, "il soggetto affidatario"),
            modalita_affidamento=self._corto(
                specifico.modalita_affidamento, AFFIDAMENTO, "la modalità di affidamento"
            ),
            collaboratori=self._collaboratori(specifico.collaboratori),
            indicatori=tuple(self._indicatore(indicatore) for indicatore in specifico.indicatori),
            fasi=tuple(self._fase(fase) for fase in specifico.fasi),
            stanziamenti=tuple(self._stanziamento(s) for s in specifico.stanziamenti),
        )

    def _fase(self, fase: Fase) -> Fase:
        self.riga = fase.riga or self.riga
        inizio, fine = self._date(fase.inizio_previsto, fase.fine_prevista, "previste della fase")
        dal, al = self._date(fase.inizio_effettivo, fase.fine_effettiva, "effettive della fase")
        return replace(
            fase,
            peso=self._percento(fase.peso, "il peso di una fase"),
            avanzamento=self._percento(fase.avanzamento, "l'avanzamento di una fase"),
            inizio_previsto=inizio,
            fine_prevista=fine,
            inizio_effettivo=dal,
            fine_effettiva=al,
            responsabile=self._nome(fase.responsabile),
            centro=self._corto(fase.centro, CENTRO, "il centro di responsabilità"),
        )

    def _stanziamento(self, voce: Stanziamento) -> Stanziamento:
        self.riga = voce.riga or self.riga
        return replace(
            voce,
            capitolo=self._corto(voce.capitolo, CAPITOLO, "il numero del capitolo"),
            articolo=self._corto(voce.articolo, ARTICOLO, "il numero dell'articolo"),
            descrizione=self._corto(voce.descrizione, VOCE_DI_BILANCIO, "il nome del capitolo"),
        )

    def _collaboratori(self, righe: tuple[Collaboratore, ...]) -> tuple[Collaboratore, ...]:
        lette: list[Collaboratore] = []
        viste: set[Collaboratore] = set()
        responsabili: list[Collaboratore] = []
        for riga in righe:
            dal, al = self._date(riga.dal, riga.al, f"di «{riga.nome}»")
            riga = replace(
                riga,
                nome=self._nome(riga.nome),
                persona=self._nome(riga.persona),
                dal=dal,
                al=al,
                impegno=self._percento(riga.impegno, f"l'impegno di «{riga.nome}»"),
                categoria=self._corto(riga.categoria, INQUADRAMENTO, "la categoria"),
            )
            if riga in viste and riga.nome != SEGNAPOSTO:
                self._avviso(f"«{riga.nome}» è stampato due volte con le stesse date: preso una")
                continue
            viste.add(riga)
            if riga.responsabile and any(_insieme(riga, altra) for altra in responsabili):
                self._avviso(
                    f"«{riga.nome}» è un secondo responsabile nello stesso tempo: tenuto "
                    f"«{responsabili[0].nome}»"
                )
                riga = replace(riga, responsabile=False)
            elif riga.responsabile:
                responsabili.append(riga)
            lette.append(riga)
        return tuple(lette)

    def _indicatore(self, indicatore: Indicatore) -> Indicatore:
        self.riga = indicatore.riga
        return replace(
            indicatore,
            nome=self._corto(indicatore.nome, TITOLO, "il nome dell'indicatore"),
            tipo=self._corto(indicatore.tipo, TIPO_INDICATORE, "il tipo dell'indicatore"),
            peso=self._percento(indicatore.peso, f"il peso di «{indicatore.nome}»"),
            target_annuo=self._numero(indicatore.target_annuo),
            valore_annuo=self._numero(indicatore.valore_annuo),
            rilevazioni=tuple(
                replace(r, target=self._numero(r.target), valore=self._numero(r.valore))
                for r in indicatore.rilevazioni
            ),
            storico=tuple(replace(v, valore=self._numero(v.valore)) for v in indicatore.storico),
        )

    def _nodo(self, nodo: Nodo) -> Nodo:
        return Nodo(
            tuple(
                (tipo, codice, self._corto(titolo, NODO, "il titolo di un nodo strategico"))
                for tipo, codice, titolo in nodo.percorso
            )
        )

    # --- values -----------------------------------------------------------------------------

    def _verifica_codice(self, codice: str) -> None:
        if len(codice) > CODICE:
            raise PianoIllegibile(
                f"Riga {self.riga}: «{codice[:CODICE]}...» è troppo lungo per essere un codice. "
                "Correggere la riga e ripetere l'importazione."
            )

    def _corto(self, testo: str, massimo: int, cosa: str) -> str:
        if len(testo) <= massimo:
            return testo
        self._avviso(f"{cosa} è lungo {len(testo)} caratteri: tenuti i primi {massimo}")
        return testo[:massimo].rstrip()

    def _nome(self, nome: str) -> str:
        """One Avviso a line, however many of its cells print the name."""
        corto = nome[:NOME_PERSONA].rstrip()
        if corto != nome and (self.riga, nome) not in self.accorciati:
            self.accorciati.add((self.riga, nome))
            self._corto(nome, NOME_PERSONA, f"il nome «{nome[:40]}...»")
        return corto

    def _date(
        self, inizio: date | None, fine: date | None, quali: str
    ) -> tuple[date | None, date | None]:
        """Reversed dates contradict each other, and nothing says which is wrong."""
        if inizio is not None and fine is not None and fine < inizio:
            self._avviso(
                f"le date {quali} sono rovesciate ({inizio:%d/%m/%Y} - {fine:%d/%m/%Y}): "
                "lasciate vuote"
            )
            return None, None
        return inizio, fine

    def _percento(self, numero: Decimal | None, cosa: str) -> Decimal | None:
        if numero is None or 0 <= numero <= 100:
            return numero
        self._avviso(f"{cosa}, {numero}, non è tra 0 e 100: lasciato vuoto")
        return None

    def _numero(self, numero: _Figura) -> _Figura:
        if isinstance(numero, Decimal) and abs(numero) >= _MASSIMO_NUMERO:
            self._avviso(f"{numero:f} è troppo grande per essere una misura: lasciato vuoto")
            return None
        return numero

    def _avviso(self, messaggio: str) -> None:
        self.avvisi.aggiungi(self.riga, self.codice, messaggio)


def _insieme(uno: Collaboratore, altro: Collaboratore) -> bool:
    """Whether two periods share a day; an open end has no limit."""
    return (uno.dal or date.min) <= (altro.al or date.max) and (altro.dal or date.min) <= (
        uno.al or date.max
    )
