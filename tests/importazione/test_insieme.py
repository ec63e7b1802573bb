# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two commands at once: the second waits for the first, and finds everything there."""

from __future__ import annotations

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from random import Random

from django.core.management import call_command
from django.db import connection

from cycle.database.turno import turno
from cycle.models import Ente
from tests.gara import gara
from tests.importers.documento import stampa
from tests.importers.piani import piano_inventato

ANNO = 2031
RADICE = Path(__file__).resolve().parents[2]


def test_three_imports_create_one_ente(db_vera: None, tmp_path: Path) -> None:
    file = tmp_path / "piano.txt"
    file.write_text(stampa(piano_inventato(Random(7), ANNO)).testo, encoding="utf-8")

    def importa() -> str:
        fuori = StringIO()
        opzioni = {"ente": "nuovo", "nome": "Comune Nuovo", "anno": ANNO, "stderr": StringIO()}
        call_command("importa", "modena", str(file), stdout=fuori, **opzioni)
        return fuori.getvalue()

    detti = [str(detto) for detto in gara([importa] * 3)]
    assert sum("Niente da fare" in detto for detto in detti) == 2, detti
    assert sum("Creati:" in detto for detto in detti) == 1, detti
    assert Ente.objects.filter(codice_ipa="nuovo").count() == 1


def test_two_commands_on_an_empty_directory(tmp_path: Path) -> None:
    """With no environment variable set and nothing prepared: the embedded server and the tables are
    made by the one that comes first, whichever it is."""
    ambiente = {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE_", "CYCLE_"))}
    ambiente |= {"CYCLE_DATA": str(tmp_path / "dati"), "CYCLE_DB_FAST": "1"}
    insieme = [
        subprocess.Popen(
            [sys.executable, "manage.py", *comando],
            cwd=RADICE,
            env=ambiente,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for comando in (
            ["migrate"],
            ["ente", "crea", "--ipa", "c_nuovo", "--nome", "Comune nuovo"],
        )
    ]
    detti = [processo.communicate()[0] for processo in insieme]
    assert [processo.returncode for processo in insieme] == [0, 0], detti
    assert "c_nuovo" in detti[1]


def test_a_turn_is_of_one_and_is_left_after_an_error(db_vera: None) -> None:
    dentro: list[int] = []

    def lavora(n: int) -> int:
        with turno("prova", alias="default"):
            dentro.append(n)
            with connection.cursor() as cursore:
                cursore.execute("SELECT pg_sleep(0.05)")
            assert dentro == [n]
            dentro.remove(n)
            if n == 0:
                raise ValueError("un errore")
        return n

    esiti = gara([lambda n=n: lavora(n) for n in range(4)])  # type: ignore[misc]
    assert isinstance(esiti[0], ValueError)
    assert esiti[1:] == [1, 2, 3]
