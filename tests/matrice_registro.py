# SPDX-License-Identifier: AGPL-3.0-or-later
"""The registro as the permission matrix tries it (`domain.md` 2): whoever has an incarico reads as
much of it as he may see; the others do not know that it is there."""

from __future__ import annotations

from tests.matrice import (
    CHIUSO_AGLI_ALTRI_METODI,
    DENTRO,
    ENTE,
    ENTRATI,
    FUORI,
    INCARICATI,
    SOLO_GET,
    Prova,
    chi,
)

_API = "api/v1/<ipa:ipa>/"
_LETTO = {200: INCARICATI, 404: ENTRATI - INCARICATI}

TAVOLA: dict[str, list[Prova]] = {
    f"{ENTE}registro/": [Prova("GET", _LETTO), SOLO_GET],
    f"{ENTE}registro/confronto/": [Prova("GET", _LETTO), SOLO_GET],
    f"{ENTE}registro/esporta/<slug:forma>/": [
        Prova("GET", _LETTO, parole={"forma": "csv"}),
        Prova("GET", {404: ENTRATI}, parole={"forma": "exe"}),
        Prova("POST", {405: ENTRATI}, parole={"forma": "csv"}),
    ],
    # open data: the page for whoever comes in, the files for who exports the plan
    f"{ENTE}<int:anno>/dati-aperti/": [Prova("GET", {200: DENTRO, 404: FUORI}), SOLO_GET],
    f"{ENTE}<int:anno>/dati-aperti/<slug:forma>/": [
        Prova("GET", chi({"controllo", "segretario", "revisore"}), parole={"forma": "json"}),
        Prova("POST", {405: ENTRATI}, parole={"forma": "json"}),
    ],
    f"{ENTE}dati-aperti/schema/": [Prova("GET", {200: DENTRO, 404: FUORI}), SOLO_GET],
    # the same through the API
    f"{_API}registro": [Prova("GET", _LETTO), CHIUSO_AGLI_ALTRI_METODI],
    f"{_API}registro/confronto": [Prova("GET", _LETTO), CHIUSO_AGLI_ALTRI_METODI],
    f"{_API}anni/<int:anno>/piano/com-era": [
        Prova("GET", chi({"controllo", "segretario", "revisore"})),
        CHIUSO_AGLI_ALTRI_METODI,
    ],
}
