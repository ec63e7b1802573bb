# SPDX-License-Identifier: AGPL-3.0-or-later
"""Can every process come to its end? The Flows, examined as `workflows.modello` does machines.

A process is taken as a graph, each condition as if it could go either way: whatever node is not
reached so is never worked on, and whatever node does not lead to an end keeps its process open for
ever. Where a person works, the permission asked there must be one that some role has: a role is
given by an incarico, so somebody can hold it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from viewflow.workflow import flow

from workflows.modello import Problema, raggiunti
from workflows.ports import RUOLI

_INIZI = (flow.Start, flow.StartHandle, flow.StartTimer)
_DI_PERSONE = (flow.Start, flow.StartHandle, flow.View, flow.Handle, flow.ManualTask)


@dataclass(frozen=True, slots=True)
class Grafo:
    """A process: where each node leads, where it begins and ends, at which nodes people work."""

    nome: str
    archi: Mapping[str, Collection[str]]
    inizi: Collection[str]
    fini: Collection[str]
    di_persone: Collection[str]


def leggi(nome: str, flusso: Any) -> Grafo:
    """The graph of a Flow."""
    nodi = {n.name: n for n in flusso.instance.nodes()}
    return Grafo(
        nome,
        {n: [e.dst.name for e in nodo._outgoing()] for n, nodo in nodi.items()},
        [n for n, nodo in nodi.items() if isinstance(nodo, _INIZI)],
        [n for n, nodo in nodi.items() if isinstance(nodo, flow.End)],
        [n for n, nodo in nodi.items() if isinstance(nodo, _DI_PERSONE)],
    )


def problemi(
    grafo: Grafo, permessi: Mapping[str, str], tabella: Mapping[str, Collection[str]]
) -> Iterator[Problema]:
    """What is wrong with a process whose nodes ask for `permessi`, where `tabella` says which
    roles have each."""
    indietro: dict[str, list[str]] = {n: [] for n in grafo.archi}
    for da, arrivi in grafo.archi.items():
        for a in arrivi:
            indietro[a].append(da)
    aperti, chiusi = raggiunti(grafo.inizi, grafo.archi), raggiunti(grafo.fini, indietro)
    for nodo in grafo.archi:
        if nodo not in aperti:
            yield Problema("nodo_irraggiungibile", grafo.nome, f"a «{nodo}» non si arriva mai")
        if nodo not in chiusi:
            yield Problema("nodo_senza_fine", grafo.nome, f"da «{nodo}» il processo non si chiude")
    for nodo in grafo.di_persone:
        if not set(tabella.get(permessi.get(nodo, ""), ())) & set(RUOLI):
            yield Problema("compito_di_nessuno", grafo.nome, f"«{nodo}» non spetta a nessun ruolo")
    for nodo in permessi.keys() - set(grafo.di_persone):
        yield Problema("compito_ignoto", grafo.nome, f"in «{nodo}» non lavora nessuno")
