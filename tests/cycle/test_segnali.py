# SPDX-License-Identifier: AGPL-3.0-or-later
"""What deserves a second look: each signal where it is due, and not beside it."""

from __future__ import annotations

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cycle.exports.segnali import da_database
from cycle.importers import leggi
from cycle.measure.figure import Indicatore, Rilevazione
from cycle.measure.parametri import ParametriMisura
from cycle.measure.segnali import Impegno, Segnale, Somma, Specifico, segnali
from cycle.services.piano import importa
from tests import mondo

FIXTURES = Path(__file__).parents[1] / "importers" / "fixtures"


def indicatore(target: Any, valore: Any, peso: Any = None, natura: str = "positivo") -> Indicatore:
    def cifra(v: Any) -> Decimal | None:
        return None if v is None else Decimal(v)

    return Indicatore(
        nome="N. atti",
        peso=cifra(peso),
        natura=natura,  # type: ignore[arg-type]
        aggregazione="somma",
        unita_misura="numero",
        rilevazioni=(Rilevazione(1, cifra(target), cifra(valore)),),
    )


def dati(
    *indicatori: Indicatore, fasi: tuple[tuple[Any, Any], ...] = (), pesati: bool = False
) -> list[str]:
    scritte = tuple(
        (None if p is None else Decimal(p), None if a is None else Decimal(a)) for p, a in fasi
    )
    specifico = Specifico("OE1", "OE101", indicatori, scritte)
    return [s.tipo for s in segnali([specifico], [], [], ParametriMisura(), pesati=pesati)]


@pytest.mark.parametrize(
    ("target", "valore", "natura", "atteso"),
    [
        (10, 20, "positivo", ["target_superato_del_doppio"]),
        (10, "19.99", "positivo", []),
        (0, 5, "positivo", []),
        (10, None, "positivo", []),
        (10, 20, "negativo", []),
    ],
)
def test_a_target_exceeded_twofold(
    target: Any, valore: Any, natura: str, atteso: list[str]
) -> None:
    assert dati(indicatore(target, valore, natura=natura)) == atteso


def test_phases_at_100_with_an_indicator_at_0() -> None:
    finite = ((50, 100), (50, 100))
    assert dati(indicatore(10, 0), fasi=finite) == ["fasi_finite_indicatore_a_zero"]
    assert dati(indicatore(10, 1), fasi=finite) == []
    assert dati(indicatore(10, 0), fasi=((50, 100), (50, 99))) == []
    assert dati(indicatore(10, 0)) == []


def test_r68_weights_that_do_not_sum_to_100_where_the_ente_weighs() -> None:
    due = (indicatore(1, 1, 50), indicatore(1, 1, 40))
    assert dati(*due, pesati=True) == ["pesi_indicatori"]
    assert dati(*due) == []
    assert dati(indicatore(1, 1, 100), pesati=True) == []
    assert dati(fasi=((50, None), (40, None))) == ["pesi_fasi"]
    assert dati(fasi=((None, None), (None, 3))) == []


def test_effort_over_all_schede_is_100() -> None:
    impegni = [
        Impegno("ROSSA ADA", "OE1", Decimal("60.5")),
        Impegno("ROSSA ADA", "OE2", Decimal("39.5")),
        Impegno("BIANCA EVA", "OE2", Decimal(80)),
        Impegno("BIANCA EVA", "OE1", Decimal(30)),
    ]
    [solo] = segnali([], impegni, [], ParametriMisura(), pesati=True)
    assert solo == Segnale(
        "impegno_diverso_da_100",
        ("OE1", "OE2"),
        "BIANCA EVA",
        "BIANCA EVA: l'impegno su tutte le schede è 110 %, non 100 %.",
    )


def test_a_chapter_counted_twice_and_one_that_is_shared() -> None:
    somme = [
        Somma("OE1", "40086", "02", "spese_investimento", Decimal(300)),
        Somma("OE2", "40086", "02", "spese_investimento", Decimal(300)),
        Somma("OE1", "31406", "00", "spese_correnti", Decimal(20)),
        Somma("OE2", "31406", "00", "spese_correnti", Decimal(96)),
        Somma("OE1", "1", "0", "spese_correnti", Decimal(0)),
        Somma("OE2", "1", "0", "spese_correnti", Decimal(0)),
    ]
    [solo] = segnali([], [], somme, ParametriMisura(), pesati=True)
    assert (solo.tipo, solo.obiettivi, solo.dove) == (
        "capitolo_due_volte",
        ("OE1", "OE2"),
        "40086/02",
    )


@pytest.mark.usefixtures("db")
class TestDiUnAnno:
    def carica(self, forma: str, come: str) -> None:
        piano = leggi(forma, (FIXTURES / f"{forma}-guasto-2031.txt").read_bytes(), anno=2031)
        importa(ente=mondo.ente(), piano=piano, come=come, istante=mondo.ADESSO)

    def tipi(self) -> set[tuple[str, str]]:
        return {(s["tipo"], s["dove"]) for s in da_database(mondo.ciclo(anno=2031))["segnali"]}

    def test_of_people_and_money(self) -> None:
        self.carica("reggio", "piano")
        assert self.tipi() == {("impegno_diverso_da_100", "MALASPINA DESDEMONA")}

    def test_of_phases_and_of_readings(self) -> None:
        self.carica("cinisello", "storico")
        assert self.tipi() == {
            ("pesi_fasi", "2031_S07_05"),
            ("target_superato_del_doppio", "2031_S07_03"),
        }

    def test_the_queries_do_not_grow(self, django_assert_max_num_queries: Any) -> None:
        with django_assert_max_num_queries(10):
            da_database(mondo.ciclo())

    def test_the_command_prints_them(self) -> None:
        self.carica("cinisello", "storico")
        fuori = StringIO()
        call_command("segnali", ente="alfa", anno=2031, stdout=fuori)
        assert json.loads(fuori.getvalue()) == da_database(mondo.ciclo(anno=2031))
        with pytest.raises(CommandError, match="nessuno"):
            call_command("segnali", ente="nessuno", anno=2031, stdout=StringIO())
