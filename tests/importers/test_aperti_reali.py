# SPDX-License-Identifier: AGPL-3.0-or-later
"""R86: of all the people that the published plans name, nobody is in the open data."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from cycle.exports import aperti
from cycle.importers import leggi
from cycle.models import Collaboratore, Persona
from cycle.services.enti import crea_ente
from cycle.services.piano import importa
from tests import mondo
from tests.importers.conftest import VARIABILE

CARTELLA = Path(os.environ[VARIABILE])
FORME = {
    "modena": "modena",
    "reggio-emilia": "reggio",
    "seregno": "seregno",
    "cinisello": "cinisello",
}
PIANI = sorted(p for p in CARTELLA.glob("*-20??.txt") if p.stem[:-5] in FORME)


def parole(testo: str) -> str:
    """The words of a text, with one space between two."""
    return " " + " ".join(re.findall(r"[^\W_]+", testo.casefold())) + " "


@pytest.mark.parametrize("percorso", PIANI, ids=lambda p: p.stem)
def test_r86_nobody_of_the_plan_is_in_the_open_data(db: None, percorso: Path) -> None:
    piano = leggi(FORME[percorso.stem[:-5]], percorso.read_bytes(), anno=int(percorso.stem[-4:]))
    ente = crea_ente(nome="Comune di Prova", codice_ipa="prova", istante=mondo.INIZIO)
    importa(ente=ente, piano=piano, come="storico", istante=mondo.ADESSO)
    dati = aperti.da_ciclo(mondo.ciclo("prova", piano.anno))
    assert len(dati["obiettivi"]) == len(piano.obiettivi)
    scritto = parole(aperti.in_json(dati).decode())
    grezzo = aperti.in_json(dati).decode().casefold()
    scritto_csv = parole(aperti.in_csv(dati).decode())
    nomi = set(Persona.objects.filter(ente=ente).values_list("nome_completo", flat=True))
    nomi |= set(Collaboratore.objects.filter(ente=ente).values_list("nome", flat=True))
    provati = 0
    for nome in nomi:
        sue = parole(nome).split()
        if len(sue) > 1:
            provati += 1
            for forma in (sue, sue[::-1], sue[1:] + sue[:1]):
                assert f" {' '.join(forma)} " not in scritto
                assert f" {' '.join(forma)} " not in scritto_csv
            for parola in sue:
                assert f"dott. {parola} " not in grezzo
                assert f"dott.ssa {parola} " not in grezzo
                for altra in set(sue) - {parola}:
                    assert not re.search(rf"\b{altra[0]}\. ?{parola}\b", grezzo)
    assert provati
