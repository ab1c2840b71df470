"""A run's journal: a folder with run.json, a lock, and the segments of two lanes.

Scalars, events and the end of the run go in one lane, sample grids in the other: media never delay scalars, and when the
journal is full old media segments are given up whole.
"""

from __future__ import annotations

import contextlib
import functools
import os
import secrets
import shutil
import threading
from pathlib import Path

import msgspec

from monitor.sdk.filesystems import is_network, kind_of
from monitor.sdk.lane import Lane
from monitor.sdk.lock import Lock
from monitor.sdk.segment import LeftSegment
from monitor.wire import Finish, Record, RunInfo

RUN_FILE, LOCK_FILE, COUNTS_FILE = "run.json", "lock", "refused"
LANES = ("scalars", "media")
DAMAGED = ".damaged"  # what `nashboard sync` adds to the name of a folder that it could not read in full


class Journal:
    """What one process writes of one run.

    Attributes:
        folder: `<dir>/journal/<run id>-<sender>`. info: how the run was declared. sender: random, names the journal.
        scalars, media: the lanes. network: the file system's type when it is a network one (then records are plainly appended).

    Raises:
        OSError: the folder can't be made, or there is no room for it.
    """

    def __init__(self, root: Path, info: RunInfo, journal_bytes: int, segment_bytes: int) -> None:
        self.info, self.sender = info, secrets.token_hex(6)
        self.folder = root / f"{info.id}-{self.sender}"
        self.folder.mkdir(parents=True)
        self._lock = Lock(self.folder / LOCK_FILE)
        kind = kind_of(self.folder)
        self.network = kind if is_network(kind) else ""
        self._size_lock, self._limit, self._used = threading.Lock(), journal_bytes, 0
        self._segment_bytes = min(segment_bytes, journal_bytes // 4)
        self._counts = os.open(self.folder / COUNTS_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.pwrite(self._counts, bytes(16), 0)  # now, while there is room
        self.scalars, self.media = self._lane("scalars", self.sender), self._lane("media", f"{self.sender}-media")
        self.write_info(info)

    def _lane(self, name: str, sender: str) -> Lane:
        return Lane(
            self.folder,
            name,
            sender,
            self._segment_bytes,
            reserve=self._reserve,
            free=self._free,
            note=functools.partial(self._note, name),
            mapped=not self.network,
        )

    def write_info(self, info: RunInfo) -> None:
        """Keeps how the run is declared, for whoever ships this journal."""
        self.info = info
        (self.folder / RUN_FILE).write_bytes(msgspec.json.encode(info))

    @property
    def lanes(self) -> tuple[Lane, Lane]:
        """Both lanes, the urgent one first."""
        return self.scalars, self.media

    def _reserve(self, size: int) -> bool:
        """Room for a segment, at the cost of the oldest media; False when there is none even so."""
        while True:
            with self._size_lock:
                if self._used + size <= self._limit:
                    self._used += size
                    return True
            if size > self._limit or not self.media.give_up_oldest():
                return False

    def _note(self, lane: str, refused: int) -> None:
        """Keeps how much a lane had to refuse, so that it is known even if this process ends without a word."""
        if self._counts >= 0:
            with contextlib.suppress(OSError):
                os.pwrite(self._counts, refused.to_bytes(8, "little"), 8 * LANES.index(lane))

    def _free(self, size: int) -> None:
        with self._size_lock:
            self._used -= size

    def close(self) -> None:
        """No more records."""
        for lane in self.lanes:
            lane.close()

    def release(self) -> None:
        """Leaves what is in it for `nashboard sync`."""
        for lane in self.lanes:
            lane.release()
        self._close()

    def remove(self) -> None:
        """Everything is acknowledged: the folder goes."""
        self.release()
        shutil.rmtree(self.folder, ignore_errors=True)

    def abandon(self) -> None:
        """In a forked child: hands off. The parent's lock stays the parent's."""
        self._size_lock = threading.Lock()
        for lane in self.lanes:
            lane.abandon()
        self._close()

    def _close(self) -> None:
        self._lock.release()
        if self._counts >= 0:
            os.close(self._counts)
            self._counts = -1


class LeftJournal(Journal):
    """A journal whose process is gone, opened for shipping.

    Attributes:
        finished: its last record is the run's end. last_time: when its last record was made, seconds since the epoch.
        damaged: bytes that can't be read, a torn tail apart. bad: files that are no segments at all.

    Raises:
        JournalLocked: its process is alive.
        OSError, msgspec.MsgspecError: no readable run.json.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = Lock(folder / LOCK_FILE)
        try:
            self.info = msgspec.json.decode((folder / RUN_FILE).read_bytes(), type=RunInfo)
        except Exception:
            self._lock.release()
            raise
        self.sender = folder.name.rpartition("-")[2]
        self.network, self._segment_bytes, self._limit, self._used = "", 0, 0, 0
        self._size_lock = threading.Lock()
        self.damaged, self.bad = 0, list[Path]()
        self.finished, self.last_time = False, self.info.started_at
        self._counts = -1
        self.scalars, self.media = self._lane("scalars", self.sender), self._lane("media", f"{self.sender}-media")
        counts = (folder / COUNTS_FILE).read_bytes() if (folder / COUNTS_FILE).exists() else b""
        for place, lane in enumerate(self.lanes):
            lane.refused = int.from_bytes(counts[8 * place : 8 * place + 8], "little")
            lane.adopt(self._segments(lane.name))

    def remove(self) -> None:
        """Everything that can be read is acknowledged: the folder goes, or is put aside when something can't."""
        if not (self.damaged or self.bad):
            super().remove()
            return
        self.release()
        self.folder.rename(self.folder.with_name(self.folder.name + DAMAGED))

    def _segments(self, lane: str) -> list[LeftSegment]:
        found = []
        for path in sorted(self.folder.glob(f"{lane}-*.seg")):
            try:
                found.append(LeftSegment(path))
            except ValueError:
                self.bad.append(path)
        for number, segment in enumerate(found, 1):
            if number < len(found) or not segment.torn:
                self.damaged += segment.unread
                segment.kept = segment.unread > 0
        if lane == "scalars" and found and found[-1].last_body:
            self._look_at(found[-1].last_body)
        return found

    def _look_at(self, last_body: bytes) -> None:
        try:
            last: Record = msgspec.msgpack.decode(last_body, type=Record)
        except msgspec.MsgspecError:
            return  # written by another version
        self.finished, self.last_time = isinstance(last, Finish), last.time


def journals(root: Path, run_id: str = "") -> list[Path]:
    """Folders of all journals below `root` (of one run, when named), oldest first."""
    found = [path.parent for path in root.glob(f"{run_id or '*'}-*/{RUN_FILE}") if path.parent.suffix != DAMAGED]
    return sorted(found, key=lambda folder: (folder / RUN_FILE).stat().st_mtime)
