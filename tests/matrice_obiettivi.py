# SPDX-License-Identifier: AGPL-3.0-or-later
"""The objectives and their reports as the permission matrix tries them (`domain.md` 2 and 4-6): who
sees them, who writes them, and who takes each step of the two machines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from cycle.models import RelazioneSemestrale
from cycle.services import lavoro
from tests import matrice_nucleo, mondo
from tests.matrice import (
    CHIUSO_AGLI_ALTRI_METODI,
    DENTRO,
    ENTE,
    ENTRATI,
    FUORI,
    INCARICATI,
    ROTTA_OBIETTIVO,
    SETTORE,
    SOLO_GET,
    SOLO_POST,
    TUTTI,
    TUTTO_L_ENTE,
    Prova,
    chi,
)

# Drafts and proposals: the unit's chain and the offices of the whole ente. The rest: everybody
# with an incarico.
VEDE = dict.fromkeys(("bozza", "proposta"), SETTORE | TUTTO_L_ENTE) | dict.fromkeys(
    ("approvato", "in_corso", "rendicontato", "validato"), INCARICATI
)
ESPORTA = {"controllo", "segretario", "revisore"}
COMPILA = {"po", "dirigente"}


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


def stampa_chiesta(ipa: str) -> UUID:
    """A work that controllo has asked for."""
    chiesta = lavoro.affida(
        genere="stampa",
        dati={"anno": 2026, "forma": "", "filtri": ""},
        by=mondo.attore("GESTIONE CONTROLLO", ipa),
    )
    return chiesta.pid


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


def bozza_scritta() -> dict[str, Any]:
    return {"revisione": mondo.in_stato("bozza").revisione, "titolo": "Riscritta", "unita": "S1"}


def _compilazione() -> dict[str, Any]:
    return {"revisione": _relazioni("in_corso")[0].revisione, "valori": [], "testi": []}


_RELAZIONE = f"{ROTTA_OBIETTIVO}relazioni/<slug:periodo>/"
_API = "api/v1/<ipa:ipa>/"
_API_OBIETTIVO = f"{_API}obiettivi/<uuid:pid>"
_API_RELAZIONE = f"{_API_OBIETTIVO}/relazioni/<slug:periodo>"

TAVOLA: dict[str, list[Prova]] = {
    f"{ENTE}<int:anno>/piano/": [Prova("GET", {200: DENTRO, 404: FUORI}), SOLO_GET],
    f"{ENTE}<int:anno>/piano/json/": [Prova("GET", chi(ESPORTA)), SOLO_GET],
    f"{ENTE}<int:anno>/piano/xlsx/": [Prova("GET", chi(ESPORTA)), SOLO_GET],
    # a whole plan from a workbook: its template is anybody's
    f"{ENTE}piano/foglio/": [
        Prova("GET", chi({"controllo"})),
        Prova("POST", chi({"controllo"}, ok=422)),  # without a file
    ],
    f"{ENTE}<int:anno>/piano/stampa/": [
        Prova("GET", {200: DENTRO, 404: FUORI}),
        Prova("POST", {303: DENTRO, 404: FUORI}),
    ],
    # a work is of who asked for it
    f"{ENTE}lavori/<uuid:pid>/": [
        Prova("GET", chi({"controllo"}, vedono={"controllo"}), pid=stampa_chiesta),
        Prova("POST", {405: ENTRATI}, pid=stampa_chiesta),
    ],
    f"{ENTE}lavori/<uuid:pid>/file/": [
        Prova("GET", {404: ENTRATI}, pid=stampa_chiesta),  # not made yet
        Prova("POST", {405: ENTRATI}, pid=stampa_chiesta),
    ],
    f"{ENTE}piano/foglio/modello/": [Prova("GET", {200: DENTRO, 404: FUORI}), SOLO_GET],
    f"{ENTE}piano/foglio/errori/": [
        Prova("POST", chi({"controllo"}, ok=303)),  # without a file: nothing to mark
        SOLO_POST,
    ],
    # many at once: looked at by whoever may come in, run on what is chosen (here nothing)
    f"{ENTE}<int:anno>/piano/molti/<slug:nome>/": [
        Prova("GET", {200: DENTRO, 404: FUORI}, parole={"nome": "avvia"}),
        Prova("POST", {422: DENTRO, 404: FUORI}, parole={"nome": "avvia"}),
    ],
    f"{ENTE}<int:anno>/piano/molti/<slug:nome>/<int:azione>/": [
        Prova("GET", {404: ENTRATI}, parole={"nome": "avvia", "azione": "1"}),
        Prova("POST", {405: ENTRATI}, parole={"nome": "avvia", "azione": "1"}),
    ],
    # of an objective
    ROTTA_OBIETTIVO: [*DELL_OBIETTIVO, SOLO_GET],
    f"{ROTTA_OBIETTIVO}modifica/": [
        Prova("GET", {409: VEDE["in_corso"], 404: ENTRATI - VEDE["in_corso"]}, "in_corso"),
        Prova("GET", chi(SETTORE, VEDE["bozza"]), "bozza"),
        Prova("POST", chi(SETTORE, VEDE["bozza"], 303), "bozza", bozza_scritta),
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
    f"{_API_OBIETTIVO}/chi-puo/<slug:nome>": [*DELL_OBIETTIVO, CHIUSO_AGLI_ALTRI_METODI],
    f"{_API}anni/<int:anno>/piano": [Prova("GET", chi(ESPORTA)), CHIUSO_AGLI_ALTRI_METODI],
    f"{_API}anni/<int:anno>/piano/foglio": [
        Prova("GET", chi(ESPORTA)),
        Prova(
            "POST",
            chi({"controllo"}, ok=422),  # no workbook
            corpo=lambda: {"contenuto": "", "come": "piano", "prova": True},
        ),
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
        Prova("PUT", chi(SETTORE, VEDE["bozza"]), "bozza", bozza_scritta),
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
