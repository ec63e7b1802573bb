# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Nucleo's queue and sitting, and the settore's answers, as the permission matrix tries them
(`domain.md` 6, R54-R59): the queue is the Nucleo's alone."""

from __future__ import annotations

from typing import Any

from cycle.models import RelazioneSemestrale, VoceRelazione
from cycle.services import osservazioni
from tests import mondo
from tests.matrice import (
    CHIUSO_AGLI_ALTRI_METODI,
    DENTRO,
    ENTE,
    ENTRATI,
    INCARICATI,
    ROTTA_OBIETTIVO,
    SOLO_GET,
    TUTTI,
    Prova,
    chi,
)

NUCLEO = {"nucleo"}
_NON_SI_LEGGE = Prova("GET", {405: TUTTI})
SETTORE = {"po", "dirigente"}
_PERIODO = {"codice": "2026-1"}
_RISPOSTE = f"{ROTTA_OBIETTIVO}relazioni/<slug:periodo>/risposte/"
_API = "api/v1/<ipa:ipa>/"
_API_RELAZIONE = f"{_API}obiettivi/<uuid:pid>/relazioni/<slug:periodo>"


def relazione() -> RelazioneSemestrale:
    return RelazioneSemestrale.objects.get(
        obiettivo=mondo.in_stato("rendicontato"), periodo__codice="2026-1"
    )


def firmata() -> None:
    """A report that was submitted, with a signed osservazione on its first specifico."""
    r = relazione()
    primo = VoceRelazione.objects.filter(relazione=r).order_by("specifico__ordine")[0]
    osservazioni.annota(
        relazione=r,
        scritte={primo.specifico_id: osservazioni.Scritta("Perché?", firma=True)},
        by=mondo.attore("PRIMO NUCLEO"),
        istante=mondo.ADESSO,
    )


def osservata() -> None:
    """The same, received by its settore."""
    firmata()
    mondo.muovi(relazione(), "osserva", "PRIMO NUCLEO")


def _seduta() -> dict[str, Any]:
    return {
        "data_seduta": "2026-03-01",
        "presenti": [str(mondo.persona(f"{n} NUCLEO").pid) for n in ("SECONDO", "TERZO")],
        "relazioni": [str(relazione().pid)],
    }


def _risposta() -> dict[str, Any]:
    return {"revisione": relazione().revisione, "risposte": []}


def _osservazioni() -> dict[str, Any]:
    return {"impronta": relazione().impronta, "osservazioni": []}


def _seduta_api() -> dict[str, Any]:
    presenti = [str(mondo.persona(f"{n} NUCLEO").pid) for n in ("SECONDO", "TERZO")]
    return {
        "relazioni": [str(relazione().pid)],
        "seduta": {"data": "2026-03-01", "presenti": presenti},
    }


TAVOLA: dict[str, list[Prova]] = {
    f"{ENTE}<int:anno>/nucleo/": [Prova("GET", chi(NUCLEO, ok=303)), SOLO_GET],
    f"{ENTE}<int:anno>/nucleo/<slug:codice>/": [
        Prova("GET", chi(NUCLEO), parole=_PERIODO),
        # a settore of which nothing is there
        Prova(
            "POST",
            {403: DENTRO - NUCLEO, 404: ENTRATI - DENTRO | NUCLEO},
            parole=_PERIODO,
        ),
    ],
    f"{ENTE}<int:anno>/nucleo/<slug:codice>/seduta/": [
        Prova("GET", {405: ENTRATI}, parole=_PERIODO),
        Prova("POST", chi(NUCLEO, ok=303), corpo=_seduta, parole=_PERIODO),
    ],
    _RISPOSTE: [
        Prova("GET", {200: INCARICATI, 404: ENTRATI - INCARICATI}, "rendicontato"),
        Prova(
            "POST",
            chi(SETTORE, INCARICATI, 303),
            "rendicontato",
            corpo=_risposta,
            prepara=osservata,
        ),
    ],
}
API: dict[str, list[Prova]] = {
    f"{_API}anni/<int:anno>/nucleo/<slug:periodo>": [
        Prova("GET", chi(NUCLEO)),
        CHIUSO_AGLI_ALTRI_METODI,
    ],
    f"{_API}anni/<int:anno>/nucleo/<slug:periodo>/invii": [
        _NON_SI_LEGGE,
        Prova(
            "POST",
            chi(NUCLEO),
            corpo=lambda: {"relazioni": [str(relazione().pid)]},
            prepara=firmata,
        ),
    ],
    f"{_API}anni/<int:anno>/nucleo/<slug:periodo>/sedute": [
        _NON_SI_LEGGE,
        Prova("POST", chi(NUCLEO), corpo=_seduta_api),
    ],
    f"{_API_RELAZIONE}/osservazioni": [
        _NON_SI_LEGGE,
        CHIUSO_AGLI_ALTRI_METODI,
        Prova("PUT", chi(NUCLEO, INCARICATI), "rendicontato", corpo=_osservazioni),
    ],
    f"{_API_RELAZIONE}/risposte": [
        _NON_SI_LEGGE,
        CHIUSO_AGLI_ALTRI_METODI,
        Prova(
            "PUT",
            chi(SETTORE, INCARICATI),
            "rendicontato",
            corpo=_risposta,
            prepara=osservata,
        ),
    ],
}
