# SPDX-License-Identifier: AGPL-3.0-or-later
"""One piece of news to a thousand screens of two processes: from the commit to each of them,
beside two bare websockets servers that repeat what raw Redis pub/sub publishes."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings
from django.db import connections, transaction
from django.test import Client
from redis.asyncio import Redis
from websockets.asyncio.client import ClientConnection, connect

from cycle.models import Ente, Persona, UnitaOrganizzativa, Utente
from cycle.services.enti import Conferimento, conferisci, di_comando
from notifications.consumers import PRESE
from notifications.posta import NuovaNotifica, scrivi
from tests.bench import mondo
from tests.bench.misura import Riga, esponente, riga

ATTESA = 120  # seconds for a process to answer, and for a message to come
CANALE = "banco"
PROCESSI = 2  # of each kind, among which the screens are shared out


def righe(giri: int, prese: Sequence[int], database: str) -> Iterator[Riga]:
    """The line of a Notifica for everybody at their screens, the last size of `prese`, and how it
    grows through the others. That each screen shows it once is `tests.notifications`' to say."""
    if shutil.which("redis-server") is None:
        raise SystemExit("Serve il pacchetto Debian «redis-server» per la riga «notizie».")
    chi = _persone(-(-max(prese) // PRESE))
    cookie = [_entra(u) for _persona, u in chi]
    nostri: dict[int, list[float]] = {}
    loro: dict[int, list[float]] = {}
    tutti: dict[str, list[float]] = {"p50": [], "p99": []}
    with _parti(database) as (noi, nudi, redis):
        for quante in prese:
            esito = asyncio.run(_misura(giri, quante, noi, nudi, redis, chi, cookie))
            nostri[quante] = [p99 for _p50, p99 in esito["noi"]]
            loro[quante] = [p99 for _p50, p99 in esito["nudo"]]
            if quante == prese[-1]:
                tutti = {
                    "p50 nostro": [round(p50, 1) for p50, _ in esito["noi"]],
                    "p50 nudo": [round(p50, 1) for p50, _ in esito["nudo"]],
                }
    yield riga(
        nostri[prese[-1]],
        loro[prese[-1]],
        codice="notizie",
        titolo=f"una notizia a {prese[-1]} schermi di {PROCESSI} processi, p99",
        unita="ms",
        riferimento="Redis pub/sub e websockets nudi",
        obiettivo=3.0,
        note={
            "crescita": round(esponente({n: statistics.median(t) for n, t in nostri.items()}), 2),
            **tutti,
        },
    )


# --- who listens ----------------------------------------------------------------------------------


def _persone(quante: int) -> list[tuple[Persona, Utente]]:
    ente = Ente.objects.get(codice_ipa=mondo.IPA[0])
    radice = UnitaOrganizzativa.objects.get(ente=ente, padre=None)
    trovate = []
    for n in range(quante):
        nome = f"banco.ascolta.{n}"
        utente, _ = Utente.objects.get_or_create(username=nome)
        persona, nuova = Persona.objects.get_or_create(
            ente=ente, nome_completo=f"ASCOLTA {n}", defaults={"utente": utente}
        )
        if nuova:
            conferisci(
                ente=ente,
                conferimenti=[
                    Conferimento(persona, "revisore", radice, "decreto n. 1", mondo.INIZIO)
                ],
                attore=di_comando(ente.pk, mondo.INIZIO),
                istante=mondo.INIZIO,
                canale="comando",
            )
        trovate.append((persona, utente))
    return trovate


def _entra(utente: Utente) -> str:
    client = Client()
    client.force_login(utente, backend="django.contrib.auth.backends.ModelBackend")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


# --- the measure ----------------------------------------------------------------------------------


async def _misura(
    giri: int,
    quante: int,
    noi: Sequence[int],
    nudi: Sequence[int],
    redis: int,
    chi: Sequence[tuple[Persona, Utente]],
    cookie: Sequence[str],
) -> dict[str, list[tuple[float, float]]]:
    nostre = [
        await connect(
            f"ws://127.0.0.1:{noi[n % PROCESSI]}/ws/{mondo.IPA[0]}/notizie/",
            additional_headers={"Cookie": cookie[n // PRESE]},
            origin=f"http://127.0.0.1:{noi[n % PROCESSI]}",  # type: ignore[arg-type]
            ping_interval=None,
        )
        for n in range(quante)
    ]
    nude = [
        await connect(f"ws://127.0.0.1:{nudi[n % PROCESSI]}/", ping_interval=None)
        for n in range(quante)
    ]
    ascoltano = chi[: -(-quante // PRESE)]
    voce = Redis(port=redis)
    esito: dict[str, list[tuple[float, float]]] = {"noi": [], "nudo": []}
    try:
        for giro in range(giri + 1):
            testo = f"banco {quante} {giro}"

            async def notifica(testo: str = testo) -> None:
                await database_sync_to_async(_scrivi)(ascoltano, testo)

            async def pubblica(testo: str = testo) -> None:
                await voce.publish(CANALE, json.dumps({"righe": [{"testo": testo}]}))

            for nome, filo, fai in (("noi", nostre, notifica), ("nudo", nude, pubblica)):
                tempi = await _arrivi(filo, testo, fai)
                if giro:  # the first opens connections and makes plans
                    esito[nome].append(tempi)
    finally:
        await voce.aclose()
        await asyncio.gather(*(f.close() for f in (*nostre, *nude)))
    return esito


async def _arrivi(fili: Sequence[ClientConnection], testo: str, fai: Any) -> tuple[float, float]:
    """p50 and p99, in milliseconds, of the times from the commit (or the publishing) to the
    screens."""

    async def aspetta(filo: ClientConnection) -> float:
        while True:
            detto = json.loads(await filo.recv())
            if any(r["testo"] == testo for r in detto.get("righe", ())):
                return time.perf_counter()

    attese = [asyncio.ensure_future(aspetta(f)) for f in fili]
    await asyncio.sleep(0.2)
    inizio = time.perf_counter()
    await fai()
    arrivi = await asyncio.wait_for(asyncio.gather(*attese), ATTESA)
    tempi = sorted((t - inizio) * 1000 for t in arrivi)
    return tempi[len(tempi) // 2], tempi[max(0, int(len(tempi) * 0.99) - 1)]


def _scrivi(chi: Sequence[tuple[Persona, Utente]], testo: str) -> None:
    with transaction.atomic():
        scrivi(
            [NuovaNotifica(u.pk, p.pk, "banco:1", "responsabile", testo, "/") for p, u in chi],
            materie=[],
            ente_id=chi[0][0].ente_id,
            evento_id=None,
        )


# --- the processes --------------------------------------------------------------------------------

_NUDO = """
import asyncio, sys
from redis.asyncio import Redis
from websockets.asyncio.server import broadcast, serve

async def tutto():
    prese = set()
    async def presa(filo):
        prese.add(filo)
        try:
            await filo.wait_closed()
        finally:
            prese.discard(filo)
    ascolto = Redis(port=int(sys.argv[2])).pubsub()
    await ascolto.subscribe(sys.argv[3])
    async with serve(presa, "127.0.0.1", int(sys.argv[1]), ping_interval=None):
        async for detto in ascolto.listen():
            if detto["type"] == "message":
                broadcast(prese, detto["data"].decode())

asyncio.run(tutto())
"""


@contextmanager
def _parti(database: str) -> Iterator[tuple[list[int], list[int], int]]:
    """Redis, our servers and their worker, and the bare ones: the ports of ours, bare and Redis."""
    with tempfile.TemporaryDirectory() as cartella, connections["owner"].cursor() as cursore:
        cursore.execute("DELETE FROM procrastinate_jobs")
        redis, *porte = _porte(1 + 2 * PROCESSI)
        noi, nudi = porte[:PROCESSI], porte[PROCESSI:]
        ambiente = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
            "BENCH_DB": database,
            "REDIS_URL": f"redis://127.0.0.1:{redis}/0",
            "DJANGO_SECRET_KEY": settings.SECRET_KEY,
        }
        comandi = [
            ["redis-server", "--port", str(redis), "--save", "", "--dir", cartella],
            *(
                [sys.executable, "-m", "uvicorn", "cycle.asgi:application", "--port", str(porta)]
                for porta in noi
            ),
            [sys.executable, "manage.py", "procrastinate", "worker"],
            *([sys.executable, "-c", _NUDO, str(porta), str(redis), CANALE] for porta in nudi),
        ]
        accesi = []
        try:
            for comando in comandi:
                accesi.append(
                    subprocess.Popen(
                        comando,
                        cwd=mondo.RADICE,
                        env=ambiente,
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL,
                    )
                )
                if comando[0] == "redis-server":
                    _aspetta(redis)
            for porta in porte:
                _aspetta(porta)
            yield noi, nudi, redis
        finally:
            for acceso in reversed(accesi):
                acceso.kill()
                acceso.wait()


def _porte(quante: int) -> list[int]:
    prese = [socket.socket() for _ in range(quante)]
    try:
        for presa in prese:
            presa.bind(("127.0.0.1", 0))
        return [presa.getsockname()[1] for presa in prese]
    finally:
        for presa in prese:
            presa.close()


def _aspetta(porta: int) -> None:
    fine = time.monotonic() + ATTESA
    while True:
        try:
            socket.create_connection(("127.0.0.1", porta), 1).close()
            return
        except OSError:
            if time.monotonic() > fine:
                raise
            time.sleep(0.05)
