# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reggio Emilia's layout, with its damage: columns that slip, glued heads, notes in four shapes,
a heading and a page that are lost, totals that do not add up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cycle.importers import leggi
from cycle.importers.piano import Obiettivo, Piano, PianoIllegibile

FILE = Path(__file__).parent / "fixtures" / "reggio-guasto-2031.txt"
TESTO = FILE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def piano() -> Piano:
    return leggi("reggio", FILE.read_bytes(), anno=2031)


def progetto(piano: Piano, codice: str) -> Obiettivo:
    return next(o for o in piano.obiettivi if o.codice == codice)


def detti(testo: str) -> list[str]:
    return [a.messaggio for a in leggi("reggio", testo.encode(), anno=2031).avvisi]


def test_projects_of_every_kind_stand_in_their_cdr(piano: Piano) -> None:
    assert [(o.codice, o.tipo, o.unita) for o in piano.obiettivi] == [
        ("2031_PD_4101", "Prodotto", "41"),
        ("2031_PD_4107", "Prodotto", "41"),
        ("2031_PG_4102", "Progetto", "41"),
        ("Z_90001", "Opera pubblica", "41"),
    ]
    assert [(u.codice, u.tipo, u.padre) for u in piano.unita] == [
        ("A4", "area", ""),
        ("41", "servizio", "A4"),
    ]
    assert {o.responsabile_generale for o in piano.obiettivi} == {"MALASPINA DESDEMONA"}


def test_the_tree_is_read_in_its_three_layouts(piano: Piano) -> None:
    for codice in ("2031_PD_4101", "2031_PG_4102"):
        [nodo] = progetto(piano, codice).nodi
        assert nodo.percorso == (
            ("indirizzo", "", "CITTA' DEI GIARDINI"),
            ("obiettivo strategico", "", "Verde per tutti"),
            ("azione", "", "Ombra"),
        )
    assert progetto(piano, "Z_90001").titolo == "Restauro della voliera"


def test_a_title_on_three_lines_and_a_glued_kind(piano: Piano) -> None:
    primo, secondo = progetto(piano, "2031_PD_4101").specifici
    assert (primo.codice, primo.titolo) == (
        "2031_OB_4101_1",
        "Piantare alberi nelle strade che non ne hanno",
    )
    assert (primo.flag, secondo.flag) == (
        ("Obiettivo Prioritario",),
        ("Obiettivo di miglioramento",),
    )
    assert secondo.codice == "2031_OB_4101_C"


def test_a_target_is_a_number_or_a_date_and_the_operator_stays_in_the_name(piano: Piano) -> None:
    """R79; the prefix of the code is not the kind of objective."""
    alberi, relazione, strade = progetto(piano, "2031_PD_4101").specifici[0].indicatori
    assert (alberi.nome, alberi.unita_misura) == ("N. alberi piantati: > di", "numero")
    assert alberi.rilevazioni[0].target == Decimal(120)
    assert (relazione.unita_misura, relazione.rilevazioni[0].target) == (
        "data",
        date(2031, 11, 30),
    )
    assert (strade.codice, strade.unita_misura) == ("P_4101_1_3", "percentuale")
    assert [i.note for i in (alberi, relazione, strade)] == [
        "in autunno",
        "",
        "misura di dicembre",
    ]
    [grande] = progetto(piano, "2031_PG_4102").specifici[0].indicatori
    assert grande.rilevazioni[0].target == Decimal(18000000)


def test_phases_go_to_the_objective_they_name(piano: Piano) -> None:
    primo, secondo = progetto(piano, "2031_PD_4101").specifici
    assert [(f.descrizione, f.note, f.fine_prevista) for f in primo.fasi] == [
        ("Scelta delle specie", "con i vivai", date(2031, 3, 31))
    ]
    assert [f.descrizione for f in secondo.fasi] == ["Scavi di saggio"]
    assert any("2031_OB_9999_1" in a.messaggio for a in piano.avvisi)


