# SPDX-License-Identifier: AGPL-3.0-or-later
"""The socket of one page: what its person is told, as it happens.

From the server: `notizie` (rows, how many are unread, how many urgent), `cursore` (where to ask
from after a lost connection), `ricarica` (too much was missed: load the page again), `toccato`
(the objective on this page changed). From the page, only which objective it shows, and as it was
when: `{"guarda": "<id>", "revisione": 7}`.
"""

from __future__ import annotations

import asyncio
import json
from time import monotonic
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from notifications import lettura
from notifications.centralino import (
    FUORI,
    TROPPO,
    Centralino,
    Sguardo,
    centralino,
    notizie,
    toccato,
)
from notifications.porte import Ospite, Portineria

PRESE = 20  # sockets of one user in a process: tabs and devices
DETTI = 10  # messages a page may send ...
IN_SECONDI = 10.0  # ... in so long
LUNGO = 200  # characters of the longest of them
CODA = 200  # messages that may wait for a slow screen


class Notizie(AsyncWebsocketConsumer):  # type: ignore[misc] # channels has no types
    """One socket. It writes from a queue of its own, so that a slow screen makes nobody wait."""

    channel_layer_alias = ""  # of the layer there is one subscription, the switchboard's
    portineria: Portineria  # given with `as_asgi(portineria=...)`

    ospite: Ospite
    _centralino: Centralino | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()
        self.portineria = kwargs["portineria"]
        self._coda: asyncio.Queue[dict[str, Any] | int] = asyncio.Queue(CODA)
        self._scrivano: asyncio.Task[None] | None = None
        self._detti: list[float] = []
        self._piena = False
        self.salutata = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Whatever ends it, an error too: nothing of it stays."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._esci()

    # --- coming and going -------------------------------------------------------------------------

    async def connect(self) -> None:
        """Let in whoever the porter knows, and give them what they missed."""
        ipa = self.scope["url_route"]["kwargs"]["ipa"]
        ospite = await database_sync_to_async(self.portineria.entra)(self.scope, ipa)
        posto = centralino(self.portineria)
        if ospite is None or posto.quante(ospite.utente_id) >= PRESE:
            # accepted first: a refused handshake has no code, and the page would try again
            await self.accept()
            await self.close(FUORI if ospite is None else TROPPO)
            return
        self.ospite = ospite
        await self.accept()
        self._centralino = posto
        posto.accogli(self)  # before reading: what comes meanwhile is said twice, and not missed
        self._scrivano = asyncio.ensure_future(self._scrivi())
        await self._saluto()

    async def _saluto(self) -> None:
        da = _numero(self.scope.get("query_string", b""))
        leggi = database_sync_to_async(_da_quando)
        arretrato, da_leggere = await leggi(da, self.ospite)
        if arretrato.righe is None:
            self.metti({"tipo": "ricarica"})
        else:
            self.metti(notizie([r.dati for r in arretrato.righe], da_leggere))
        self.metti({"tipo": "cursore", "cursore": arretrato.cursore})
        self.salutata = True
        if self._centralino is not None:
            self._centralino.dal(arretrato.cursore)

    async def disconnect(self, code: int) -> None:
        self._esci()

    def _esci(self) -> None:
        if self._centralino is not None:
            self._centralino.saluta(self)
            self._centralino = None
        if self._scrivano is not None:
            self._scrivano.cancel()

    # --- what the page says -----------------------------------------------------------------------

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """The page says which objective it shows; anything else closes the socket."""
        adesso = monotonic()
        self._detti = [t for t in self._detti if t > adesso - IN_SECONDI] + [adesso]
        if self._centralino is None:
            return
        if len(self._detti) > DETTI or text_data is None or len(text_data) > LUNGO:
            await self.close(TROPPO)
            return
        try:
            detto = json.loads(text_data)
            pid, vista = detto["guarda"], detto.get("revisione")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            pid = vista = None
        if not isinstance(pid, str) or not isinstance(vista, int | None):
            await self.close(TROPPO)
            return
        trovato = await database_sync_to_async(self.portineria.guarda)(self.ospite, pid)
        self._centralino.distogli(self)
        if trovato is not None:
            radice, revisione = trovato
            self._centralino.osserva(self, radice, Sguardo(pid, revisione))
            if vista is not None and revisione != vista:
                self.metti(toccato(pid))

    # --- what it is told --------------------------------------------------------------------------

    def metti(self, messaggio: dict[str, Any]) -> None:
        """Queue a message. A screen that does not keep up is told to read all again, once."""
        if self._piena:
            return
        if self._coda.qsize() >= CODA - 2:
            self._piena = True
            messaggio = {"tipo": "ricarica"}
        self._coda.put_nowait(messaggio)

    def congeda(self, codice: int) -> None:
        """Close once what was queued is written."""
        self._piena = True
        if not self._coda.full():
            self._coda.put_nowait(codice)

    async def _scrivi(self) -> None:
        while True:
            messaggio = await self._coda.get()
            if isinstance(messaggio, int):
                await self.close(messaggio)
                return
            await self.send(text_data=json.dumps(messaggio, ensure_ascii=False))
            if self._coda.empty() and messaggio.get("tipo") == "ricarica":
                self._piena = False


def _numero(query: bytes) -> int | None:
    """`da=123` -> 123; None when the page does not know where it was."""
    for voce in query.split(b"&"):
        nome, _uguale, valore = voce.partition(b"=")
        if nome == b"da" and valore.isdigit() and len(valore) <= 18:
            return int(valore)
    return None


def _da_quando(da: int | None, ospite: Ospite) -> tuple[lettura.Arretrato, tuple[int, int]]:
    arretrato = (
        lettura.Arretrato([], lettura.cursore_di_adesso() - lettura.MARGINE)
        if da is None
        else lettura.dopo(da, [ospite.utente_id], ospite.ente_id)
    )
    da_leggere = lettura.da_leggere([ospite.utente_id], ospite.ente_id)
    return arretrato, da_leggere.get(ospite.utente_id, (0, 0))
