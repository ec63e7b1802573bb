# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reggio Emilia's layout beyond the fixture: two CDR, rows broken by line ends, headings that are
lost, codes with letters, groups among people. What is not proved is told, and invented never."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from cycle.importers import leggi
from cycle.importers.piano import Obiettivo, Piano

CAPO = """AREA PARCHI

A4 - AREA PARCHI

41 - SERVIZIO GIARDINI

Dirigente: Malaspina Desdemona

"""
SOMMARIO = """Indirizzo	Obiettivo	Azione	Codice Progetto	Progetto	Budget	% di assorbimento
CITTA' DEI GIARDINI	Verde	Ombra	2031_PD_4123	Vivai	0,00
			2031_PD_A404	Fontane e vasche	1.000,00	100,00 %
			2031_PG_41PA	Anticorruzione
				Totale Azione	1.000,00	100,00 %
				Totale Obiettivo	1.000,00
				Totale Obiettivo
				Totale Obiettivo
				Totale Indirizzo	1.000,00
				Totale CDR	1.000,00	100,00 %
"""
PROGETTO = """
Prodotto

{codice}
Vivai

Indirizzo Strategico di riferimento

Indirizzo CITTA' DEI GIARDINI
Obiettivo Strategico Verde
Azione Ombra

Obiettivo di miglioramento

2031_OB_{chiave}_1 Semina

Codice indicatore	Indicatore	Valore previsto 2031
M_{chiave}_1_1	Semi	10
	Nota:

Nome Soggetto	Relazione Personale	Impegno Personale
Nicotra Ugolino	Posizione Organizzativa	50,00 %
"""
VIVAI = PROGETTO.format(codice="2031_PD_4123", chiave="4123")
PERDUTO = """M_A404_6_1	Vasche riaperte: entro il	31/10/2031
	Nota: con la pioggia
{testa}Malaspina Desdemona	Dirigente	1,00 %
Assistenti sociali	Dipendente a tempo indeterminato/determinato	0,50 %
Amministrative Poli	Dipendente a tempo indeterminato/determinato	8,50 %
"""
TESTA_PERSONE = "\nNome Soggetto	Relazione Personale	Impegno Personale\n"


def letto(testo: str) -> Piano:
    return leggi("reggio", testo.encode(), anno=2031)


def progetto(piano: Piano, codice: str) -> Obiettivo:
    return next(o for o in piano.obiettivi if o.codice == codice)


def detti(piano: Piano) -> list[str]:
    return [a.messaggio for a in piano.avvisi]


@pytest.mark.parametrize("testa", [TESTA_PERSONE, ""])
def test_a_lost_page_after_the_people_of_another_takes_its_own(testa: str) -> None:
    piano = letto(f"{CAPO}{SOMMARIO}{VIVAI}{PERDUTO.format(testa=testa)}")
    vivai, fontane = piano.obiettivi
    assert (vivai.codice, [c.persona for c in vivai.persone]) == (
        "2031_PD_4123",
        ["NICOTRA UGOLINO"],
    )
    assert (fontane.codice, fontane.titolo, fontane.tipo) == (
        "2031_PD_A404",
        "Fontane e vasche",
        "Prodotto",
    )
    [resto] = fontane.specifici
    assert (resto.codice, resto.titolo, resto.flag) == ("2031_OB_A404_6", "", ())
    assert resto.indicatori[0].rilevazioni[0].target == date(2031, 10, 31)
    assert [(c.persona, c.impegno) for c in fontane.persone] == [
        ("MALASPINA DESDEMONA", Decimal("1.00")),
        ("ASSISTENTI SOCIALI", Decimal("0.50")),
        ("AMMINISTRATIVE POLI", Decimal("8.50")),
    ]


