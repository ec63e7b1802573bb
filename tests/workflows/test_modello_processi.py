# SPDX-License-Identifier: AGPL-3.0-or-later
"""The check of the processes: each comes to its end, by the hand of somebody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cycle import checks
from cycle.permissions import PERMESSI
from cycle.processi import PROCESSI, ProcessoDisegnato
from workflows import modello_processi
from workflows.modello_processi import Grafo

_LETTI = {p.nome: modello_processi.leggi(p.nome, p.flusso) for p in PROCESSI}
APPROVAZIONE, VARIAZIONE = _LETTI["approvazione_peg"], _LETTI["variazione"]


def codici(grafo: Grafo, permessi: dict[str, str] | None = None) -> set[tuple[str, str]]:
    di = {p.nome: p.permessi for p in PROCESSI}[grafo.nome] if permessi is None else permessi
    return {
        (p.codice, p.frase.split("«")[1].split("»")[0])
        for p in modello_processi.problemi(grafo, di, PERMESSI)
    }


def senza_arco(grafo: Grafo, da: str, a: str) -> Grafo:
    return replace(grafo, archi={**grafo.archi, da: [x for x in grafo.archi[da] if x != a]})


@pytest.mark.parametrize("grafo", [APPROVAZIONE, VARIAZIONE], ids=lambda g: g.nome)
def test_nothing_is_wrong_with_the_processes(grafo: Grafo) -> None:
    assert codici(grafo) == set()
    assert len(grafo.inizi) == 1
    assert set(grafo.fini) & {"deciso", "decisa"}


def test_the_graph_is_the_flow_s() -> None:
    """Both ways out of a condition, all those of a split, and the people at their desks."""
    assert set(APPROVAZIONE.archi["con_pareri"]) == {"pareri", "decisione"}
    assert set(APPROVAZIONE.archi["pareri"]) == {"parere_tecnico", "parere_contabile"}
    assert set(APPROVAZIONE.di_persone) == {
        "sottoposto", "parere_tecnico", "parere_contabile", "decisione",
    }  # fmt: skip
    assert "ammessa" not in VARIAZIONE.di_persone


def test_a_node_nobody_comes_to_is_found_with_all_that_only_it_leads_to() -> None:
    monco = senza_arco(APPROVAZIONE, "con_pareri", "pareri")
    assert codici(monco) == {
        ("nodo_irraggiungibile", n)
        for n in ("pareri", "parere_tecnico", "parere_contabile", "raccolti")
    }


def test_a_node_that_leads_to_no_end_is_found() -> None:
    assert codici(senza_arco(APPROVAZIONE, "parere_tecnico", "raccolti")) == {
        ("nodo_senza_fine", "parere_tecnico")
    }
    giro = replace(VARIAZIONE, archi={**VARIAZIONE.archi, "parere_facoltativo": ["smistata"]})
    assert ("nodo_irraggiungibile", "reso") in codici(giro)
    perso = replace(VARIAZIONE, archi={**VARIAZIONE.archi, "decisione": ["istruita"]})
    assert {("nodo_senza_fine", n) for n in ("istruita", "decisione", "ammessa")} <= codici(perso)


def test_a_task_of_nobody_is_found() -> None:
    permessi = dict(PROCESSI[0].permessi)
    assert codici(APPROVAZIONE, {**permessi, "decisione": "che_non_c_e"}) == {
        ("compito_di_nessuno", "decisione")
    }
    assert ("compito_di_nessuno", "decisione") in codici(APPROVAZIONE, {})
    di_nessuno = {**PERMESSI, "decidi_insieme": frozenset({"re"})}
    trovati = modello_processi.problemi(APPROVAZIONE, permessi, di_nessuno)
    assert [p.codice for p in trovati] == ["compito_di_nessuno"]
    assert ("compito_ignoto", "raccolti") in codici(
        APPROVAZIONE, {**permessi, "raccolti": "decidi_insieme"}
    )


def test_manage_check_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    primo = PROCESSI[0]
    rotto = ProcessoDisegnato(primo.nome, primo.titolo, primo.flusso, {})
    monkeypatch.setattr(checks, "PROCESSI", (rotto,))
    detti = checks.modello_possibile(None)
    assert {m.id for m in detti} == {"cycle.modello.compito_di_nessuno"}
    assert len(detti) == 4
