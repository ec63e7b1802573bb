# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cinisello's pages as a scanner may have read them: whatever the order of the columns, what is
read is what was printed; where it cannot be proved, it is empty and told."""

from __future__ import annotations

from datetime import date

import pytest

from cycle.importers import leggi
from cycle.importers import piano as neutro
from cycle.importers.cinisello.assemblaggio import NOTE_SPARSE
from cycle.importers.cinisello.parole import cifra, giorno
from tests.importers import documento_cinisello as carta
from tests.importers.documento_cinisello import FASI, LAYOUT, TESTATA, TITOLO, Fase


def letta(testo: str) -> tuple[neutro.Obiettivo, list[str]]:
    piano = leggi("cinisello", testo.encode(), anno=2031)
    [obiettivo] = piano.obiettivi
    return obiettivo, [a.messaggio for a in piano.avvisi]


def attesa(f: Fase) -> tuple[object, ...]:
    return (
        " ".join(f.righe),
        cifra(f.peso),
        cifra(f.avanzamento),
        *(giorno(g) for g in (*f.previste, *f.effettive)),
    )


def come_letta(f: neutro.Fase) -> tuple[object, ...]:
    return (
        f.descrizione,
        f.peso,
        f.avanzamento,
        f.inizio_previsto,
        f.fine_prevista,
        f.inizio_effettivo,
        f.fine_effettiva,
    )


@pytest.mark.parametrize("layout", LAYOUT)
@pytest.mark.parametrize("quante", [1, 2, 3])
def test_phases_are_the_same_in_whatever_order_their_columns_come(layout: str, quante: int) -> None:
    fasi = FASI[:quante]
    obiettivo, avvisi = letta(carta.scheda(LAYOUT[layout](fasi)))
    lette = obiettivo.specifici[0].fasi
    assert [come_letta(f) for f in lette] == [attesa(f) for f in fasi]
    assert [f.responsabile for f in lette] == [" ".join(f.chi) for f in fasi]
    if layout != "date_a_parte":
        assert [f.centro for f in lette] == [" ".join(f.centro) for f in fasi]
    if layout.startswith("verticale"):
        assert [f.note for f in lette] == [" ".join(f.note) for f in fasi]
    assert obiettivo.titolo == TITOLO
    assert not [a for a in avvisi if "non si attribuiscono" in a or "non interpretata" in a]


def test_eleven_phases_over_three_pages_whose_columns_came_one_by_one() -> None:
    fasi = [
        f._replace(righe=(f"Fontana numero {n}", *f.righe[1:]))
        for n, f in enumerate((FASI * 4)[:11])
    ]
    pagine = [LAYOUT["verticale"](fasi[n : n + 4]) for n in (0, 4, 8)]
    obiettivo, _ = letta(carta.scheda(TESTATA.join(pagine)))
    assert [come_letta(f) for f in obiettivo.specifici[0].fasi] == [attesa(f) for f in fasi]


def test_a_row_that_goes_on_after_the_head_of_the_next_page() -> None:
    testo = carta.scheda(carta.per_riga(FASI[:1]).replace(
        " ".join(FASI[0].effettive), f"{TESTATA}{carta.INTESTAZIONE}{' '.join(FASI[0].effettive)}"
    ))  # fmt: skip
    obiettivo, _ = letta(testo)
    assert [come_letta(f) for f in obiettivo.specifici[0].fasi] == [attesa(FASI[0])]


def test_weights_and_progress_read_in_one_column_are_told_apart_by_their_sum() -> None:
    coppie = "".join(f"{f.peso} {f.avanzamento}\n\n" for f in FASI)
    testo = carta.verticale_a_coppie(FASI)
    assert coppie in testo
    for in_colonna in (
        "".join(f"{f.peso}\n\n{f.avanzamento}\n\n" for f in FASI),
        "".join(f"{f.peso}\n" for f in FASI) + "".join(f"{f.avanzamento}\n" for f in FASI) + "\n",
    ):
        obiettivo, _ = letta(carta.scheda(testo.replace(coppie, in_colonna)))
        assert [come_letta(f) for f in obiettivo.specifici[0].fasi] == [attesa(f) for f in FASI]


def test_phases_whose_weights_are_lost_are_as_many_as_their_descriptions() -> None:
    inizio, fine = "Peso\n\n", "Inizio Previsto\n"
    testo = carta.verticale(FASI)
    senza = testo[: testo.index(inizio)] + testo[testo.index(fine) :]
    obiettivo, avvisi = letta(carta.scheda(senza))
    lette = obiettivo.specifici[0].fasi
    assert [come_letta(f)[3:] for f in lette] == [attesa(f)[3:] for f in FASI]
    assert {(f.peso, f.avanzamento) for f in lette} == {(None, None)}
    assert "i pesi delle fasi non si leggono: lasciati vuoti" in avvisi
    rotta, _ = letta(carta.scheda(senza.replace("01/09/2031\n01/09/2031", "01/09/2031")))
    assert rotta.specifici[0].fasi == ()


def test_descriptions_that_a_blank_line_divides() -> None:
    f = FASI[2]
    rotta = carta.verticale(FASI).replace("\n".join(f.righe), "\n\n".join(f.righe))
    rotta = rotta.replace(f.righe[0], "Acqua di nuovo corrente")
    obiettivo, avvisi = letta(carta.scheda(rotta))
    assert [len(x.descrizione) for x in obiettivo.specifici[0].fasi] == [
        len(" ".join(x.righe)) for x in FASI
    ]
    assert any("riunite dove proseguono" in a for a in avvisi)


def test_dates_that_are_not_as_many_as_the_rows_are_of_nobody() -> None:
    testo = carta.scheda(carta.fini_da_sole(FASI[:2])).replace("\n31/12/2031\n", "\n")
    obiettivo, avvisi = letta(testo)
    assert {f.fine_prevista for f in obiettivo.specifici[0].fasi} == {None}
    assert {f.inizio_previsto for f in obiettivo.specifici[0].fasi} == {
        date(2031, 1, 1),
        date(2031, 4, 1),
    }
    assert "le date di fine delle fasi sono 3, e non 4: non si attribuiscono" in avvisi


@pytest.mark.parametrize("altrove", [True, False])
def test_a_surname_without_its_name_is_of_the_only_one_who_has_it(altrove: bool) -> None:
    sola = carta.per_riga(FASI[:2]).replace("DESDEMONA", "")
    if altrove:
        sola += "Altre vasche 0,00 100,00 01/01/2031 31/12/2031 MALASPINA DESDEMONA SERVIZIO X\n"
    obiettivo, avvisi = letta(carta.scheda(sola))
    assert obiettivo.specifici[0].fasi[1].responsabile == ("MALASPINA DESDEMONA" if altrove else "")
    assert any(a.startswith("«MALASPINA»" if altrove else "di «MALASPINA»") for a in avvisi)


# --- heads ----------------------------------------------------------------------------------

VERTICALE = f"""
OBIETTIVO DI PEG

