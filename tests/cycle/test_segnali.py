# SPDX-License-Identifier: AGPL-3.0-or-later
"""What deserves a second look: each signal where it is due, and not beside it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cycle import orologio
from cycle.importers import leggi
from cycle.measure.figure import Indicatore, Rilevazione
from cycle.measure.parametri import ParametriMisura
from cycle.measure.segnali import (
    REGOLE,
    Approvazione,
    Impegno,
    RuoloVacante,
    Segnale,
    Somma,
    Specifico,
    TargetVariato,
    segnali,
)
from cycle.models import Incarico, StoricoIndicatore
from cycle.models import Indicatore as Riga
from cycle.segnali import da_database
from cycle.services.piano import importa
from cycle.views.cruscotto import TIPI_SEGNALE
from tests import mondo
from workflows.regole import REGOLE as REGOLE_CITATE

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


def di_nome(nome: str, **altro: Any) -> Indicatore:
    due = tuple(Rilevazione(p, Decimal(20), Decimal(20)) for p in (1, 2))
    dati: dict[str, Any] = {"nome": nome, "rilevazioni": due, **altro}
    return replace(indicatore(1, 1), **dati)


@pytest.mark.parametrize(
    ("nome", "altro", "sommato_male"),
    [
        ("N. posti - Posti residenziali accreditati", {}, True),
        ("N. utenti - Fotografia al 31/12", {}, True),
        ("N. iscritti ai nidi", {}, True),
        ("N. iscritti ai nidi", {"aggregazione": "media"}, False),
        ("N. nuovi posti attivati", {}, False),
        ("N. documenti predisposti", {}, False),
        ("Tasso di copertura", {"unita_misura": "percentuale"}, True),
        ("N. posti", {"rilevazioni": (Rilevazione(2, Decimal(20), None),)}, False),
    ],
)
def test_r74_a_stock_is_not_summed(nome: str, altro: dict[str, Any], sommato_male: bool) -> None:
    assert ("somma_di_consistenze" in dati(di_nome(nome, **altro))) is sommato_male


@pytest.mark.parametrize(
    ("target", "prima", "natura", "gia"),
    [
        (10, "10.01", "positivo", True),
        (10, 10, "positivo", False),
        (10, 8, "negativo", True),
        (10, 10, "negativo", False),
        (0, 5, "positivo", False),
    ],
)
def test_r8_a_target_that_last_year_had_already_met(
    target: Any, prima: Any, natura: str, gia: bool
) -> None:
    i = indicatore(target, None, natura=natura)
    s = Specifico("OE1", "OE101", (i,), prima={0: Decimal(prima)})
    trovati = segnali([s], [], [], ParametriMisura(), pesati=False)
    assert [x.tipo for x in trovati] == (["target_gia_raggiunto"] if gia else [])


def test_r8_a_target_that_was_met_when_it_was_approved() -> None:
    """June had been measured, and December's act still asks for less than June gave."""
    due = (Rilevazione(1, Decimal(2), Decimal(6)), Rilevazione(2, Decimal(3), None))
    i = replace(indicatore(1, 1), rilevazioni=due)
    for chiusi, attesi in ((frozenset({1}), ["target_gia_raggiunto"]), (frozenset[int](), [])):
        s = Specifico("OE1", "OE101", (i,), chiusi=chiusi)
        assert [x.tipo for x in segnali([s], [], [], ParametriMisura(), pesati=False)] == attesi


def di_altro(**dette: Any) -> list[Segnale]:
    return list(segnali([], [], [], ParametriMisura(), pesati=False, **dette))


def test_r14_approved_after_its_work_began() -> None:
    atto, il = "Giunta n. 9 del 16/02/2026", date(2026, 2, 16)
    tardi = Approvazione("OE2", atto, il, date(2026, 1, 1))
    [solo] = di_altro(
        approvazioni=[tardi, Approvazione("OE1", atto, il, il), replace(tardi, obiettivo="OE0")]
    )
    assert (solo.tipo, solo.obiettivi, solo.dove) == (
        "approvato_dopo_l_inizio",
        ("OE0", "OE2"),
        atto,
    )
    assert "2 obiettivi già cominciati, dal 01/01/2026, 46 giorni prima" in solo.messaggio


