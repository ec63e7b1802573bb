# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cinisello's layout, with its damage: columns read one into the other, one after the other, or
half here and half there; what cannot be proved is left empty and told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cycle.importers import leggi
from cycle.importers.cinisello.assemblaggio import NOTE_SPARSE
from cycle.importers.piano import Piano, PianoIllegibile, Specifico

FILE = Path(__file__).parent / "fixtures" / "cinisello-guasto-2031.txt"
TESTO = FILE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def piano() -> Piano:
    return leggi("cinisello", FILE.read_bytes(), anno=2031)


def specifico(piano: Piano, codice: str) -> Specifico:
    return next(s for s in piano.specifici() if s.codice == codice)


def detti(piano: Piano, codice: str) -> list[str]:
    return [a.messaggio for a in piano.avvisi if a.codice == codice]


def test_pages_of_one_code_are_one_scheda_with_one_specifico(piano: Piano) -> None:
    """Codes with blanks in them too."""
    attesi = ["2031_S07_03", "2031_S07_04", "2031_S07_05", "2031_S07_06"]
    assert [o.codice for o in piano.obiettivi] == attesi
    assert [s.codice for s in piano.specifici()] == attesi
    assert {o.categoria for o in piano.obiettivi} == {"Gestionale", ""}
    [unita] = piano.unita
    assert (unita.codice, unita.nome, unita.responsabile) == (
        "07_S_2030",
        "SETT. BOSCHI E ACQUE",
        "GUIDOBALDI ZENOBIA",
    )


def test_titles_are_told_from_what_every_head_repeats(piano: Piano) -> None:
    assert [o.titolo for o in piano.obiettivi] == [
        "Tenere puliti i ruscelli con I'aiuto delle scuole, dalla sorgente alla foce.",
        "Riaprire i rifugi chiusi e darli in gestione a chi ne abbia cura, anche con bandi fuori "
        "stagione...",
        "Contare gli animali del bosco.",
        "Segnare i sentieri.",
    ]
    assert dict(piano.obiettivi[0].sezioni) == {
        "Area tematica": "2. ACQUE CHIARE",
        "Assessorato": "Ambiente - Parchi - Montagna e Sentieri del lago",
    }


def test_nodes_whose_codes_have_blanks(piano: Piano) -> None:
    [nodo] = piano.obiettivi[0].nodi
    assert nodo.percorso == (
        ("mandato", "DUP_02", "ACQUE CHIARE"),
        ("missione", "DUP_02_0901", "Tutela dei corsi"),
        ("programma", "DUP_02_0901_0101", "Ruscelli"),
    )
    assert "l'area tematica è la 3, ma il mandato è DUP_02" in detti(piano, "2031_S07_04")
    assert any("non è sotto DUP_02" in m for m in detti(piano, "2031_S07_04"))


def test_rows_of_phases_read_one_into_the_other(piano: Piano) -> None:
    prima, seconda = specifico(piano, "2031_S07_03").fasi
    assert prima.descrizione == (
        "Scelta dei ruscelli da pulire con le classi della valle e delle frazioni alte"
    )
    assert (prima.peso, prima.avanzamento) == (Decimal("40.00"), Decimal("100.00"))
    assert (prima.responsabile, prima.centro, prima.note) == (
        "LO PRESTIPINO ADELAIDE",
        "SERV. ACQUE, FOSSI, GRONDE",
        "entro i tempi previsti",
    )
    assert (prima.fine_prevista, prima.fine_effettiva) == (date(2031, 5, 31), date(2031, 4, 30))
    # a surname alone takes the name that stands below it
    assert (seconda.responsabile, seconda.descrizione) == (
        "PUGLIATTI NICODEMO",
        "Pulizia dei ruscelli e dei fossi minori con le squadre",
    )
    assert seconda.inizio_previsto == date(2031, 6, 1)
    assert "«0L/06/2031» non è una data: letto 01/06/2031" in detti(piano, "2031_S07_03")


