# SPDX-License-Identifier: AGPL-3.0-or-later
"""The keeper: a small process that owns the embedded server and dies with its last user.

It creates the cluster when there is none, starts the server as its child and says so; then it
waits for the exclusive lock on the leases, which the kernel grants when the last process holding
a shared one is gone, however it went. While it has that lock nobody can come in: it stops the
server and leaves. If the server dies first the keeper goes too, and the next connection starts
another; if the keeper is killed, the kernel asks the server to stop.

It runs apart from whoever started it (`python -m cycle.database.keeper`, standard library only),
so that neither a Ctrl-C nor the end of the first user touches the others.
"""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from cycle.database.identity import Identity
from cycle.database.layout import APP_ROLE, DATABASE, DEFAULT_PORT, OWNER_ROLE, Layout
from cycle.database.problems import Problem, from_log, from_os_error

READY = "ready"

_SUPERUSER = "postgres"
_TICK = 0.01  # seconds between two looks at a server that is starting or stopping
_START_TIMEOUT = 300  # seconds: recovery after a crash may read a gigabyte of WAL
_STOP_TIMEOUT = 60  # seconds for the final checkpoint, then the server is made to crash safely
_ORPHANS_TIMEOUT = 10  # seconds
_LOG_MAX = 10_000_000  # bytes

# The two roles and nobody else: the superuser has no password and no way in. The cluster's
# maintenance happens in single-user mode, where there is no door to knock at.
_HBA = f"""\
local all {OWNER_ROLE},{APP_ROLE} scram-sha-256
host all {OWNER_ROLE},{APP_ROLE} 127.0.0.1/32 scram-sha-256
"""


