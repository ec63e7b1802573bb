# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which user the embedded server is, and how a process becomes it.

PostgreSQL refuses to run as root. A root process therefore starts it as whoever owns the data:
the first owner other than root met going up from the server's directory, else `nobody`.
"""

import ctypes
import os
import pwd
import signal
import stat
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from cycle.database.problems import Problem

_NOBODY = 65534

_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522


@dataclass(frozen=True)
class Identity:
    """The numeric user and group of the server, who owns every file of it."""

    uid: int
    gid: int

    @classmethod
    def of(cls, root: Path) -> "Identity":
        """The identity of the server in `root`, which need not exist yet.

        Raises Problem if its files belong to another user and we are not root.
        """
        me = os.geteuid()
        if me:
            owner = root.stat().st_uid if root.exists() else me
            if owner != me:
                raise Problem(
                    f"La cartella {root} appartiene a un altro utente (uid {owner}): esegui il "
                    "comando come quell'utente, oppure indica un'altra cartella con CYCLE_DATA."
                )
            return cls(me, os.getegid())
        owners = (place.stat().st_uid for place in (root, *root.parents) if place.exists())
        uid = next((owner for owner in owners if owner), None)
        if uid is None:
            try:
                uid = pwd.getpwnam("nobody").pw_uid
            except KeyError:
                uid = _NOBODY
        try:
            return cls(uid, pwd.getpwuid(uid).pw_gid)
        except KeyError:  # a directory mounted from outside a container
            return cls(uid, uid)

    def make_directory(self, path: Path) -> None:
        """Make `path` a private directory of ours; an existing one must already be so.

        Raises Problem if somebody else has taken its name, OSError as usual.
        """
        try:
            path.mkdir(mode=0o700)
            self.own(path)
        except FileExistsError:
            found = path.lstat()
            if not stat.S_ISDIR(found.st_mode):
                raise
            if found.st_uid not in (self.uid, os.geteuid()):
                raise Problem(
                    f"La cartella {path} appartiene a un altro utente (uid {found.st_uid}): "
                    "cancellala, oppure indica con CYCLE_DATA una cartella dal percorso più breve."
                ) from None
            self.own(path)
            path.chmod(0o700)

    def open(self, path: Path, flags: int = 0) -> int:
        """Open a file of the server for reading and writing, created if missing; not inherited."""
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | flags, 0o600)
        if os.geteuid() != self.uid:
            os.fchown(fd, self.uid, self.gid)
        return fd

    def own(self, path: Path) -> None:
        if os.geteuid() != self.uid:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def _may_use(self, path: Path) -> bool:
        """Whether the permission bits let us read `path` and enter all that is above it."""

        def allows(place: Path, bit: int) -> bool:
            found = place.stat()
            if found.st_uid == self.uid:
                bit <<= 6
            elif found.st_gid == self.gid:
                bit <<= 3
            return bool(found.st_mode & bit)

        return allows(path, 0o4) and all(allows(place, 0o1) for place in path.parents)

    def become(self, needs: Iterable[Path], death_signal: int) -> Callable[[], None]:
        """Return a `preexec_fn`, to be called in a child of a single-threaded process.

        The child takes this identity and receives `death_signal` when its parent dies. If a path
        of `needs` is closed to this identity (a checkout under /root, say) it also keeps the
        capability of passing by the permissions of files: less than the root it comes from.
        """
        drop = os.geteuid() != self.uid
        capability = drop and not all(self._may_use(path) for path in needs)
        linux = sys.platform == "linux"
        libc = ctypes.CDLL(None, use_errno=True) if linux else None
        parent = os.getpid()

        def prctl(*arguments: int) -> None:
            assert libc is not None
            if libc.prctl(*map(ctypes.c_ulong, (*arguments, 0, 0, 0, 0)[:5])):
                raise OSError(ctypes.get_errno(), "prctl")

        def preexec() -> None:
            if drop:
                if capability and linux:
                    prctl(_PR_SET_KEEPCAPS, 1)
                os.setgroups([])
                os.setgid(self.gid)
                os.setuid(self.uid)
                if capability and libc is not None:
                    _set_capabilities(libc, 1 << _CAP_DAC_OVERRIDE)
                    prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE)
            if linux:
                # After the change of user, which would cancel it.
                prctl(_PR_SET_PDEATHSIG, death_signal)
                if os.getppid() != parent:
                    os.kill(os.getpid(), signal.SIGKILL)

        return preexec


def _set_capabilities(libc: ctypes.CDLL, mask: int) -> None:
    """Make `mask` the effective, permitted and inheritable capabilities: nothing else is kept."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
    if libc.capset(header, data):
        raise OSError(ctypes.get_errno(), "capset")
