# SPDX-License-Identifier: AGPL-3.0-or-later
"""What does not add up in a plan that could be read: never an error, always an Avviso."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from cycle.importers.modena.persone import SEGNAPOSTO
from cycle.importers.modena.tabelle import somma
from cycle.importers.piano import Indicatore, Obiettivo, Piano, Specifico
from cycle.importers.testo import Avvisi

_CENTO = Decimal(100)


def controlla(piano: Piano, avvisi: Avvisi) -> None:
    """Weights, annual figures, codes, people: one Avviso for each disagreement."""
    for obiettivo in piano.obiettivi:
        _controlla_obiettivo(obiettivo, avvisi)
        for specifico in obiettivo.specifici:
            _controlla_specifico(specifico, avvisi)


def _controlla_obiettivo(obiettivo: Obiettivo, avvisi: Avvisi) -> None:
    def avviso(messaggio: str, riga: int = obiettivo.riga) -> None:
        avvisi.aggiungi(riga, obiettivo.codice, messaggio)

    if not obiettivo.specifici:
        avviso("la scheda non ha obiettivi specifici né attività")
    atteso = _prefisso(obiettivo)
    for specifico in obiettivo.specifici:
        if not specifico.codice.startswith(atteso):
            avviso(
                f"il codice {specifico.codice} non comincia con {atteso} come gli altri della "
                f"scheda {obiettivo.codice}",
                specifico.riga,
            )
    in_testata = {persona for persona, _ in obiettivo.collaboratori}
    segnalati = {SEGNAPOSTO}
    for specifico in obiettivo.specifici:
        for collaboratore in specifico.collaboratori:
            persona = collaboratore.persona
            if in_testata and persona not in in_testata and persona not in segnalati:
                segnalati.add(persona)
                avviso(
                    f"«{persona}», in {specifico.codice}, non è tra i collaboratori della scheda",
                    specifico.riga,
                )


def _prefisso(obiettivo: Obiettivo) -> str:
    """What the codes of the specifici begin with: the scheda's own, or, where the scheda has a
    number, the one most of them share."""
    if not obiettivo.codice.isdigit():
        return obiettivo.codice
    prefissi = Counter(specifico.codice[:-2] for specifico in obiettivo.specifici)
    return prefissi.most_common(1)[0][0] if prefissi else ""


def _controlla_specifico(specifico: Specifico, avvisi: Avvisi) -> None:
    def avviso(messaggio: str, riga: int = specifico.riga) -> None:
        avvisi.aggiungi(riga, specifico.codice, messaggio)

    if not specifico.collaboratori:
        avviso("non ha collaboratori")
    elif not any(c.responsabile for c in specifico.collaboratori):
        avviso("nessun collaboratore è indicato come responsabile")
    pesi = [indicatore.peso for indicatore in specifico.indicatori]
    totale = somma(pesi)
    if not pesi:
        avviso("non ha indicatori")
    elif totale is not None and totale != _CENTO:
        avviso(f"i pesi degli indicatori sommano {_italiano(totale)}, non 100")
    for indicatore in specifico.indicatori:
        for nome, messaggio in _annuali_discordi(indicatore):
            avviso(f"«{indicatore.nome}»: {nome} {messaggio}", indicatore.riga)


def _annuali_discordi(indicatore: Indicatore) -> Iterable[tuple[str, str]]:
    """The annual figure is the sum of the periods, or, for a media, the last one assessed."""
    rilevazioni = indicatore.rilevazioni
    valutate = [r for r in rilevazioni if r.target or r.valore] or list(rilevazioni)
    for nome, annuo, periodi, ultimi in (
        (
            "il target annuo",
            indicatore.target_annuo,
            [r.target for r in rilevazioni if not isinstance(r.target, date)],
            {valutate[-1].target, rilevazioni[-1].target} if rilevazioni else set(),
        ),
        (
            "il conseguito annuo",
            indicatore.valore_annuo,
            [r.valore for r in rilevazioni if not isinstance(r.valore, date)],
            {valutate[-1].valore, rilevazioni[-1].valore} if rilevazioni else set(),
        ),
    ):
        if annuo is None or None in periodi:
            continue
        if indicatore.aggregazione == "somma":
            totale = somma(periodi)
            if totale is not None and totale != annuo:
                yield nome, f"è {_italiano(annuo)}, la somma dei periodi {_italiano(totale)}"
        elif indicatore.aggregazione == "media" and annuo not in ultimi:
            yield nome, f"è {_italiano(annuo)}, e non quello dell'ultimo periodo"


def _italiano(numero: Decimal) -> str:
    return f"{numero:f}".replace(".", ",")
