# SPDX-License-Identifier: AGPL-3.0-or-later
"""The enti one serves, and the plan of a year."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from ninja import Router

from cycle import selectors
from cycle.api import schemi
from cycle.api.accesso import RichiestaApi
from cycle.api.schemi import ESPORTAZIONE, LETTURA
from cycle.contesto import sessione
from cycle.services.esportazione import esporta

router = Router(tags=["piano"])


@router.get(
    "/enti",
    response={200: list[schemi.EnteScritto], **LETTURA},
    summary="Gli enti in cui si opera",
    description="Uno per ogni comune in cui chi chiede è qualcuno.",
)
def enti(request: RichiestaApi) -> list[dict[str, Any]]:
    return [
        {
            "ipa": ente.codice_ipa,
            "nome": ente.nome,
            "links": {"obiettivi": reverse("api:obiettivi", args=[ente.codice_ipa])},
        }
        for ente in selectors.enti_di(request.auth)
    ]


@router.get(
    "/{ipa:ipa}/anni/{int:anno}/piano",
    response={200: schemi.Piano, **ESPORTAZIONE},
    by_alias=True,
    summary="Il piano di un anno",
    description=(
        "Tutti gli obiettivi che si possono vedere, per intero; serve un incarico che consenta "
        "l'esportazione, e il registro la ricorda."
    ),
)
def piano(request: RichiestaApi, ipa: str, anno: int) -> HttpResponse:
    with sessione(request.auth, ipa, "api") as c:
        esportato = esporta(
            ciclo=selectors.ciclo(c.ente, anno), by=c.attore, istante=c.istante, canale=c.canale
        )
    # of our own making and large: sent as it is, without being validated again
    return JsonResponse(esportato)
