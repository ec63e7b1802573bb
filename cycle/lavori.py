# SPDX-License-Identifier: AGPL-3.0-or-later
"""The periodic jobs, in the database's own queue: `manage.py procrastinate worker` runs them in
production, the demo inside its own process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import cast

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued

from cycle import orologio
from cycle.services import posta as lettere
from cycle.services import scadenze as servizio

MINUTI = 5  # between a run of the terms and the next


@app.periodic(cron=f"*/{MINUTI} * * * *", periodic_id="scadenze")
@app.task(name="scadenze", queueing_lock="scadenze")
def scadenze(timestamp: int = 0) -> None:
    """What falls due, by the product's clock (in the demo, the movable one). `timestamp`, when the
    queue meant to run it, decides nothing: a late run catches up."""
    servizio.scadenze(orologio.adesso())


@app.periodic(cron="* * * * *", periodic_id="posta")
@app.task(name="posta")
def posta(timestamp: int = 0) -> None:
    """Send the letters that wait: those just written, and those that could not leave before."""
    lettere.spedisci()


def subito() -> None:
    """Run the terms as soon as a worker can: the demo's clock has moved."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        scadenze.defer()


@contextmanager
def operaio() -> Iterator[None]:
    """A worker in a thread of this process, for as long as the block lasts."""
    pronto = threading.Event()
    ciclo = asyncio.new_event_loop()
    compiti: list[asyncio.Task[None]] = []

    async def lavora() -> None:
        compito = asyncio.current_task()
        assert compito is not None
        compiti.append(compito)
        pronto.set()
        # The pages go on deferring through Django's connection, which cannot fetch jobs: the
        # worker has one of its own, and the rest of the process does not see it.
        connettore = cast(DjangoConnector, app.connector).get_worker_connector()
        operosa = app.with_connector(connettore)
        async with operosa.open_async():
            await operosa.run_worker_async(install_signal_handlers=False)

    def filo() -> None:
        with suppress(asyncio.CancelledError):
            ciclo.run_until_complete(lavora())

    lavoratore = threading.Thread(target=filo, name="operaio", daemon=True)
    lavoratore.start()
    pronto.wait()
    try:
        yield
    finally:
        ciclo.call_soon_threadsafe(compiti[0].cancel)
        lavoratore.join(timeout=10)
