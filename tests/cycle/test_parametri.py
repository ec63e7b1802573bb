# SPDX-License-Identifier: AGPL-3.0-or-later
"""The parameters of a year: each declared once, read from JSON and from what is typed, refused by
name when it does not stand."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cycle.generi import Coppie, Giorno, Intero, Numero, Parole, Scelta, SiNo
from cycle.generi import Testo as UnTesto
from cycle.measure import ParametriMisura
from cycle.measure.parametri import SCELTE, ParametroErrato
from cycle.parametri import DICHIARATI, GRUPPI, MISURA, TUTTI, Parametri


def test_every_parameter_says_what_it_is_and_by_which_rule() -> None:
    for p in TUTTI.values():
        assert str(p.etichetta).strip(), p.nome
        assert str(p.spiega).strip(), p.nome
        assert re.fullmatch(r"R\d{1,2}", p.regola), p.nome
        assert p.gruppo in GRUPPI, p.nome
    assert len({str(p.etichetta) for p in TUTTI.values()}) == len(TUTTI)


def test_the_rules_that_are_parameters_have_one() -> None:
    """The CFG rules of norms.md that the engine decides by."""
    assert {p.regola for p in TUTTI.values()} >= {
        *("R8", "R10", "R11", "R12", "R15", "R19", "R24", "R27", "R31", "R33", "R34", "R35"),
        *("R38", "R44", "R45", "R46", "R52", "R55", "R57", "R59", "R60", "R61", "R62", "R66"),
        *("R68", "R69", "R71", "R72", "R76", "R77", "R78", "R79"),
    }


def test_those_of_measurement_are_all_said_with_the_choices_it_has() -> None:
    assert set(MISURA) == set(ParametriMisura.__dataclass_fields__)
    for nome, ammessi in SCELTE.items():
        genere = MISURA[nome].genere
        assert isinstance(genere, Scelta)
        assert tuple(genere.scelte) == ammessi


def test_the_defaults_read_back() -> None:
    """Through JSON as it is stored, and through the form as it is typed."""
    parametri = Parametri()
    assert Parametri.da_dizionario({}) == parametri
    assert Parametri.da_dizionario(json.loads(json.dumps(parametri.in_dizionario()))) == parametri
    assert set(parametri.in_dizionario()) == {*DICHIARATI, "misura"}
    for p, valore in parametri.valori():
        digitato = p.genere.digitato(p.genere.testo(valore))
        if p.gruppo == "misura":
            nome = p.nome.removeprefix("misura.")
            letto = getattr(ParametriMisura.da_dizionario({nome: digitato}), nome)
        else:
            letto = p.leggi(digitato)
        assert letto == valore, p.nome


def test_what_was_stored_before_is_still_read() -> None:
    """The keys of the first years, with the types they had."""
    letti = Parametri.da_dizionario(
        {
            "nodo_obbligatorio": ["OE"],
            "pesi": False,
            "pareri_obbligatori": False,
            "quorum": 3,
            "misura": {"cap": None, "tolleranza_pesi": "0.02"},
        }
    )
    assert letti.nodo_obbligatorio == {"OE"}
    assert (letti.pesi, letti.pareri_obbligatori, letti.quorum) == (False, False, 3)
    assert letti.misura.cap is None
    assert letti.misura.tolleranza_pesi == Decimal("0.02")
    assert letti.variazione_backstop == (12, 15)


@pytest.mark.parametrize(
    ("dati", "nome"),
    [
        ({"quorumm": 2}, "quorumm"),
        ({"quorum": True}, "quorum"),
        ({"quorum": 0}, "quorum"),
        ({"quorum": "2"}, "quorum"),
        ({"pesi": 1}, "pesi"),
        ({"periodi": 5}, "periodi"),
        ({"periodi": "2"}, "periodi"),
        ({"variazione_tardiva": "mai"}, "variazione_tardiva"),
        ({"variazione_backstop": "15-12"}, "variazione_backstop"),
        ({"variazione_backstop": "02-29"}, "variazione_backstop"),
        ({"replica_giorni": -1}, "replica_giorni"),
        ({"nodo_obbligatorio": "OE"}, "nodo_obbligatorio"),
        ({"smvp_versione": "x" * 201}, "smvp_versione"),
        ({"smvp_versione": "a\0b"}, "smvp_versione"),
        ({"nucleo_monocratico": True, "quorum": 2}, "quorum"),
        ({"misura": {"cap": "0"}}, "cap"),
        ({"misura": {"fasce": [["95", "bene"]]}}, "fasce"),
    ],
)
def test_what_does_not_stand_is_refused_by_name(dati: dict[str, Any], nome: str) -> None:
    with pytest.raises(ParametroErrato, match=nome) as errore:
        Parametri.da_dizionario(dati)
    assert errore.value.nome == nome
    assert errore.value.problema


def test_r59_a_single_member_is_enough_for_a_single_member_nucleo() -> None:
    assert Parametri.da_dizionario({"nucleo_monocratico": True}).quorum == 1


@pytest.mark.parametrize(
    ("genere", "testo", "json_"),
    [
        (SiNo(), "si", True),
        (SiNo(), "no", False),
        (Intero(1, 9), " 3 ", 3),
        (Scelta({"1": "uno", "2": "due"}, intera=True), "2", 2),
        (UnTesto(20), "  delibera   n. 3 ", "delibera n. 3"),
        (Parole(), "OE, UO ,", ["OE", "UO"]),
        (Giorno(), "31/1", "01-31"),
        (Numero(percento=True), "97,5 %", "0.975"),
        (Numero(facoltativo=True), " ", None),
        (Numero(), "1.234,5", "1234.5"),
        (
            Coppie("giorni", "punteggio", prima_intera=True, percento=1),
            "30: 95\n\n 60 : 50,5",
            [[30, "0.95"], [60, "0.505"]],
        ),
    ],
)
def test_what_is_typed_becomes_json(genere: Any, testo: str, json_: Any) -> None:
    assert genere.digitato(testo) == json_


@pytest.mark.parametrize(
    ("genere", "testo"),
    [
        (SiNo(), ""),
        (SiNo(), "forse"),
        (Intero(1, 9), "10"),
        (Intero(1, 9), "tre"),
        (Intero(1, 9), "٣"),
        (Intero(1, 9), "9" * 30),
        (Scelta({"a": "A"}), "b"),
        (Giorno(), "31/02"),
        (Giorno(), "29/02"),
        (Giorno(), "oggi"),
        (Numero(), "nan"),
        (Numero(), "1,2,3"),
        (Numero(), ""),
        (Coppie("da", "giudizio", prima_intera=False), "95 raggiunto"),
        (Coppie("giorni", "punteggio", prima_intera=True, percento=1), "3,5: 90"),
    ],
)
def test_what_is_typed_wrong_is_refused(genere: Any, testo: str) -> None:
    with pytest.raises(ValueError, match=r"\w+"):
        genere.leggi(genere.digitato(testo))


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=40))
def test_nothing_typed_breaks_a_kind(testo: str) -> None:
    """Whatever is typed is either read or refused with a sentence."""
    for p in TUTTI.values():
        with suppress(ValueError):
            valore = p.genere.leggi(p.genere.digitato(testo))
            if p.gruppo != "misura":
                assert p.leggi(p.genere.scrivi(valore)) == valore
