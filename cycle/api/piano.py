# SPDX-License-Identifier: AGPL-3.0-or-later
"""The enti one serves, and the plan of a year."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Literal

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from cycle import selectors
from cycle.api import schemi
from cycle.api.accesso import RichiestaApi
from cycle.api.errori import Malformata, busta
from cycle.api.schemi import ESPORTAZIONE, LETTURA, SCRITTURA
from cycle.contesto import sessione
from cycle.importers.fogli import Errore
from cycle.services.esportazione import esporta, esporta_foglio
from cycle.services.foglio_piano import importa_foglio
from cycle.services.proposte import FoglioNonValido

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


# --- the same as a workbook ---------------------------------------------------------------------

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class FoglioPiano(Schema):
    contenuto: str = Field(description="Il file .xlsx in base64.")
    come: Literal["piano", "storico"] = "piano"
    prova: bool = Field(True, description="Con «false» importa; altrimenti dice che cosa farebbe.")


class CellaDetta(Schema):
    foglio: str
    cella: str
    messaggio: str
    rimedio: str


class FoglioImportato(Schema):
    prova: bool
    creati: dict[str, int]
    gia_presenti: int
    avvisi: list[CellaDetta]


@router.get(
    "/{ipa:ipa}/anni/{int:anno}/piano/foglio",
    response={200: None, **ESPORTAZIONE},
    summary="Il piano di un anno in un foglio",
    description="Un .xlsx che si può importare di nuovo, qui o in un altro ente.",
)
def foglio(request: RichiestaApi, ipa: str, anno: int) -> HttpResponse:
    with sessione(request.auth, ipa, "api") as c:
        ciclo = selectors.ciclo(c.ente, anno)
        ciclo.ente = c.ente
        contenuto = esporta_foglio(ciclo=ciclo, by=c.attore, istante=c.istante, canale=c.canale)
    risposta = HttpResponse(contenuto, content_type=_XLSX)
    risposta["Content-Disposition"] = f'attachment; filename="piano-{anno}.xlsx"'
    return risposta


@router.post(
    "/{ipa:ipa}/anni/{int:anno}/piano/foglio",
    response={200: FoglioImportato, **SCRITTURA},
    summary="Prova o importa un piano da un foglio",
    description=(
        "Tutto o niente. Ciò che non va torna con il foglio e la cella in «campo», tutto insieme. "
        "Ripeterlo non cambia nulla."
    ),
)
def importa(request: RichiestaApi, ipa: str, anno: int, dati: FoglioPiano) -> HttpResponse:
    with sessione(request.auth, ipa, "api") as c:
        try:
            contenuto = base64.b64decode(dati.contenuto, validate=True)
        except (binascii.Error, ValueError):
            raise Malformata(("contenuto", _("non è in base64"))) from None
        try:
            esito = importa_foglio(
                ente=c.ente,
                anno=anno,
                contenuto=contenuto,
                come=dati.come,
                by=c.attore,
                istante=c.istante,
                canale=c.canale,
                prova=dati.prova,
            )
        except FoglioNonValido as no:
            return busta(422, [_motivo(e) for e in no.errori], _("Il foglio va corretto."))
    return JsonResponse(
        {
            "prova": dati.prova,
            "creati": dict(esito.creati),
            "gia_presenti": esito.gia_presenti,
            "avvisi": [
                {"foglio": a.foglio, "cella": a.cella, "messaggio": a.messaggio,
                 "rimedio": a.rimedio}
                for a in esito.avvisi
            ],
        }
    )  # fmt: skip


def _motivo(e: Errore) -> dict[str, str]:
    return {
        "guardia": "foglio",
        "regola": "",
        "messaggio": e.messaggio,
        "rimedio": e.rimedio,
        "chi": "",
        "campo": "!".join(p for p in (e.foglio, e.cella) if p),
    }
