# SPDX-License-Identifier: AGPL-3.0-or-later
"""How it works: the machines as they are declared, the rules they enforce, the words, the terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cycle import selectors, termini
from cycle.contesto import RichiestaEnte, nell_ente
from cycle.permissions import MACCHINE
from cycle.processi import PROCESSI, ProcessoDisegnato
from workflows import diagrams, diagrams_processi
from workflows.guards import Guardia
from workflows.machines.base import Macchina, Transizione
from workflows.ports import RUOLI
from workflows.regole import REGOLE, Regola

# What verdicts and the engine themselves enforce, beside the guards.
DEL_MOTORE: dict[str, str | Promise] = {
    "R1": gettext_lazy("Ogni passo parte dallo stato in cui l'oggetto si trova."),
    "R3": gettext_lazy("Ciò che decide la giunta lo registra solo la segreteria, per suo conto."),
    "R4": gettext_lazy("Chi agisce ha un incarico in vigore sull'unità dell'obiettivo."),
    "R50": gettext_lazy("Chi agisce ha visto l'ultima revisione dell'oggetto."),
}

TITOLI: dict[str, str | Promise] = {
    "obiettivo": gettext_lazy("Il cammino di un obiettivo"),
    "relazione": gettext_lazy("Il cammino di una relazione semestrale"),
    "insieme": gettext_lazy("Il cammino di un insieme per la giunta"),
    "variazione": gettext_lazy("Il cammino di una richiesta di variazione"),
    "correzione": gettext_lazy("Il cammino di una correzione di errore materiale"),
    "neutralizzazione": gettext_lazy("Il cammino di una neutralizzazione"),
}

GLOSSARIO: tuple[tuple[str | Promise, str | Promise], ...] = (
    (
        gettext_lazy("Obiettivo"),
        gettext_lazy(
            "La scheda: che cosa si vuole ottenere, chi ne risponde, con quali indicatori. È ciò "
            "che la giunta approva e il Nucleo valida."
        ),
    ),
    (
        gettext_lazy("Obiettivo specifico"),
        gettext_lazy(
            "La parte di un obiettivo che porta indicatori, fasi e collaboratori; in altri piani "
            "si chiama attività gestionale o obiettivo di progetto."
        ),
    ),
    (
        gettext_lazy("Indicatore e target"),
        gettext_lazy(
            "Che cosa si misura, e il valore atteso in ogni periodo. Positivo: più è alto, "
            "meglio è. Negativo: più è basso, meglio è."
        ),
    ),
    (
        gettext_lazy("Percentuale calcolata e convalidata"),
        gettext_lazy(
            "La prima viene dalle cifre; la seconda è quella che il Nucleo fa sua. Se "
            "differiscono, c'è un motivo scritto: si stampano entrambe."
        ),
    ),
    (
        gettext_lazy("Relazione semestrale"),
        gettext_lazy(
            "Per ogni obiettivo e periodo: valori, testo del settore, osservazione del Nucleo, "
            "risposta. Trasmetterla congela valori e target."
        ),
    ),
    (
        gettext_lazy("Variazione"),
        gettext_lazy(
            "La richiesta di cambiare ciò che la giunta ha approvato. La approva la giunta, e ne "
            "nasce una nuova versione; quella di prima resta leggibile."
        ),
    ),
    (
        gettext_lazy("Versione e revisione"),
        gettext_lazy(
            "La versione è della giunta: cresce con un atto. La revisione cresce a ogni "
            "modifica, e serve ad accorgersi che qualcun altro è arrivato prima."
        ),
    ),
    (
        gettext_lazy("Incarico"),
        gettext_lazy(
            "Il ruolo di una persona su un'unità, e su quelle sotto, da una data a una data, con "
            "un atto. Ciò che si può fare dipende dagli incarichi in vigore adesso."
        ),
    ),
    (
        gettext_lazy("Atto"),
        gettext_lazy(
            "La deliberazione della giunta: numero, data, pareri, e l'insieme di ciò che decide."
        ),
    ),
    (
        gettext_lazy("Seduta"),
        gettext_lazy("La riunione del Nucleo: data, presenti, dissensi. Senza seduta non valida."),
    ),
    (
        gettext_lazy("Registro"),
        gettext_lazy(
            "Chi ha fatto che cosa, quando, perché e per conto di chi. Si aggiunge e non si "
            "cambia; anche ciò che è stato rifiutato vi resta scritto."
        ),
    ),
    (
        gettext_lazy("Termine ordinatorio, perentorio, di legge"),
        gettext_lazy(
            "Dopo un termine ordinatorio si è in ritardo; dopo uno perentorio il passo non è più "
            "quello ordinario; oltre uno di legge non si può più."
        ),
    ),
    (
        gettext_lazy("PEG, PIAO"),
        gettext_lazy(
            "Il piano esecutivo di gestione e il piano integrato di attività e organizzazione: "
            "gli atti in cui gli obiettivi dell'anno sono approvati."
        ),
    ),
    (
        gettext_lazy("EQ"),
        gettext_lazy("Elevata qualificazione: fino al 2023, posizione organizzativa (PO)."),
    ),
)


@dataclass(frozen=True, slots=True)
class Procedimento:
    """A machine as the page shows it."""

    macchina: Macchina
    titolo: str
    diagramma: SafeString
    passi: tuple[Passaggio, ...]


@dataclass(frozen=True, slots=True)
class Passaggio:
    """One row of the transition table."""

    transizione: Transizione
    percorsi: tuple[tuple[str, str], ...]  # names of states
    chi: str
    guardie: tuple[Guardia, ...]


@require_safe
def aiuto(request: HttpRequest) -> HttpResponse:
    """For everybody who can log in. With `?ente=`, or with one ente only, the terms are those of
    the ente's own calendar."""
    ipa = [e.codice_ipa for e in selectors.enti_di(request.user)]  # type: ignore[arg-type]
    scelto = request.GET.get("ente", "")
    if scelto in ipa or len(ipa) == 1:
        return _dell_ente(request, ipa=scelto if scelto in ipa else ipa[0])
    return _pagina(request, [])


