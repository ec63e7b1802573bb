# SPDX-License-Identifier: AGPL-3.0-or-later
"""The bench runs, on a world too small to say anything, and prints the lines of its page. No time
is asserted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

RADICE = Path(__file__).resolve().parents[2]
RIGHE = {
    *("transizione", "fsm", "viewflow", "http", "scrittori"),
    *("catena", "catena_insieme", "catena_scrittori", "verifica"),
    *("registro", "registro_insieme", "verifica_tutto"),
    *("storia", "persona", "parole", "variazioni_anno", "target", "come_era"),
    *(
        "anteprima",
        "approva",
        "elenco",
        "cruscotto",
        "scheda",
        "percentuali",
        "importazione",
        "notizie",
    ),
}


def test_the_bench_prints_every_line(tmp_path: Path) -> None:
    esito = tmp_path / "bench.json"
    piccolo = (
        "--giri 1 --chiamate 2 --obiettivi 400 --mosse 1 --insiemi 2 4 --percentuali 10 20 "
        "--schede 1 2 --anteprime 2 4 --enti 3 --piani 4 30 --catena 2 --prese 2 4 "
        "--eventi 1 2 --registro 20 2"
    )
    corsa = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--json", str(esito), *piccolo.split()],
        cwd=RADICE,
        env={k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert corsa.returncode == 0, corsa.stderr
    letto = json.loads(esito.read_text(encoding="utf-8"))
    righe = {r["codice"]: r for r in letto["righe"]}
    assert set(righe) == RIGHE
    for riga in righe.values():
        for figura in ("figura", "figura_riferimento", "rapporto"):
            assert 0 < riga[figura]["minimo"] <= riga[figura]["mediana"] <= riga[figura]["massimo"]
        assert riga["raggiunto"] in (True, False, None)
    assert [c for c, r in righe.items() if r["obiettivo"] is None] == [
        "fsm",
        "viewflow",
        "registro",
        "catena",
        "registro_insieme",
        "catena_insieme",
    ]
    query, massimo = righe["transizione"]["limiti"]["query"]
    assert query <= massimo == 12
    crescono = RIGHE - {"fsm", "viewflow", "verifica", "verifica_tutto"}
    assert all("crescita" in righe[c]["note"] for c in crescono)
    for pagina in ("elenco", "cruscotto", "scheda"):
        [(in_piu, _)] = righe[pagina]["limiti"].values()
        assert in_piu == 0, f"{pagina}: le query crescono con le righe"
    assert righe["transizione"]["titolo"] in corsa.stdout
