"""Blobs: files named by the SHA-256 of their content, so the same image is kept once and may be cached for ever."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path


class Blobs:
    """A folder of files `ab/abcdef…`. A file that `put` returned from is on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._unfinished = folder / "unfinished"

    def path(self, digest: str) -> Path:
        """Where a blob lies, whether it is there or not."""
        return self.folder / digest[:2] / digest

    def put(self, content: bytes) -> tuple[str, bool]:
        """Keeps `content`; its name, and whether it is new.

        Raises:
            OSError: the disk is full; nothing half-written stays.
        """
        digest = hashlib.sha256(content).hexdigest()
        path = self.path(digest)
        if path.exists():
            return digest, False
        path.parent.mkdir(parents=True, exist_ok=True)
        self._unfinished.mkdir(exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._unfinished)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).rename(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return digest, True

    def remove(self, digest: str) -> None:
        """Frees its disk space; no error when it is gone already."""
        self.path(digest).unlink(missing_ok=True)

    def clean(self) -> None:
        """Removes what a killed process left half-written."""
        for path in self._unfinished.glob("*"):
            path.unlink(missing_ok=True)
