# SPDX-License-Identifier: AGPL-3.0-or-later
"""The embedded server, alive: who starts it, who shares it, what kills it, what it says."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cycle.database import embedded
from cycle.database.identity import Identity
from cycle.database.problems import from_log, from_os_error
from tests.database.conftest import CASA, Casa, attendi, uccidi

NOBODY = Identity(65534, 65534)


def come_altro_utente() -> dict[str, Any]:
    """How to start a process as `nobody`, when we are root; as ourselves otherwise."""
    if os.geteuid():
        return {}
    needs = (Path(sys.executable).resolve(), CASA / "manage.py")
    return {"preexec_fn": NOBODY.become(needs, signal.SIGKILL)}


def crea_tabella(casa: Casa) -> None:
    """A table with one committed row, left by a process that has ended."""
    utente = casa.utente()
    utente.chiedi("CREATE TABLE fatti (n int)", "owner")
    utente.chiedi("INSERT INTO fatti VALUES (7)", "owner")
    utente.chiedi("GRANT SELECT ON fatti TO ciclo_app", "owner")
    utente.esci()


def test_il_primo_comando_lo_crea_e_non_lascia_nulla_acceso(casa: Casa) -> None:
    utente = casa.utente()
    assert utente.chiedi("SELECT current_user") == [["ciclo_app"]]
    assert utente.chiedi("SELECT current_user", "owner") == [["ciclo_owner"]]
    assert utente.chiedi("SHOW data_checksums") == [["on"]]
    assert utente.chiedi("SHOW server_encoding") == [["UTF8"]]
    assert utente.chiedi("SHOW listen_addresses") == [[""]]
    assert utente.chiedi("SELECT upper('perché'), 'z' < 'é'") == [["PERCHÉ", True]]
    assert Path(f"/proc/{casa.postmaster()}").stat().st_uid != 0, "PostgreSQL never runs as root"
    assert utente.esci() == ""
    assert casa.processi() == []
    socket = casa.layout.socket
    assert not socket.exists() or list(socket.iterdir()) == []


def test_i_ruoli_hanno_il_minimo(casa: Casa) -> None:
    utente = casa.utente()
    ruoli = utente.chiedi(
        "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles"
        " WHERE rolname LIKE 'ciclo%' ORDER BY 1"
    )
    assert ruoli == [
        ["ciclo_app", False, False, False, False],
        ["ciclo_owner", False, True, False, False],
    ]
    assert "permission denied" in utente.prova("CREATE TABLE t (n int)")["error"]
    for estensione in ("btree_gist", "unaccent", "pg_trgm"):
        utente.chiedi(f"CREATE EXTENSION {estensione}", "owner")


def test_si_entra_solo_con_la_password_e_mai_da_superutente(casa: Casa) -> None:
    casa.utente().chiedi("SELECT 1")
    porta: dict[str, Any] = {"host": str(casa.layout.socket), "port": 5432, "dbname": "ciclo"}
    giusta = casa.layout.password("ciclo_app").read_text()
    with psycopg.connect(**porta, user="ciclo_app", password=giusta) as connessione:
        metodo = connessione.pgconn.used_password
    assert metodo, "the server asked for it"
    for ruolo, password in (("ciclo_app", "altra"), ("ciclo_owner", giusta), ("postgres", "")):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(**porta, user=ruolo, password=password)
    assert casa.layout.password("ciclo_owner").stat().st_mode & 0o077 == 0


def test_da_utente_qualunque(aperta: Path) -> None:
    casa = Casa(aperta / "dati")
    utente = casa.utente(**come_altro_utente())
    assert utente.chiedi("SELECT 1") == [[1]]
    dono = casa.layout.cluster.stat().st_uid
    assert dono == (os.geteuid() or NOBODY.uid)
    utente.esci()
    # Whoever comes next, root included, is welcome: the server stays its owner's.
    secondo = casa.utente()
    assert secondo.chiedi("SELECT 1") == [[1]]
    assert casa.layout.cluster.stat().st_uid == dono
    secondo.esci()
    assert casa.processi() == []


def test_chi_esce_per_ultimo_aspetta_che_sia_spento(casa: Casa) -> None:
    programma = """