def test_groups_among_people_are_told_and_kept() -> None:
    piano = letto(f"{CAPO}{SOMMARIO}{VIVAI}{PERDUTO.format(testa=TESTA_PERSONE)}")
    assert [a.messaggio.split("»")[0] for a in piano.avvisi if "un gruppo" in a.messaggio] == [
        "«Assistenti sociali",
        "«Amministrative Poli",
    ]


def test_empty_totals_that_stray_in_a_summary_mean_nothing() -> None:
    piano = letto(f"{CAPO}{SOMMARIO}{VIVAI}")
    assert not [m for m in detti(piano) if m.startswith("Totale")]
    mancante = SOMMARIO.replace(
        "Totale Obiettivo	1.000,00\n				Totale Obiettivo\n", "Totale Obiettivo\n"
    )
    piano = letto(f"{CAPO}{mancante}{VIVAI}")
    assert [m for m in detti(piano) if m.startswith("Totale")] == [
        "Totale Obiettivo: la riga è vuota, tralasciata",
        "Totale Obiettivo: la riga è vuota, tralasciata",
    ]


def test_a_second_cdr_begins_after_the_projects_of_the_first() -> None:
    """Projects are of the CDR they stand in, whatever their code; its head says who answers."""
    secondo = (
        "\n42 - SERVIZIO ACQUE\n\nDirigente: Arcidiacono Ludmilla\n\n"
        "Indirizzo	Obiettivo	Azione	Codice Progetto	Progetto	Budget	%\n"
        "CITTA' DEI GIARDINI	Verde	Ombra	2031_PD_4116	Sorgenti	0,00\n"
        "				Totale CDR\n"
    )
    piano = letto(
        CAPO + SOMMARIO + VIVAI + secondo
        + PROGETTO.format(codice="2031_PD_4116", chiave="4116")
        + PROGETTO.format(codice="2031_PG_42PA **Anticorruzione**", chiave="42PA")
    )  # fmt: skip
    assert [(o.codice, o.unita, o.responsabile_generale) for o in piano.obiettivi] == [
        ("2031_PD_4123", "41", "MALASPINA DESDEMONA"),
        ("2031_PD_4116", "42", "ARCIDIACONO LUDMILLA"),
        ("2031_PG_42PA", "42", "ARCIDIACONO LUDMILLA"),
    ]
    assert progetto(piano, "2031_PG_42PA").specifici[0].indicatori[0].codice == "M_42PA_1_1"


@pytest.mark.parametrize(
    "nota",
    [
        "	Nota: {}	",
        "Nota: {}		",
        "		Nota: {}",
        "Nota:	{}	",
        "	Nota:	{}",
        "Nota: {}",
    ],
)
def test_notes_in_whatever_cells(nota: str) -> None:
    testo = VIVAI.replace("	Nota:\n", nota.format("all'ombra") + "\n")
    [indicatore] = progetto(letto(CAPO + testo), "2031_PD_4123").specifici[0].indicatori
    assert indicatore.note == "all'ombra"


@pytest.mark.parametrize(
    ("testo", "titolo"),
    [
        ("2031_PD_4123 Vivai e serre\n\nIndirizzo", "Vivai e serre"),
        ("**2031_PD_4123** **Vivai e serre****Indirizzo", "Vivai e serre"),
        ("2031_PD_4123**Vivai e serre**\nIndirizzo", "Vivai e serre"),
        ("2031_PD_4123\nVivai\ne\n\nserre\n\nIndirizzo", "Vivai e serre"),
    ],
)
def test_titles_stand_anywhere_after_their_code(testo: str, titolo: str) -> None:
    """And a project may have no description."""
    intero = VIVAI.replace("2031_PD_4123\nVivai\n\nIndirizzo", testo)
    letta = progetto(letto(CAPO + intero), "2031_PD_4123")
    assert (letta.titolo, letta.descrizione) == (titolo, "")
    assert letta.nodi[0].percorso[-1] == ("azione", "", "Ombra")


