"""Framing: what was written whole is read back, and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.sdk.frames import HEADER, frame, split

bodies = st.lists(st.binary(min_size=1, max_size=300), max_size=12)


@given(bodies, st.integers(0, 64))
def test_what_is_written_is_read(records: list[bytes], zeros: int) -> None:
    data = b"".join(map(frame, records))
    assert split(data + bytes(zeros)) == (records, len(data))


@given(bodies, st.data())
def test_a_cut_leaves_exactly_the_whole_frames_before_it(records: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(map(frame, records))
    cut = data.draw(st.integers(0, len(whole)))
    expected, used = [], 0
    for record in records:
        if used + HEADER.size + len(record) > cut:
            break
        expected.append(record)
        used += HEADER.size + len(record)
    assert split(whole[:cut]) == (expected, used)


@given(bodies.filter(bool), st.data())
def test_a_damaged_byte_leaves_exactly_the_frames_before_it(records: list[bytes], data: st.DataObject) -> None:
    whole = bytearray(b"".join(map(frame, records)))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    used, intact = 0, []
    for record in records:
        if used + HEADER.size + len(record) > place:
            break
        intact.append(record)
        used += HEADER.size + len(record)
    assert split(bytes(whole)).bodies == intact


@given(bodies, st.binary(max_size=200))
def test_garbage_after_the_end_is_not_taken_for_records(records: list[bytes], garbage: bytes) -> None:
    data = b"".join(map(frame, records))
    found = split(data + garbage).bodies
    assert found[: len(records)] == records
    assert len(found) == len(records) or garbage.startswith(frame(found[len(records)]))


@given(bodies, st.integers(0, 15))
def test_no_more_than_asked_for(records: list[bytes], limit: int) -> None:
    assert split(b"".join(map(frame, records)), limit).bodies == records[:limit]
