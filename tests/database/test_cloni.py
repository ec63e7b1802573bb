# SPDX-License-Identifier: AGPL-3.0-or-later
"""Models and clones on an embedded server of their own, in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.database.conftest import CASA, Casa

PREAMBOLO = """
import os, sys
from pathlib import Path
import django, psycopg
from django.conf import settings
from django.db import connections
from cycle.database.cloni import clona, elimina, prepara_modello
from cycle.database.config import databases
settings.configure(DATABASES=databases(os.environ, base_dir=Path.cwd()), USE_TZ=True)
django.setup()
def dentro(nome, sql, alias="owner"):
    params = connections[alias].get_connection_params() | {"dbname": nome, "autocommit": True}
    for django_only in ("cursor_factory", "context"):
        params.pop(django_only)
    connessione = psycopg.connect(**params)
    cursore = connessione.execute(sql)
    righe = cursore.fetchall() if cursore.description else []
    return connessione, righe
def costruisci(nome):
    print("costruito", flush=True)
    dentro(nome, "CREATE TABLE fatti AS SELECT generate_series(1, 5) AS n")
    dentro(nome, "GRANT SELECT ON fatti TO ciclo_app")
def basi():
    return {riga[0] for riga in dentro("postgres", "SELECT datname FROM pg_database")[1]}
"""


@pytest.fixture
def casa(tmp_path: Path) -> Casa:
    return Casa(tmp_path / "dati")


def lancia(casa: Casa, programma: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", PREAMBOLO + programma],
        cwd=CASA,
        env=casa.ambiente,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def esegui(casa: Casa, programma: str) -> str:
    processo = lancia(casa, programma)
    uscita, errori = processo.communicate()
    assert processo.returncode == 0, errori
    assert casa.processi() == []
    return uscita


def test_un_clone_e_una_copia_indipendente(casa: Casa) -> None:
    esegui(
        casa,
        """
modello = prepara_modello("modello", costruisci, impronta="a" * 64)
clona(modello, "primo"); clona(modello, "secondo")
dentro("primo", "DELETE FROM fatti")
assert dentro("primo", "SELECT count(*) FROM fatti")[1] == [(0,)]
aperta, righe = dentro("secondo", "SELECT count(*) FROM fatti", "default")
assert righe == [(5,)]
clona(modello, "primo")  # in place of the one left by a killed run
assert dentro("primo", "SELECT count(*) FROM fatti")[1] == [(5,)]
elimina("secondo")  # although the application is connected to it
elimina("secondo")
assert not {"secondo"} & basi()
""",
    )


def test_il_modello_si_costruisce_una_volta_per_impronta(casa: Casa) -> None:
    uscita = esegui(
        casa,
        """
a = prepara_modello("modello", costruisci, impronta="a" * 64)
assert prepara_modello("modello", costruisci, impronta="a" * 64) == a
b = prepara_modello("modello", costruisci, impronta="b" * 64)
altro = prepara_modello("altro", costruisci, impronta="a" * 64)
assert {a, b, altro} & basi() == {b, altro}, "the outdated one is gone"
""",
    )
    assert uscita.count("costruito") == 3


def test_una_costruzione_fallita_non_lascia_nulla(casa: Casa) -> None:
    esegui(
        casa,
        """
prima = basi()
def fallisce(nome):
    costruisci(nome)
    raise ZeroDivisionError
try:
    prepara_modello("modello", fallisce, impronta="a")
except ZeroDivisionError:
    assert basi() == prima
else:
    raise AssertionError("the failure was swallowed")
assert prepara_modello("modello", costruisci, impronta="a") in basi()
""",
    )


def test_due_processi_ne_costruiscono_uno(casa: Casa) -> None:
    programma = """
modello = prepara_modello("modello", costruisci, impronta="a")
clona(modello, "clone_%d" % os.getpid())
assert dentro("clone_%d" % os.getpid(), "SELECT count(*) FROM fatti")[1] == [(5,)]
"""
    processi = [lancia(casa, programma) for _ in range(2)]
    uscite = [processo.communicate() for processo in processi]
    assert [processo.returncode for processo in processi] == [0, 0], uscite
    assert "".join(uscita for uscita, _ in uscite).count("costruito") == 1
