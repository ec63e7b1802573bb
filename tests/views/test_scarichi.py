# SPDX-License-Identifier: AGPL-3.0-or-later
"""A large file leaves in pieces under either kind of server, and is closed in any case."""

from __future__ import annotations

import asyncio
import io
import warnings

from django.http import HttpRequest, StreamingHttpResponse
from django.test import AsyncRequestFactory, RequestFactory

from cycle.views.scarichi import PEZZO, scarica

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
        pezzi = asyncio.run(serve(file))
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


def test_the_file_is_closed_even_if_nobody_asked_for_it() -> None:
    for fabbrica in (RequestFactory(), AsyncRequestFactory()):
        file = io.BytesIO(CONTENUTO)
        risposta(fabbrica.head("/"), file).close()
        assert file.closed
