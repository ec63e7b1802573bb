# SPDX-License-Identifier: AGPL-3.0-or-later
"""Many processes: two servers and a worker, behind a real Redis, each killed in turn.

The database is real and of the test alone. Redis is Debian's `redis-server`: where it is missing
these tests say so, and in CI they fail.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import DatabaseError, connections
from django.test import Client
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from notifications import lettura
from notifications.models import Notifica
from tests import mondo
from tests.asincrono import corri
from tests.notifications.test_prese import fai, notifica

CASA = Path(__file__).resolve().parents[2]
REDIS = shutil.which("redis-server")
ATTESA = 120  # seconds after which something will not happen any more
INSTALLAZIONE = "installazione di prova"  # how its connections are told from the others


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
            "PGAPPNAME": INSTALLAZIONE,
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

    def __init__(self, nome: str, porta: int, cookie: str, inizio: int) -> None:
        self.nome, self.porta, self.cookie = nome, porta, cookie
        self.inizio = self.cursore = inizio  # as the page says it
        self.visti: dict[str, int] = {}
        self.mostrati: Counter[str] = Counter()
        self.ritorni = 0
        self.pronto = asyncio.Event()

    async def vivi(self) -> None:
        while True:
            try:
                async with connect(
                    f"ws://127.0.0.1:{self.porta}/ws/alfa/notizie/?da={self.cursore}",
                    additional_headers={"Cookie": self.cookie},
                    origin=f"http://127.0.0.1:{self.porta}",  # type: ignore[arg-type]
                    max_size=None,
                ) as filo:
                    self.ritorni += 1
                    async for detto in filo:
                        await self._ricevi(json.loads(detto))
            except (OSError, ConnectionClosed, InvalidHandshake, DatabaseError):
                pass
            await asyncio.sleep(0.1)

    async def _ricevi(self, detto: dict[str, Any]) -> None:
        righe = detto.get("righe", [])
        if detto["tipo"] == "ricarica":  # as a page loaded again, which reads them all
            righe = [r.dati for r in (await fai(_tutte, self.nome)).righe or ()]
        for riga in righe:
            if self.visti.get(riga["id"]) != riga["segno"]:
                self.visti[riga["id"]] = riga["segno"]
                self.mostrati[riga["testo"]] += 1
        if detto["tipo"] == "cursore":
            self.cursore = max(self.inizio, detto["cursore"])
            self.pronto.set()

    async def ha(self, testi: set[str]) -> None:
        try:
            async with asyncio.timeout(ATTESA):
                while not testi <= set(self.mostrati):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            mancano = testi - set(self.mostrati)
            righe = await fai(_segni, mancano)
            pytest.fail(
                f"{self.nome}, porta {self.porta}: {len(mancano)} di {len(testi)} non arrivate, "
                f"{self.ritorni} ritorni, cursore {self.cursore}; nella tabella {righe}"
            )


def _segni(testi: set[str]) -> list[Any]:
    righe = Notifica.objects.filter(testo__in=testi)
    return list(righe.order_by("transazione").values_list("testo", "transazione"))


def _tutte(nome: str) -> lettura.Arretrato:
    connections["default"].close_if_unusable_or_obsolete()
    return lettura.dopo(0, [mondo.utente(nome).pk])


@asynccontextmanager
async def schermi(tutta: Installazione, nomi: Sequence[str]) -> AsyncIterator[list[Schermo]]:
    """Some people, each at a screen of each server."""
    aperti = []
    inizio = await fai(lettura.cursore_di_adesso)
    for nome in nomi:
        cookie = await fai(_cookie, nome)
        aperti += [Schermo(nome, s.porta or 0, cookie, inizio) for s in tutta.server]
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
        async with schermi(installazione, ["UNO PO"]) as aperti:
            for n in range(20):
                await fai(notifica, "UNO PO", f"la {n}", f"obiettivo:{n}")
            await fai(notifica, "DUE PO", "di un altro")
            attese = {f"la {n}" for n in range(20)}
            for schermo in aperti:
                await schermo.ha(attese)
            await asyncio.sleep(6)  # a round repeats nothing
            for schermo in aperti:
                assert schermo.mostrati == dict.fromkeys(attese, 1)
                assert schermo.ritorni == 1

    corri(scena())


# --- the storm ------------------------------------------------------------------------------------

TEMPESTA = int(os.environ.get("TEMPESTA", "240"))
GRANDE = TEMPESTA > 1000  # asked for by hand: the database itself is killed too
SCRITTORI = 4
PERSONE = (
    "UNO PO", "DUE PO", "UNO DIRIGENTE", "DUE DIRIGENTE", "PRIMO NUCLEO", "ATTI SEGRETERIA",
    "GESTIONE CONTROLLO", "GENERALE SEGRETARIO",
)  # fmt: skip


@dataclass
class Tempesta:
    """Who writes to whom, and what was written: of what was tried again because the database died
    with the answer in its mouth, both times may have been the first."""

    persone: Sequence[str]
    quante: int
    dette: dict[str, set[str]] = field(default_factory=dict)
    ritentate: set[str] = field(default_factory=set)

    def scrivi(self, chi: int) -> None:
        """What one of the writers writes."""
        try:
            for n in range(chi, self.quante, SCRITTORI):
                nome = self.persone[n % len(self.persone)]
                testo = f"la {n}"
                while not self._prova(nome, testo, n):
                    self.ritentate.add(testo)
                    time.sleep(0.2)
                self.dette.setdefault(nome, set()).add(testo)
        finally:
            connections.close_all()

    @staticmethod
    def _prova(nome: str, testo: str, n: int) -> bool:
        try:
            notifica(nome, testo, f"cosa:{n}")
        except DatabaseError:
            connections["default"].close()
            return False
        return True


def _cade_il_database() -> bool:
    """As when it is restarted: with a backend killed the server drops every connection and
    recovers; where others use it too, only the connections of the installation go. False when it
    has none yet."""
    try:
        with connections["default"].cursor() as cursore:
            cursore.execute(
                "SELECT pid FROM pg_stat_activity WHERE application_name = %s", [INSTALLAZIONE]
            )
            pid = [pid for (pid,) in cursore.fetchall()]
    except DatabaseError:
        pid = []
    finally:
        connections.close_all()
    for uno in pid[: 1 if GRANDE else None]:
        with suppress(ProcessLookupError):
            os.kill(uno, signal.SIGKILL if GRANDE else signal.SIGTERM)
    return bool(pid)


def test_every_part_is_killed_at_random_during_a_storm_and_all_arrives_once(
    installazione: Installazione,
) -> None:
    """kill -9 of the worker, of Redis, of one server and of the other, and the database's
    connections lost, while news go on: nothing is missing on any screen, and nothing is shown
    twice. `TEMPESTA=10000` makes it that long, and kills the database's own processes."""
    if GRANDE and os.environ.get("CYCLE_DB_FAST") == "1":
        pytest.fail("Un database che scrive quando può perde ciò che ha promesso: CYCLE_DB_FAST=0")
    caso = random.Random(TEMPESTA)
    vittime: dict[str, Parte | None] = {
        "operaio": installazione.operaio,
        "redis": installazione.redis,
        "primo": installazione.server[0],
        "secondo": installazione.server[1],
        "database": None,
    }
    tempesta = Tempesta(PERSONE if GRANDE else PERSONE[:2], TEMPESTA)
    morti: Counter[str] = Counter()

    async def uccidi(nome: str) -> None:
        vittima = vittime[nome]
        morti[nome] += 1
        if vittima is None:
            while not await asyncio.to_thread(_cade_il_database):
                await asyncio.sleep(0.1)
            return
        await asyncio.to_thread(vittima.uccidi)
        await asyncio.sleep(caso.random())
        await asyncio.to_thread(vittima.avvia)

    async def scena() -> tuple[float, int]:
        async with schermi(installazione, tempesta.persone) as aperti:
            inizio = time.monotonic()
            scrivono = asyncio.gather(
                *(asyncio.to_thread(tempesta.scrivi, n) for n in range(SCRITTORI))
            )
            mancano = list(vittime)
            caso.shuffle(mancano)
            while mancano or (GRANDE and not scrivono.done()):
                await asyncio.sleep(caso.random() * (3 if GRANDE else 0.3))
                await uccidi(mancano.pop() if mancano else caso.choice(list(vittime)))
            await scrivono
            for schermo in aperti:
                await schermo.ha(tempesta.dette[schermo.nome])
            secondi = time.monotonic() - inizio
            for schermo in aperti:
                sue = tempesta.dette[schermo.nome]
                assert set(schermo.mostrati) == sue
                doppie = {t for t, volte in schermo.mostrati.items() if volte > 1}
                assert doppie <= tempesta.ritentate
            return secondi, len(aperti)

    secondi, quanti = corri(scena())
    assert sum(len(sue) for sue in tempesta.dette.values()) == TEMPESTA
    print(
        f"{TEMPESTA} notizie a {quanti} schermi in {secondi:.0f} s; uccisi: {dict(morti)}; "
        f"riscritte: {len(tempesta.ritentate)}"
    )
