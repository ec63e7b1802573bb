# SPDX-License-Identifier: AGPL-3.0-or-later
"""Real plans are not ours to publish: `CYCLE_PIANI_REALI` names the folder that holds them, as
`modena-2021.txt`, `seregno-2019.txt` ... Where it is unset their tests do not exist, and the run
says so; the fixtures of our own are always tried."""

from __future__ import annotations

import os

import pytest

VARIABILE = "CYCLE_PIANI_REALI"

REALI = [
    "test_aperti_reali.py",
    "test_foglio_reali.py",
    "test_forme_reali.py",
    "test_metamorfosi_reali.py",
    "test_modena_reale.py",
    "test_osservazioni_reali.py",
    "test_segnali_reali.py",
]
collect_ignore = [] if os.environ.get(VARIABILE) else REALI


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not os.environ.get(VARIABILE):
        terminalreporter.write_line(
            f"PIANI REALI NON PROVATI: {VARIABILE} non indica la cartella che li contiene",
            yellow=True,
            bold=True,
        )
