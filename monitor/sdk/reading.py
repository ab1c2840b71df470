"""Reads a run back from its journal, as the service would get it, and leaves the journal as it is."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from pathlib import Path

import msgspec

from monitor.errors import InvalidValue
from monitor.sdk.frames import split
from monitor.sdk.journal import RUN_FILE
from monitor.sdk.segment import START, LeftSegment
from monitor.wire import Record, RunInfo, Samples

_decoder: msgspec.msgpack.Decoder[Record] = msgspec.msgpack.Decoder(Record)


def run_of(folder: Path) -> RunInfo:
    """What the run of a journal folder declared.

    Raises:
        InvalidValue: there is no readable `run.json`.
    """
    try:
        return msgspec.json.decode((folder / RUN_FILE).read_bytes(), type=RunInfo)
    except (OSError, msgspec.MsgspecError) as error:
        raise InvalidValue(f"{folder} is no journal: {error}") from None


def records(folder: Path) -> Iterator[Record]:
    """The records of a journal folder in the order of their time, sample grids after the numbers of the same moment."""
    lanes = _lane(folder, "scalars"), _lane(folder, "media")
    return merge(*lanes, key=lambda record: (record.time, isinstance(record, Samples)))


def _lane(folder: Path, name: str) -> Iterator[Record]:
    for path in sorted(folder.glob(f"{name}-*.seg")):
        segment = LeftSegment(path)
        for body in split(segment.read(START, segment.end)).bodies:
            yield _decoder.decode(body)
