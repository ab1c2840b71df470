"""A lane of a journal: records with consecutive numbers, in a row of segments.

The training thread appends, the shipping thread takes and frees. The two meet only at the lane's lock, which nobody holds
for longer than it takes to write one record or to open one segment.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import msgspec

from monitor.sdk.frames import HEADER, split
from monitor.sdk.segment import START, AppendedSegment, Segment, file_name

READY = 1 << 17  # bytes of a segment that the shipping thread keeps ready for writing
PROBE_EVERY = 1.0  # seconds between two tries to open a segment on a full disk

_pack_into = HEADER.pack_into


class _NoSegment:
    """Stands where no segment is open: nothing fits into it."""

    end, count, limit = 0, 0, -1
    map: Any = None


@dataclass(frozen=True, slots=True)
class Portion:
    """Some records in a row, as they travel. `stop` is where the next one lies in `segment`."""

    first_seq: int
    bodies: list[bytes]
    segment: Segment
    stop: int

    @property
    def last_seq(self) -> int:
        """Number of its last record."""
        return self.first_seq + len(self.bodies) - 1


class Lane:
    """Where records of one sender are kept until they are acknowledged.

    Attributes:
        name: "scalars" or "media". sender: the name under which the service counts its records.
        refused: records that a full disk or journal could not take, that were given up, or that the service would not have.
        idle: set by the shipping thread before it sleeps; `append` then calls `wake`.
        wake: what wakes the shipping thread.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        sender: str,
        segment_bytes: int,
        *,
        reserve: Callable[[int], bool],
        free: Callable[[int], None],
        note: Callable[[int], None] = lambda refused: None,
        mapped: bool = True,
    ) -> None:
        self.folder, self.name, self.sender = folder, name, sender
        self.refused, self.reason = 0, ""
        self.idle, self.wake = False, _nothing
        self._segment_bytes, self._mapped = segment_bytes, mapped
        self._reserve, self._free, self._note = reserve, free, note
        self._lock = threading.RLock()
        self._encode_into = msgspec.msgpack.Encoder().encode_into
        self._buffer = bytearray(4096)
        self._segments: deque[Segment] = deque()
        self._open: Any = _NoSegment
        self._closed, self._probe_at = False, 0.0
        self._last_seq = 0  # of the segments that are gone
        self._next, self._offset = 1, START
        self._at: Segment | None = None

    # -- the training thread ------------------------------------------------------------------------------------------

    def append(self, record: Any) -> bool:
        """Encodes and writes one record; False if there is no room for it (counted in `refused`) or the lane is closed.

        Raises:
            TypeError, OverflowError, UnicodeEncodeError: the record can't be encoded; nothing was written.
        """
        with self._lock:
            buffer = self._buffer
            self._encode_into(record, buffer)
            size = len(buffer)
            segment = self._open
            start = segment.end
            stop = start + 8 + size
            if stop > segment.limit:
                if not self._append_elsewhere(buffer):
                    return False
            else:
                # Segment.append, written out: a method call is a tenth of this path
                segment.map[start + 8 : stop] = buffer
                _pack_into(segment.map, start, size, crc32(buffer, size))
                segment.end = stop
                segment.count += 1
        if self.idle:
            self.wake()
        return True

    def _append_elsewhere(self, body: bytearray) -> bool:
        """The ways that are rare: no segment yet, a full one, a plainly appended one, a record larger than a segment."""
        if self._closed:
            return False
        try:
            if self._open is _NoSegment or not self._open.fits(len(body)):
                self._open_segment(START + HEADER.size + len(body))
            self._open.append(body)
        except OSError as error:
            self.refuse(1, f"{error.strerror or error} ({self.folder})")
            return False
        finally:
            if len(body) > 1 << 20:
                self._buffer = bytearray(4096)  # one large record does not keep its memory for good
        return True

    def _open_segment(self, needed: int) -> None:
        now = time.monotonic()
        if now < self._probe_at:
            raise OSError(self.reason)
        self._probe_at = now + PROBE_EVERY
        size = max(self._segment_bytes, needed)
        if not self._reserve(size):
            raise OSError("the journal has reached journal_bytes")
        first_seq = self.last_seq + 1
        kind = Segment if self._mapped else AppendedSegment
        try:
            opened = kind(self.folder / file_name(self.name, first_seq), first_seq, size)
        except OSError:
            self._free(size)
            raise
        self._segments.append(opened)
        self._open, self._probe_at, self.reason = opened, 0.0, ""

    def refuse(self, records: int, reason: str = "") -> None:
        """Counts records that are lost (less than 0: that were not lost after all), also on disk."""
        self.refused += records
        self.reason = self.reason or reason
        self._note(self.refused)

    # -- the shipping thread ------------------------------------------------------------------------------------------

    @property
    def last_seq(self) -> int:
        """Number of the last record written, 0 before the first."""
        with self._lock:
            return self._segments[-1].last_seq if self._segments else self._last_seq

    @property
    def pending(self) -> int:
        """How many records wait to be acknowledged."""
        with self._lock:
            return sum(max(0, s.last_seq - max(s.first_seq, self._next) + 1) for s in self._segments)

    @property
    def next_seq(self) -> int:
        """Number of the first record that is not acknowledged."""
        return self._next

    def take(self, max_bytes: int, max_records: int = 1 << 62) -> Portion | None:
        """The next records, at most so many (but at least one); None when there are none. They stay until `advance`."""
        with self._lock:
            segment = self._locate()
            if segment is None:
                return None
            first_seq, start, end = self._next, self._offset, segment.end
        found = split(segment.read(start, min(end, start + max_bytes)), max_records)
        if not found.bodies:  # one record larger than a batch
            length, _ = HEADER.unpack(segment.read(start, start + HEADER.size))
            found = split(segment.read(start, start + HEADER.size + length), 1)
        if not found.bodies:
            self._skip(segment, first_seq)
            return None
        return Portion(first_seq, found.bodies, segment, start + found.used)

    def _skip(self, segment: Segment, seq: int) -> None:
        """What was written can't be read back (a failing disk): leave the rest of the segment out, and count it."""
        with self._lock:
            self.refuse(segment.last_seq - seq + 1, f"{segment.path} can't be read back")
            self._next, self._at = segment.last_seq + 1, None

    def prepare(self) -> None:
        """Makes the pages ready that come next, so that the training thread seldom has to."""
        segment = self._open
        if segment.count:
            segment.prepare(segment.end + READY)

    def advance(self, portion: Portion) -> None:
        """The records of `portion` are on the service's disk, or given up: go on after them and free what is done."""
        with self._lock:
            if portion.segment not in self._segments:  # given up while it was on its way: it was not lost after all
                self.refuse(max(portion.first_seq, self._next) - portion.last_seq - 1)
            self._at, self._offset, self._next = portion.segment, portion.stop, portion.last_seq + 1
            self._free_done()

    def seek(self, seq: int) -> None:
        """Go on with record `seq` (or the first one after it that is still here)."""
        with self._lock:
            self._next, self._at = seq, None
            self._free_done()

    def _locate(self) -> Segment | None:
        segment = next((s for s in self._segments if s.last_seq >= self._next), None)
        if segment is not None and segment is not self._at:
            self._next = max(self._next, segment.first_seq)
            before = self._next - segment.first_seq
            self._at, self._offset = segment, START
            if before:
                self._offset += split(segment.read(START, segment.end), before).used
        return segment

    def _free_done(self) -> None:
        while self._segments and self._segments[0] is not self._open and self._segments[0].last_seq < self._next:
            self._remove_first()

    def _remove_first(self) -> None:
        segment = self._segments.popleft()
        self._last_seq = segment.last_seq
        if segment is self._open:
            self._open = _NoSegment
        segment.remove()
        self._free(segment.size)

    # -- both ---------------------------------------------------------------------------------------------------------

    def give_up_oldest(self) -> bool:
        """Removes the oldest segment, acknowledged or not, and counts what is lost; False when there is none."""
        with self._lock:
            if not self._segments:
                return False
            first = self._segments[0]
            self.refuse(max(0, first.last_seq - max(first.first_seq, self._next) + 1))
            self._remove_first()
            return True

    def probe_again(self) -> None:
        """The next record tries to open a segment, whatever came of the last try."""
        self._probe_at = 0.0

    def close(self) -> None:
        """No more records."""
        with self._lock:
            self._closed, self._open = True, _NoSegment
            self._free_done()

    def adopt(self, segments: Iterable[Segment]) -> None:
        """Takes over what another process left behind; the lane is then closed."""
        self._segments.extend(segments)
        self._next = self._segments[0].first_seq if self._segments else 1
        self.close()

    def abandon(self) -> None:
        """In a forked child: the parent's maps are never touched again. The lock may be held by a thread that is gone."""
        self._lock = threading.RLock()
        self._closed, self._open, self.idle = True, _NoSegment, False
        for segment in self._segments:
            segment.release()
        self._segments.clear()

    def release(self) -> None:
        """Gives the files back; what is in them stays for `nashboard sync`."""
        with self._lock:
            self.close()
            for segment in self._segments:
                segment.release()


def _nothing() -> None:
    pass