class Server:
    """The embedded server of `layout`, run with the programs in `programs`."""

    def __init__(self, layout: Layout, programs: Path) -> None:
        self.layout = layout
        self.programs = programs
        self.identity = Identity.of(layout.root)
        self.notes: list[str] = []  # for the user, in Italian

    def prepare(self) -> None:
        """Leave a cluster ready to start. Raises Problem and touches nothing if it is not ours."""
        cluster = self.layout.cluster
        self._clean()
        if cluster.exists():
            self._check_cluster()
        if not cluster.exists():
            self._create_cluster()
        elif not all(self.layout.password(role).exists() for role in (OWNER_ROLE, APP_ROLE)):
            self._set_passwords(cluster, "ALTER ROLE {role} PASSWORD '{password}'")

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server and wait until it accepts connections."""
        layout = self.layout
        stale_pid = self._wait_for_orphans()
        self.identity.make_directory(layout.socket)
        for name in layout.socket.glob(".s.PGSQL.*"):
            name.unlink()
        # Relative to the cluster when inside our root: if that is deleted and made anew, the old
        # server, which still has to notice, cannot delete the socket of the new one.
        inside = layout.socket.parent == layout.root
        socket_directory = f"../{layout.socket.name}" if inside else layout.socket
        settings: dict[str, object] = {
            "cluster_name": "ciclo",
            "listen_addresses": "127.0.0.1" if layout.port else "",
            "port": layout.port or DEFAULT_PORT,
            "unix_socket_directories": socket_directory,
            "shared_buffers": "128MB",
            "max_connections": 100,
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_checkpoints": "off",
            # The server notices by itself that a client is gone, in the middle of a query too.
            "client_connection_check_interval": "10s",
        }
        if not layout.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        if layout.log.exists() and layout.log.stat().st_size > _LOG_MAX:
            layout.log.replace(layout.log.with_suffix(".log.1"))
        log = self.identity.open(layout.log, os.O_APPEND)
        start = os.lseek(log, 0, os.SEEK_END)
        child = self._popen(
            "postgres",
            "-D",
            str(layout.cluster),
            *(item for name, value in settings.items() for item in ("-c", f"{name}={value}")),
            # Its pid file may name a process that is alive but is not a server: tell it so.
            env={"PG_GRANDPARENT_PID": str(stale_pid)} if stale_pid else {},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        deadline = time.monotonic() + _START_TIMEOUT
        while child.poll() is None and not self._is_ready(child.pid):
            if time.monotonic() > deadline:
                child.send_signal(signal.SIGQUIT)
                child.wait()
            time.sleep(_TICK)
        if child.returncode is not None:
            text = os.pread(log, _LOG_MAX, start).decode(errors="replace")
            raise from_log(text, port=layout.port, place=layout.cluster, log=layout.log)
        os.close(log)
        return child

    def _clean(self) -> None:
        """Remove what a keeper killed while creating the cluster left behind."""
        for leftover in self.layout.root.glob("initdb-*"):
            shutil.rmtree(leftover, ignore_errors=True)

    def _check_cluster(self) -> None:
        cluster = self.layout.cluster
        version_file = cluster / "PG_VERSION"
        if not (version_file.exists() and (cluster / "global/pg_control").exists()):
            # Not a cluster, then no server can ever open it; but it is not for us to delete it.
            aside = cluster.with_name(f"incompleto-{secrets.token_hex(4)}")
            cluster.replace(aside)
            self.notes.append(
                f"La cartella {cluster} era incompleta: l'ho rinominata {aside.name} e ne ho "
                "creata una nuova, vuota."
            )
            return
        version = version_file.read_text().strip()
        ours = subprocess.run(  # noqa: S603
            [self.programs / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout.split()[2]  # postgres (PostgreSQL) 18.6
        if version != ours.partition(".")[0]:
            raise Problem(
                f"La cartella {cluster} contiene un database di PostgreSQL {version}, ma il server "
                f"incorporato è PostgreSQL {ours}: non ho toccato nulla. Per tenere i dati, "
                f"esportali con un server {version} (pg_dump), rinomina la cartella {cluster} e "
                "ricaricali (psql) in quella che nascerà al prossimo comando; per ripartire da "
                "vuoto basta rinominarla, o indicare un'altra cartella con CYCLE_DATA."
            )

    def _create_cluster(self) -> None:
        """Create roles and database in a directory apart, which takes its name only when whole."""
        layout = self.layout
        building = Path(tempfile.mkdtemp(prefix="initdb-", dir=layout.root))
        self.identity.own(building)
        try:
            self._fill_cluster(building)
            building.rename(layout.cluster)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)  # the disk may be full
            raise
        directory = os.open(layout.root, os.O_RDONLY)
        os.fsync(directory)
        os.close(directory)

    def _fill_cluster(self, building: Path) -> None:
        self._run(
            "initdb",
            *(f"--pgdata={building}", f"--username={_SUPERUSER}", "--auth=reject"),
            *("--encoding=UTF8", "--locale=C", "--data-checksums"),
            # Bytewise order, but upper() and lower() that know the accents. No ICU in the wheel.
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *(() if self.layout.durable else ("--no-sync",)),
        )
        (building / "pg_hba.conf").write_text(_HBA)
        self._set_passwords(building, "CREATE ROLE {role} LOGIN PASSWORD '{password}'")
        self._single_user(
            building,
            # So that it can make the databases of the tests from a template...
            f"ALTER ROLE {OWNER_ROLE} CREATEDB",
            # ...and close the application's sessions before dropping them.
            f"GRANT {APP_ROLE} TO {OWNER_ROLE}",
            f"CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE}",
        )

    def _set_passwords(self, cluster: Path, statement: str) -> None:
        passwords = {role: secrets.token_urlsafe(24) for role in (OWNER_ROLE, APP_ROLE)}
        self._single_user(
            cluster,
            *(statement.format(role=role, password=word) for role, word in passwords.items()),
        )
        for role, word in passwords.items():
            fd = self.identity.open(self.layout.password(role), os.O_TRUNC)
            os.write(fd, word.encode())
            os.close(fd)

    def _single_user(self, cluster: Path, *statements: str) -> None:
        self._run(
            "postgres",
            "--single",
            *("-D", str(cluster), "-c", "exit_on_error=on"),
            # The statements hold passwords: they must not end up in a message.
            *("-c", "log_min_error_statement=panic"),
            "template1",
            stdin="".join(f"{statement};\n" for statement in statements),
        )

    def _wait_for_orphans(self) -> int | None:
        """Wait for the processes of a server that died, or is dying, without its keeper.

        Return the pid recorded by it, if that number is now of a live process of another kind.
        """
        try:
            recorded = int((self.layout.cluster / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None
        deadline = time.monotonic() + _ORPHANS_TIMEOUT
        while orphans := _processes_in(self.layout.cluster):
            if time.monotonic() > deadline:
                if recorded in orphans:
                    raise Problem(
                        f"Un altro server PostgreSQL (processo {recorded}) usa già la cartella "
                        f"{self.layout.cluster}. Fermalo con: kill -INT {recorded}"
                    )
                # Their server is dead: they are only finishing a query.
                for pid in orphans:
                    with contextlib.suppress(OSError):
                        os.kill(pid, signal.SIGQUIT)
            time.sleep(_TICK)
        return recorded if Path(f"/proc/{recorded}").exists() else None

    def _is_ready(self, pid: int) -> bool:
        try:
            lines = (self.layout.cluster / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        # The same file, and the same word, that pg_ctl waits for.
        return len(lines) > 7 and int(lines[0]) == pid and lines[7].strip() == READY

    def _run(self, program: str, *arguments: str, stdin: str = "") -> None:
        child = self._popen(
            program,
            *arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        output, _ = child.communicate(stdin.encode())
        if child.returncode:
            layout = self.layout
            text = output.decode(errors="replace")
            raise from_log(text, port=layout.port, place=layout.root, log=layout.log)

    def _popen(
        self,
        program: str,
        *arguments: str,
        stdin: int,
        stdout: int,
        stderr: int,
        env: dict[str, str] | None = None,
    ) -> subprocess.Popen[bytes]:
        share = self.programs.parent / "share" / "postgres.bki"
        needs = (self.programs / program, share, self.layout.root)
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        try:
            return subprocess.Popen(  # noqa: S603
                [self.programs / program, *arguments],
                cwd="/",
                env=clean | {"LC_ALL": "C"} | (env or {}),
                preexec_fn=self.identity.become(needs, signal.SIGINT),
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
            )
        except subprocess.SubprocessError:
            raise Problem(
                f"PostgreSQL non può girare come root, e l'utente {self.identity.uid} che dovrebbe "
                f"eseguirlo non può leggere {self.programs} o {self.layout.root}. Esegui il "
                "comando come utente normale, oppure indica con CYCLE_DATA una cartella leggibile."
            ) from None


def _processes_in(directory: Path) -> list[int]:
    """Pids of the PostgreSQL processes working in `directory`, as all those of a server do."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            comm = (entry / "comm").read_text().strip()
            if comm == "postgres" and (entry / "cwd").readlink() == directory:
                found.append(int(entry.name))
    return found