def test_the_right_of_a_table_read_apart_is_given_back(piano: Piano) -> None:
    """As many pieces as rows that lack one."""
    [fase] = specifico(piano, "2031_S07_04").fasi
    assert (fase.inizio_previsto, fase.fine_prevista) == (date(2031, 1, 1), date(2031, 12, 31))
    assert (fase.inizio_effettivo, fase.fine_effettiva) == (date(2031, 2, 1), date(2031, 11, 30))
    assert (fase.responsabile, fase.centro) == (
        "LO PRESTIPINO ADELAIDE",
        "SERV. ACQUE, FOSSI, GRONDE",
    )
    assert fase.descrizione == "Bando per i rifugi e scelta dei gestori"


def test_columns_read_one_by_one_count_or_stay_empty(piano: Piano) -> None:
    prima, seconda = specifico(piano, "2031_S07_05").fasi
    assert (prima.descrizione, seconda.descrizione) == (
        "Censimento dei caprioli e dei cervi",
        "Censimento dei gufi",
    )
    assert (prima.peso, seconda.peso) == (Decimal("50.00"), Decimal("40.00"))
    assert (seconda.inizio_previsto, seconda.inizio_effettivo) == (
        date(2031, 6, 1),
        date(2031, 7, 1),
    )
    assert {f.responsabile for f in (prima, seconda)} == {"PUGLIATTI NICODEMO"}
    # three dates for four places, one centre and one note for two rows: nobody knows whose
    assert (prima.fine_prevista, seconda.fine_effettiva) == (None, None)
    assert (prima.centro, prima.note) == ("", "")
    assert any("sono 3, e non 4" in m for m in detti(piano, "2031_S07_05"))
    assert "fatto di notte" in dict(piano.obiettivi[2].sezioni)[NOTE_SPARSE]
    assert "i pesi delle fasi sommano 90.00, non 100" in detti(piano, "2031_S07_05")


@pytest.mark.parametrize(
    ("cifra", "altra", "peso", "avanzamento"),
    [
        ("100,00", "", Decimal("100.00"), None),  # a row alone
        ("40,00", "60,00 100,00", Decimal("40.00"), None),
        ("100,00", "60,00 100,00", None, Decimal("100.00")),
        ("100,00", "60,00", None, None),  # two such rows
    ],
)
def test_one_figure_where_there_should_be_two(
    cifra: str, altra: str, peso: Decimal | None, avanzamento: Decimal | None
) -> None:
    """It is what the sum of the weights proves, or neither."""
    riga = "Segnavia nuovi 100,00 01/01/2031"
    testo = TESTO.replace(riga, f"Segnavia nuovi {cifra} 01/01/2031")
    if altra:
        testo += f"Guadi {altra} 01/01/2031 31/12/2031\n01/01/2031 31/12/2031\n"
    letto = leggi("cinisello", testo.encode(), anno=2031)
    fase = specifico(letto, "2031_S07_06").fasi[0]
    assert (fase.peso, fase.avanzamento) == (peso, avanzamento)
    assert any(f"una sola cifra, {cifra}" in m for m in detti(letto, "2031_S07_06"))


def test_indicators_with_descriptions_around_their_row(piano: Piano) -> None:
    ruscelli, classi = specifico(piano, "2031_S07_03").indicatori
    assert ruscelli.nome == (
        "N. ruscelli puliti entro l'anno, contando anche i fossi oltre i due metri"
    )
    assert (ruscelli.tipo, ruscelli.rilevazioni[0].target) == ("EFFICACIA", Decimal("9.00"))
    assert [(v.anno, v.valore) for v in ruscelli.storico] == [
        (2030, Decimal("7.00")),
        (2029, Decimal("6.50")),
    ]
    assert classi.nome == "Classi coinvolte nella pulizia (si contano una volta)"
    assert (classi.tipo, classi.rilevazioni[0].target) == ("EFFICIENZA", Decimal("10.00"))
    # a third figure may be of either past year
    assert (classi.storico, classi.note) == ((), "tutte quelle della valle")


