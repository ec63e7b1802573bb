# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every path and name of the embedded server, computed without touching the disk."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

DATABASE = "ciclo"
OWNER_ROLE = "ciclo_owner"
APP_ROLE = "ciclo_app"
DEFAULT_PORT = 5432

# The kernel keeps 108 bytes for the path of a socket, the final zero included.
_SOCKET_PATH_MAX = 107


@dataclass(frozen=True)
class Layout:
    """The embedded server that lives in one directory.

    `root` is absolute and ours alone; `port` opens TCP on 127.0.0.1 as well (None: socket only);
    with `durable` False the server may lose everything in a crash of the machine.
    """

    root: Path
    port: int | None = None
    durable: bool = True

    @property
    def cluster(self) -> Path:
        """PostgreSQL's data directory."""
        return self.root / "cluster"

    @property
    def log(self) -> Path:
        """What the server writes."""
        return self.root / "postgres.log"

    @property
    def door(self) -> Path:
        """Locked, exclusively, by whoever is coming in or going out: one at a time."""
        return self.root / "door.lock"

    @property
    def leases(self) -> Path:
        """Locked, shared, by every process that uses the server."""
        return self.root / "leases.lock"

    @property
    def keeper(self) -> Path:
        """Locked, exclusively, by the keeper while it lives; holds the port once it is ready."""
        return self.root / "keeper.lock"

    @property
    def socket(self) -> Path:
        """Directory of the server's socket: inside `root`, unless its path would not fit."""
        inside = self.root / "socket"
        # A comma would separate two hosts for libpq, quotes and backslashes confuse the server.
        if re.fullmatch(r"[\w/. -]+", str(inside)) and (
            len(os.fsencode(inside / ".s.PGSQL.65535")) <= _SOCKET_PATH_MAX
        ):
            return inside
        digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:16]
        # Neither TMPDIR nor XDG_RUNTIME_DIR: two processes of one user may disagree on them.
        # The directory is created 0700 and its owner verified before use.
        return Path("/tmp") / f"ciclo-{digest}"  # noqa: S108

    def password(self, role: str) -> Path:
        """File with the password of `role`."""
        return self.root / f"password.{role}"