@pytest.mark.parametrize(
    ("prima", "dopo", "natura", "il", "abbassato"),
    [
        (Decimal(10), Decimal(8), "positivo", date(2026, 10, 1), True),
        (Decimal(10), Decimal(8), "positivo", date(2026, 9, 30), False),
        (Decimal(10), Decimal(12), "positivo", date(2026, 11, 5), False),
        (Decimal(10), Decimal(12), "negativo", date(2026, 11, 5), True),
        (date(2026, 11, 30), date(2026, 12, 20), "positivo", date(2026, 11, 5), True),
        (date(2026, 11, 30), date(2026, 11, 20), "positivo", date(2026, 11, 5), False),
        (date(2026, 11, 30), Decimal(1), "positivo", date(2026, 11, 5), False),
    ],
)
def test_r19_a_target_made_easier_in_the_last_quarter(
    prima: Any, dopo: Any, natura: str, il: date, abbassato: bool
) -> None:
    uno = TargetVariato("OE1", "OE101, target di 2026-2", natura, prima, dopo, "giunta n. 3", il)
    trovati = di_altro(variati=[uno], fine=date(2026, 12, 31))
    assert [x.tipo for x in trovati] == (["target_abbassato_a_fine_anno"] if abbassato else [])


def test_r6_a_step_whose_role_nobody_holds() -> None:
    [solo] = di_altro(vacanti=[RuoloVacante("Tributi", ("Validare",), ("nucleo",), "oggi")])
    assert (solo.tipo, solo.dove) == ("ruolo_vacante", "Tributi")
    assert solo.messaggio == "Tributi: oggi nessuno può Validare; serve un incarico di nucleo."


def test_every_kind_has_its_rule_and_its_name() -> None:
    assert set(REGOLE) == set(TIPI_SEGNALE)
    assert set(REGOLE.values()) <= set(REGOLE_CITATE)


@pytest.mark.usefixtures("db")
class TestDiUnAnno:
    def carica(self, forma: str, come: str) -> None:
        piano = leggi(forma, (FIXTURES / f"{forma}-guasto-2031.txt").read_bytes(), anno=2031)
        importa(ente=mondo.ente(), piano=piano, come=come, istante=mondo.ADESSO)

    def tipi(self) -> set[tuple[str, str]]:
        letti = da_database(mondo.ciclo(anno=2031), mondo.ADESSO)["segnali"]
        # nobody holds an incarico in the units that the document brings
        return {(s["tipo"], s["dove"]) for s in letti if s["tipo"] != "ruolo_vacante"}

    def test_of_people_and_money(self) -> None:
        self.carica("reggio", "piano")
        assert self.tipi() == {("impegno_diverso_da_100", "MALASPINA DESDEMONA")}

    def test_of_phases_and_of_readings(self) -> None:
        self.carica("cinisello", "storico")
        assert self.tipi() == {
            ("pesi_fasi", "2031_S07_05"),
            ("target_superato_del_doppio", "2031_S07_03"),
        }

    def test_of_the_year_that_runs(self) -> None:
        """Last year's value beside the target; nobody of the Nucleo left; approved late."""
        riga = Riga.objects.filter(obiettivo=mondo.in_stato("in_corso")).order_by("pk")[0]
        StoricoIndicatore.objects.create(
            ente=riga.ente, obiettivo=riga.obiettivo, indicatore=riga, anno=2025, valore=100
        )
        Incarico.objects.filter(ruolo="nucleo", persona__nome_completo="PRIMO NUCLEO").delete()
        tutti = da_database(mondo.ciclo(), mondo.ADESSO)["segnali"]
        di_tipo = {s["tipo"]: s for s in tutti}
        assert di_tipo["target_gia_raggiunto"]["obiettivi"] == [riga.obiettivo.codice]
        assert di_tipo["target_gia_raggiunto"]["regola"] == "R8"
        assert di_tipo["approvato_dopo_l_inizio"]["dove"].startswith("Giunta n. ")

    def test_the_queries_do_not_grow(self, django_assert_max_num_queries: Any) -> None:
        with django_assert_max_num_queries(26):
            da_database(mondo.ciclo(), mondo.ADESSO)

    def test_the_command_prints_them(self) -> None:
        self.carica("cinisello", "storico")
        fuori = StringIO()
        call_command("segnali", ente="alfa", anno=2031, stdout=fuori)
        assert json.loads(fuori.getvalue()) == da_database(
            mondo.ciclo(anno=2031), orologio.adesso()
        )
        with pytest.raises(CommandError, match="nessuno"):
            call_command("segnali", ente="nessuno", anno=2031, stdout=StringIO())