@pytest.mark.parametrize(
    ("tipo", "codice"),
    [
        ("Obiettivo gestionale ordinario\n", "2031_OB_4123_1 Semina"),
        ("Obiettivo gestionale ordinario**", "2031_OB_4123_1 Semina**"),
        ("**Obiettivo gestionale ordinario** ", "**2031_OB_4123_1** **Semina**"),
        ("Obiettivo gestionale ordinario\n", "2031_OB_4123_1\n\nSemina"),
    ],
)
def test_the_kind_is_of_the_objective_and_not_of_its_indicators(tipo: str, codice: str) -> None:
    testo = VIVAI.replace("Obiettivo di miglioramento\n\n2031_OB_4123_1 Semina", tipo + codice)
    [specifico] = progetto(letto(CAPO + testo), "2031_PD_4123").specifici
    assert (specifico.flag, specifico.titolo) == (("Obiettivo gestionale ordinario",), "Semina")
    assert specifico.indicatori[0].codice.startswith("M_")


def test_a_row_that_a_line_end_broke_is_one() -> None:
    testo = VIVAI.replace("Semi	10", "Semi di\nfaggio e di rovere: > di	2400") + (
        "\nFasi/Attività\n"
        "Ordine Fase	Cod. Obiettivo	Descrizione Fase		Inizio	Fine\n"
        "1	2031_OB_4123_1	Scelta dei\n"
        "semi migliori	Previsto	01/02/2031	31/03/2031\n"
        "	Nota:\n"
        "2	2031_OB_4123_1	Semina in serra\n"
        "	Nota: di notte\n"
    )
    piano = letto(CAPO + testo)
    [specifico] = progetto(piano, "2031_PD_4123").specifici
    [semi] = specifico.indicatori
    assert (semi.nome, semi.rilevazioni[0].target) == (
        "Semi di faggio e di rovere: > di",
        Decimal(2400),
    )
    scelta, semina = specifico.fasi
    assert (scelta.descrizione, scelta.fine_prevista) == (
        "Scelta dei semi migliori",
        date(2031, 3, 31),
    )
    assert (semina.descrizione, semina.fine_prevista, semina.note) == (
        "Semina in serra",
        None,
        "di notte",
    )
    assert any("la fase non ha date" in m for m in detti(piano))


def test_the_relation_is_of_the_row_and_most_rows_say_the_persons() -> None:
    due = PROGETTO.format(codice="2031_PD_4124", chiave="4124")
    tre = PROGETTO.format(codice="2031_PD_4125", chiave="4125").replace(
        "Posizione Organizzativa", "Dipendente a tempo indeterminato/determinato"
    )
    piano = letto(CAPO + VIVAI + due + tre)
    [chi] = [p for p in piano.persone if p.nome_completo == "NICOTRA UGOLINO"]
    assert chi.inquadramento == "Posizione Organizzativa"
    assert progetto(piano, "2031_PD_4125").persone[0].categoria.startswith("Dipendente")


@pytest.mark.parametrize(
    ("valore", "target", "unita"),
    [
        ("18000000", Decimal(18000000), "numero"),
        ("2.400", Decimal(2400), "numero"),
        ("95%", Decimal(95), "percentuale"),
        ("12,5", Decimal("12.5"), "numero"),
        ("31/12/2031", date(2031, 12, 31), "data"),
        ("3l/12/2O31", date(2031, 12, 31), "data"),
        ("entro l'anno", None, "numero"),
    ],
)
def test_values_are_numbers_or_dates_and_nothing_else(
    valore: str, target: object, unita: str
) -> None:
    piano = letto(CAPO + VIVAI.replace("Semi	10", f"Semi	{valore}"))
    [indicatore] = progetto(piano, "2031_PD_4123").specifici[0].indicatori
    assert (indicatore.rilevazioni[0].target, indicatore.unita_misura) == (target, unita)
    certo = valore[-1] in "%0512" and "l" not in valore
    assert any("non è un valore" in m for m in detti(piano)) != certo
