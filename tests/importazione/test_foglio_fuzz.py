# SPDX-License-Identifier: AGPL-3.0-or-later
"""A workbook damaged at random: it imports, or says by cells why not; it never breaks."""

from __future__ import annotations

import io
from random import Random
from typing import Any

import pytest
from openpyxl import load_workbook

from cycle.importers.fogli import Errore
from cycle.importers.foglio_piano import LIBRO, scrivi_foglio, segnato
from cycle.services.foglio_piano import importa_foglio
from cycle.services.proposte import FoglioNonValido
from tests import mondo
from tests.importazione.test_foglio_piano import TUTTE, documento

STRANI: tuple[Any, ...] = (
    None, "", " ", "-", "0", -1, 0, 1, 2, 99, 100.5, 10**11, 10**15, -(10**13), 1e-9, True, False,
    "sì", "forse", "31/12/2031", "30/02/2031", "01/01/1800", "2031-06-30", "12,5", "1.234,56",
    "12%", "=1+1", "=A2", "x" * 2500, "\u202e", "à" * 300, "ente", "settore", "piano", "null",
)  # fmt: skip


@pytest.mark.parametrize("seme", range(8))
@pytest.mark.parametrize("come", ["piano", "storico"])
def test_a_damaged_workbook_imports_or_says_why_not(seme: int, come: str, db: None) -> None:
    caso = Random(f"{seme} {come}")
    piano = documento(caso.choice(TUTTE))
    libro = load_workbook(io.BytesIO(scrivi_foglio(piano, {"pesi": caso.choice(("si", "no"))})))
    fogli = [f for f in LIBRO if libro[f.nome].max_row > 1 or caso.random() < 0.2]
    for _volta in range(caso.randint(1, 6)):
        foglio = caso.choice(fogli)
        cella = libro[foglio.nome].cell(
            caso.randint(2, libro[foglio.nome].max_row + 1), caso.randint(1, len(foglio.colonne))
        )
        cella.value = caso.choice(STRANI)
    uscita = io.BytesIO()
    libro.save(uscita)
    errori: tuple[Errore, ...] = ()
    try:
        esito = importa_foglio(
            ente=mondo.ente(),
            anno=piano.anno,
            contenuto=uscita.getvalue(),
            come=come,
            istante=mondo.ADESSO,
            by=mondo.attore("GESTIONE CONTROLLO"),
            prova=True,
        )
    except FoglioNonValido as no:
        errori = no.errori
    else:
        assert esito.creati
        return
    assert errori
    assert all(e.messaggio for e in errori)
    assert not any("regola dei dati" in e.messaggio for e in errori), errori
    if any(e.cella for e in errori):
        assert segnato(uscita.getvalue(), errori) is not None
