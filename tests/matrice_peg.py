# SPDX-License-Identifier: AGPL-3.0-or-later
"""The plan on its way to the giunta, as the permission matrix tries it: proposals, programmes, sets
with their pareri, decisions and acts."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from tests import giunta
from tests.matrice import (
    ALTRO_SETTORE,
    CHIUSO_AGLI_ALTRI_METODI,
    DENTRO,
    ENTE,
    ENTRATI,
    FUORI,
    INCARICATI,
    LETTORI,
    SENZA,
    SETTORE,
    SOLO_GET,
    SOLO_POST,
    TUTTO_L_ENTE,
    Prova,
    chi,
)
from tests.matrice_obiettivi import bozza_scritta

# Sets and pareri: who reads them, who assembles, who gives which parere, who records the decision.
VEDE_INSIEMI = (TUTTO_L_ENTE | LETTORI | ALTRO_SETTORE | {"dirigente"}) - {"po di un altro settore"}
COMPONE = {"controllo"}


_composto, _sottoposto, _istruito = (
    partial(giunta.pid, come) for come in (giunta.composto, giunta.sottoposto, giunta.istruito)
)

_GIUNTA = f"{ENTE}<int:anno>/giunta/"
_ATTO = f"{ENTE}atti/<uuid:pid>/"
_API = "api/v1/<ipa:ipa>/"
_NESSUNO = str(UUID(int=0))

TAVOLA: dict[str, list[Prova]] = {
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
            corpo=bozza_scritta,
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
    f"{_API}anni/<int:anno>/insiemi": [
        Prova("GET", chi(VEDE_INSIEMI)),
        CHIUSO_AGLI_ALTRI_METODI,
    ],
    f"{_API}insiemi/<uuid:pid>": [
        Prova("GET", chi(VEDE_INSIEMI), pid=_composto),
        CHIUSO_AGLI_ALTRI_METODI,
    ],
}
