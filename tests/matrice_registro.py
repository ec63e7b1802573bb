# SPDX-License-Identifier: AGPL-3.0-or-later
"""The registro as the permission matrix tries it (`domain.md` 2): whoever has an incarico reads as
much of it as he may see; the others do not know that it is there."""

from __future__ import annotations

from tests.matrice import ENTE, ENTRATI, INCARICATI, SOLO_GET, Prova

_LETTO = {200: INCARICATI, 404: ENTRATI - INCARICATI}

TAVOLA: dict[str, list[Prova]] = {
    f"{ENTE}registro/": [Prova("GET", _LETTO), SOLO_GET],
    f"{ENTE}registro/confronto/": [Prova("GET", _LETTO), SOLO_GET],
    f"{ENTE}registro/esporta/<slug:forma>/": [
        Prova("GET", _LETTO, parole={"forma": "csv"}),
        Prova("GET", {404: ENTRATI}, parole={"forma": "exe"}),
        Prova("POST", {405: ENTRATI}, parole={"forma": "csv"}),
    ],
}
