# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands on a terminal that knows ASCII alone: no accent stops them."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from random import Random
from urllib.parse import quote, urlencode

import pytest
from django.db import connections

from tests.conftest import RADICE
from tests.importers.documento import stampa
from tests.importers.piani import piano_inventato

ANNO = 2031


def indirizzo(alias: str) -> str:
    """The database of this test as another process names it."""
    p = connections[alias].get_connection_params()
    chi = f"{quote(p['user'])}:{quote(p['password'])}"
    dove = urlencode({"host": p["host"], "port": p["port"]})
    return f"postgresql://{chi}@/{quote(p['dbname'])}?{dove}"


@pytest.fixture
def ambiente(db_vera: None) -> Mapping[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": indirizzo("default"),
        "DATABASE_OWNER_URL": indirizzo("owner"),
        "PYTHONIOENCODING": "ascii",
        "LC_ALL": "C",
    }


@pytest.fixture
def documento(tmp_path: Path) -> Path:
    file = tmp_path / "città.txt"
    file.write_text(stampa(piano_inventato(Random(7), ANNO)).testo, encoding="utf-8")
    return file


def comando(ambiente: Mapping[str, str], *parole: str, terminale: bool = False) -> str:
    """What a command writes on standard output, and on a terminal of its own if asked."""
    davanti, dietro = pty.openpty()
    try:
        finito = subprocess.run(
            [sys.executable, "manage.py", *parole],
            cwd=RADICE,
            env=ambiente,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=dietro if terminale else subprocess.PIPE,
        )
        assert finito.returncode == 0, finito.stderr or os.read(davanti, 100_000)
        visto = os.read(davanti, 100_000) if terminale else b""
    finally:
        os.close(davanti)
        os.close(dietro)
    return (finito.stdout + visto).decode("ascii" if parole[0] == "importa" else "utf-8")


def test_no_accent_stops_a_command(ambiente: Mapping[str, str], documento: Path) -> None:
    importa = ("importa", "modena", str(documento), "--ente=nuovo", "--nome=Forlì")
    detto = comando(ambiente, *importa, f"--anno={ANNO}", terminale=True)
    assert "Creati" in detto
    assert f"\rLettura {'#' * 40} 100 %" in detto  # the bar, drawn with what there is
    assert "\n" not in detto[detto.index("\rLettura") :]  # on one line
    assert "del documento sono gi? presenti" in comando(ambiente, *importa, f"--anno={ANNO}")
    # what programs read is UTF-8 anyway
    scritto = comando(ambiente, "esporta", "--ente=nuovo", f"--anno={ANNO}")
    assert json.loads(scritto)["ente"] == "Forlì"
