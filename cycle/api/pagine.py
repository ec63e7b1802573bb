# SPDX-License-Identifier: AGPL-3.0-or-later
"""A list given a page at a time: which part is asked for, and how to ask for the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from cycle.api.schemi import LIMITE, LIMITE_MASSIMO, Letto

M = TypeVar("M", bound=Model)


class Pagina(Letto):
    """Which part of a list, beside what chooses its rows."""

    limite: Annotated[int, Field(ge=1, le=LIMITE_MASSIMO)] = LIMITE
    scarto: Annotated[int, Field(ge=0, le=10**6, description="Quante righe saltarne")] = 0


class Impaginato(Schema):
    """How many rows there are in all, and the address of the next page."""

    totale: int
    limite: int
    scarto: int
    successiva: str | None


def impagina(
    request: HttpRequest,
    chiesta: Pagina,
    righe: QuerySet[M],
    mostra: Callable[[QuerySet[M]], list[dict[str, Any]]],
    nome: str,
) -> dict[str, Any]:
    """The rows of `righe` that are asked for, shown by `mostra` under `nome`; the database counts
    them and reads no other."""
    totale = righe.count()
    fine = chiesta.scarto + chiesta.limite
    successiva = {**chiesta.model_dump(exclude_none=True), "scarto": fine}
    return {
        "totale": totale,
        "limite": chiesta.limite,
        "scarto": chiesta.scarto,
        "successiva": f"{request.path}?{urlencode(successiva)}" if fine < totale else None,
        nome: mostra(righe[chiesta.scarto : fine]),
    }
