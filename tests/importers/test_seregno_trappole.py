# SPDX-License-Identifier: AGPL-3.0-or-later
"""Seregno's layout beyond the fixture: three spellings of one note, columns lost at the end of a
line, effective dates nobody wrote, heads without colons."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from cycle.importers import leggi
from cycle.importers.piano import Piano, Specifico
from tests.importers.test_seregno import TESTO

ULTIMA = "NOTA SERVIZIO PROGRAMMAZINE E CONTROLLO: il mancato avvio non dipende dall'ufficio."


def letto(testo: str) -> Piano:
    return leggi("seregno", testo.encode(), anno=2031)


def specifico(piano: Piano, codice: str) -> Specifico:
    return next(s for s in piano.specifici() if s.codice == codice)


def detti(piano: Piano) -> list[str]:
    return [a.messaggio for a in piano.avvisi]


@pytest.mark.parametrize(
    "titolo",
    [
        "NOTA DEL SERVIZIO PROGRAMMAZIONE E CONTROLLI:",
        "NOTE SERVIZIO PROGRAMMAZIONE E CONTROLLI:",
        "NOTA SERVIZIO PROGRAMMAZINE E CONTROLLO",
        "Nota del Servizio Programmazione e Controllo:",
    ],
)
def test_r56_the_note_of_control_under_each_of_its_headings(titolo: str) -> None:
    piano = letto(TESTO.replace(ULTIMA, f"{titolo} si è guardato al risultato.\n{titolo} e basta."))
    [voce] = specifico(piano, "Ob_Obiet070201").relazioni
    assert voce.motivo == "si è guardato al risultato.\ne basta."
    assert (voce.testo, voce.percentuale_convalidata) == (
        "La frana ha fermato il cantiere.",
        Decimal("0.00"),
    )


@pytest.mark.parametrize(
    ("coda", "attese"),
    [
        ("100,00\t\t95,00\t95,00%", (None, "100.00", "95.00")),
        ("100,00\t\t95,00", (None, "100.00", "95.00")),  # an empty percentage at the end of a line
        ("100,00\t95,00\t95,00%", (None, "100.00", "95.00")),  # proved by the percentage
        ("100,00\t40,00\t95,00", (None, None, None)),  # of which two columns?
        ("€ 60.000,00\t\t€ 121.700,00\t202,83%", (None, "60000.00", "121700.00")),
        ("100,00\t40,00\t95,00 \t95,00 %", ("40.00", "100.00", "95.00")),
    ],
)
def test_figures_at_the_end_of_a_row(coda: str, attese: tuple[str | None, ...]) -> None:
    testo = TESTO.replace("100,00\t\t95,00\t90,00%", coda)
    [indicatore] = specifico(letto(testo), "Ob_Obiet070102").indicatori
    prima, ultima = indicatore.rilevazioni
    lette = (prima.valore, ultima.target, ultima.valore)
    assert lette == tuple(Decimal(v) if v else None for v in attese)


def test_effective_dates_that_nobody_wrote_are_told_and_late_ends_too() -> None:
    piano = letto(TESTO.replace(
        "01-02-2031\t31-12-2031\t01-02-2031\t31-12-2031",
        "01-02-2031\t30-06-2031\t01-02-2031\t03-12-2031",
    ))  # fmt: skip
    assert specifico(piano, "Ob_Obiet070101").fine_effettiva == date(2031, 12, 3)
    assert "la fine effettiva (03/12/2031) segue la prevista (30/06/2031)" in detti(piano)
    assert any("forse nessuno lo ha scritto" in m for m in detti(piano))


@pytest.mark.parametrize(
    "linea",
    [
        "LINEA STRATEGICA 4. VALBRUNA CRESCE: OLTRE I CONFINI",
        "**LINEA STRATEGICA:** 4. VALBRUNA CRESCE: OLTRE I CONFINI",
        "LINEA STRATEGICA:\n\n4. VALBRUNA CRESCE: OLTRE I CONFINI",
        "LINEA STRATEGICA: 4. VALBRUNA CRESCE:\nOLTRE I CONFINI",
    ],
)
def test_heads_as_a_scanner_gives_them(linea: str) -> None:
    testo = TESTO.replace("LINEA STRATEGICA: 4. VALBRUNA CRESCE: OLTRE I CONFINI", linea)
    ultimo = letto(testo).obiettivi[-1]
    assert ultimo.nodi[0].percorso[0] == ("linea", "4", "VALBRUNA CRESCE: OLTRE I CONFINI")
    assert dict(ultimo.sezioni).keys() == {"Note"}  # an empty CdC is no section


def test_every_category_with_its_matricola() -> None:
    righe = "".join(
        f"{categoria}\t{n}\t{n} - {nome}\n"
        for n, (categoria, nome) in enumerate(
            {
                "Categoria B": "RAGNEDDA UGOLINO",
                "Categoria B3": "SCOPELLITI ZENOBIA",
                "Categoria D3": "D'OSTUNI MARIA SERAFINA",
                "Segretario": "LO PRESTIPINO OTTAVIA",
            }.items(),
            start=900,
        )
    )
    piano = letto(TESTO.replace("Categoria D\t14\t", f"{righe}Categoria D\t14\t"))
    per_matricola = {p.matricola: (p.nome_completo, p.inquadramento) for p in piano.persone}
    assert per_matricola["900"] == ("RAGNEDDA UGOLINO", "Categoria B")
    assert per_matricola["902"] == ("D'OSTUNI MARIA SERAFINA", "Categoria D3")
    assert per_matricola["903"] == ("LO PRESTIPINO OTTAVIA", "Segretario")
    # the head of the area, whose name and surname the cover turns round, has none of his own
    [capo] = [p for p in piano.persone if p.alias]
    assert (capo.nome_completo, capo.alias) == (
        "FORTEBRACCI QUINTO IPPOLITO",
        ("IPPOLITO QUINTO FORTEBRACCI",),
    )