Area Tematica

2. ACQUE CHIARE

Assessorato

Ambiente - Parchi -
Montagna e
Sentieri del lago

{TITOLO}

2031 _S07_3O

"""


def test_a_head_whose_code_comes_last_and_with_a_letter_for_a_figure() -> None:
    testo = carta.scheda(carta.per_riga(FASI)).replace(TESTATA, VERTICALE, 2)
    testo = testo.replace(VERTICALE, TESTATA, 1)
    obiettivo, _ = letta(testo)
    assert (obiettivo.codice, obiettivo.titolo) == ("2031_S07_30", TITOLO)
    assert len(obiettivo.specifici[0].fasi) == 3


@pytest.mark.parametrize("titolo", [TITOLO, "Un altro titolo, che nessuna pagina porta in testa."])
def test_a_page_whose_code_is_lost_is_of_the_scheda_whose_title_it_prints(titolo: str) -> None:
    senza = TESTATA.replace("2031_S07_30 ", "").replace(TITOLO, f"{titolo}\n")
    prima = TESTATA.replace(TITOLO, f"{TITOLO}\n")
    testo = f"{carta.COPERTINA}{prima}{carta.NODI}{senza}{carta.per_riga(FASI)}"
    obiettivo, avvisi = letta(testo)
    assert len(obiettivo.specifici[0].fasi) == (3 if titolo == TITOLO else 0)
    if titolo == TITOLO:
        assert any("il codice della pagina non si legge" in a for a in avvisi)
    else:
        assert any("testata non è nel file" in a for a in avvisi)


def test_nodes_and_kind_one_word_to_a_line() -> None:
    nodi = """Tipo di Obiettivo

