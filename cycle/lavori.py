# SPDX-License-Identifier: AGPL-3.0-or-later
"""The jobs, in the database's own queue: `manage.py procrastinate worker` runs them in
production, the demo inside its own process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import cast

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued

from cycle import orologio
from cycle.services import ancora as ancoraggio
from cycle.services import avvisi, documenti, foglio_piano, lavoro, stampe
from cycle.services import posta as lettere
from cycle.services import scadenze as servizio
from cycle.services import verifica as servizio_verifica
from notifications.centralino import annuncia

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
    """Write the letters of the news that are due, and send those that wait: just written, or not
    gone before."""
    avvisi.prepara(orologio.adesso())
    lettere.spedisci()


@app.periodic(cron="7 * * * *", periodic_id="ancora")
@app.task(name="ancora")
def ancora(timestamp: int = 0) -> None:
    """The day's anchor of every registro, in the first hour in which a worker is there: asked again
    it is the same."""
    ancoraggio.ancora_tutti()


@app.periodic(cron="23 2 * * *", periodic_id="verifica")
@app.task(name="verifica", queueing_lock="verifica")
def verifica(timestamp: int = 0) -> None:
    """Every registro read again in the night: its page says what was found, and the segretario is
    told of what is broken."""
    servizio_verifica.verifica_tutti(orologio.adesso())


def subito() -> None:
    """Run the terms as soon as a worker can: the demo's clock has moved."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        scadenze.defer()


# what does each kind of the works that a page asked for and waits
COMPIE: Mapping[str, lavoro.Compie] = {
    "stampa": stampe.compie,
    "allegato": documenti.compie,
    "foglio": foglio_piano.compie,
}


@app.task(name="lavoro")
def compi(pk: int) -> None:
    """A work too long for a request."""
    lavoro.esegui(pk, COMPIE)


@app.task(name="sveglia")
async def sveglia(transazione: int, ente: int, radici: list[int] | None = None) -> None:
    """Tell the screens what a transaction changed. Its own statements wrote this job, which is
    there only if it committed (migrations `notifications.0002_segno`, `cycle.0015_sveglia`)."""
    await annuncia(transazione, ente, radici)


@asynccontextmanager
async def operaio() -> AsyncIterator[None]:
    """A worker in the running loop, for as long as the block lasts: so it reaches the sockets of
    this very process by the layer in memory."""
    # The pages go on deferring through Django's connection, which cannot fetch jobs: the worker
    # has one of its own, and the rest of the process does not see it.
    connettore = cast(DjangoConnector, app.connector).get_worker_connector()
    async with app.with_connector(connettore).open_async() as operosa:
        lavoro = asyncio.ensure_future(operosa.run_worker_async(install_signal_handlers=False))
        try:
            yield
        finally:
            lavoro.cancel()
            with suppress(asyncio.CancelledError):
                await lavoro
