# SPDX-License-Identifier: AGPL-3.0-or-later
"""The schede of a year: strategic objectives (OE) and ordinary activities of a unit (UO)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cycle.demo import cifre, misure, testi
from cycle.demo.cifre import Finestra
from cycle.demo.dati import Attivita, Passo, caso, dati
from cycle.demo.persone import VACANTE, Organico, Sede
from cycle.demo.specifici import ANNO_INTERO, PRIMO_SEMESTRE, Esercizio, Voce, specifico
from cycle.importers.piano import Obiettivo

# Where in the year a step falls, by what it is.
_FINESTRE = {
    "primo": [PRIMO_SEMESTRE] * 4 + [Finestra(2, 5), Finestra(1, 4), Finestra(3, 6)],
    "secondo": [Finestra(7, 12)] * 3 + [Finestra(9, 12)] * 2 + [Finestra(8, 11)],
    "anno": [ANNO_INTERO] * 8 + [Finestra(3, 12), Finestra(2, 11), Finestra(4, 10)],
}
_ATTIVITA_MASSIME = 10


def strategico(
    organico: Organico, tema: int, codice: str, esercizio: Esercizio, stato: str, biennale: bool
) -> Obiettivo:
    """The scheda of a strategic objective. One that lasts two years (`biennale`) goes on in the
    second from where the first stopped, and its specifici are numbered on."""
    argomento = organico.settore.temi[tema]
    sorte = caso(codice)
    sede = sorte.choices(organico.sedi, [2] + [3] * (len(organico.sedi) - 1))[0]
    passi = [
        passo
        for passo in dati().passi[argomento.genere]
        if not passo.solo or organico.settore.codice in passo.solo
    ]
    primi = sorte.choices((1, 2, 3, 4, 5, 6), (8, 20, 34, 22, 12, 4))[0]
    secondi = sorte.choices((1, 2, 3, 4), (10, 30, 40, 20))[0] if biennale else 0
    quanti = min(primi + secondi, len(passi))
    scelti = list(enumerate(sorted(sorte.sample(range(len(passi)), quanti)), 1))
    if biennale:
        scelti = scelti[:-secondi] if esercizio.concluso else scelti[-secondi:]
    nodi = [sorte.choice(organico.settore.programmi)]
    if sorte.random() < 0.3:
        nodi.append(organico.settore.missione)
    descrizione = testi.descrizione_tema(sorte, argomento)
    voci = [
        _passo(f"{codice}{numero:02}", passi[indice], argomento.oggetto, stato)
        for numero, indice in scelti
    ]
    if not any(voce.finestra.primo for voce in voci):
        # An objective of the year is at work by June, or it could not be running.
        voci[0] = replace(voci[0], finestra=ANNO_INTERO)
    return replace(
        _scheda(organico, sede, voci, codice, esercizio, stato),
        tipo="OE",
        categoria="Strategico",
        titolo=argomento.titolo,
        descrizione=descrizione,
        nodi=tuple(nodi),
    )


def ordinario(
    organico: Organico, sede: Sede, progressivo: int, esercizio: Esercizio, stato: str
) -> Obiettivo:
    """The scheda of a unit: its ordinary activities, the same in both years but for one that, now
    and then, is gone: its code is not used again."""
    codice = f"{organico.settore.codice}{organico.sedi.index(sede) + 1:02}"
    sorte = caso(codice)
    descrizione = testi.descrizione_unita(sorte)
    comuni = sorte.sample(dati().trasversali, sorte.randint(2, len(dati().trasversali)))
    voci = [
        _attivita(f"UO{progressivo:04}{numero:02}", attivita, affidabile=attivita in sede.attivita)
        for numero, attivita in enumerate([*sede.attivita, *comuni][:_ATTIVITA_MASSIME], 1)
    ]
    if sorte.random() < 0.2 and not esercizio.concluso:
        del voci[sorte.randrange(len(voci) - 1)]
    direzione = sede.unita.tipo == "settore"
    return replace(
        _scheda(organico, sede, voci, codice, esercizio, stato),
        tipo="UO",
        categoria="Ordinario",
        descrizione=descrizione,
        titolo=f"Direzione del {sede.unita.nome}" if direzione else sede.unita.nome,
    )


def _passo(codice: str, passo: Passo, oggetto: str, stato: str) -> Voce:
    sorte = caso(codice, "voce")
    # What is already accounted for in the running year was over by June.
    quando = passo.quando if sorte.random() < 0.6 else "anno"
    finestra = PRIMO_SEMESTRE if stato == "rendicontato" else sorte.choice(_FINESTRE[quando])
    return Voce(
        codice,
        testi.titolo_passo(sorte, passo, oggetto),
        testi.descrizione_passo(sorte, passo),
        passo.indicatori,
        finestra,
        fatto=passo.fatto,
    )


def _attivita(codice: str, attivita: Attivita, affidabile: bool) -> Voce:
    return Voce(
        codice,
        attivita.titolo,
        testi.descrizione_attivita(caso(codice, "voce")),
        attivita.indicatori,
        ANNO_INTERO,
        flag=attivita.flag,
        affidabile=affidabile,
    )


def _scheda(
    organico: Organico,
    sede: Sede,
    voci: Sequence[Voce],
    codice: str,
    esercizio: Esercizio,
    stato: str,
) -> Obiettivo:
    """What schede of both kinds have in common; last year's is measured and validated."""
    sorte = caso(codice, esercizio.nome, "scheda")
    andamenti = cifre.andamenti(sorte, len(voci), strategico=bool(voci[0].fatto))
    misurati = _misurati(stato, in_ritardo=sorte.random() < 0.15)
    specifici = tuple(
        specifico(voce, sede, organico.dirigente, esercizio, come, misurati)
        for voce, come in zip(voci, andamenti, strict=True)
    )
    inquadramenti = {
        persona.nome_completo: persona.inquadramento
        for persona in (organico.dirigente, VACANTE, *sede.persone())
    }
    nomi = {c.persona for voce in specifici for c in voce.collaboratori}
    scheda = Obiettivo(
        codice=codice,
        tipo="",
        titolo="",
        descrizione="",
        unita=sede.unita.codice,
        responsabile_generale=organico.dirigente.nome_completo,
        responsabile_operativo=(sede.responsabile or organico.dirigente).nome_completo,
        inizio_previsto=min(s.inizio_previsto for s in specifici if s.inizio_previsto),
        fine_prevista=max(s.fine_prevista for s in specifici if s.fine_prevista),
        collaboratori=tuple((nome, inquadramenti[nome]) for nome in sorted(nomi)),
        specifici=specifici,
    )
    return _convalidata(scheda) if stato == "validato" else scheda