@nell_ente
def _dell_ente(request: RichiestaEnte) -> HttpResponse:
    c = request.contesto
    return _pagina(request, termini.termini(c.ente, c.istante, c.attore.ruoli()))


def _pagina(request: HttpRequest, calendario: Sequence[termini.Termine]) -> HttpResponse:
    return render(
        request,
        "aiuto/aiuto.html",
        {
            "procedimenti": [_procedimento(m) for m in MACCHINE],
            "processi": [_processo(p) for p in PROCESSI],
            "regole": _regole(),
            "glossario": sorted(((str(v), str(t)) for v, t in GLOSSARIO), key=lambda g: g[0]),
            "calendario": calendario,
        },
    )


def _processo(p: ProcessoDisegnato) -> tuple[str, str, SafeString]:
    """(name, title, drawing) of a process."""
    titolo = str(p.titolo)
    # ElementTree has escaped every text of it
    disegno = mark_safe(diagrams_processi.svg(p.flusso, p.nome, titolo, p.chi()))  # noqa: S308
    return p.nome, titolo, disegno


def _procedimento(macchina: Macchina) -> Procedimento:
    titolo = str(TITOLI.get(macchina.nome, macchina.nome.capitalize()))
    nomi = dict(macchina.stati)
    # ElementTree has escaped every text of it
    disegno = mark_safe(diagrams.svg(macchina, titolo))  # noqa: S308
    return Procedimento(
        macchina,
        titolo,
        disegno,
        tuple(
            Passaggio(
                t,
                tuple((nomi[da], nomi[a]) for da, a in t.percorsi),
                _chi(t),
                t.regole.guardie,
            )
            for t in macchina.transizioni
        ),
    )


def _chi(t: Transizione) -> str:
    ruoli = _(" o ").join(RUOLI[r] for r in t.regole.ruoli)
    return (
        _("%(ruoli)s, per la giunta") % {"ruoli": ruoli} if t.regole.organo == "giunta" else ruoli
    )


def _regole() -> list[tuple[str, Regola, list[str]]]:
    """Every rule by number: what it says, and the conditions that enforce it."""
    condizioni: dict[str, list[str]] = {r: [str(testo)] for r, testo in DEL_MOTORE.items()}
    for macchina in MACCHINE:
        for t in macchina.transizioni:
            for g in t.regole.guardie:
                elenco = condizioni.setdefault(g.regola, [])
                if g.descrizione not in elenco:
                    elenco.append(g.descrizione)
    return [(r, REGOLE[r], condizioni[r]) for r in sorted(condizioni, key=lambda r: int(r[1:]))]
