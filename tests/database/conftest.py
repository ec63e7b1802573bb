# SPDX-License-Identifier: AGPL-3.0-or-later
"""Processes on embedded servers of their own, each in a directory that no other test knows."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cycle.database.layout import Layout

CASA = Path(__file__).resolve().parents[2]


class Utente:
    """One process that uses the database; `chiedi` asks it for a query and its answer."""

    def __init__(self, ambiente: dict[str, str], *argomenti: str, **popen: Any) -> None:
        self.processo = subprocess.Popen(
            [sys.executable, "-m", "tests.database.utente", *argomenti],
            cwd=CASA,
            env=ambiente,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **popen,
        )

    def manda(self, sql: str, alias: str = "default") -> None:
        print(json.dumps([alias, sql]), file=self.processo.stdin, flush=True)

    def ricevi(self) -> dict[str, Any]:
        assert self.processo.stdout is not None
        riga = self.processo.stdout.readline()
        assert riga, self.processo.communicate()
        risposta: dict[str, Any] = json.loads(riga)
        return risposta

    def prova(self, sql: str, alias: str = "default") -> dict[str, Any]:
        self.manda(sql, alias)
        return self.ricevi()

    def chiedi(self, sql: str, alias: str = "default") -> list[list[Any]]:
        risposta = self.prova(sql, alias)
        assert "rows" in risposta, risposta
        righe: list[list[Any]] = risposta["rows"]
        return righe

    def chiudi(self) -> None:
        """Tell it to end, without waiting."""
        assert self.processo.stdin is not None
        self.processo.stdin.close()

    def esci(self) -> str:
        """End it as a command ends; return what it wrote on standard error."""
        _, errori = self.processo.communicate(timeout=60)
        assert self.processo.returncode == 0, errori
        return str(errori)

    def uccidi(self) -> None:
        self.processo.kill()
        self.processo.wait()
        for flusso in (self.processo.stdin, self.processo.stdout, self.processo.stderr):
            assert flusso is not None
            with contextlib.suppress(BrokenPipeError):
                flusso.close()


class Casa:
    """A directory for CYCLE_DATA, the processes on it, and what is left of them."""

    def __init__(self, cartella: Path, **variabili: str) -> None:
        self.cartella = cartella
        self.layout = Layout(cartella.resolve() / "postgres-fast", durable=False)
        ignora = ("DATABASE_URL", "DATABASE_OWNER_URL", "CYCLE_DB_PORT")
        self.ambiente = {
            **{nome: valore for nome, valore in os.environ.items() if nome not in ignora},
            "CYCLE_DATA": str(cartella),
            "CYCLE_DB_FAST": "1",
            **variabili,
        }
        self.utenti: list[Utente] = []

    def utente(self, *argomenti: str, **popen: Any) -> Utente:
        self.utenti.append(Utente(self.ambiente, *argomenti, **popen))
        return self.utenti[-1]

    def postmaster(self) -> int:
        return int((self.layout.cluster / "postmaster.pid").read_text().split()[0])

    def custode(self) -> int:
        """The keeper's pid: the postmaster's parent."""
        return int(Path(f"/proc/{self.postmaster()}/stat").read_text().split()[3])

    def processi(self) -> list[int]:
        """Everything alive on this directory, its users excepted."""
        radice = str(self.layout.root)
        trovati = []
        for voce in Path("/proc").glob("[0-9]*"):
            try:
                comando = (voce / "cmdline").read_text()
                lavora_in = str((voce / "cwd").readlink())
            except OSError:
                continue
            if radice in comando or lavora_in.startswith(radice):
                trovati.append(int(voce.name))
        return trovati


def uccidi(*processi: int) -> None:
    for pid in processi:
        with contextlib.suppress(ProcessLookupError):  # it went with its parent
            os.kill(pid, signal.SIGKILL)


def attendi(condizione: Callable[[], object], che_cosa: str) -> None:
    """Wait for something that must happen; how long it takes is not judged."""
    fine = time.monotonic() + 60
    while not condizione():
        assert time.monotonic() < fine, f"mai avvenuto: {che_cosa}"
        time.sleep(0.02)


@pytest.fixture
def casa(tmp_path: Path) -> Iterator[Casa]:
    """A new CYCLE_DATA. Under root, pytest's directories are closed to every other user."""
    casa = Casa(tmp_path / "dati")
    yield casa
    for utente in casa.utenti:
        utente.uccidi()
    attendi(lambda: not casa.processi(), "il server si ferma con l'ultimo utente")


@pytest.fixture
def aperta() -> Iterator[Path]:
    """A directory that every user can enter and write."""
    cartella = Path(tempfile.mkdtemp(prefix="ciclo-prova-"))
    cartella.chmod(0o1777)
    yield cartella
    shutil.rmtree(cartella)