def _misurati(stato: str, in_ritardo: bool) -> int:
    """How many periods have values: the first of what is running, unless it is late."""
    if stato in ("validato", "rendicontato"):
        return 2
    return 1 if stato == "in_corso" and not in_ritardo else 0


def _convalidata(scheda: Obiettivo) -> Obiettivo:
    """The scheda with the computed percentage and the validated one: the same, but where the
    Nucleo owns that figures were written down wrong, and says so (R35, R56)."""
    stampata = misure.percentuale(scheda)
    scheda = replace(
        scheda,
        fase="Approvato",
        stato="In corso",
        percentuale_stampata=stampata,
        percentuale_convalidata=stampata,
    )
    if stampata == 100 or caso(scheda.codice, "rettifica").random() >= 0.12:
        return scheda
    specifici = list(scheda.specifici)
    corretto = next(n for n, voce in enumerate(specifici) if misure.mancati(voce, misure.ULTIMO))
    giusti = [*specifici]
    giusti[corretto] = misure.senza_mancati(giusti[corretto])
    convalidata = misure.percentuale(replace(scheda, specifici=tuple(giusti)))
    prima, ultima = specifici[corretto].relazioni
    detto = f"{ultima.osservazione} {testi.rettifica(convalidata)}"
    specifici[corretto] = replace(
        specifici[corretto], relazioni=(prima, replace(ultima, osservazione=detto))
    )
    return replace(scheda, specifici=tuple(specifici), percentuale_convalidata=convalidata)
