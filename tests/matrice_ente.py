# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ente as the permission matrix tries it: its year and calendar, who is what, its organico and
its catalogue of indicators."""

from __future__ import annotations

from typing import Any

from django.test import Client

from cycle.models import Incarico, UnitaOrganizzativa
from tests import mondo
from tests.matrice import (
    CHIUSO_AGLI_ALTRI_METODI,
    DENTRO,
    ENTE,
    FUORI,
    INCARICATI,
    SOLO_GET,
    SOLO_POST,
    TUTTI,
    Prova,
    chi,
)

APRE_ANNI = {"controllo"}
PROROGA = {"controllo", "segreteria"}
DELEGANO = {"dirigente", "dirigente di un altro settore", "segretario", "ragioneria", "controllo"}
GESTISCE = {"controllo"}  # the organico is of who sets up the ente
_API = "api/v1/<ipa:ipa>/"
_INCARICHI = f"{ENTE}incarichi/"
_ORGANICO = f"{ENTE}organico/"


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


def _unita(ipa: str) -> Any:
    return UnitaOrganizzativa.objects.get(ente__codice_ipa=ipa, codice="S2").pid


def _senza_incarico(ipa: str) -> Any:
    return mondo.persona("SENZA INCARICO", ipa).pid


def _altro_nucleo(ipa: str) -> Any:
    return mondo.persona("SECONDO NUCLEO", ipa).pid


TAVOLA: dict[str, list[Prova]] = {
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
    f"{_API}incarichi": [Prova("GET", chi(INCARICATI)), CHIUSO_AGLI_ALTRI_METODI],
    f"{_API}incarichi/vacanze": [Prova("GET", chi(INCARICATI)), CHIUSO_AGLI_ALTRI_METODI],
    f"{_API}incarichi/chi-puo": [Prova("GET", chi(INCARICATI)), CHIUSO_AGLI_ALTRI_METODI],
    f"{_API}persone/<uuid:pid>/permessi": [
        Prova("GET", chi(INCARICATI), pid=_persona),
        CHIUSO_AGLI_ALTRI_METODI,
    ],
}
