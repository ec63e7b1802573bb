# SPDX-License-Identifier: AGPL-3.0-or-later
"""The grid of a period as the permission matrix tries it: read by whoever comes in, each what they
may see; filled by po and dirigente of the settore (R4), submitted after its preview."""

from __future__ import annotations

import json
from typing import Any

from cycle.models import Evidenza, Indicatore, VoceRelazione
from cycle.services import evidenze
from tests import mondo
from tests.matrice import (
    ALTRO_SETTORE,
    DENTRO,
    ENTE,
    FUORI,
    INCARICATI,
    SENZA,
    SETTORE,
    SOLO_GET,
    SOLO_POST,
    TUTTI,
    Attesi,
    Prova,
    chi,
)

PERIODO = {"codice": "2026-1"}
ENTRANO: Attesi = {200: DENTRO, 404: FUORI}
COMPILANO = SETTORE | ALTRO_SETTORE


def _cella() -> str:
    return f"valore_{Indicatore.objects.filter(obiettivo=mondo.in_stato('in_corso'))[0].pid}"


def _modulo() -> dict[str, Any]:
    return {_cella(): "1", "base": "{}"}


def _celle() -> dict[str, Any]:
    return {"celle": json.dumps([{"nome": _cella(), "valore": "1", "base": ""}])}


def _toppa() -> dict[str, Any]:
    return {"celle": [{"nome": _cella(), "valore": 1, "base": ""}]}


def evidenza(ipa: str) -> Any:
    """The public id of a file that proves a report of the objective under way."""
    voce = VoceRelazione.objects.filter(
        obiettivo=mondo.in_stato("in_corso", ipa), relazione__periodo__ordine=1
    )[0]
    trovata = Evidenza.objects.filter(voce=voce).first() or evidenze.aggiungi(
        voce=voce,
        nome="verbale.txt",
        pezzi=[b"Verbale della prova."],
        by=mondo.attore("UNO PO", ipa),
        istante=mondo.ADESSO,
    )
    return trovata.pid


_GRIGLIA = f"{ENTE}<int:anno>/griglia/"
_PERIODO = f"{_GRIGLIA}<slug:codice>/"

TAVOLA: dict[str, list[Prova]] = {
    _GRIGLIA: [Prova("GET", {302: DENTRO, 404: FUORI}), SOLO_GET],
    _PERIODO: [
        Prova("GET", ENTRANO, parole=PERIODO),
        Prova("POST", chi(SETTORE, INCARICATI, 303), corpo=_modulo, parole=PERIODO),
    ],
    f"{_PERIODO}celle/": [
        Prova("GET", SOLO_POST.attesi, parole=PERIODO),
        Prova("POST", chi(SETTORE, INCARICATI), corpo=_celle, parole=PERIODO),
    ],
    f"{_PERIODO}foglio/": [
        Prova("GET", ENTRANO, parole=PERIODO),
        Prova("POST", SOLO_GET.attesi, parole=PERIODO),
    ],
    f"{_PERIODO}importa/": [
        Prova("GET", chi(COMPILANO), parole=PERIODO),
        Prova("POST", chi(COMPILANO, ok=422), parole=PERIODO),  # without a file
    ],
    # nothing is submitted that was not previewed: 409; and of nothing there is no preview
    f"{_PERIODO}trasmetti/": [
        Prova("GET", ENTRANO, parole=PERIODO),
        Prova("POST", {409: INCARICATI, 422: SENZA, 404: FUORI}, parole=PERIODO),
    ],
    f"{_PERIODO}evidenze/<uuid:pid>/": [
        Prova("GET", chi(INCARICATI, INCARICATI), parole=PERIODO, pid=evidenza),
        Prova("POST", SOLO_GET.attesi, parole=PERIODO, pid=evidenza),
    ],
    "api/v1/<ipa:ipa>/anni/<int:anno>/griglia/<slug:codice>": [
        Prova("GET", ENTRANO, parole=PERIODO),
        Prova("PATCH", chi(SETTORE, INCARICATI), corpo=_toppa, parole=PERIODO),
        Prova("POST", {405: TUTTI}, parole=PERIODO),
    ],
}