def test_money_by_chapter_article_and_part_where_the_heading_is_lost(piano: Piano) -> None:
    somme = progetto(piano, "2031_PD_4101").stanziamenti
    assert [(s.capitolo, s.articolo, s.parte, s.importo) for s in somme] == [
        ("00712", "00", "entrate_correnti", Decimal("700.00")),
        ("30801", "00", "spese_correnti", Decimal("900.00")),
        ("30801", "01", "spese_correnti", Decimal("100.00")),
        ("30801", "01", "spese_investimento", Decimal("500.00")),
    ]


def test_totals_and_shares_are_recomputed_and_differences_told(piano: Piano) -> None:
    discordi = [a.messaggio for a in piano.avvisi if "stampat" in a.messaggio]
    assert discordi == [
        "Totale Azione: stampato 2.000,00, la somma dei progetti è 1.900,00",
        "il totale stampato delle spese investimento è 501,00, la somma dei capitoli è 500,00",
    ]
    altro = TESTO.replace("SEMI\t400,00", "SEMI\t300,00").replace("20,00 %", "21,00 %")
    assert [m for m in detti(altro) if "4102" in m or "capitoli" in m][:3] == [
        "il budget stampato nel sommario è 400,00, la spesa dei suoi capitoli 300,00",
        "2031_PG_4102: la quota di assorbimento stampata è 21,00 %, sul totale del CDR "
        "(2.000,00) è 20,00 %",
        "il totale stampato delle spese investimento è 501,00, la somma dei capitoli è 500,00",
    ]


def test_people_have_their_effort_and_the_relation_of_the_row(piano: Piano) -> None:
    chi = {
        (o.codice, c.persona): (c.impegno, c.categoria) for o in piano.obiettivi for c in o.persone
    }
    assert chi["2031_PD_4101", "NICOTRA UGOLINO"] == (
        Decimal("60.50"),
        "Posizione Organizzativa",
    )
    assert chi["2031_PD_4107", "NICOTRA UGOLINO"][1].startswith("Dipendente")


def test_a_lost_page_is_proved_by_the_summary(piano: Piano) -> None:
    """Its people are not booked on the project before."""
    perduto = progetto(piano, "2031_PD_4107")
    assert (perduto.titolo, perduto.nodi[0].percorso[-1]) == (
        "Acqua nei parchi",
        ("azione", "", "Fontane"),
    )
    assert [s.codice for s in perduto.specifici] == ["2031_OB_4107_6"]
    assert len(progetto(piano, "2031_PD_4101").persone) == 3


def test_without_the_summary_what_is_left_of_a_lost_page_is_of_nobody() -> None:
    senza = TESTO.replace("2031_PD_4107\tAcqua nei parchi", "2031_PD_4108\tAltro")
    letto = leggi("reggio", senza.encode(), anno=2031)
    assert [o.codice for o in letto.obiettivi] == ["2031_PD_4101", "2031_PG_4102", "Z_90001"]
    assert [len(o.persone) for o in letto.obiettivi] == [3, 0, 1]
    assert any("M_4107_6_1" in a.messaggio for a in letto.avvisi)


def test_a_work_without_objectives_has_one_with_its_code(piano: Piano) -> None:
    [solo] = progetto(piano, "Z_90001").specifici
    assert (solo.codice, solo.titolo, solo.indicatori) == ("Z_90001", "Restauro della voliera", ())


@pytest.mark.parametrize(
    ("testo", "dice"),
    [
        ("Un testo qualunque.", "non è un piano nel formato Reggio Emilia"),
        (TESTO.replace("2031_", "2030_"), "il piano è del 2030"),
        (TESTO.replace("\n2031_PG_4102", "\n2031_PD_4101"), "è già alla riga"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_remedy(testo: str, dice: str) -> None:
    with pytest.raises(PianoIllegibile, match=dice):
        leggi("reggio", testo.encode(), anno=2031)


def test_a_part_of_the_document_begins_where_a_project_begins() -> None:
    parte = TESTO[TESTO.index("Fasi/Attività") :]
    letto = leggi("reggio", parte.encode(), anno=2031)
    assert [o.codice for o in letto.obiettivi] == ["2031_PG_4102", "Z_90001"]
    assert any("non si sa di quale CDR" in a.messaggio for a in letto.avvisi)
    assert any("testata non è nel file" in a.messaggio for a in letto.avvisi)