Gestionale

Collegato a

OBIETTIVO DI MANDATO:
OBIETTIVO DI MISSIONE:
OBIETTIVO DI PROGRAMMA:

DUP_02 ACQUE CHIARE
DUP_02_ O901 Tutela dei corsi
DUP 02 0901 0101 Fontane

STATO DI ATTUAZIONE AL 31 DICEMBRE
Le fontane scorrono.
"""
    obiettivo, _ = letta(carta.scheda(carta.per_riga(FASI)).replace(carta.NODI, nodi))
    assert obiettivo.categoria == "Gestionale"
    assert obiettivo.nodi[0].percorso == (
        ("mandato", "DUP_02", "ACQUE CHIARE"),
        ("missione", "DUP_02_0901", "Tutela dei corsi"),
        ("programma", "DUP_02_0901_0101", "Fontane"),
    )
    assert obiettivo.specifici[0].relazioni[0].testo == "Le fontane scorrono."


def test_a_state_that_goes_on_below_the_head_of_the_next_page() -> None:
    seguito = "La vasca grande " + "della piazza bassa " * 8 + "perde ancora."
    testo = carta.scheda(f"{seguito}\ne si ripara.\n{TESTATA}{carta.per_riga(FASI)}")
    obiettivo, _ = letta(testo)
    assert obiettivo.titolo == TITOLO
    assert obiettivo.specifici[0].relazioni[0].testo == (
        f"Le fontane scorrono.\n{seguito} e si ripara."
    )


@pytest.mark.parametrize(
    ("giusto", "guasto"),
    [
        ("OBIETTIVO DI PEG Area", "OBlETTIVO Dl PEG Area"),
        ("OBIETTIVO DI PEG Area Tematica Assessorato Direzione Direttore\n", "OB D PEG\n"),
        ("STATO DI ATTUAZIONE AL 31 DICEMBRE", "STATO Dl ATTUAZIONE AL 3l DICEMBRE"),
        ("\nFASI\n", "\nFAS I\n"),
        ("Centro di Responsabilta Note", "Centro di Responsabilita Note"),
        ("33,00 100,00 01/01/2031", "| 33,00 | 100,00 | 01/01/2031"),
        ("\nINDICATORI\n", "\nlNDICATORI\n"),
    ],
)
def test_headings_as_a_scanner_spells_them(giusto: str, guasto: str) -> None:
    testo = carta.scheda(
        carta.per_riga(FASI), "\n" + tabella("Fontane in acqua EFFICACIA 12,00 11,00")
    )
    assert giusto in testo
    intero, _ = letta(testo)
    rotto, _ = letta(testo.replace(giusto, guasto))
    assert rotto.titolo == intero.titolo
    assert [come_letta(f) for f in rotto.specifici[0].fasi] == [attesa(f) for f in FASI]
    assert len(rotto.specifici[0].indicatori) == 1
    [stato], [stato_intero] = rotto.specifici[0].relazioni, intero.specifici[0].relazioni
    assert stato.testo.startswith(stato_intero.testo)


# --- indicators -----------------------------------------------------------------------------


def tabella(*righe: str) -> str:
    return "\n".join(
        (
            "INDICATORI",
            "Descrizione Tipo Valore Atteso Valore Raggiunto Valore Raggiunto 2030 "
            "Valore Raggiunto 2029 Note",
            *righe,
        )
    )


@pytest.mark.parametrize(
    ("riga", "tipo", "valori", "storico"),
    [
        ("Fontane in acqua EFFICACIA 12,00 11,00 9,00 8,00", "EFFICACIA", "12.00 11.00", 2),
        ("Fontane in acqua EEFICACIA | 12,00 11,00", "EFFICACIA", "12.00 11.00", 0),
        ("Fontane in acqua EEFICIENZA | 12,00 | 0.00", "EFFICIENZA", "12.00 0.00", 0),
        ("Fontane in acqua QUANTITATIVO 27.00 1.137,00", "QUANTITATIVO", "27.00 1137.00", 0),
        ("Fontane in acqua | EFFlCACIA | 12,00 | 11,00", "EFFICACIA", "12.00 11.00", 0),
        ("Fontane in acqua QUANTITAT1VO 12,00 11,00", "QUANTITATIVO", "12.00 11.00", 0),
        ("Fontane in acqua EFFICIENZA 12,00", "EFFICIENZA", "None None", 0),
    ],
)
def test_figures_as_the_scanner_gives_them(riga: str, tipo: str, valori: str, storico: int) -> None:
    obiettivo, _ = letta(carta.scheda(carta.per_riga(FASI), tabella(riga)))
    [indicatore] = obiettivo.specifici[0].indicatori
    assert (indicatore.nome, indicatore.tipo) == ("Fontane in acqua", tipo)
    [rilevazione] = indicatore.rilevazioni
    assert f"{rilevazione.target} {rilevazione.valore}" == valori
    assert len(indicatore.storico) == storico


def test_a_line_that_ends_before_its_column_does_ends_a_description() -> None:
    """The next word had room there, so that it begins another."""
    testo = tabella(
        "Fontane tornate in acqua nelle frazioni alte e basse",
        "della valle, contando anche i EFFICACIA 12,00 11,00",
        "lavatoi",
        "incontri con gli abitanti delle frazioni sul futuro",
        "delle vasche e dei lavatoi EFFICIENZA 4,00 4,00",
        "non più usati",
    )
    obiettivo, _ = letta(carta.scheda(carta.per_riga(FASI), testo))
    assert [i.nome for i in obiettivo.specifici[0].indicatori] == [
        "Fontane tornate in acqua nelle frazioni alte e basse della valle, contando anche i "
        "lavatoi",
        "incontri con gli abitanti delle frazioni sul futuro delle vasche e dei lavatoi non più "
        "usati",
    ]


def test_a_past_value_without_its_row_is_given_to_nobody_and_not_lost() -> None:
    testo = tabella(
        "Fontane in acqua EFFICACIA 12,00 11,00",
        "Vasche pulite EFFICACIA 4,00 4,00",
        "",
        "Valore Raggiunto 2030 Valore Raggiunto 2029 Note",
        "",
        "7,00",
    )
    obiettivo, avvisi = letta(carta.scheda(carta.per_riga(FASI), testo))
    assert {i.storico for i in obiettivo.specifici[0].indicatori} == {()}
    assert any(a.startswith("7,00: non si sa di quale riga") for a in avvisi)
    assert "7,00" in dict(obiettivo.sezioni)[NOTE_SPARSE]


def test_figures_read_below_the_rows_are_of_each_if_they_are_as_many() -> None:
    righe = (
        "Fontane in acqua EFFICACIA", "", "Vasche pulite EFFICIENZA", "",
        "Valore Atteso Valore Raggiunto", "", "12,00 11,00",
    )  # fmt: skip
    due, _ = letta(carta.scheda(carta.per_riga(FASI), tabella(*righe, "", "4,00 5,00")))
    valori = [i.rilevazioni[0] for i in due.specifici[0].indicatori]
    assert [f"{v.target} {v.valore}" for v in valori] == ["12.00 11.00", "4.00 5.00"]
    una, avvisi = letta(carta.scheda(carta.per_riga(FASI), tabella(*righe)))
    assert {i.rilevazioni[0].valore for i in una.specifici[0].indicatori} == {None}
    assert any(a.startswith("12,00, 11,00: non si sa") for a in avvisi)


def test_words_that_a_scanner_ruined_are_told() -> None:
    riga = tabella("lz\\lozplattl delle fontane EFFICACIA 12,00 11,00")
    _, avvisi = letta(carta.scheda(carta.per_riga(FASI), riga))
    assert any("il nome non è ben leggibile" in a for a in avvisi)


def test_slips_and_requests_in_notes_are_told() -> None:
    _, avvisi = letta(carta.scheda(carta.verticale(FASI)))
    assert any("dice che l'attività slitta" in a for a in avvisi)
    cambiata = carta.verticale(FASI).replace("da avviare", 'SOSTITUIRE DESCRIZIONE con "Acqua"')
    _, avvisi = letta(carta.scheda(cambiata))
    assert any("chiede una variazione" in a for a in avvisi)
