"""One file of a journal lane: preallocated and mapped, or plainly appended to where maps can't be trusted."""

from __future__ import annotations

import errno
import mmap
import os
from pathlib import Path
from zlib import crc32

from monitor.sdk.frames import HEADER, frame, split

MAGIC = b"NASHJNL1"
POPULATE_WRITE = 23  # madvise on Linux ≥ 5.14: have pages ready for writing
AHEAD = 1 << 16  # bytes made ready at once
START = 16  # magic, then the number of the first record as 8 bytes, little-endian


def file_name(lane: str, first_seq: int) -> str:
    """`scalars-000000000001.seg`: sorts by number."""
    return f"{lane}-{first_seq:012d}.seg"


def preallocate(fd: int, size: int) -> None:
    """Takes `size` bytes of disk, so that writing to the map can never hit a full disk (that would be a SIGBUS).

    Raises:
        OSError: the disk is full, or the file may not grow so far.
    """
    try:
        os.posix_fallocate(fd, 0, size)
    except (AttributeError, OSError) as error:  # no such call (macOS, Windows) or no such operation on this file system
        if isinstance(error, OSError) and error.errno not in (errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS):
            raise
        block = bytes(1 << 16)
        for start in range(0, size, len(block)):
            _write_all(fd, block[: size - start])


class Segment:
    """A segment that this process writes, mapped into memory.

    Attributes:
        first_seq: number of its first record. size: bytes on disk. end: bytes written. count: records written.
        limit: up to where the lane may write into `map` by itself.
    """

    limit = 0

    def __init__(self, path: Path, first_seq: int, size: int) -> None:
        self.path, self.first_seq, self.size = path, first_seq, size
        self.end, self.count = START, 0
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            self._create(fd)
        except BaseException:
            os.close(fd)
            path.unlink(missing_ok=True)
            raise

    def _create(self, fd: int) -> None:
        preallocate(fd, self.size)
        self.map = mmap.mmap(fd, self.size)
        self.map[:START] = MAGIC + self.first_seq.to_bytes(8, "little")
        os.close(fd)  # the map keeps the file

    @property
    def last_seq(self) -> int:
        """Number of its last record (`first_seq - 1` when it is empty)."""
        return self.first_seq + self.count - 1

    def fits(self, size: int) -> bool:
        """Whether a body of `size` bytes still fits."""
        return self.end + HEADER.size + size <= self.size

    def append(self, body: bytearray) -> None:
        """Writes one frame that fits, and makes the next pages ready. Up to `limit` the lane writes by itself."""
        start, stop = self.end + HEADER.size, self.end + HEADER.size + len(body)
        self.prepare(stop)
        self.map[start:stop] = body
        HEADER.pack_into(self.map, self.end, len(body), crc32(body, len(body)))
        self.end, self.count = stop, self.count + 1

    def prepare(self, stop: int) -> None:
        """Makes pages ready up to `stop`, 16 at a time: page faults cost the training thread more than the records do.

        Any thread may call it without the lane's lock: `limit` only grows, and only over pages that are there.
        """
        try:
            while self.limit < min(stop, self.size):
                self.map.madvise(POPULATE_WRITE, self.limit, min(AHEAD, self.size - self.limit))
                self.limit = min(self.limit + AHEAD, self.size)
        except (AttributeError, OSError, ValueError):  # an older kernel, another system: faults will do
            self.limit = self.size

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from `start` to `stop`."""
        return self.map[start:stop]

    def remove(self) -> None:
        """Frees its disk space. Memory follows when nobody reads the map any more."""
        self.path.unlink(missing_ok=True)

    def release(self) -> None:
        """Gives the file back, without removing it."""


class AppendedSegment(Segment):
    """A segment on a network file system: each record is one `write` to the end of the file, nothing is mapped."""

    limit = -1  # the lane never writes here by itself

    def prepare(self, stop: int) -> None:
        """Nothing is mapped."""

    def _create(self, fd: int) -> None:
        self._fd = fd
        _write_all(fd, MAGIC + self.first_seq.to_bytes(8, "little"))

    def append(self, body: bytearray) -> None:
        """Writes one frame; a half-written one is cut off again.

        Raises:
            OSError: the disk is full or the file system is away.
        """
        data = frame(body)
        try:
            _write_all(self._fd, data)
        except OSError:
            os.ftruncate(self._fd, self.end)
            os.lseek(self._fd, self.end, os.SEEK_SET)
            raise
        self.end, self.count = self.end + len(data), self.count + 1

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from `start` to `stop`."""
        return os.pread(self._fd, stop - start, start)

    def remove(self) -> None:
        """Frees its disk space."""
        super().remove()
        self.release()

    def release(self) -> None:
        """Closes the file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


class LeftSegment(Segment):
    """A segment that another process left behind, for reading only.

    Attributes:
        last_body: the last whole record's msgpack bytes, empty when there is none.
        unread: bytes that hold something after the last whole frame.
        torn: they are one frame that was being written when the process died, and no more.
        kept: the file stays when its records are acknowledged.

    Raises:
        ValueError: the file is not a segment.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        data = path.read_bytes()
        if len(data) < START or data[:8] != MAGIC:
            raise ValueError(f"{path} is not a journal segment")
        self.first_seq = int.from_bytes(data[8:START], "little")
        found = split(data[START:])
        self.size, self.end, self.count = len(data), START + found.used, len(found.bodies)
        self.last_body = found.bodies[-1] if found.bodies else b""
        self.unread = len(data[self.end :].rstrip(b"\0"))
        self.torn = not _frames_follow(data[self.end :])
        self.kept = False

    def remove(self) -> None:
        """Frees its disk space, unless it is kept."""
        if not self.kept:
            super().remove()

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from `start` to `stop`."""
        with self.path.open("rb") as file:
            file.seek(start)
            return file.read(stop - start)


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def _frames_follow(rest: bytes) -> bool:
    """Whether good frames lie behind the damaged one that `rest` starts with: then it is no torn tail."""
    if len(rest) < HEADER.size:
        return False
    length, _ = HEADER.unpack_from(rest)
    return bool(split(rest[HEADER.size + length :], 1).bodies)