def test_figures_of_the_only_row_there_is(piano: Piano) -> None:
    [rifugi] = specifico(piano, "2031_S07_04").indicatori
    assert (rifugi.nome, rifugi.unita_misura) == (
        "Rifugi riaperti con un gestore (si=1, no=0)",
        "si_no",
    )
    assert [v.valore for v in rifugi.storico] == [Decimal("0.00"), Decimal("1.00")]
    [capi] = specifico(piano, "2031_S07_05").indicatori
    assert (capi.nome, capi.tipo) == ("Capi contati nel bosco", "QUANTITATIVO")
    assert capi.rilevazioni[0] == capi.rilevazioni[0].__class__(
        "2031-1", Decimal("200.00"), Decimal("240.00")
    )
    assert any(
        m.startswith("180.00") or m.startswith("180,00") for m in detti(piano, "2031_S07_05")
    )


def test_a_note_that_may_be_of_several_rows_is_kept_apart(piano: Piano) -> None:
    """A request of variazione lives there; it is not lost, and is given to nobody."""
    assert dict(piano.obiettivi[1].sezioni)[NOTE_SPARSE] == "sostituire con altra dicitura"


def test_the_state_at_31_december_is_the_report(piano: Piano) -> None:
    [voce] = specifico(piano, "2031_S07_03").relazioni
    assert voce.testo == "I ruscelli puliti sono nove, e le classi venti.\nRestano due fossi."


@pytest.mark.parametrize(
    ("testo", "dice"),
    [
        ("Un testo qualunque.", "non è un piano nel formato Cinisello"),
        (TESTO.replace("2031 _S07", "2030_S07").replace("2031_S07", "2030_S07"), "è del 2030"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_remedy(testo: str, dice: str) -> None:
    with pytest.raises(PianoIllegibile, match=dice):
        leggi("cinisello", testo.encode(), anno=2031)


def test_a_part_of_the_document_begins_anywhere() -> None:
    parte = TESTO[TESTO.index(" OBIETTIVO DI PEG\n2031 _S07 04") :]
    letto = leggi("cinisello", parte.encode(), anno=2031)
    assert [o.codice for o in letto.obiettivi] == ["2031_S07_04", "2031_S07_05", "2031_S07_06"]
    assert any("la copertina non dice il nome del settore" in a.messaggio for a in letto.avvisi)


COLONNE = """INDICATORI

Descrizione

Capi contati nel bosco
e nelle radure

Nidi

Tipo

QUANTITATIVO

EFFICACIA

Valore Atteso

200,00

30,00

Valore Raggiunto

240,00

{raggiunto}

Valore Raggiunto 2030

180,00

20,00

Note

sostituire con i soli nidi
"""


@pytest.mark.parametrize("raggiunto", ["31,00", ""])
def test_indicators_whose_columns_were_read_one_by_one(raggiunto: str) -> None:
    """Each column has as many pieces as there are types, or is not given out, nor those after."""
    inizio = TESTO.index("INDICATORI\n\nDescrizione\n\nCapi")
    fine = TESTO.index("Direzione Direttore\n\nValore Raggiunto 2030", inizio)
    testo = TESTO[:inizio] + COLONNE.format(raggiunto=raggiunto) + TESTO[fine:]
    letto = leggi("cinisello", testo.encode(), anno=2031)
    capi, nidi = specifico(letto, "2031_S07_05").indicatori
    assert (capi.nome, capi.tipo) == ("Capi contati nel bosco e nelle radure", "QUANTITATIVO")
    assert (nidi.nome, nidi.tipo) == ("Nidi", "EFFICACIA")
    valori = [i.rilevazioni[0].valore for i in (capi, nidi)]
    if raggiunto:
        assert valori == [Decimal("240.00"), Decimal("31.00")]
    else:
        assert valori == [None, None]
        assert any("«Valore Raggiunto» degli" in m for m in detti(letto, "2031_S07_05"))
    assert "sostituire con i soli nidi" in dict(letto.obiettivi[2].sezioni)[NOTE_SPARSE]


def test_a_note_that_asks_for_a_variazione_is_told() -> None:
    testo = TESTO.replace("entro i tempi\n", "SOSTITUIRE CON altro\n")
    letto = leggi("cinisello", testo.encode(), anno=2031)
    assert any("chiede una variazione" in m for m in detti(letto, "2031_S07_03"))
