# SPDX-License-Identifier: AGPL-3.0-or-later
"""Many processes: two servers and a worker, behind a real Redis, each killed in turn.

The database is real and of the test alone. Redis is Debian's `redis-server`: where it is missing
these tests say so, and in CI they fail.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from notifications import lettura
from tests import mondo
from tests.asincrono import corri
from tests.notifications.test_prese import fai, notifica

CASA = Path(__file__).resolve().parents[2]
REDIS = shutil.which("redis-server")
ATTESA = 120  # seconds after which something will not happen any more


class Parte:
    """A process of the installation, which can be killed and started again."""

    def __init__(self, comando: list[str], ambiente: dict[str, str], porta: int | None) -> None:
        self.comando, self.ambiente, self.porta = comando, ambiente, porta
        self.avvia()

    def avvia(self) -> None:
        self.processo = subprocess.Popen(
            self.comando,
            cwd=CASA,
            env=self.ambiente,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        scadenza = time.monotonic() + ATTESA
        while self.porta is not None:
            try:
                socket.create_connection(("127.0.0.1", self.porta), 1).close()
                return
            except OSError:
                assert self.processo.poll() is None, "il processo è morto prima di rispondere"
                assert time.monotonic() < scadenza
                time.sleep(0.05)

    def uccidi(self) -> None:
        self.processo.send_signal(signal.SIGKILL)
        self.processo.wait()


class Installazione:
    """Redis, two servers and a worker on the test's database."""

    def __init__(self, cartella: Path) -> None:
        redis, *porte = _porte(3)
        ambiente = {
            **os.environ,
            "DATABASE_URL": _indirizzo(),
            "REDIS_URL": f"redis://127.0.0.1:{redis}/0",
            "CYCLE_DATA": str(cartella),
            "DJANGO_SECRET_KEY": settings.SECRET_KEY,
            "PYTHONWARNINGS": "ignore",
            "CYCLE_SERVER": "1",
        }
        assert REDIS is not None
        self.redis = Parte(
            [REDIS, "--port", str(redis), "--save", "", "--dir", str(cartella)], ambiente, redis
        )
        self.server = [
            Parte(
                [sys.executable, "-m", "uvicorn", "cycle.asgi:application", "--port", str(porta)],
                ambiente,
                porta,
            )
            for porta in porte
        ]
        self.operaio = Parte(
            [sys.executable, "manage.py", "procrastinate", "worker"], ambiente, None
        )
        self.parti = [self.redis, *self.server, self.operaio]


def _porte(quante: int) -> list[int]:
    prese = [socket.socket() for _ in range(quante)]
    try:
        for presa in prese:
            presa.bind(("127.0.0.1", 0))
        return [presa.getsockname()[1] for presa in prese]
    finally:
        for presa in prese:
            presa.close()


def _indirizzo() -> str:
    """DATABASE_URL of the test's database, for other processes."""
    con = connections["default"]
    con.ensure_connection()
    info = con.connection.info
    return (
        f"postgresql://{quote(info.user)}:{quote(info.password, safe='')}@/{info.dbname}"
        f"?host={quote(info.host, safe='')}&port={info.port}"
    )


@pytest.fixture
def installazione(db_vera: None, tmp_path: Path) -> Iterator[Installazione]:
    if REDIS is None:
        messaggio = (
            "MANCA REDIS: le prove fra più processi non sono state eseguite. "
            "Installare il pacchetto Debian «redis-server» e ripetere."
        )
        if os.environ.get("CI"):
            pytest.fail(messaggio)
        pytest.skip(messaggio)
    with connections["owner"].cursor() as cursore:  # nobody heard how the world was made
        cursore.execute("DELETE FROM procrastinate_jobs")
        cursore.execute("DELETE FROM notifications_notifica")
    tutta = Installazione(tmp_path)
    yield tutta
    for parte in tutta.parti:
        parte.uccidi()


