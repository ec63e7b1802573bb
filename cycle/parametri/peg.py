# SPDX-License-Identifier: AGPL-3.0-or-later
"""The parameters of the PEG: who must do what to approve it, the words and form of its schede."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cycle.generi import (
    Intero,
    Parole,
    Scelta,
    SiNo,
    Testo,
)
from cycle.parametri.dichiarazione import dichiara


def _livello(nome: str, etichetta: str | Promise, spiega: str | Promise) -> Any:
    """How the ente calls a level of its plan, on the pages and in print."""
    return dichiara(nome, Testo(40, obbligatorio=True), "forma", etichetta, spiega, "R8")


@dataclass(frozen=True, kw_only=True)
class DelPeg:
    """What is approved, by whom, and what the ente calls it."""

    peg_obbligatorio: bool = dichiara(
        True,
        SiNo(),
        "peg",
        _("Il PEG è obbligatorio"),
        _(
            "Sotto i 5.000 abitanti il PEG è facoltativo: gli obiettivi servono comunque, e "
            "l'atto che li approva non è una deliberazione di PEG."
        ),
        "R10",
    )
    pareri_obbligatori: bool = dichiara(
        True,
        SiNo(),
        "peg",
        _("I pareri di regolarità si tengono qui"),
        _(
            "Un atto che approva obiettivi non si registra senza il parere di regolarità tecnica. "
            "«No» dove i pareri stanno nel programma delle deliberazioni."
        ),
        "R15",
    )
    parere_tecnico_di: str = dichiara(
        "dirigente_o_segretario",
        Scelta(
            {
                "dirigente_o_segretario": _("Il dirigente o il segretario"),
                "dirigente": _("Il dirigente"),
                "segretario": _("Il segretario o direttore generale"),
            }
        ),
        "peg",
        _("Chi rende il parere di regolarità tecnica"),
        _(
            "L'incarico che serve per rendere il parere sull'insieme portato in giunta. Il "
            "dirigente lo rende se ha l'incarico sull'unità che comprende tutti gli obiettivi "
            "dell'insieme: con «Il dirigente», un insieme di più settori aspetta chi li dirige "
            "tutti."
        ),
        "R15",
    )
    nodo_obbligatorio: frozenset[str] = dichiara(
        frozenset(),
        Parole(),
        "peg",
        _("Tipi di obiettivo legati al programma"),
        _(
            "Gli obiettivi di questi tipi non si propongono senza un nodo del programma (DUP). "
            "Più tipi si separano con una virgola; vuoto: nessuno."
        ),
        "R8",
    )
    target_dovuto: str = dichiara(
        "ogni_periodo",
        Scelta(
            {
                "ogni_periodo": _("Un target a ogni periodo"),
                "fine_anno": _("Solo alla fine dell'anno"),
            }
        ),
        "peg",
        _("Quando è dovuto il target di un indicatore"),
        _(
            "Dove i periodi prima dell'ultimo sono una lettura senza target, basta quello della "
            "fine. Senza nessun target un obiettivo non si propone comunque."
        ),
        "R8",
    )
    forma: str = dichiara(
        "modena",
        Scelta(
            {
                "modena": _("Modena: schede per obiettivo esecutivo e per unità organizzativa"),
                "seregno": _("Seregno: scheda di obiettivo gestionale"),
                "cinisello": _("Cinisello Balsamo: scheda PEG, con il diagramma delle fasi"),
                "reggio": _("Reggio Emilia: scheda di progetto, con budget e persone"),
            }
        ),
        "forma",
        _("Forma della scheda stampata"),
        _("Blocchi, ordine e parole della scheda in PDF. Si può sempre stamparla in un'altra."),
        "R8",
    )
    nome_obiettivo: str = _livello(
        "Obiettivo",
        _("Nome della scheda"),
        _("Per esempio «Obiettivo esecutivo», «Obiettivo di PEG», «Progetto»."),
    )
    nome_obiettivi: str = _livello(
        "Obiettivi",
        _("Nome della scheda, al plurale"),
        _("Come si contano le schede. Per esempio «Obiettivi di PEG», «Progetti»."),
    )
    nome_specifico: str = _livello(
        "Obiettivo specifico",
        _("Nome di ciò che la scheda contiene"),
        _("Per esempio «Obiettivo specifico», «Attività», «Obiettivo»."),
    )
    nome_specifici: str = _livello(
        "Obiettivi specifici",
        _("Ciò che la scheda contiene, al plurale"),
        _("Come si intitola l'elenco. Per esempio «Attività»."),
    )
    pesi: bool = dichiara(
        True,
        SiNo(),
        "peg",
        _("Gli indicatori si pesano"),
        _("I pesi degli indicatori di un obiettivo specifico sommano a 100."),
        "R68",
    )
    piao_decorrenza: str = dichiara(
        "termine_bilancio",
        Scelta(
            {
                "termine_bilancio": _("Dal termine fissato per il bilancio"),
                "approvazione_bilancio": _("Dall'approvazione del bilancio"),
            }
        ),
        "peg",
        _("Da quando decorrono i 30 giorni del PIAO"),
        _("Se il termine del bilancio è differito, il PIAO segue entro trenta giorni."),
        "R11",
    )
    piao_dovuto: bool = dichiara(
        True,
        SiNo(),
        "peg",
        _("La sezione Performance del PIAO è dovuta"),
        _(
            "«No» negli enti con meno di 50 dipendenti: la sezione resta disponibile, segnata "
            "come non dovuta."
        ),
        "R12",
    )
    registrazione_giorni: int = dichiara(
        15,
        Intero(1, 365),
        "peg",
        _("Giorni per registrare un atto"),
        _("Un atto registrato più tardi di così dalla sua data è segnalato."),
        "R84",
    )
