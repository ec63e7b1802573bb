# SPDX-License-Identifier: AGPL-3.0-or-later
"""The model check: nothing is wrong with what is declared, and whatever would be is found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import combinations
from typing import Any

import pytest

from cycle.checks import modello_possibile
from cycle.fascicolo import VERBI_DEL_SETTORE
from cycle.permissions import MACCHINA_OBIETTIVO, MACCHINA_RELAZIONE, MACCHINE, PERMESSI
from workflows import guards, modello
from workflows.guards import guardia
from workflows.machines.base import Macchina, Transizione
from workflows.ports import RUOLI, Attore, Fascicolo


def test_nothing_is_wrong_with_what_is_declared() -> None:
    assert modello.problemi(MACCHINE, PERMESSI, VERBI_DEL_SETTORE) == []
    assert modello_possibile(None) == []


def codici(macchina: Macchina) -> set[tuple[str, str]]:
    return {
        (p.codice, p.frase.split("«")[-1].split("»")[0])
        for esame in (modello.stati, modello.ruoli)
        for p in esame(macchina)
    }


def senza(macchina: Macchina, nome: str) -> Macchina:
    return replace(macchina, transizioni=tuple(t for t in macchina.transizioni if t.nome != nome))


def cambiata(macchina: Macchina, nome: str, **regole: Any) -> Macchina:
    def nuova(t: Transizione) -> Transizione:
        return replace(t, regole=replace(t.regole, **regole)) if t.nome == nome else t

    return replace(macchina, transizioni=tuple(nuova(t) for t in macchina.transizioni))


class TestStati:
    def test_without_a_step_what_comes_after_is_not_reached(self) -> None:
        monca = replace(senza(MACCHINA_OBIETTIVO, "avvia"), iniziali=("bozza",))
        assert {("irraggiungibile", s) for s in ("in_corso", "rendicontato", "validato")} <= codici(
            monca
        )
        assert not codici(MACCHINA_OBIETTIVO)

    def test_a_state_with_no_way_out_is_a_dead_end_unless_it_is_final(self) -> None:
        assert ("vicolo_cieco", "stralciato") in codici(replace(MACCHINA_OBIETTIVO, finali=()))
        assert ("vicolo_cieco", "in_corso") in codici(
            senza(senza(MACCHINA_OBIETTIVO, "rendiconta"), "stralcia")
        )

    def test_a_final_state_is_not_left(self) -> None:
        assert ("finale_lasciato", "bozza") in codici(
            replace(MACCHINA_OBIETTIVO, finali=("stralciato", "bozza"))
        )

    def test_going_round_for_ever_is_not_finishing(self) -> None:
        ordine = [s for s, _n in MACCHINA_OBIETTIVO.stati]
        giro = tuple(
            replace(t, percorsi=(("approvato", "in_corso"),))
            if t.nome == "avvia"
            else replace(
                t,
                percorsi=(("in_corso", "approvato"),),
                regole=replace(t.regole, ritorno=True),
            )
            for t in MACCHINA_OBIETTIVO.transizioni
            if t.nome in ("avvia", "rendiconta")
        )
        m = Macchina("giro", MACCHINA_OBIETTIVO.stati, (ordine[0],), giro, ("stralciato",))
        assert ("senza_fine", "approvato") in codici(m)

    def test_a_word_that_is_no_state(self) -> None:
        storta = replace(
            MACCHINA_OBIETTIVO,
            transizioni=(
                replace(MACCHINA_OBIETTIVO.transizioni[0], percorsi=(("bozza", "nulla"),)),
            ),
        )
        assert ("stato_ignoto", "nulla") in codici(storta)


class TestRuoli:
    def test_a_step_of_nobody(self) -> None:
        assert "senza_ruolo" in {
            c for c, _ in codici(cambiata(MACCHINA_OBIETTIVO, "avvia", ruoli=()))
        }
        assert ("ruolo_ignoto", "re") in codici(
            cambiata(MACCHINA_OBIETTIVO, "avvia", ruoli=("re",))
        )

    def test_permissions_nobody_has_and_roles_that_do_nothing(self) -> None:
        assert not list(modello.permessi(PERMESSI))
        assert [p.codice for p in modello.permessi(PERMESSI | {"nulla": frozenset()})] == [
            "di_nessuno"
        ]
        senza_giunta = {nome: chi - {"giunta"} for nome, chi in PERMESSI.items()}
        assert [(p.codice, p.dove) for p in modello.permessi(senza_giunta)] == [
            ("ruolo_vuoto", "giunta")
        ]


@guardia("R1", "nessuno")
def mai(f: Fascicolo, a: Attore, t: datetime) -> Iterator[tuple[str, str]]:
    """Non passa mai."""
    yield "no", "nulla"


@guardia("R1", "nessuno")
def sempre(f: Fascicolo, a: Attore, t: datetime) -> Iterator[tuple[str, str]]:
    """Passa sempre."""
    yield from ()


@guardia("R1", "nessuno")
def motivazione_assente(f: Fascicolo, a: Attore, t: datetime) -> Iterator[tuple[str, str]]:
    """Il contrario di una condizione che c'è."""
    if f.richiesta.motivazione:
        yield "no", "nulla"