import os
from pathlib import Path
from cycle.database import embedded
from cycle.database.config import databases
layout = databases(os.environ, base_dir=Path.cwd())["default"]["EMBEDDED"]
embedded.enter(layout)
acceso = (layout.cluster / "postmaster.pid").exists()
embedded.leave()
print(acceso, (layout.cluster / "postmaster.pid").exists())
"""
    esito = subprocess.run(
        [sys.executable, "-c", programma],
        cwd=CASA,
        env=casa.ambiente,
        capture_output=True,
        text=True,
        check=True,
    )
    assert esito.stdout == "True False\n"


def test_piu_processi_insieme_ne_accendono_uno_e_l_ultimo_lo_spegne(casa: Casa) -> None:
    utenti = [casa.utente() for _ in range(3)]
    for utente in utenti:
        utente.manda("SELECT pg_postmaster_start_time()")
    accensioni = {str(utente.ricevi()["rows"]) for utente in utenti}
    assert len(accensioni) == 1
    acceso = casa.postmaster()
    for utente in utenti[:2]:
        utente.esci()
        assert utenti[2].chiedi("SELECT 1") == [[1]]
        assert casa.postmaster() == acceso
    utenti[2].esci()
    assert casa.processi() == []


def test_chi_arriva_mentre_si_spegne_lo_riaccende(casa: Casa) -> None:
    for _ in range(2):
        uscente, entrante = casa.utente(), casa.utente()
        assert uscente.chiedi("SELECT 1") == [[1]]
        uscente.chiudi()
        entrante.manda("SELECT 1")
        assert entrante.ricevi() == {"rows": [[1]]}
        uscente.processo.wait()
        assert entrante.chiedi("SELECT 1") == [[1]]
        entrante.esci()
    assert casa.processi() == []


def test_ucciso_l_unico_utente_il_server_muore(casa: Casa) -> None:
    utente = casa.utente()
    utente.chiedi("SELECT 1")
    utente.uccidi()
    attendi(lambda: not casa.processi(), "il server segue il suo unico utente")


def test_ucciso_un_utente_gli_altri_non_se_ne_accorgono(casa: Casa) -> None:
    primo, secondo = casa.utente(), casa.utente()
    primo.chiedi("SELECT 1")
    secondo.chiedi("SELECT 1")
    acceso = casa.postmaster()
    primo.uccidi()
    time.sleep(0.2)
    assert secondo.chiedi("SELECT 1") == [[1]]
    assert casa.postmaster() == acceso


@pytest.mark.parametrize("argomenti", [(), ("pool",)])
@pytest.mark.parametrize("vittima", ["postmaster", "custode"])
def test_ucciso_il_server_o_il_suo_custode_la_prossima_connessione_riparte(
    casa: Casa, vittima: str, argomenti: tuple[str, ...]
) -> None:
    crea_tabella(casa)
    utente = casa.utente(*argomenti)
    assert utente.chiedi("SELECT n FROM fatti") == [[7]]
    ucciso = casa.postmaster()
    os.kill(getattr(casa, vittima)(), signal.SIGKILL)
    attendi(lambda: ucciso not in casa.processi(), "il server muore con il custode")
    assert utente.prova("SELECT 1")["class"] == "OperationalError", "its session is lost"
    assert utente.chiedi("SELECT n FROM fatti") == [[7]]
    assert casa.postmaster() != ucciso
    utente.esci()
    assert casa.processi() == []


def test_uccisi_tutti_insieme_si_riparte_dai_resti(casa: Casa) -> None:
    """Stale pid file, stale socket and lock; and the recorded pid now belongs to a stranger."""
    crea_tabella(casa)
    utente = casa.utente()
    utente.chiedi("SELECT 1")
    custode, server = casa.custode(), casa.postmaster()
    uccidi(custode, server, utente.processo.pid)
    attendi(lambda: not casa.processi(), "tutti morti")
    come_il_server = Identity.of(casa.layout.root).become((), signal.SIGKILL)
    with subprocess.Popen(["sleep", "600"], preexec_fn=come_il_server) as estraneo:
        try:
            resto = casa.layout.cluster / "postmaster.pid"
            resto.write_text(resto.read_text().replace(str(server), str(estraneo.pid), 1))
            (casa.layout.socket / ".s.PGSQL.5432.lock").write_text(f"{estraneo.pid}\n")
            assert casa.utente().chiedi("SELECT n FROM fatti") == [[7]]
            assert estraneo.poll() is None, "a stranger is not to be killed"
        finally:
            estraneo.kill()


def test_un_figlio_della_fork_tiene_acceso_il_server(casa: Casa) -> None:
    """A process that becomes a daemon leaves its lease to its child."""
    casa.utente().chiedi("SELECT 1")
    programma = """
