# SPDX-License-Identifier: AGPL-3.0-or-later
"""Commands run with no environment variable set and nothing prepared: on the embedded server they
make the tables they need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

RADICE = Path(__file__).resolve().parents[2]


def test_un_comando_su_una_cartella_vuota_prepara_il_database(tmp_path: Path) -> None:
    ambiente = {
        k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DATABASE_OWNER_URL")
    }
    esito = subprocess.run(
        [sys.executable, "manage.py", "ente", "crea", "--ipa", "c_nuovo", "--nome", "Comune nuovo"],
        cwd=RADICE,
        env=ambiente | {"CYCLE_DATA": str(tmp_path / "dati"), "CYCLE_DB_FAST": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert esito.returncode == 0, esito.stderr
    assert "c_nuovo" in esito.stdout + esito.stderr
