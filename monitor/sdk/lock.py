"""Who owns a journal: two processes never share one."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from monitor.errors import JournalLocked

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


class Lock:
    """An exclusive lock on `path`, held until `release` or the end of the process.

    The file names its owner (pid and host), for the error message and for file systems without locks: there an owner on this
    host that is dead, and only that, is taken for gone.

    Raises:
        JournalLocked: another process holds it; the message names it.
    """

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        owner = os.read(self._fd, 200).decode(errors="replace").strip()
        if not self._acquire(owner):
            os.close(self._fd)
            raise JournalLocked(
                f"{path.parent} is in use by {owner or 'another process'}; a journal belongs to one process"
            )
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, f"{os.getpid()} {socket.gethostname()}\n".encode(), 0)

    def _acquire(self, owner: str) -> bool:
        if fcntl is not None:
            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            except OSError:  # a file system without locks
                return _gone(owner)
            return True
        return _gone(owner)

    def release(self) -> None:
        """Lets others have it. In a forked child it only drops the child's share."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _gone(owner: str) -> bool:
    pid, _, host = owner.partition(" ")
    if not owner:
        return True
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