class TestGuardie:
    @pytest.mark.parametrize("macchina", MACCHINE, ids=lambda m: m.nome)
    def test_every_step_has_a_witness_from_every_state_it_starts_from(
        self, macchina: Macchina
    ) -> None:
        for t in macchina.transizioni:
            for da in t.partenze:
                fatti = modello.testimone(macchina.nome, t, da)
                assert fatti is not None, (t.nome, da)
                assert fatti.stato == da

    def test_conditions_that_exclude_each_other_are_found(self) -> None:
        for coppia in ([mai], [guards.motivazione_presente, motivazione_assente]):
            m = replace(
                cambiata(MACCHINA_OBIETTIVO, "rinvia", guardie=tuple(coppia)), nome="obiettivo"
            )
            m = replace(m, transizioni=tuple(t for t in m.transizioni if t.nome == "rinvia"))
            assert "mai_possibile" in {p.codice for p in modello.guardie(m)}

    def test_a_condition_that_never_refuses_is_found(self) -> None:
        m = cambiata(MACCHINA_OBIETTIVO, "rinvia", guardie=(sempre,))
        m = replace(m, transizioni=tuple(t for t in m.transizioni if t.nome == "rinvia"))
        assert [p.codice for p in modello.guardie(m)] == ["mai_negata"]


class TestSeparazione:
    def test_r57_nobody_goes_alone_from_proposal_to_validation(self) -> None:
        """With every role to everybody: people with fewer roles do less."""
        assert modello.da_solo(MACCHINA_OBIETTIVO, MACCHINA_RELAZIONE, VERBI_DEL_SETTORE) is None

    def test_r57_whatever_pair_of_roles_one_person_has(self) -> None:
        """The same, searched role by role, which the argument of the maximum does not need."""
        for coppia in combinations(RUOLI, 2):
            di = {1: coppia, 2: coppia, 3: tuple(RUOLI)}
            assert (
                modello.da_solo(MACCHINA_OBIETTIVO, MACCHINA_RELAZIONE, VERBI_DEL_SETTORE, di)
                is None
            )

    @pytest.mark.parametrize(
        ("macchina", "passo"), [(MACCHINA_OBIETTIVO, "valida"), (MACCHINA_RELAZIONE, "valida")]
    )
    def test_r57_without_the_guard_a_way_is_found(self, macchina: Macchina, passo: str) -> None:
        rotte = {
            m.nome: cambiata(m, passo, guardie=()) if m is macchina else m
            for m in (MACCHINA_OBIETTIVO, MACCHINA_RELAZIONE)
        }
        cammino = modello.da_solo(rotte["obiettivo"], rotte["relazione"], VERBI_DEL_SETTORE)
        assert cammino is not None
        assert cammino[-1][1] == f"valida_{macchina.nome}"
        assert "proponi_obiettivo" in {che for _chi, che in cammino}

    def test_r57_if_proposing_did_not_count_a_way_is_found(self) -> None:
        altri = [v for v in VERBI_DEL_SETTORE if v != "proponi"]
        assert modello.da_solo(MACCHINA_OBIETTIVO, MACCHINA_RELAZIONE, altri) is not None
