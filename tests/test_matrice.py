# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may do what: every address x every role x own unit, other unit, other ente x GET and POST.

The table says what the regulation says (domain.md 2 and 4-6), in its own words and not in those
of the code: a route, a transition or an operation that is not in it fails a test.

The objects are those of the first settore of Alfa, one in each state. `po` and `dirigente` are of
that settore; `po di un altro settore` and `dirigente di un altro settore` of another one.
"""

from __future__ import annotations

import importlib.util
import json
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.test.client import ClientHandler
from django.urls import URLPattern, URLResolver, get_resolver

from cycle import orologio
from cycle.api.api import api
from cycle.models import (
    Incarico,
    Obiettivo,
    RelazioneSemestrale,
    UnitaOrganizzativa,
    Utente,
)
from cycle.permissions import MACCHINA_OBIETTIVO, MACCHINA_RELAZIONE
from tests import (
    giunta,
    matrice_anno,
    matrice_griglia,
    matrice_nucleo,
    matrice_registro,
    matrice_variazioni,
    matrice_variazioni_api,
    mondo,
)
from tests.matrice import (
    ALTRO_SETTORE,
    ANONIMO,
    CHIUSO_AGLI_ALTRI_METODI,
    DENTRO,
    ENTE,
    ENTRATI,
    FUORI,
    INCARICATI,
    LETTORI,
    PERSONE,
    ROTTA_OBIETTIVO,
    SENZA,
    SETTORE,
    SOLO_GET,
    SOLO_POST,
    TUTTI,
    TUTTO_L_ENTE,
    Prova,
    chi,
)

# --- the regulation -----------------------------------------------------------------------------

# Drafts and proposals: the unit's chain and the offices of the whole ente. The rest: everybody
# with an incarico.
VEDE = dict.fromkeys(("bozza", "proposta"), SETTORE | TUTTO_L_ENTE) | dict.fromkeys(
    ("approvato", "in_corso", "rendicontato", "validato"), INCARICATI
)
ESPORTA = {"controllo", "segretario", "revisore"}
COMPILA = {"po", "dirigente"}
APRE_ANNI = {"controllo"}
PROROGA = {"controllo", "segreteria"}
DELEGANO = {"dirigente", "dirigente di un altro settore", "segretario", "ragioneria", "controllo"}


@dataclass(frozen=True)
class Passo:
    """A transition: from which state of the world's objective it is tried, who takes it, what the
    request brings; `prepara` makes it possible. Where it cannot be, `manca`."""

    su: str
    chi: set[str]
    porta: tuple[str, ...] = ()
    prepara: Callable[[], None] = lambda: None
    manca: bool = False


def _relazioni(stato: str) -> list[RelazioneSemestrale]:
    return list(
        RelazioneSemestrale.objects.filter(obiettivo=mondo.in_stato(stato)).order_by("periodo")
    )


def _compilate() -> None:
    for relazione in _relazioni("in_corso"):
        mondo.compila(relazione, "UNO PO")


def _trasmesse() -> None:
    _compilate()
    for relazione in _relazioni("in_corso"):
        mondo.muovi(relazione, "trasmetti", "UNO DIRIGENTE")


def _validate() -> None:
    for relazione in _relazioni("rendicontato"):
        mondo.muovi(relazione, "valida", "SECONDO NUCLEO", seduta=mondo.seduta())


def _riaperta_la_seconda() -> None:
    """Reports are reopened from the last."""
    seconda = _relazioni("rendicontato")[1]
    mondo.muovi(seconda, "riapri", "TERZO NUCLEO", motivazione="Un valore da rivedere.")


OBIETTIVO = {
    "proponi": Passo("bozza", {"dirigente"}),
    "rinvia": Passo("proposta", {"controllo", "segreteria"}, ("motivazione",)),
    "approva": Passo("proposta", {"segreteria"}, ("atto",)),
    "avvia": Passo("approvato", {"po", "dirigente"}),
    "rendiconta": Passo("in_corso", {"dirigente"}, prepara=_trasmesse),
    "riapri": Passo("validato", {"nucleo"}, ("motivazione", "cifra")),
    "valida": Passo("rendicontato", {"nucleo"}, ("seduta",), prepara=_validate),
    # only as the effect of a variazione: whoever may register it is told what is missing
    "stralcia": Passo("in_corso", {"segreteria"}, manca=True),
}
RELAZIONE = {
    "trasmetti": Passo("in_corso", {"dirigente"}, prepara=_compilate),
    "osserva": Passo("rendicontato", {"nucleo"}, prepara=matrice_nucleo.firmata),
    "controdeduci": Passo(
        "rendicontato", {"dirigente"}, ("rinuncia",), prepara=matrice_nucleo.osservata
    ),
    "valida": Passo("rendicontato", {"nucleo"}, ("seduta",)),
    "riapri": Passo("rendicontato", {"nucleo"}, ("motivazione",), prepara=_riaperta_la_seconda),
}

# --- the table ----------------------------------------------------------------------------------


def letto_da_chi_vede(*stati: str) -> list[Prova]:
    """A page or resource of an objective, in these states (`test_in_ogni_stato` tries them all)."""
    return [Prova("GET", {200: VEDE[s], 404: ENTRATI - VEDE[s]}, s) for s in stati]


DELL_OBIETTIVO = letto_da_chi_vede("proposta", "approvato")
DELLA_RELAZIONE = letto_da_chi_vede("in_corso")


def passi(tabella: Mapping[str, Passo], *, pagina: bool) -> list[Prova]:
    """Every transition tried by everybody, where it starts from."""
    fatto = 303 if pagina else 200
    return [
        Prova(
            "POST",
            chi(p.chi, VEDE[p.su], 422 if p.manca else fatto),
            p.su,
            partial(_corpo, tabella, nome, pagina=pagina),
            {"nome": nome},
            p.prepara,
        )
        for nome, p in tabella.items()
    ]


def moduli(tabella: Mapping[str, Passo]) -> list[Prova]:
    """The form before the click: or, to those who may not, the reasons."""
    return [
        Prova(
            "GET",
            chi(p.chi, VEDE[p.su], 422 if p.manca else 200),
            p.su,
            parole={"nome": nome},
            prepara=p.prepara,
        )
        for nome, p in tabella.items()
    ]


def _corpo(tabella: Mapping[str, Passo], nome: str, *, pagina: bool) -> dict[str, Any]:
    """What a transition needs, as a form or as JSON."""
    passo = tabella[nome]
    oggetto: Any = mondo.in_stato(passo.su)
    if tabella is RELAZIONE:
        oggetto = RelazioneSemestrale.objects.get(obiettivo=oggetto, periodo__codice="2026-1")
    presenti = [str(mondo.persona(f"{n} NUCLEO").pid) for n in ("SECONDO", "TERZO")]
    atto = {"organo": "giunta", "numero": "901", "data": "2026-02-20", "parere_tecnico": "sì"}
    parti: dict[str, Any] = {
        "motivazione": {"motivazione": "Perché serve."},
        "cifra": {"cifra": "da 3 a 2"},
        "rinuncia": {"rinuncia": True},
        "atto": {"atto": atto},
        "seduta": {"seduta": {"data": "2026-03-01", "presenti": presenti}},
    }
    if pagina:
        parti |= {
            "atto": {**atto, "data_atto": atto["data"], "esecutivo": "on"},
            "seduta": {"data_seduta": "2026-03-01", "presenti": presenti},
        }
    corpo = {"revisione": oggetto.revisione}
    for parte in passo.porta:
        corpo |= parti[parte]
    return corpo


def _bozza_scritta() -> dict[str, Any]:
    return {"revisione": mondo.in_stato("bozza").revisione, "titolo": "Riscritta", "unita": "S1"}


def _compilazione() -> dict[str, Any]:
    return {"revisione": _relazioni("in_corso")[0].revisione, "valori": [], "testi": []}


def _persona(ipa: str) -> Any:
    return mondo.persona("DUE PO", ipa).pid


def _incarico(ipa: str) -> Any:
    return Incarico.objects.get(persona=mondo.persona("DUE PO", ipa)).pid


def _conferimento() -> dict[str, Any]:
    return {
        "persona": mondo.persona("SENZA INCARICO").pid,
        "ruolo": "po",
        "unita": UnitaOrganizzativa.objects.get(ente__codice_ipa="alfa", codice="S1").pid,
        "atto": "decreto n. 9",
    }


def _anno_aperto() -> None:
    mondo.apri()


def _apertura() -> dict[str, Any]:
    """The form of a year as its page gives it, with the act."""
    porta = Client()
    porta.force_login(
        mondo.utente("GESTIONE CONTROLLO"), backend="django.contrib.auth.backends.ModelBackend"
    )
    pagina = porta.get("/alfa/anni/apri/", {"anno": str(mondo.ANNO), "da": "norme"})
    return {
        **mondo.campi(pagina.content.decode()),
        "azione": "apri",
        "atto-numero": "14",
        "atto-giorno": "2026-02-01",
    }


def _proroga() -> dict[str, Any]:
    return {
        "fino_a.piao": "2026-03-31",
        "motivazione": "Il bilancio è differito.",
        "atto-organo": "giunta",
        "atto-numero": "15",
        "atto-giorno": "2026-03-01",
    }


# Sets and pareri: who reads them, who assembles, who gives which parere, who records the decision.
VEDE_INSIEMI = (TUTTO_L_ENTE | LETTORI | ALTRO_SETTORE | {"dirigente"}) - {"po di un altro settore"}
COMPONE = {"controllo"}


_composto, _sottoposto, _istruito = (
    partial(giunta.pid, come) for come in (giunta.composto, giunta.sottoposto, giunta.istruito)
)


# The organico is of who sets up the ente.
GESTISCE = {"controllo"}


def _unita(ipa: str) -> Any:
    return UnitaOrganizzativa.objects.get(ente__codice_ipa=ipa, codice="S2").pid


def _senza_incarico(ipa: str) -> Any:
    return mondo.persona("SENZA INCARICO", ipa).pid


def _altro_nucleo(ipa: str) -> Any:
    return mondo.persona("SECONDO NUCLEO", ipa).pid


_GIUNTA = f"{ENTE}<int:anno>/giunta/"
_ATTO = f"{ENTE}atti/<uuid:pid>/"
_NESSUNO = str(UUID(int=0))
_INCARICHI = f"{ENTE}incarichi/"
_ORGANICO = f"{ENTE}organico/"
_RELAZIONE = f"{ROTTA_OBIETTIVO}relazioni/<slug:periodo>/"
_API = "api/v1/<ipa:ipa>/"
_API_OBIETTIVO = f"{_API}obiettivi/<uuid:pid>"
_API_RELAZIONE = f"{_API_OBIETTIVO}/relazioni/<slug:periodo>"

TAVOLA: dict[str, list[Prova]] = {
    **matrice_registro.TAVOLA,
    # for everybody
    "": [Prova("GET", {302: ENTRATI - {"superutente"}, 200: {"superutente"}}), SOLO_GET],
    "accedi/": [Prova("GET", {200: TUTTI}), Prova("POST", {200: TUTTI})],
    "inviti/<uuid:pid>/<str:gettone>/": [
        Prova(metodo, {404: TUTTI}, parole={"pid": _NESSUNO, "gettone": "c-x"})
        for metodo in ("GET", "POST")
    ],
    "password/": [Prova("GET", {200: TUTTI}), Prova("POST", {422: TUTTI})],  # without a name
    "password/<str:uidb64>/<str:token>/": [
        Prova(metodo, {200: TUTTI}, parole={"uidb64": "MQ", "token": "c-x"})
        for metodo in ("GET", "POST")
    ],
    "esci/": [SOLO_POST, Prova("POST", {302: ENTRATI})],
    "aiuto/": [Prova("GET", {200: ENTRATI}), SOLO_GET],
    "salute/": [Prova("GET", {200: TUTTI}), CHIUSO_AGLI_ALTRI_METODI],
    # in the demo alone
    "demo/entra/": [
        Prova("GET", {405: TUTTI}),
        Prova("POST", {302: TUTTI}, corpo=lambda: {"ente": "alfa", "utente": "uno.po.alfa"}),
    ],
    "demo/orologio/": [
        Prova("GET", {405: TUTTI}),  # put back to the true hour by anybody, moved by who came in
        Prova("POST", {302: TUTTI}, corpo=lambda: {"ente": "alfa", "verso": "2026-03-02T12:00"}),
    ],
    # of an ente
    ENTE: [Prova("GET", {200: DENTRO, 404: FUORI}), SOLO_GET],
    f"{ENTE}notifiche/": [Prova("GET", {200: DENTRO, 404: FUORI}), SOLO_GET],
    f"{ENTE}notifiche/lette/": [SOLO_POST, Prova("POST", {302: DENTRO, 404: FUORI})],
    f"{ENTE}notifiche/silenzio/": [SOLO_POST, Prova("POST", {302: DENTRO, 404: FUORI})],
    f"{ENTE}notifiche/preferenze/": [
        Prova("GET", {200: DENTRO, 404: FUORI}),
        Prova("POST", {422: DENTRO, 404: FUORI}),  # without a choice
    ],
    # the year: opened by controllo, its terms moved by who records acts
    f"{ENTE}anni/apri/": [
        Prova("GET", chi(APRE_ANNI)),
        Prova("POST", chi(APRE_ANNI, ok=303), corpo=_apertura),
    ],
    f"{ENTE}<int:anno>/calendario/": [Prova("GET", {200: DENTRO, 404: FUORI}), SOLO_GET],
    f"{ENTE}<int:anno>/calendario/proroga/": [
        Prova("GET", chi(PROROGA), prepara=_anno_aperto),
        Prova("POST", chi(PROROGA, ok=303), corpo=_proroga, prepara=_anno_aperto),
    ],
    f"{ENTE}<int:anno>/calendario/indirizzo/": [
        SOLO_POST,
        Prova("POST", {200: DENTRO, 404: FUORI}),
    ],
    # the token is the key, and nobody's here
    f"{ENTE}calendario/<slug:gettone>.ics": [
        Prova("GET", {404: TUTTI}),
        CHIUSO_AGLI_ALTRI_METODI,
    ],
    f"{ENTE}<int:anno>/piano/": [Prova("GET", {200: DENTRO, 404: FUORI}), SOLO_GET],
    f"{ENTE}<int:anno>/piano/json/": [Prova("GET", chi(ESPORTA)), SOLO_GET],
    # many at once: looked at by whoever may come in, run on what is chosen (here nothing)
    f"{ENTE}<int:anno>/piano/molti/<slug:nome>/": [
        Prova("GET", {200: DENTRO, 404: FUORI}, parole={"nome": "avvia"}),
        Prova("POST", {422: DENTRO, 404: FUORI}, parole={"nome": "avvia"}),
    ],
    f"{ENTE}<int:anno>/piano/molti/<slug:nome>/<int:azione>/": [
        Prova("GET", {404: ENTRATI}, parole={"nome": "avvia", "azione": "1"}),
        Prova("POST", {405: ENTRATI}, parole={"nome": "avvia", "azione": "1"}),
    ],
    # who is what: told to whoever is somebody; written by controllo, one's own passed on by its
    # holder (without the data, the form itself is refused)
    _INCARICHI: [Prova("GET", chi(INCARICATI)), SOLO_GET],
    f"{_INCARICHI}chi-puo/": [Prova("GET", chi(INCARICATI)), SOLO_GET],
    f"{_INCARICHI}persone/<uuid:pid>/": [Prova("GET", chi(INCARICATI), pid=_persona), SOLO_GET],
    f"{_INCARICHI}conferisci/": [
        Prova("GET", chi({"controllo"})),
        Prova("POST", chi({"controllo"}, ok=303), corpo=_conferimento),
    ],
    f"{_INCARICHI}delega/": [
        Prova("GET", chi(DELEGANO)),
        Prova("POST", chi(DELEGANO, ok=422)),
    ],
    f"{_INCARICHI}<uuid:pid>/cessa/": [
        Prova("GET", chi({"controllo"}), pid=_incarico),
        Prova("POST", chi({"controllo"}, ok=303), corpo=lambda: {"atto": "d. 3"}, pid=_incarico),
    ],
    # proposals: whoever writes for a settore writes for his own
    f"{ENTE}proposte/": [Prova("GET", {302: DENTRO, 404: FUORI}), SOLO_GET],
    f"{ENTE}<int:anno>/proposte/": [Prova("GET", {200: DENTRO, 404: FUORI}), SOLO_GET],
    f"{ENTE}<int:anno>/proposte/nuova/": [
        Prova("GET", chi(SETTORE | ALTRO_SETTORE)),
        Prova(
            "POST",
            {
                303: SETTORE,
                422: ALTRO_SETTORE,
                403: DENTRO - SETTORE - ALTRO_SETTORE,
                404: FUORI,
            },
            corpo=_bozza_scritta,
        ),
    ],
    # the political plan: everybody reads it, controllo writes it
    f"{ENTE}<int:anno>/programmi/": [
        Prova("GET", {200: DENTRO, 404: FUORI}),
        Prova("POST", chi({"controllo"}, ok=303)),
    ],
    f"{ENTE}<int:anno>/proposte/foglio/": [Prova("GET", chi(SETTORE | ALTRO_SETTORE)), SOLO_GET],
    f"{ENTE}<int:anno>/proposte/importa/": [
        Prova("GET", chi(SETTORE | ALTRO_SETTORE)),
        Prova("POST", chi(SETTORE | ALTRO_SETTORE, ok=422)),  # without a file
    ],
    f"{ENTE}<int:anno>/proposte/copia/": [
        Prova("GET", chi(SETTORE | ALTRO_SETTORE)),
        Prova("POST", chi(SETTORE | ALTRO_SETTORE, ok=303)),
    ],
    # what goes to the giunta
    _GIUNTA: [
        Prova("GET", chi(VEDE_INSIEMI)),
        Prova("POST", chi(COMPONE, ok=303), corpo=lambda: {"nome": "PEG"}),
    ],
    f"{_GIUNTA}avanzamento/<uuid:chiave>/": [
        Prova("GET", {200: DENTRO, 404: FUORI}, parole={"chiave": _NESSUNO}),
        Prova("POST", {405: ENTRATI}, parole={"chiave": _NESSUNO}),
    ],
    f"{_GIUNTA}<uuid:pid>/": [Prova("GET", chi(VEDE_INSIEMI), pid=_composto), SOLO_GET],
    f"{_GIUNTA}<uuid:pid>/componi/": [
        Prova("GET", chi(VEDE_INSIEMI), pid=_composto),
        Prova("POST", chi(COMPONE, ok=303), corpo=giunta.corpo, pid=_composto),
    ],
    f"{_GIUNTA}<uuid:pid>/passi/<slug:nome>/": [
        Prova(metodo, attesi, corpo=giunta.corpo, parole={"nome": nome}, pid=_composto)
        for metodo, attesi, nomi in (
            ("GET", chi(VEDE_INSIEMI), ("sottoponi", "ritira", "annulla", "decidi")),
            ("POST", chi(COMPONE, ok=303), ("sottoponi", "annulla")),
        )
        for nome in nomi
    ],
    f"{_GIUNTA}<uuid:pid>/pareri/<slug:tipo>/": [
        Prova(metodo, attesi, corpo=giunta.corpo, parole={"tipo": tipo}, pid=_sottoposto)
        for metodo, attesi, tipo in (
            ("GET", chi(VEDE_INSIEMI), "tecnico"),
            ("POST", chi({"segretario"}, ok=303), "tecnico"),
            ("POST", chi({"ragioneria"}, ok=303), "contabile"),
        )
    ],
    f"{_GIUNTA}<uuid:pid>/decisione/": [
        Prova("GET", chi({"segreteria"}), pid=_istruito),
        Prova("POST", chi({"segreteria"}, ok=303), corpo=giunta.corpo, pid=_istruito),
    ],
    **{
        rotta: [
            Prova("GET", {200: INCARICATI, 404: FUORI | SENZA}, pid=giunta.pid_dell_atto),
            SOLO_GET,
        ]
        for rotta in (_ATTO, f"{_ATTO}json/")
    },
    f"{_ATTO}pdf/": [
        SOLO_POST,
        Prova("POST", {303: INCARICATI, 404: FUORI | SENZA}, pid=giunta.pid_dell_atto),
    ],
    f"{_ATTO}documenti/<uuid:doc>/": [
        Prova("GET", {404: ENTRATI}, parole={"doc": _NESSUNO}, pid=giunta.pid_dell_atto),
        Prova("POST", {405: ENTRATI}, parole={"doc": _NESSUNO}),
    ],
    **matrice_variazioni.TAVOLA,
    **matrice_griglia.TAVOLA,
    **matrice_anno.TAVOLA,
    **matrice_nucleo.TAVOLA,
    **matrice_nucleo.API,
    **matrice_variazioni_api.TAVOLA,
    # setting up the ente
    _ORGANICO: [Prova("GET", chi(GESTISCE)), SOLO_GET],
    f"{_ORGANICO}modello/": [Prova("GET", chi(GESTISCE)), SOLO_GET],
    f"{_ORGANICO}carica/": [
        Prova("GET", chi(GESTISCE)),
        Prova("POST", chi(GESTISCE, ok=422)),  # without a file
    ],
    f"{_ORGANICO}unita/<uuid:pid>/": [
        Prova("GET", chi(GESTISCE), pid=_unita),
        Prova("POST", chi(GESTISCE, ok=302), corpo=lambda: {"nome": "Altro nome"}, pid=_unita),
    ],
    f"{_ORGANICO}persone/<uuid:pid>/": [
        Prova("GET", chi(GESTISCE), pid=_senza_incarico),
        Prova(
            "POST",
            chi(GESTISCE, ok=302),
            corpo=lambda: {"nome": "Senza Incarico"},
            pid=_senza_incarico,
        ),
        Prova(
            "POST",
            chi(GESTISCE, ok=302),
            corpo=lambda: {"azione": "disattiva"},
            pid=_altro_nucleo,
        ),
    ],
    f"{_ORGANICO}inviti/": [SOLO_POST, Prova("POST", chi(GESTISCE, ok=302))],
    f"{ENTE}indicatori/": [
        Prova("GET", {200: DENTRO, 404: FUORI}),
        Prova("POST", chi(GESTISCE, ok=303), corpo=lambda: {"atto": "aggiungi", "nome": "Visite"}),
        Prova("POST", chi(GESTISCE, ok=422), corpo=lambda: {"atto": "aggiungi", "nome": " "}),
    ],
    f"{_ORGANICO}piano/": [
        Prova("GET", chi(GESTISCE)),
        Prova("POST", chi(GESTISCE, ok=422)),  # without an act
    ],
    # of an objective
    ROTTA_OBIETTIVO: [*DELL_OBIETTIVO, SOLO_GET],
    f"{ROTTA_OBIETTIVO}modifica/": [
        Prova("GET", {409: VEDE["in_corso"], 404: ENTRATI - VEDE["in_corso"]}, "in_corso"),
        Prova("GET", chi(SETTORE, VEDE["bozza"]), "bozza"),
        Prova("POST", chi(SETTORE, VEDE["bozza"], 303), "bozza", _bozza_scritta),
    ],
    f"{ROTTA_OBIETTIVO}elimina/": [
        Prova("GET", {409: VEDE["in_corso"], 404: ENTRATI - VEDE["in_corso"]}, "in_corso"),
        Prova("GET", chi(SETTORE, VEDE["bozza"]), "bozza"),
        Prova("POST", chi(SETTORE, VEDE["bozza"], 303), "bozza"),
    ],
    f"{ROTTA_OBIETTIVO}percentuale/": [*DELL_OBIETTIVO, SOLO_GET],
    f"{ROTTA_OBIETTIVO}stampa/": [*DELL_OBIETTIVO, SOLO_GET],
    f"{ROTTA_OBIETTIVO}cambiata/": [*DELL_OBIETTIVO, SOLO_GET],
    f"{ROTTA_OBIETTIVO}transizioni/<slug:nome>/": [
        *moduli(OBIETTIVO),
        *passi(OBIETTIVO, pagina=True),
    ],
    f"{ROTTA_OBIETTIVO}perche-no/<slug:nome>/": [*DELL_OBIETTIVO, SOLO_GET],
    f"{ROTTA_OBIETTIVO}chi-puo/<slug:nome>/": [*DELL_OBIETTIVO, SOLO_GET],
    # of a report
    _RELAZIONE: [
        *DELLA_RELAZIONE,
        Prova("POST", chi(COMPILA, VEDE["in_corso"], 303), "in_corso", _compilazione),
    ],
    f"{_RELAZIONE}transizioni/<slug:nome>/": [*moduli(RELAZIONE), *passi(RELAZIONE, pagina=True)],
    f"{_RELAZIONE}perche-no/<slug:nome>/": [*DELLA_RELAZIONE, SOLO_GET],
    f"{_RELAZIONE}chi-puo/<slug:nome>/": [*DELLA_RELAZIONE, SOLO_GET],
    # the API
    "api/v1/openapi.json": [Prova("GET", {200: TUTTI}), CHIUSO_AGLI_ALTRI_METODI],
    "api/v1/": [Prova("GET", {404: TUTTI}), Prova("POST", {404: TUTTI})],
    "api/v1/<path:resto>": [Prova("GET", {404: TUTTI}), Prova("POST", {404: TUTTI})],
    "api/v1/enti": [Prova("GET", {200: ENTRATI}), CHIUSO_AGLI_ALTRI_METODI],
    f"{_API}incarichi": [Prova("GET", chi(INCARICATI)), CHIUSO_AGLI_ALTRI_METODI],
    f"{_API}incarichi/vacanze": [Prova("GET", chi(INCARICATI)), CHIUSO_AGLI_ALTRI_METODI],
    f"{_API}incarichi/chi-puo": [Prova("GET", chi(INCARICATI)), CHIUSO_AGLI_ALTRI_METODI],
    f"{_API}persone/<uuid:pid>/permessi": [
        Prova("GET", chi(INCARICATI), pid=_persona),
        CHIUSO_AGLI_ALTRI_METODI,
    ],
    f"{_API_OBIETTIVO}/chi-puo/<slug:nome>": [*DELL_OBIETTIVO, CHIUSO_AGLI_ALTRI_METODI],
    f"{_API}anni/<int:anno>/piano": [Prova("GET", chi(ESPORTA)), CHIUSO_AGLI_ALTRI_METODI],
    f"{_API}anni/<int:anno>/insiemi": [
        Prova("GET", chi(VEDE_INSIEMI)),
        CHIUSO_AGLI_ALTRI_METODI,
    ],
    f"{_API}insiemi/<uuid:pid>": [
        Prova("GET", chi(VEDE_INSIEMI), pid=_composto),
        CHIUSO_AGLI_ALTRI_METODI,
    ],
    f"{_API}obiettivi": [Prova("GET", {200: DENTRO, 404: FUORI}), CHIUSO_AGLI_ALTRI_METODI],
    _API_OBIETTIVO: [*DELL_OBIETTIVO, CHIUSO_AGLI_ALTRI_METODI],
    f"{_API}anni/<int:anno>/bozze": [
        Prova("GET", {405: TUTTI}),
        Prova("POST", chi(SETTORE, ok=201), corpo=lambda: {"titolo": "Nuova", "unita": "S1"}),
    ],
    f"{_API_OBIETTIVO}/bozza": [
        Prova("GET", {409: VEDE["in_corso"], 404: ENTRATI - VEDE["in_corso"]}, "in_corso"),
        *letto_da_chi_vede("bozza"),
        Prova("PUT", chi(SETTORE, VEDE["bozza"]), "bozza", _bozza_scritta),
        Prova("DELETE", {409: VEDE["in_corso"], 404: ENTRATI - VEDE["in_corso"]}, "in_corso"),
        Prova("DELETE", chi(SETTORE, VEDE["bozza"], 204), "bozza"),
        CHIUSO_AGLI_ALTRI_METODI,
    ],
    f"{_API_OBIETTIVO}/transizioni": [*DELL_OBIETTIVO, CHIUSO_AGLI_ALTRI_METODI],
    f"{_API_OBIETTIVO}/transizioni/<slug:nome>": [
        Prova("GET", {405: TUTTI}),
        *passi(OBIETTIVO, pagina=False),
    ],
    _API_RELAZIONE: [
        *DELLA_RELAZIONE,
        Prova("PUT", chi(COMPILA, VEDE["in_corso"]), "in_corso", _compilazione),
        CHIUSO_AGLI_ALTRI_METODI,
    ],
    f"{_API_RELAZIONE}/transizioni": [*DELLA_RELAZIONE, CHIUSO_AGLI_ALTRI_METODI],
    f"{_API_RELAZIONE}/transizioni/<slug:nome>": [
        Prova("GET", {405: TUTTI}),
        *passi(RELAZIONE, pagina=False),
    ],
}

# --- the table is whole -------------------------------------------------------------------------


def rotte(schemi: Any = None, prima: str = "") -> Iterator[str]:
    """Every route of the site, as it is written."""
    for rotta in schemi if schemi is not None else get_resolver().url_patterns:
        if isinstance(rotta, URLResolver):
            yield from rotte(rotta.url_patterns, prima + str(rotta.pattern))
        else:
            assert isinstance(rotta, URLPattern)
            yield (prima + str(rotta.pattern)).replace("<uuidstr:", "<uuid:")  # ninja's word


def test_ogni_rotta_sta_nella_tavola() -> None:
    assert set(rotte()) == set(TAVOLA)


def test_fuori_dalla_demo_non_si_entra_con_un_clic(settings: Any) -> None:
    settings.DEMO = False
    assert set(rotte(_indirizzi().urlpatterns)) == {r for r in TAVOLA if not r.startswith("demo/")}


def test_ogni_operazione_dell_api_sta_nella_tavola() -> None:
    for percorso, metodi in api.get_openapi_schema()["paths"].items():
        (rotta,) = [r for r in TAVOLA if _senza_tipi(r) == percorso.removeprefix("/")]
        assert {m.upper() for m in metodi} <= {p.metodo for p in TAVOLA[rotta]}


def test_di_ogni_rotta_si_provano_lettura_e_scrittura() -> None:
    for rotta, prove in TAVOLA.items():
        assert {"GET", "POST"} <= {p.metodo for p in prove}, rotta


def test_ogni_transizione_sta_nella_tavola() -> None:
    assert {t.nome for t in MACCHINA_OBIETTIVO.transizioni} == set(OBIETTIVO)
    assert {t.nome for t in MACCHINA_RELAZIONE.transizioni} == set(RELAZIONE)


def test_a_ognuno_la_sua_risposta() -> None:
    """Each role is told one thing, and none is forgotten."""
    for rotta, prove in TAVOLA.items():
        for prova in prove:
            nominati = [ruolo for ruoli in prova.attesi.values() for ruolo in ruoli]
            assert len(nominati) == len(set(nominati)), rotta
            assert set(nominati) | ANONIMO == TUTTI, rotta


def _senza_tipi(rotta: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rotta)


# --- and is tried -------------------------------------------------------------------------------


def _indirizzi() -> ModuleType:
    """The routes as they would be read now: whether they hold those of the demo is decided then."""
    luogo = importlib.util.find_spec("cycle.urls")
    assert luogo is not None
    assert luogo.loader is not None
    modulo = importlib.util.module_from_spec(luogo)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the words of the URLs are registered again, the same
        luogo.loader.exec_module(modulo)
    return modulo


@pytest.fixture(autouse=True)
def demo(settings: Any, tmp_path: Path) -> None:
    """All the routes there are, on the day of the world."""
    settings.DEMO = True
    settings.CYCLE_DATA = tmp_path
    settings.ROOT_URLCONF = _indirizzi()
    orologio.sposta(mondo.ADESSO)


PORTINERIA = ClientHandler(enforce_csrf_checks=False)  # builds the middleware once for all


@pytest.fixture
def porte(db: None) -> dict[str, Client]:
    """For each role a browser in which it is logged in."""
    utenti = {ruolo: mondo.utente(nome, ipa) for ruolo, (nome, ipa) in PERSONE.items()}
    utenti["superutente"] = Utente.objects.create(username="root", is_superuser=True, is_staff=True)
    porte = {ruolo: Client() for ruolo in TUTTI}
    for ruolo, porta in porte.items():
        porta.handler = PORTINERIA
        if ruolo in utenti:
            porta.force_login(utenti[ruolo], backend="django.contrib.auth.backends.ModelBackend")
    return porte


def indirizzo(rotta: str, prova: Prova, obiettivo: Obiettivo, ipa: str) -> str:
    parole = {
        "ipa": ipa,
        "anno": str(mondo.ANNO),
        "pid": str(prova.pid(obiettivo.ente.codice_ipa) if prova.pid else obiettivo.pid),
        "periodo": "2026-1",
        "nome": "valida",
        "resto": "nulla",
        "gettone": "nessuno",
        **prova.parole,
    }
    return "/" + _senza_tipi(rotta).format(**parole)


def chiedi(porta: Client, rotta: str, prova: Prova, url: str) -> int:
    """The status of one request, undone at once."""
    dati: Any = prova.corpo()
    with transaction.atomic():
        if rotta.startswith("api/"):
            corpo = json.dumps(dati) if prova.metodo != "GET" else ""
            risposta = porta.generic(prova.metodo, url, corpo, content_type="application/json")
        else:
            risposta = getattr(porta, prova.metodo.lower())(url, dati)
        matrice_registro.ricordata(porta, rotta, prova, risposta)
        transaction.set_rollback(True)
    if risposta.status_code == 302 and risposta["Location"].startswith("/accedi/?next="):
        return 401  # as the API says it
    return int(risposta.status_code)


def attesi(prova: Prova) -> dict[str, int]:
    detti = {ruolo: codice for codice, ruoli in prova.attesi.items() for ruolo in ruoli}
    return {ruolo: detti.get(ruolo, 401) for ruolo in sorted(TUTTI)}


@pytest.mark.parametrize("rotta", TAVOLA, ids=lambda r: f"/{r}")
def test_chi_puo_che_cosa(porte: dict[str, Client], rotta: str) -> None:
    for prova in TAVOLA[rotta]:
        url = indirizzo(rotta, prova, mondo.in_stato(prova.su), "alfa")
        with transaction.atomic():
            prova.prepara()
            avuti = {ruolo: chiedi(porte[ruolo], rotta, prova, url) for ruolo in sorted(TUTTI)}
            transaction.set_rollback(True)
        assert avuti == attesi(prova), f"{prova.metodo} {url} su «{prova.su}»"
    if "ipa" in rotta:
        di_un_altro_ente_non_c_e_nulla(porte, rotta)


def di_un_altro_ente_non_c_e_nulla(porte: dict[str, Client], rotta: str) -> None:
    """404, reading or writing: at the other ente's address, and for its objects at one's own."""
    for prova in {p.metodo: p for p in TAVOLA[rotta] if 405 not in p.attesi}.values():
        altrui = mondo.in_stato(prova.su, "beta")
        # at their address nobody of Alfa is anybody: an object adds nothing
        dove = "alfa" if "pid" in rotta else "beta"
        url = indirizzo(rotta, prova, altrui, dove)
        for ruolo in sorted(ENTRATI - {"di un altro ente"}):
            assert chiedi(porte[ruolo], rotta, prova, url) == 404, (ruolo, prova.metodo, url)
        url = indirizzo(rotta, prova, altrui, "beta")
        for ruolo in ("superutente", "dirigente", "controllo"):
            assert chiedi(porte[ruolo], rotta, prova, url) == 404, (ruolo, prova.metodo, url)


def test_in_ogni_stato_vede_chi_deve(porte: dict[str, Client]) -> None:
    """The list holds what may be seen, and nothing else: the table `VEDE`, and for the drafts of
    another settore its own rows."""
    for ruolo in sorted(DENTRO):
        elenco = porte[ruolo].get("/api/v1/alfa/obiettivi", {"unita": "S1"}).json()
        assert {o["stato"] for o in elenco["obiettivi"]} == {s for s in VEDE if ruolo in VEDE[s]}
        bozze = porte[ruolo].get("/api/v1/alfa/obiettivi", {"unita": "S2", "stato": "bozza"})
        assert bozze.json()["totale"] == int(ruolo in ALTRO_SETTORE | TUTTO_L_ENTE), ruolo


def test_chi_serve_due_enti_vede_ognuno_al_suo_indirizzo(db: None) -> None:
    """The member of the Nucleo of both enti: each plan at its own address, never mixed."""
    porta = Client()
    porta.force_login(
        mondo.utente("PRIMO NUCLEO"), backend="django.contrib.auth.backends.ModelBackend"
    )
    di = {ipa: mondo.in_stato("validato", ipa).pid for ipa in ("alfa", "beta")}
    for prefisso in ("/api/v1", ""):
        fine = "" if prefisso else "/"
        for dove in di:
            for di_chi, pid in di.items():
                url = f"{prefisso}/{dove}/obiettivi/{pid}{fine}"
                assert porta.get(url).status_code == (200 if dove == di_chi else 404), url
    assert porta.get("/").status_code == 200  # which of the two is asked


def test_un_utente_spento_non_e_nessuno(porte: dict[str, Client]) -> None:
    Utente.objects.filter(pk=mondo.utente("UNO DIRIGENTE").pk).update(is_active=False)
    assert porte["dirigente"].get("/alfa/")["Location"].startswith("/accedi/")
    assert porte["dirigente"].get("/api/v1/alfa/obiettivi").status_code == 401


def test_un_superutente_con_una_persona_e_quella_persona(porte: dict[str, Client]) -> None:
    """Being superuser gives no domain power: not with an incarico, not without."""
    for nome in ("SENZA INCARICO", "UNO PO"):
        Utente.objects.filter(pk=mondo.utente(nome).pk).update(is_superuser=True, is_staff=True)
    bozza = mondo.in_stato("bozza")
    url = f"/api/v1/alfa/obiettivi/{bozza.pid}"
    corpo = json.dumps({"revisione": bozza.revisione})
    for ruolo, legge, propone in (("senza incarico", 404, 404), ("po", 200, 403)):
        porta = porte[ruolo]
        assert porta.get(url).status_code == legge
        passo = porta.post(f"{url}/transizioni/proponi", corpo, content_type="application/json")
        assert passo.status_code == propone


@pytest.mark.parametrize("percorso", ["/api/", "/api/2026/piano/", "/api/notifiche/lette/"])
def test_sotto_api_non_si_passa_senza_dire_chi_si_e(db: None, percorso: str) -> None:
    """An ente could be called `api`: its pages ask who one is, like all others."""
    assert Client().get(percorso)["Location"].startswith("/accedi/")
