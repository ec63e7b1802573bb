# SPDX-License-Identifier: AGPL-3.0-or-later
"""The cruscotto, the lists behind its figures and the closing of the year, as the permission matrix
tries them: for who answers for the whole ente."""

from __future__ import annotations

from typing import Any

from cycle.models import Seduta
from tests.matrice import DENTRO, ENTE, ENTRATI, FUORI, INCARICATI, SOLO_GET, TUTTI, Prova, chi

VEDE = {"controllo", "segretario", "giunta", "nucleo"}
CHIUDE = {"controllo", "segretario"}
_API = "api/v1/<ipa:ipa>/anni/<int:anno>/"
_NON_SI_SCRIVE = Prova("POST", {405: TUTTI})


def _seduta(ipa: str) -> Any:
    return Seduta.objects.filter(ente__codice_ipa=ipa).order_by("pk")[0].pid


TAVOLA: dict[str, list[Prova]] = {
    f"{ENTE}<int:anno>/cruscotto/": [Prova("GET", chi(VEDE)), SOLO_GET],
    f"{ENTE}<int:anno>/cruscotto/relazioni/": [Prova("GET", chi(VEDE)), SOLO_GET],
    f"{ENTE}<int:anno>/cruscotto/segnali/": [Prova("GET", chi(CHIUDE)), SOLO_GET],
    # the mean of what one sees in the plan
    f"{ENTE}<int:anno>/cruscotto/media/": [Prova("GET", {200: DENTRO, 404: FUORI}), SOLO_GET],
    f"{ENTE}<int:anno>/chiusura/": [
        Prova("GET", chi(VEDE)),
        Prova("POST", chi(CHIUDE, ok=422)),  # the year of the world is full of open things
    ],
    # the schede that one sees: of the first settore some, of who has no incarico too
    f"{ENTE}<int:anno>/attuazione/<str:codice>/": [
        Prova("GET", {200: INCARICATI, 404: ENTRATI - INCARICATI}, parole={"codice": "S1"}),
        Prova("POST", {405: ENTRATI}, parole={"codice": "S1"}),
    ],
    f"{ENTE}<int:anno>/sedute/": [
        Prova("GET", chi(INCARICATI)),
        SOLO_GET,
    ],
    f"{ENTE}<int:anno>/sedute/<uuid:pid>/verbale/": [
        Prova("GET", chi(INCARICATI), pid=_seduta),
        SOLO_GET,
    ],
    f"{_API}cruscotto": [Prova("GET", chi(VEDE)), _NON_SI_SCRIVE],
    f"{_API}chiusura": [Prova("GET", chi(VEDE)), Prova("POST", chi(CHIUDE, ok=422))],
}