class Schermo:
    """A page with our script, as far as the news go: it comes back, asks from its cursor, and
    shows each writing of a row once."""

    def __init__(self, porta: int, cookie: str) -> None:
        self.porta, self.cookie = porta, cookie
        self.cursore: int | None = None
        self.visti: dict[int, int] = {}
        self.mostrati: list[str] = []
        self.ritorni = 0
        self.pronto = asyncio.Event()

    async def vivi(self) -> None:
        while True:
            coda = "" if self.cursore is None else f"?da={self.cursore}"
            try:
                async with connect(
                    f"ws://127.0.0.1:{self.porta}/ws/alfa/notizie/{coda}",
                    additional_headers={"Cookie": self.cookie},
                    origin=f"http://127.0.0.1:{self.porta}",  # type: ignore[arg-type]
                ) as filo:
                    self.ritorni += 1
                    async for detto in filo:
                        await self._ricevi(json.loads(detto))
            except (OSError, ConnectionClosed, InvalidHandshake):
                pass
            await asyncio.sleep(0.1)

    async def _ricevi(self, detto: dict[str, Any]) -> None:
        if detto["tipo"] == "cursore":
            self.cursore = detto["cursore"]
            self.pronto.set()
        righe = detto.get("righe", [])
        if detto["tipo"] == "ricarica":  # as a page loaded again, which reads them all
            chi = (await fai(mondo.utente, "UNO PO")).pk
            righe = [r.dati for r in (await fai(lettura.dopo, 0, [chi])).righe or ()]
        for riga in righe:
            if self.visti.get(riga["id"]) != riga["segno"]:
                self.visti[riga["id"]] = riga["segno"]
                self.mostrati.append(riga["testo"])

    async def ha(self, testi: set[str]) -> None:
        async with asyncio.timeout(ATTESA):
            while not testi <= set(self.mostrati):
                await asyncio.sleep(0.05)


@asynccontextmanager
async def schermi(tutta: Installazione) -> AsyncIterator[list[Schermo]]:
    """The same person, at a screen of each server."""
    cookie = await fai(_cookie, "UNO PO")
    aperti = [Schermo(s.porta or 0, cookie) for s in tutta.server]
    compiti = [asyncio.ensure_future(s.vivi()) for s in aperti]
    try:
        async with asyncio.timeout(ATTESA):
            for schermo in aperti:
                await schermo.pronto.wait()
        yield aperti
    finally:
        for compito in compiti:
            compito.cancel()
        await asyncio.gather(*compiti, return_exceptions=True)
        await fai(connections.close_all)


def _cookie(nome: str) -> str:
    client = Client()
    client.force_login(mondo.utente(nome), backend="django.contrib.auth.backends.ModelBackend")
    nome_cookie = settings.SESSION_COOKIE_NAME
    return f"{nome_cookie}={client.cookies[nome_cookie].value}"


def test_each_screen_of_each_process_shows_it_once(installazione: Installazione) -> None:
    async def scena() -> None:
        async with schermi(installazione) as aperti:
            for n in range(20):
                await fai(notifica, "UNO PO", f"la {n}", f"obiettivo:{n}")
            await fai(notifica, "DUE PO", "di un altro")
            attese = {f"la {n}" for n in range(20)}
            for schermo in aperti:
                await schermo.ha(attese)
            await asyncio.sleep(6)  # a round repeats nothing
            for schermo in aperti:
                assert sorted(schermo.mostrati) == sorted(attese)
                assert schermo.ritorni == 1

    corri(scena())


def test_every_part_is_killed_during_a_storm_and_all_arrives(installazione: Installazione) -> None:
    """kill -9 of the worker, of Redis, of one server and of the other, while news go on: nothing
    is missing on any screen, and nothing is shown twice."""

    async def scena() -> None:
        async with schermi(installazione) as aperti:
            dette: set[str] = set()

            async def tempesta(nome: str) -> None:
                for n in range(40):
                    testo = f"{nome} {n}"
                    await fai(notifica, "UNO PO", testo, f"{nome}:{n}")
                    dette.add(testo)

            vittime = {
                "operaio": installazione.operaio,
                "redis": installazione.redis,
                "primo": installazione.server[0],
                "secondo": installazione.server[1],
            }
            for nome, vittima in vittime.items():
                durante = asyncio.ensure_future(tempesta(nome))
                await asyncio.sleep(0.05)
                await asyncio.to_thread(vittima.uccidi)
                await durante
                await asyncio.to_thread(vittima.avvia)
            await tempesta("dopo")
            for schermo in aperti:
                await schermo.ha(dette)
                assert sorted(schermo.mostrati) == sorted(dette)

    corri(scena())
