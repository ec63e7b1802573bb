# SPDX-License-Identifier: AGPL-3.0-or-later
"""Eight writers at once on one ente, beside the same spread one for each ente: what a head shared
by an ente would slow down."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator
from typing import Any

from tests.bench import mondo
from tests.bench.misura import Riga, riga
from tests.bench.scrittore import ATTESA, scrivi


def righe(giri: int, mosse: int, database: str) -> Iterator[Riga]:
    """One line: transitions a second, `mosse` by each writer in each round."""
    ids = {ipa: mondo.bozze(ipa) for ipa in mondo.IPA[:-1]}
    contesto = multiprocessing.get_context("spawn")
    cancello = contesto.Barrier(mondo.SCRITTORI + 1)
    code: list[Any] = [contesto.Queue() for _ in range(mondo.SCRITTORI)]
    os.environ["BENCH_DB"] = database
    processi = [contesto.Process(target=scrivi, args=(coda, cancello)) for coda in code]
    for processo in processi:
        processo.start()
    insieme: list[float] = []
    sparsi: list[float] = []
    try:
        for giro in range(giri + 1):
            for tassi, enti in ((insieme, [mondo.IPA[0]] * len(code)), (sparsi, _enti(len(code)))):
                for coda, ipa in zip(code, enti, strict=True):
                    coda.put((ipa, mondo.prendi(ids[ipa], mosse)))
                cancello.wait(ATTESA)  # everybody has his work
                inizio = time.perf_counter()
                cancello.wait(ATTESA)  # everybody has done it
                if giro > 0:
                    tassi.append(mosse * len(code) / (time.perf_counter() - inizio))
        for coda in code:
            coda.put(None)
    finally:
        del os.environ["BENCH_DB"]
        for processo in processi:
            processo.join(ATTESA)
            processo.kill()
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


def _enti(quanti: int) -> list[str]:
    """One ente for each writer; the last of the bench has no drafts, the first two writers."""
    altri = mondo.IPA[:-1]
    return [altri[n % len(altri)] for n in range(quanti)]