def keep(layout: Layout, programs: Path) -> None:
    """Start the server, keep it for as long as there are leases, stop it."""
    server = Server(layout, programs)
    lock = server.identity.open(layout.keeper)
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.ftruncate(lock, 0)
    leases = server.identity.open(layout.leases)
    try:
        server.prepare()
        child = server.start()
    except OSError as error:
        raise from_os_error(error, layout.root) from None
    os.pwrite(lock, str(layout.port or DEFAULT_PORT).encode(), 0)
    _report("\n".join([READY, *server.notes]))

    def stop_after_the_last() -> None:
        fcntl.flock(leases, fcntl.LOCK_EX)
        os.ftruncate(lock, 0)
        child.send_signal(signal.SIGINT)
        time.sleep(_STOP_TIMEOUT)
        child.send_signal(signal.SIGQUIT)

    threading.Thread(target=stop_after_the_last, daemon=True).start()
    child.wait()
    with contextlib.suppress(OSError):
        if layout.socket.parent != layout.root:
            layout.socket.rmdir()
    # The thread may be waiting for a lock for ever. The kernel lets go of both locks now.
    os._exit(0)


def _report(text: str) -> None:
    """Tell whoever started us; it may be gone."""
    with contextlib.suppress(BrokenPipeError):
        os.write(sys.stdout.fileno(), text.encode())
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(null, stream.fileno())
    os.close(null)


def main() -> None:
    """Run as told by the JSON list of our one argument: root, port, durable, programs."""
    root, port, durable, programs = json.loads(sys.argv[1])
    os.umask(0o077)
    try:
        keep(Layout(Path(root), port, durable), Path(programs))
    except Problem as problem:
        _report(str(problem))
        sys.exit(1)


if __name__ == "__main__":
    main()
