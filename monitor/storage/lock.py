"""One service a folder: two writers would each believe what the other has changed."""

from __future__ import annotations

import os
from pathlib import Path

from monitor.errors import FolderInUse

try:
    import fcntl
except ImportError:  # pragma: no cover (Windows: nobody is kept out there)
    fcntl = None  # type: ignore[assignment]


class FolderLock:
    """Held until `release`, or until the process ends in whatever way.

    Raises:
        FolderInUse: another service works in `folder`.
    """

    def __init__(self, folder: Path) -> None:
        self._file = (folder / "service.lock").open("a+")
        if fcntl is None:
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            owner = self._file.read().strip() or "unknown"
            self._file.close()
            raise FolderInUse(
                f"another service (process {owner}) works in {folder}: use that one, or another --dir"
            ) from None
        self._file.truncate(0)
        self._file.write(f"{os.getpid()}\n")
        self._file.flush()

    def release(self) -> None:
        """Lets the next one in."""
        self._file.close()
