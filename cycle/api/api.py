# SPDX-License-Identifier: AGPL-3.0-or-later
"""The API: the same selectors, services and guards as the pages, closed by default."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.operation import Operation
from ninja.parser import Parser

from cycle.api import (
    anno,
    bozze,
    correzioni,
    errori,
    griglia,
    incarichi,
    insiemi,
    inviti,
    neutralizzazioni,
    nucleo,
    obiettivi,
    passato,
    piano,
    registro,
    relazioni,
    variazioni,
    variazioni_allegati,
    variazioni_passi,
)
from cycle.api.accesso import CHI


class Lettore(Parser):
    """JSON with exact figures: no float, no NaN, no infinity."""

    def parse_body(self, request: HttpRequest) -> Any:
        return json.loads(request.body, parse_float=Decimal, parse_constant=_non_e_json)


def _non_e_json(parola: str) -> None:
    raise ValueError(f"{parola} non è JSON")


class Api(NinjaAPI):
    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The name of the view, which is also the name of its URL."""
        return operation.view_func.__name__


api = Api(
    title="Ciclo della performance",
    version="1",
    description=(
        "Le stesse regole delle pagine: chi può fare che cosa, entro quando, e perché no. Ogni "
        "rifiuto porta tutti i suoi motivi."
    ),
    auth=CHI,
    parser=Lettore(),
    urls_namespace="api",
    # served by `cycle.api.urls`; no page of documentation is fetched from elsewhere
    openapi_url=None,
    docs_url=None,
)
errori.registra(api)
for router in (
    piano.router,
    anno.router,
    obiettivi.router,
    bozze.router,
    relazioni.router,
    nucleo.router,
    griglia.router,
    insiemi.router,
    variazioni.router,
    variazioni_allegati.router,
    variazioni_passi.router,
    inviti.router,
    correzioni.router,
    neutralizzazioni.router,
    incarichi.router,
    registro.router,
    passato.router,
):
    api.add_router("", router)
