# SPDX-License-Identifier: AGPL-3.0-or-later
"""Seregno's layout, with its damage: heads with and without tabs, tables broken by pages, html in
cells, the same activity in another order and in other words, notes of the office that checks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cycle.importers import leggi
from cycle.importers.piano import Indicatore, Piano, PianoIllegibile, Specifico

FILE = Path(__file__).parent / "fixtures" / "seregno-guasto-2031.txt"
TESTO = FILE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def piano() -> Piano:
    return leggi("seregno", FILE.read_bytes(), anno=2031)


def specifico(piano: Piano, codice: str) -> Specifico:
    return next(s for s in piano.specifici() if s.codice == codice)


def percentuale(i: Indicatore) -> Decimal:
    """The ratio of the last reading, uncapped (R71)."""
    ultima = i.rilevazioni[-1]
    assert isinstance(ultima.target, Decimal)
    assert isinstance(ultima.valore, Decimal)
    return round(ultima.valore / ultima.target * 100, 2)


def detti(testo: str) -> list[str]:
    return [a.messaggio for a in leggi("seregno", testo.encode(), anno=2031).avvisi]


def test_schede_take_the_code_their_activities_begin_with(piano: Piano) -> None:
    assert [o.codice for o in piano.obiettivi] == ["Ob_Obiet0701", "Ob_Obiet0702"]
    assert [s.codice for s in piano.specifici()] == [
        "Ob_Obiet070101",
        "Ob_Obiet070102",
        "Ob_Obiet070201",
    ]


def test_heads_with_tabs_and_without_are_read_the_same(piano: Piano) -> None:
    primo, secondo = piano.obiettivi
    assert [n.percorso for n in primo.nodi] == [
        (
            ("linea", "2", "VALBRUNA CRESCE: UN PAESE PER TUTTI"),
            ("azione", "2.3", "Aprire i luoghi del sapere"),
        ),
        (("missione", "", "Tutela dei beni culturali"), ("programma", "", "Biblioteche")),
    ]
    assert [passo[1] for n in secondo.nodi for passo in n.percorso] == ["4", "4.1", "", ""]
    assert secondo.titolo == "RIAPRIRE I SENTIERI"
    assert (secondo.inizio_previsto, secondo.fine_prevista) == (
        date(2031, 4, 1),
        date(2031, 10, 31),
    )


def test_a_text_broken_by_a_page_is_one_and_its_running_heads_are_not_in_it(piano: Piano) -> None:
    assert piano.obiettivi[0].descrizione == (
        "La sala di lettura riapre dopo i lavori. Il prestito torna a pieno regime entro "
        "l'autunno. RISULTATO ATTESO: Sala aperta sei giorni su sette"
    )
    assert dict(piano.obiettivi[0].sezioni)["Note"] == (
        "Nulla da segnalare, salvo la nevicata di gennaio."
    )


def test_tables_join_on_the_code_whatever_their_order_and_words(piano: Piano) -> None:
    uno, due = specifico(piano, "Ob_Obiet070101"), specifico(piano, "Ob_Obiet070102")
    assert [i.nome for i in uno.indicatori] == ["N. serate di apertura", "N. lettori / N. posti"]
    assert [i.nome for i in due.indicatori] == ["Arredi collaudati (SI=100)"]
    assert uno.descrizione == "Apertura serale senza fasi distinte"
    assert due.inizio_effettivo == date(2031, 1, 1)


def test_phases_are_split_where_the_text_numbers_them(piano: Piano) -> None:
    """A phase that a text speaks of does not begin another."""
    assert [f.descrizione for f in specifico(piano, "Ob_Obiet070102").fasi] == [
        "Scelta degli arredi (da marzo a maggio)",
        "Posa e collaudo, come detto nella FASE 1: conclusa",
    ]
    assert [f.descrizione for f in specifico(piano, "Ob_Obiet070201").fasi] == [
        "Rilievi",
        "Cantiere nei mesi estivi",
    ]
    assert len(specifico(piano, "Ob_Obiet070101").fasi) == 1


def test_r71_percentages_have_no_cap_and_the_first_reading_does_not_enter(piano: Piano) -> None:
    serate, lettori = specifico(piano, "Ob_Obiet070101").indicatori
    assert (percentuale(serate), percentuale(lettori)) == (Decimal("212.00"), Decimal("166.67"))
    assert [(r.periodo, r.target, r.valore) for r in serate.rilevazioni] == [
        ("2031-1", None, Decimal("40.00")),
        ("2031-2", Decimal("100.00"), Decimal("212.00")),
    ]
    assert piano.parametri["misura"]["cap"] is None
    assert not piano.parametri["pesi"]  # R68


def test_a_row_that_lost_its_empty_column_is_read_where_the_percentage_proves_it() -> None:
    riga = "N. lettori / N. posti\t2031\t3,00\t5,00\t166,67%"
    rotta = TESTO.replace(riga, riga.replace("166,67", "150,00"))
    assert "mancano colonne, le cifre non si attribuiscono" in detti(rotta)


def test_a_printed_percentage_that_is_not_that_of_its_values_is_told(piano: Piano) -> None:
    [detto] = [a for a in piano.avvisi if "percentuale stampata" in a.messaggio]
    assert (detto.codice, "90,00" in detto.messaggio) == ("Ob_Obiet070102", True)


def test_r56_notes_of_control_give_the_percentage_its_reason(piano: Piano) -> None:
    [voce] = specifico(piano, "Ob_Obiet070102").relazioni
    assert voce.testo == "Gli arredi sono arrivati in ritardo."
    assert voce.motivo == "si è tenuto conto del ritardo del fornitore."
    assert (voce.osservazione, voce.percentuale_convalidata) == (voce.motivo, Decimal("90.00"))
    [sola] = specifico(piano, "Ob_Obiet070201").relazioni
    assert sola.motivo == "il mancato avvio non dipende dall'ufficio."
    assert dict(piano.obiettivi[1].sezioni)["Note"] == "La gara si ripete."
    [senza] = specifico(piano, "Ob_Obiet070101").relazioni
    assert (senza.motivo, senza.percentuale_convalidata) == ("", None)
    assert senza.testo.endswith("Il pubblico ha gradito.")


def test_people_are_known_by_their_matricola(piano: Piano) -> None:
    per_matricola = {p.matricola: p for p in piano.persone}
    assert {m: p.nome_completo for m, p in per_matricola.items() if m} == {
        "14": "BELLOMUNNO CLORINDA",
        "3": "FORTEBRACCI IPPOLITO",
        "81": "EUFEMI OTTAVIA",
    }
    [collaboratore, *_] = piano.obiettivi[0].persone
    assert collaboratore.categoria == "Categoria D"
    assert any("accanto al nome 18" in a.messaggio for a in piano.avvisi)


def test_one_matricola_in_two_spellings_is_one_person() -> None:
    due = TESTO.replace(
        "Dirigente\t3\t3 - FORTEBRACCI IPPOLITO", "Categoria D\t14\t14 - BELOMUNO C."
    )
    letto = leggi("seregno", due.encode(), anno=2031)
    [chi] = [p for p in letto.persone if p.matricola == "14"]
    assert (chi.nome_completo, chi.alias) == ("BELLOMUNNO CLORINDA", ("BELOMUNO C.",))


def test_every_notice_has_its_number_and_its_line(piano: Piano) -> None:
    assert [a.numero for a in piano.avvisi] == list(range(1, len(piano.avvisi) + 1))
    assert all(a.riga > 0 for a in piano.avvisi)


@pytest.mark.parametrize(
    ("testo", "dice"),
    [
        ("Un testo qualunque.", "non è un piano nel formato Seregno"),
        (TESTO.replace("Ob_Obiet", "Altro"), "non hanno attività"),
        (TESTO.replace("\t2031\t", "\t2030\t"), "il piano è del 2030"),
        (TESTO.replace("Ob_Obiet0702", "Ob_Obiet0701"), "è già alla riga"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_remedy(testo: str, dice: str) -> None:
    with pytest.raises(PianoIllegibile, match=dice):
        leggi("seregno", testo.encode(), anno=2031)


def test_a_part_of_the_document_begins_where_a_scheda_begins() -> None:
    """What comes before is told, and belongs to nobody."""
    parte = TESTO[TESTO.index("Budget risorse umane") :]
    letto = leggi("seregno", parte.encode(), anno=2031)
    assert [o.codice for o in letto.obiettivi] == ["Ob_Obiet0702"]
    assert any("testata non è nel file" in a.messaggio for a in letto.avvisi)
    assert any("manca la copertina" in a.messaggio for a in letto.avvisi)
    assert [(u.nome, u.responsabile) for u in letto.unita] == [
        ("Area non indicata", "FORTEBRACCI QUINTO IPPOLITO")
    ]
