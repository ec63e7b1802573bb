# SPDX-License-Identifier: AGPL-3.0-or-later
"""Eight writers at once on one ente, beside the same spread one for each ente: what a head shared
by an ente would slow down."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.bench import mondo
from tests.bench.misura import Riga, esponente, riga
from tests.bench.scrittore import ATTESA, scrivi

POCHI = (2, 4)  # fewer writers, for the growth of the time that all of them take


def righe(giri: int, mosse: int, database: str) -> Iterator[Riga]:
    """One line: transitions a second, `mosse` by each writer in each round."""
    ids = {ipa: mondo.bozze(ipa) for ipa in mondo.IPA[:-1]}
    insieme, sparsi, *pochi = turni(
        giri,
        mosse,
        database,
        ids,
        (
            Concorrente(mondo.IPA[:1]),
            Concorrente(mondo.IPA[:-1]),
            *(Concorrente(mondo.IPA[:1], scrittori=n) for n in POCHI),
        ),
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
        note={"crescita": crescita((*pochi, insieme))},
    )


def crescita(tassi: Sequence[Sequence[float]]) -> float:
    """Of the time in which all do their moves, with how many they are: `POCHI`, then all."""
    quanti = (*POCHI, mondo.SCRITTORI)
    return round(esponente({n: n / max(t) for n, t in zip(quanti, tassi, strict=True)}), 2)


@dataclass(frozen=True)
class Concorrente:
    """The enti on which the writers are spread, what is done before they begin, how many they are;
    the others of the eight stay idle."""

    enti: Sequence[str]
    prepara: Callable[[], None] = lambda: None
    scrittori: int = mondo.SCRITTORI


def turni(
    giri: int,
    mosse: int,
    database: str,
    ids: Mapping[str, list[int]],
    concorrenti: Sequence[Concorrente],
) -> list[list[float]]:
    """Transitions a second in each round of each contestant, `mosse` by each of its writers."""
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
            for suoi, chi in zip(tassi, concorrenti, strict=True):
                chi.prepara()
                for n, coda in enumerate(code):
                    ipa = chi.enti[n % len(chi.enti)]
                    coda.put((ipa, mondo.prendi(ids[ipa], mosse) if n < chi.scrittori else ()))
                cancello.wait(ATTESA)  # everybody has his work
                inizio = time.perf_counter()
                cancello.wait(ATTESA)  # everybody has done it
                if giro > 0:
                    suoi.append(mosse * chi.scrittori / (time.perf_counter() - inizio))
        for coda in code:
            coda.put(None)
    finally:
        del os.environ["BENCH_DB"]
        for processo in processi:
            processo.join(ATTESA)
            processo.kill()
    return tassi