import os, sys, time
from pathlib import Path
from django.conf import settings
from cycle.database import embedded
from cycle.database.config import databases
layout = databases(os.environ, base_dir=Path.cwd())["default"]["EMBEDDED"]
embedded.enter(layout)
if os.fork() == 0:
    sys.stdin.read()
    os._exit(0)
"""
    with subprocess.Popen(
        [sys.executable, "-c", programma], cwd=CASA, env=casa.ambiente, stdin=subprocess.PIPE
    ) as demone:
        demone.wait()
        casa.utenti[0].esci()
        acceso = casa.processi()
        assert acceso, "the child still has the lease"
        assert casa.utente().chiedi("SELECT 1") == [[1]]
        assert casa.postmaster() in acceso


def test_altra_versione_non_si_tocca(casa: Casa) -> None:
    crea_tabella(casa)
    versione = casa.layout.cluster / "PG_VERSION"
    versione.write_text("14\n")

    def stato() -> set[tuple[str, int]]:
        return {(str(file), file.stat().st_mtime_ns) for file in casa.layout.cluster.rglob("*")}

    prima = stato()
    utente = casa.utente()
    risposta = utente.prova("SELECT 1")
    assert risposta["class"] == "EmbeddedServerError"
    assert "contiene un database di PostgreSQL 14" in risposta["error"]
    assert "pg_dump" in risposta["error"]
    assert stato() == prima
    utente.esci()


def test_la_cartella_di_un_altro_server_non_si_tocca(casa: Casa) -> None:
    casa.cartella.mkdir()
    (casa.cartella / "PG_VERSION").write_text("16\n")
    assert "altro server PostgreSQL" in casa.utente().prova("SELECT 1")["error"]
    assert [file.name for file in casa.cartella.iterdir()] == ["PG_VERSION"]


def test_ucciso_mentre_crea_il_cluster_ricomincia(casa: Casa) -> None:
    utente = casa.utente()
    utente.manda("SELECT 1")
    attendi(lambda: list(casa.layout.root.glob("initdb-*/base")), "initdb al lavoro")
    uccidi(*casa.processi())
    assert "error" in utente.ricevi()
    assert utente.chiedi("SELECT 1") == [[1]]
    assert not list(casa.layout.root.glob("initdb-*"))


def test_una_cartella_a_meta_e_messa_da_parte(casa: Casa) -> None:
    crea_tabella(casa)
    (casa.layout.cluster / "global/pg_control").unlink()
    utente = casa.utente()
    assert utente.chiedi("SELECT 1") == [[1]]
    (messa_da_parte,) = casa.layout.root.glob("incompleto-*")
    assert (messa_da_parte / "PG_VERSION").exists(), "kept, not deleted"
    assert messa_da_parte.name in utente.esci()


def test_password_perdute_sono_rifatte(casa: Casa) -> None:
    crea_tabella(casa)
    casa.layout.password("ciclo_app").unlink()
    assert casa.utente().chiedi("SELECT n FROM fatti") == [[7]]


@pytest.mark.parametrize("nome", ["lunga" * 30, "con, virgola", 'più d\'uno "spazio"'])
def test_percorsi_difficili(tmp_path: Path, nome: str) -> None:
    casa = Casa(tmp_path / nome)
    utente = casa.utente()
    assert utente.chiedi("SELECT 1") == [[1]]
    assert casa.layout.socket.stat().st_mode & 0o077 == 0
    utente.esci()
    assert not casa.layout.socket.exists()
    assert casa.processi() == []


def test_la_cartella_breve_di_un_altro_non_si_usa(tmp_path: Path) -> None:
    casa = Casa(tmp_path / ("lunga" * 30))
    casa.layout.socket.symlink_to(tmp_path)
    try:
        assert "non è una cartella" in casa.utente().prova("SELECT 1")["error"]
    finally:
        casa.layout.socket.unlink()
        casa.utenti[0].esci()


def test_porta_su_richiesta_e_porta_occupata(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as occupata:
        porta = str(occupata.getsockname()[1])
        casa = Casa(tmp_path / "dati", CYCLE_DB_PORT=porta)
        utente = casa.utente()
        errore = utente.prova("SELECT 1")["error"]
        assert f"La porta {porta} di 127.0.0.1 è già occupata" in errore
        assert "CYCLE_DB_PORT" in errore
    assert utente.chiedi("SELECT 1") == [[1]], "free again"
    # A process that knows nothing of the port shares the same server.
    senza_porta = Casa(tmp_path / "dati").utente()
    assert senza_porta.chiedi("SHOW port") == [[porta]]
    with psycopg.connect(
        host="127.0.0.1",
        port=porta,
        dbname="ciclo",
        user="ciclo_app",
        password=casa.layout.password("ciclo_app").read_text(),
    ) as connessione:
        assert connessione.execute("SELECT inet_server_addr() = '127.0.0.1'").fetchone() == (True,)
    utente.esci()
    senza_porta.esci()
    assert casa.processi() == []


@pytest.mark.parametrize(
    ("dentro", "frase"),
    [("/sys/ciclo", "Non ho il permesso di scrivere"), ("/dev/null", "non è una cartella")],
)
def test_dove_non_si_puo_scrivere(dentro: str, frase: str) -> None:
    casa = Casa(Path(dentro))
    risposta = casa.utente().prova("SELECT 1")
    assert risposta["class"] == "EmbeddedServerError"
    assert frase in risposta["error"]
    assert "CYCLE_DATA" in risposta["error"]
    casa.utenti[0].esci()


def test_disco_pieno() -> None:
    place = Path("/dati/postgres")
    assert "è pieno" in str(from_os_error(OSError(28, "No space left on device"), place))
    text = 'FATAL:  could not write to file "pg_wal/xlogtemp.29": No space left on device'
    assert "è pieno" in str(from_log(text, port=None, place=place, log=place / "log"))


def test_senza_i_programmi_si_dice_come_averli(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(embedded.EmbeddedServerError, match="make install"):
        embedded.programs()


def manage(casa: Casa, *argomenti: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, CASA / "manage.py", *argomenti],
        cwd=casa.cartella.parent,
        env={k: v for k, v in casa.ambiente.items() if k != "DJANGO_SETTINGS_MODULE"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_manage_non_accende_nulla_per_l_aiuto(casa: Casa) -> None:
    assert "dbshell" in manage(casa, "help").stdout
    assert not casa.layout.root.exists()


def test_manage_dbshell_usa_il_server_incorporato(casa: Casa) -> None:
    esito = manage(casa, "dbshell", "--", "-Atc", "SELECT current_user")
    assert (esito.stdout, esito.stderr) == ("ciclo_app\n", "")
    assert casa.processi() == []


def test_manage_spiega_senza_traceback(casa: Casa) -> None:
    casa.ambiente["DATABASE_URL"] = "mysql://u@h/db"
    esito = manage(casa, "check")
    assert esito.returncode == 1
    assert esito.stderr.startswith("Errore: DATABASE_URL non indica un database PostgreSQL")
    assert "Traceback" not in esito.stderr
    del casa.ambiente["DATABASE_URL"]
    casa.cartella.mkdir(exist_ok=True)
    (casa.cartella / "PG_VERSION").write_text("16\n")
    esito = manage(casa, "dbshell")
    assert esito.returncode == 1
    assert esito.stderr.startswith("Errore: ")
    assert "Traceback" not in esito.stderr
    esito = manage(Casa(Path("/sys/ciclo")), "check")
    assert esito.returncode == 1
    assert esito.stderr.startswith("Errore: Non ho il permesso di scrivere in /sys/ciclo")
    assert "Traceback" not in esito.stderr
