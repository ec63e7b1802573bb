# SPDX-License-Identifier: AGPL-3.0-or-later
"""A large file leaves in pieces under either kind of server, and is closed in any case."""

from __future__ import annotations

import asyncio
import io
import warnings
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponseNotFound, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import AsyncRequestFactory, RequestFactory

from cycle.views.scarichi import PEZZO, Statici, scarica
from tests.asincrono import corri

CONTENUTO = bytes(range(256)) * (PEZZO // 256 * 2) + b"fine"


def risposta(request: HttpRequest, file: io.BytesIO) -> StreamingHttpResponse:
    return scarica(request, file, nome="atto.json", tipo_mime="application/json")


def test_asgi_asks_for_its_pieces_without_a_warning() -> None:
    async def serve(file: io.BytesIO) -> list[bytes]:
        detta = risposta(AsyncRequestFactory().get("/"), file)
        assert detta.is_async
        async with asyncio.timeout(60):
            return [pezzo async for pezzo in detta]

    file = io.BytesIO(CONTENUTO)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pezzi = corri(serve(file))
    assert b"".join(pezzi) == CONTENUTO
    assert max(map(len, pezzi)) == PEZZO


def test_wsgi_asks_for_them_in_its_own_way() -> None:
    file = io.BytesIO(CONTENUTO)
    file.seek(100)  # it leaves from its beginning
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        detta = risposta(RequestFactory().get("/"), file)
        assert not detta.is_async
        assert detta.getvalue() == CONTENUTO
    assert detta["Content-Length"] == str(len(CONTENUTO))
    assert detta["Content-Disposition"] == 'attachment; filename="atto.json"'


@pytest.mark.django_db  # an answer that has left looks at the connections
def test_the_file_is_closed_even_if_nobody_asked_for_it() -> None:
    for fabbrica in (RequestFactory(), AsyncRequestFactory()):
        file = io.BytesIO(CONTENUTO)
        risposta(fabbrica.head("/"), file).close()
        assert file.closed


def test_static_files_leave_under_asgi_without_a_warning() -> None:
    """Whole, a part of one, and one the browser has already."""
    statici = Statici(lambda request: HttpResponseNotFound())
    percorso = "/static/ciclo/base.css"

    async def serve(**intestazioni: str) -> tuple[HttpResponseBase, bytes]:
        detta: Any = statici(AsyncRequestFactory().get(percorso, headers=intestazioni))
        async with asyncio.timeout(60):
            return detta, b"".join([pezzo async for pezzo in detta])

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        intero, testo = corri(serve())
        parte, inizio = corri(serve(range="bytes=0-9"))
        gia, niente = corri(serve(if_modified_since=intero["Last-Modified"]))
    assert (intero.status_code, testo[:2]) == (200, b"/*")
    assert (parte.status_code, inizio) == (206, testo[:10])
    assert (gia.status_code, niente) == (304, b"")
