# SPDX-License-Identifier: AGPL-3.0-or-later
"""The specifici of a scheda: indicators with figures, people, and the dialogue with the Nucleo."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from random import Random

from cycle.demo import cifre, misure, testi
from cycle.demo.cifre import Finestra
from cycle.demo.dati import Tipo, caso, dati
from cycle.demo.persone import VACANTE, Sede
from cycle.importers.piano import (
    Collaboratore,
    Indicatore,
    Periodo,
    Persona,
    Relazione,
    Rilevazione,
    Specifico,
)
from cycle.osservazioni import Esame

ANNO_INTERO = Finestra(1, 12)
PRIMO_SEMESTRE = Finestra(1, 6)
SECONDO_SEMESTRE = Finestra(7, 12)

_TERMINE_VARIAZIONI = (9, 30)  # R20
_SETTEMBRE = 9
_CENTESIMI = Decimal("0.01")
# Indicators any step can have, where its own are not enough.
_DI_RISERVA = ("documenti", "incontri", "relazioni", "evase", "tempo_risposta")


@dataclass(frozen=True, slots=True)
class Esercizio:
    """A year of the plan. `nome` is part of every chance, so that the figures are the same
    whatever the year is called."""

    nome: str
    anno: int
    concluso: bool

    def dal(self, finestra: Finestra) -> date:
        """First day of the window."""
        return date(self.anno, finestra.dal, 1)

    def al(self, finestra: Finestra) -> date:
        """Last day of the window."""
        return date(self.anno, finestra.al, monthrange(self.anno, finestra.al)[1])

    def periodi(self) -> tuple[Periodo, ...]:
        """The two halves of the year (R52)."""
        meta = (("Giugno", PRIMO_SEMESTRE), ("Dicembre", SECONDO_SEMESTRE))
        return tuple(
            Periodo(
                f"{self.anno}-{numero}",
                f"{self.anno} {nome}",
                self.dal(finestra),
                self.al(finestra),
            )
            for numero, (nome, finestra) in enumerate(meta, 1)
        )

    def termine_variazioni(self) -> date:
        """The last day on which a variazione is asked for."""
        return date(self.anno, *_TERMINE_VARIAZIONI)


@dataclass(frozen=True, slots=True)
class Voce:
    """A specifico before its figures. `fatto`, what its report says was done, is empty for
    ordinary activities."""

    codice: str
    titolo: str
    descrizione: str
    indicatori: tuple[str, ...]
    finestra: Finestra
    fatto: str = ""
    flag: str = ""
    affidabile: bool = False  # may be given to somebody outside


def specifico(
    voce: Voce, sede: Sede, dirigente: Persona, esercizio: Esercizio, come: str, misurati: int
) -> Specifico:
    """A specifico of `sede` that goes `come`, with the values of its first `misurati` periods and
    their reports."""
    sorte = caso(voce.codice, esercizio.nome)
    nuovo = Specifico(
        codice=voce.codice,
        titolo=voce.titolo,
        descrizione=voce.descrizione,
        inizio_previsto=esercizio.dal(voce.finestra),
        fine_prevista=esercizio.al(voce.finestra),
        collaboratori=tuple(_collaboratori(sorte, voce, sede, dirigente, esercizio)),
        indicatori=tuple(_indicatori(sorte, voce, esercizio, come, misurati)),
    )
    if not voce.fatto:
        nuovo = _affidato(voce, nuovo)
    return replace(
        nuovo,
        relazioni=tuple(
            _relazione(sorte, voce, nuovo, esercizio, numero) for numero in range(1, misurati + 1)
        ),
    )


def _affidato(voce: Voce, attivita: Specifico) -> Specifico:
    """An ordinary activity with its flag, and whether it is given outside, to whom and how."""
    sorte = caso(voce.codice, "affidamento")
    quanto = sorte.choices(("parzialmente", "totalmente", "no", ""), (36, 6, 54, 4))[0]
    fuori = voce.affidabile and quanto in ("parzialmente", "totalmente")
    frasi = dati().frasi
    return replace(
        attivita,
        flag=(voce.flag,) if voce.flag else (),
        esternalizzata=quanto if voce.affidabile else "no",
        affidatario=sorte.choice(frasi["affidatari"]) if fuori else "",
        modalita_affidamento=sorte.choice(frasi["modalita"]) if fuori else "",
    )


def _indicatori(
    sorte: Random, voce: Voce, esercizio: Esercizio, come: str, misurati: int
) -> Iterator[Indicatore]:
    """The indicators and their targets are those of the code, in any year; the values are not."""
    traccia = caso(voce.codice, "indicatori")
    quanti = traccia.choices((1, 2, 3, 4, 5), (56, 28, 9, 4, 3))[0]
    chiavi = [*voce.indicatori, *(k for k in _DI_RISERVA if k not in voce.indicatori)]
    propri = min(quanti, len(voce.indicatori))
    scelte = [*traccia.sample(voce.indicatori, propri), *chiavi[len(voce.indicatori) :]][:quanti]
    periodi = esercizio.periodi()
    for chiave, peso in zip(scelte, cifre.pesi(traccia, len(scelte)), strict=True):
        tipo = dati().tipi[chiave]
        attesi = cifre.target(traccia, tipo, voce.finestra)
        nome = _nome(traccia, tipo)
        esito = cifre.esito(sorte, come)
        valori = cifre.valori(sorte, tipo, voce.finestra, attesi, esito)
        indicatore = Indicatore(
            nome=nome,
            peso=peso,
            natura=tipo.natura,
            aggregazione=tipo.aggregazione,
            tipo=tipo.nome,
            unita_misura=tipo.unita,
            rilevazioni=tuple(
                Rilevazione(
                    periodo.codice,
                    _in_centesimi(atteso),
                    _in_centesimi(valore) if numero <= misurati else None,
                )
                for numero, periodo, atteso, valore in zip(
                    (1, 2), periodi, attesi, valori, strict=True
                )
            ),
        )
        yield misure.con_annuali(indicatore)


def _nome(sorte: Random, tipo: Tipo) -> str:
    dettaglio = sorte.choice(tipo.dettagli)
    return f"{tipo.nome} - {dettaglio}" if dettaglio else tipo.nome


def _in_centesimi(valore: Decimal) -> Decimal:
    return valore.quantize(_CENTESIMI)


def _collaboratori(
    sorte: Random, voce: Voce, sede: Sede, dirigente: Persona, esercizio: Esercizio
) -> Iterator[Collaboratore]:
    """The responsible, if anybody is, and who works with him; a few come late or leave early."""
    dal, al = esercizio.dal(voce.finestra), esercizio.al(voce.finestra)
    addetti = sorte.sample(sede.addetti, sorte.randint(2, len(sede.addetti)))
    if sede.responsabile is None:
        yield from _posto_vacante(sede, esercizio, dal, al)
    else:
        delegato = voce.fatto and sorte.random() < 0.15
        capo = addetti.pop(0) if delegato else sede.responsabile
        yield _collaboratore(capo, dal, al, responsabile=sorte.random() >= 0.1)
        if voce.fatto and dirigente is not sede.responsabile and sorte.random() < 0.3:
            yield _collaboratore(dirigente, dal, al)
    in_parte = sorte.random() < 0.12 and (al - dal).days > 60
    for posizione, persona in enumerate(addetti):
        inizio, fine = dal, al
        if in_parte and posizione == 0:
            meta = dal + (al - dal) * sorte.randint(2, 8) // 10
            inizio, fine = (meta, al) if sorte.random() < 0.5 else (dal, meta)
        yield _collaboratore(persona, inizio, fine)


def _posto_vacante(
    sede: Sede, esercizio: Esercizio, dal: date, al: date
) -> Iterator[Collaboratore]:
    """The placeholder of the post; last year, after who left it in September."""
    inizio = dal
    if sede.uscente and esercizio.concluso:
        settembre = date(esercizio.anno, _SETTEMBRE, 1)
        if dal < settembre:
            fine = min(al, date(esercizio.anno, _SETTEMBRE - 1, 31))
            yield _collaboratore(sede.uscente, dal, fine, responsabile=True)
        inizio = max(dal, settembre)
    if inizio <= al:
        yield _collaboratore(VACANTE, inizio, al, responsabile=True)


def _collaboratore(
    persona: Persona, dal: date, al: date, responsabile: bool = False
) -> Collaboratore:
    return Collaboratore(persona.nome_completo, persona.nome_completo, dal, al, responsabile)


def _relazione(
    sorte: Random, voce: Voce, scritto: Specifico, esercizio: Esercizio, numero: int
) -> Relazione:
    """The dialogue of a period. In the running year the Nucleo has yet to speak."""
    mancati = misure.mancati(scritto, numero)
    testo, motivo = testi.relazione(sorte, voce.fatto, _momento(voce.finestra, numero), mancati)
    osservazione = risposta = ""
    if esercizio.concluso and mancati:
        strategico = bool(voce.fatto)
        ultimo = numero == misure.ULTIMO
        esame = Esame(
            anno=esercizio.anno,
            periodo=numero,
            ultimo=misure.ULTIMO,
            al=esercizio.periodi()[numero - 1].al,
            strategico=strategico,
            termine=esercizio.termine_variazioni(),
        )
        osservazione = misure.osservazione(scritto, testo, esame)
        if strategico and sorte.random() < (0.7 if ultimo else 0.15):
            risposta = testi.risposta(sorte, voce.fatto, motivo, ultimo)
    return Relazione(f"{esercizio.anno}-{numero}", testo, osservazione, risposta)


def _momento(finestra: Finestra, numero: int) -> str:
    """Where a period stands in a piece of work."""
    if numero == 1:
        if not finestra.primo:
            return "non_ancora"
        return "in_corso" if finestra.secondo else "finale"
    return "finale" if finestra.secondo else "gia_concluso"
