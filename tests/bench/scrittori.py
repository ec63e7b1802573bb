# SPDX-License-Identifier: AGPL-3.0-or-later
"""Eight writers at once on one ente, beside the same spread one for each ente: what a head shared
by an ente would slow down."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tests.bench import mondo
from tests.bench.misura import Riga, riga
from tests.bench.scrittore import ATTESA, scrivi


def righe(giri: int, mosse: int, database: str) -> Iterator[Riga]:
    """One line: transitions a second, `mosse` by each writer in each round."""
    ids = {ipa: mondo.bozze(ipa) for ipa in mondo.IPA[:-1]}
    insieme, sparsi = turni(
        giri, mosse, database, ids, ((mondo.IPA[:1], lambda: None), (mondo.IPA[:-1], lambda: None))
    )
    yield riga(
        insieme,
        sparsi,
        codice="scrittori",
        titolo=f"{mondo.SCRITTORI} scrittori su un ente",
        unita="/s",
        riferimento="uno per ente",
        obiettivo=0.85,
        almeno=True,
    )


def turni(
    giri: int,
    mosse: int,
    database: str,
    ids: Mapping[str, list[int]],
    concorrenti: Sequence[tuple[Sequence[str], Callable[[], None]]],
) -> list[list[float]]:
    """Transitions a second in each round of each contestant: the enti on which the writers are
    spread, and what is done before they begin."""
    contesto = multiprocessing.get_context("spawn")
    cancello = contesto.Barrier(mondo.SCRITTORI + 1)
    code: list[Any] = [contesto.Queue() for _ in range(mondo.SCRITTORI)]
    os.environ["BENCH_DB"] = database
    processi = [contesto.Process(target=scrivi, args=(coda, cancello)) for coda in code]
    for processo in processi:
        processo.start()
    tassi: list[list[float]] = [[] for _ in concorrenti]
    try:
        for giro in range(giri + 1):
            for suoi, (enti, prepara) in zip(tassi, concorrenti, strict=True):
                prepara()
                for n, coda in enumerate(code):
                    ipa = enti[n % len(enti)]
                    coda.put((ipa, mondo.prendi(ids[ipa], mosse)))
                cancello.wait(ATTESA)  # everybody has his work
                inizio = time.perf_counter()
                cancello.wait(ATTESA)  # everybody has done it
                if giro > 0:
                    suoi.append(mosse * len(code) / (time.perf_counter() - inizio))
        for coda in code:
            coda.put(None)
    finally:
        del os.environ["BENCH_DB"]
        for processo in processi:
            processo.join(ATTESA)
            processo.kill()
    return tassi
