# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that leave in pieces, under ASGI as under WSGI: each wants its own kind of iterator, and of
the other it would hold the whole file in memory, and warn."""

from __future__ import annotations

import io
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]

PEZZO = 64 * 1024  # bytes


def scarica(
    request: HttpRequest, file: BinaryIO, *, nome: str, tipo_mime: str
) -> StreamingHttpResponse:
    """An answer that saves `file`, from its beginning, as `nome`; it closes it when it has left."""
    dimensione = file.seek(0, os.SEEK_END)
    file.seek(0)
    pezzi = _InAttesa(file) if isinstance(request, ASGIRequest) else _InFila(file)
    return StreamingHttpResponse(
        pezzi,
        content_type=tipo_mime,
        headers={
            "Content-Length": str(dimensione),
            "Content-Disposition": f'attachment; filename="{nome}"',
            "X-Content-Type-Options": "nosniff",
        },
    )


@dataclass(frozen=True, slots=True)
class _Pezzi:
    file: BinaryIO

    def close(self) -> None:
        """Asked by the answer when it has left, whether its pieces were asked or not."""
        self.file.close()


class _InFila(_Pezzi):
    def __iter__(self) -> Iterator[bytes]:
        while pezzo := self.file.read(PEZZO):
            yield pezzo


class _InAttesa(_Pezzi):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        while pezzo := await sync_to_async(self.file.read, thread_sensitive=False)(PEZZO):
            yield pezzo


class Statici(WhiteNoiseMiddleware):  # type: ignore[misc] # untyped
    """WhiteNoise, whose files leave under ASGI in its way."""

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponseBase:
        risposta: StreamingHttpResponse = WhiteNoiseMiddleware.serve(static_file, request)
        if isinstance(request, ASGIRequest):
            file = getattr(risposta, "file_to_stream", None) or io.BytesIO()  # none: not modified
            risposta.streaming_content = _InAttesa(file)
        return risposta
