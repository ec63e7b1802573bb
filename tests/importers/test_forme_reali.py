# SPDX-License-Identifier: AGPL-3.0-or-later
"""The plans as published (see `conftest.py`): what is read is as much as a plain search of the
codes finds in the text."""

from __future__ import annotations

import os
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cycle.importers import leggi
from cycle.importers.piano import Piano
from tests.importers.conftest import VARIABILE
from tests.importers.test_forme_fuzz import si_puo_conservare

CARTELLA = Path(os.environ[VARIABILE])
DOCUMENTI = {
    "seregno": ("seregno-2019.txt", 2019),
    "reggio": ("reggio-emilia-2021.txt", 2021),
    "cinisello": ("cinisello-2021.txt", 2021),
}
LETTI: dict[str, tuple[str, Piano]] = {}


def documento(forma: str) -> tuple[str, Piano]:
    if forma not in LETTI:
        nome, anno = DOCUMENTI[forma]
        contenuto = (CARTELLA / nome).read_bytes()
        LETTI[forma] = contenuto.decode(), leggi(forma, contenuto, anno=anno)
    return LETTI[forma]


@pytest.mark.parametrize("forma", DOCUMENTI)
def test_it_can_be_stored_and_no_line_is_left_unread(forma: str) -> None:
    _, piano = documento(forma)
    si_puo_conservare(piano)
    assert not [a for a in piano.avvisi if "non interpretata" in a.messaggio]


def test_seregno_counts() -> None:
    testo, piano = documento("seregno")
    righe = [r.split("\t") for r in testo.split("\n") if r.startswith("Ob_Obiet")]
    attivita = {r[0] for r in righe}
    assert {s.codice for s in piano.specifici()} == attivita
    assert {o.codice for o in piano.obiettivi} == {codice[:-2] for codice in attivita}
    assert len(piano.obiettivi) == len(re.findall(r"^LINEA STRATEGICA:", testo, re.MULTILINE))
    assert sum(len(s.indicatori) for s in piano.specifici()) == sum(len(r) == 8 for r in righe)
    persone = re.findall(r"^[^\t\n]+\t([0-9]+)\t\1 - ", testo, re.MULTILINE)
    assert sum(len(o.persone) for o in piano.obiettivi) == len(persone)
    assert {p.matricola for p in piano.persone} - {""} == set(persone)
    assert sum(bool(r.motivo) for s in piano.specifici() for r in s.relazioni) >= len(
        re.findall(r"NOT[AE] (?:DEL )?SERVIZIO PROGR", testo)
    )


def test_seregno_percentages_are_the_printed_ones() -> None:
    testo, piano = documento("seregno")
    stampate = re.findall(r"\t([0-9.]+,[0-9]{2})%$", testo, re.MULTILINE)
    calcolate = []
    for riga, i in sorted((i.riga, i) for s in piano.specifici() for i in s.indicatori):
        fine = i.rilevazioni[-1]
        assert riga
        assert isinstance(fine.target, Decimal)
        assert isinstance(fine.valore, Decimal)
        calcolate.append(f"{fine.valore / fine.target * 100:.2f}".replace(".", ","))
    assert calcolate == stampate
    assert max(stampate, key=lambda s: float(s.replace(",", "."))) == "212,00"


def test_reggio_counts() -> None:
    testo, piano = documento("reggio")
    codici = re.findall(r"^(?:2021_P[DG]_\w{4}|Z_[0-9]+)(?!\t)\b", testo, re.MULTILINE)
    assert [o.codice for o in piano.obiettivi] == codici
    obiettivi = set(re.findall(r"(?:^|\*\*)(2021_OB_\w+)", testo, re.MULTILINE))
    assert {s.codice for s in piano.specifici()} - set(codici) == obiettivi
    indicatori = re.findall(r"^[A-Z]_\w{4}_\w+_\w+\t.*", testo, re.MULTILINE)
    letti = [i for s in piano.specifici() for i in s.indicatori]
    assert len(letti) == len(indicatori)
    date_previste = sum(bool(re.search(r"[0-9]{2}/[0-9]{2}/2021$", r)) for r in indicatori)
    assert sum(isinstance(i.rilevazioni[0].target, date) for i in letti) == date_previste
    assert all(i.rilevazioni[0].target is not None for i in letti)
    assert sum(len(s.fasi) for s in piano.specifici()) == testo.count("\tPrevisto\t")
    assert sum(len(o.stanziamenti) for o in piano.obiettivi) == len(
        re.findall(r"^Cap\. ", testo, re.MULTILINE)
    )
    persone = re.findall(r"^[^\t\n]+\t[^\t\n]+\t[0-9,]+ %$", testo, re.MULTILINE)
    assert sum(len(o.persone) for o in piano.obiettivi) == len(persone)


def test_reggio_budgets_are_those_of_the_summary() -> None:
    """No Avviso says otherwise; only two printed shares are not of the total of the CDR."""
    _, piano = documento("reggio")
    assert not [a for a in piano.avvisi if "somma" in a.messaggio or "budget" in a.messaggio]
    assert sum("quota di assorbimento" in a.messaggio for a in piano.avvisi) <= 2
    spese = sum(
        s.importo for o in piano.obiettivi for s in o.stanziamenti if s.parte != "entrate_correnti"
    )
    assert spese == Decimal("9422128.07")


def test_cinisello_counts() -> None:
    testo, piano = documento("cinisello")
    pagina = r"^.{0,3}OBIETTIVO DI PEG\b.*\n+(?:.*\n){0,4}?2021 ?_ ?S08[_ ]([0-9]{2})"
    trovati = re.findall(pagina, testo, re.MULTILINE)
    assert [o.codice[-2:] for o in piano.obiettivi] == list(dict.fromkeys(trovati))
    indicatori = [i for s in piano.specifici() for i in s.indicatori]
    assert len(indicatori) == len(re.findall(r"\bE{1,2}FFI?CI?[A-Z]+|\bE{1,2}FICI?[A-Z]+", testo))
    assert all(i.nome and i.rilevazioni[0].valore is not None for i in indicatori)
    fasi = [f for s in piano.specifici() for f in s.fasi]
    assert all(f.descrizione and f.inizio_previsto and f.fine_effettiva for f in fasi)
    for o in piano.obiettivi:
        pesi = [f.peso for f in o.specifici[0].fasi if f.peso is not None]
        assert sum(pesi) in (0, 100)
