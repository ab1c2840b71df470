"""The journal: nothing lost, nothing larger than allowed, never two owners."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import JournalLocked
from monitor.sdk import journal as journal_module
from monitor.sdk import segment as segment_module
from monitor.sdk.filesystems import kind_of
from monitor.sdk.journal import Journal, LeftJournal
from monitor.sdk.lane import Lane
from monitor.wire import RunInfo

MB = 1 << 20
INFO = RunInfo(id="abc", name="test")


def make(root: Path, journal_bytes: int = 8 * MB, segment_bytes: int = 1 << 16) -> Journal:
    return Journal(root, INFO, journal_bytes, segment_bytes)


def drained(lane: Lane, max_bytes: int = 1 << 14) -> dict[int, Any]:
    """Number → record of all that the lane gives, acknowledged on the way."""
    found: dict[int, Any] = {}
    while portion := lane.take(max_bytes):
        found |= {n: msgspec.msgpack.decode(body) for n, body in enumerate(portion.bodies, portion.first_seq)}
        lane.advance(portion)
    return found


@settings(max_examples=30, deadline=None)
@given(
    records=st.lists(st.binary(max_size=3000), max_size=60),
    max_bytes=st.integers(1, 8000),
    mapped=st.booleans(),
)
def test_any_records_come_back_in_order(
    tmp_path_factory: pytest.TempPathFactory, records: list[bytes], max_bytes: int, mapped: bool
) -> None:
    folder = tmp_path_factory.mktemp("lane")
    lane = Lane(folder, "x", "s", 4096, reserve=lambda size: True, free=lambda size: None, mapped=mapped)
    found: dict[int, Any] = {}
    for record in records:
        assert lane.append(record)
        if len(record) % 5 == 0:
            found |= drained(lane, max_bytes)
    found |= drained(lane, max_bytes)
    assert list(found.values()) == records
    assert list(found) == list(range(1, len(records) + 1))
    assert len(list(folder.iterdir())) <= 1
    assert lane.pending == 0


def test_segments_are_freed_when_acknowledged(tmp_path: Path) -> None:
    journal = make(tmp_path)
    for number in range(500):
        journal.scalars.append(("x", number, "y" * 1000))
    before = len(list(journal.folder.glob("*.seg")))
    taken = 0
    for _ in range(3):
        portion = journal.scalars.take(1 << 18)
        assert portion is not None
        journal.scalars.advance(portion)
        taken += len(portion.bodies)
    assert before - len(list(journal.folder.glob("*.seg"))) == 3
    assert [n for _, n, _ in drained(journal.scalars).values()] == list(range(taken, 500))
    assert len(list(journal.folder.glob("*.seg"))) == 1
    journal.remove()
    assert not journal.folder.exists()


@pytest.mark.parametrize("network", [False, True])
def test_what_a_process_left_is_read_in_full(tmp_path: Path, network: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if network:
        monkeypatch.setattr(journal_module, "kind_of", lambda folder: "nfs4")
    journal = make(tmp_path)
    assert journal.network == ("nfs4" if network else "")
    for number in range(300):
        assert journal.scalars.append(("s", number, 0.5, {"a": 1.0 * number, "b": "z" * 700}))
        assert journal.media.append(("m", number, bytes(100)))
    assert journal.scalars.append(("f", 77.0, "finished", ""))
    journal.release()
    left = LeftJournal(journal.folder)
    assert left.info == INFO
    assert (left.finished, left.last_time, left.damaged, left.bad) == (True, 77.0, 0, [])
    assert [record[1] for record in drained(left.scalars).values()] == [*range(300), 77.0]
    assert len(drained(left.media)) == 300
    left.remove()


def test_numbers_go_on_after_a_gap(tmp_path: Path) -> None:
    journal = make(tmp_path, journal_bytes=MB)
    for number in range(4000):
        assert journal.media.append((number, "y" * 1000))
    assert journal.media.refused > 2000
    found = drained(journal.media)
    assert all(number == record[0] + 1 for number, record in found.items())
    assert len(found) + journal.media.refused == 4000


def test_a_full_journal_gives_up_media_first_and_then_counts(tmp_path: Path) -> None:
    journal = make(tmp_path, journal_bytes=MB)
    for number in range(600):
        assert journal.media.append((number, "y" * 1000))
    taken = sum(journal.scalars.append((number, "y" * 1000)) for number in range(2000))
    assert journal.media.refused == 600
    assert 900 < taken < 1048
    assert journal.scalars.refused == 2000 - taken
    assert "journal_bytes" in journal.scalars.reason
    assert sum(path.stat().st_size for path in journal.folder.glob("*.seg")) <= MB
    assert len(drained(journal.scalars)) == taken
    journal.scalars.probe_again()
    assert journal.scalars.append((1, "there is room again"))


def test_a_record_larger_than_a_segment_gets_its_own(tmp_path: Path) -> None:
    journal = make(tmp_path)
    records = ["a", "b" * 300_000, "c", "d" * (9 * MB), "e"]
    assert [journal.scalars.append(record) for record in records] == [True, True, True, False, True]
    assert list(drained(journal.scalars).values()) == ["a", "b" * 300_000, "c", "e"]
    assert journal.scalars.refused == 1


def test_a_lost_media_segment_while_it_is_being_shipped(tmp_path: Path) -> None:
    journal = make(tmp_path)
    for number in range(200):
        journal.media.append((number, "y" * 1000))
    portion = journal.media.take(10_000)
    assert portion is not None
    assert journal.media.give_up_oldest()
    journal.media.advance(portion)
    rest = drained(journal.media)
    assert min(rest) > portion.last_seq
    assert len(portion.bodies) + len(rest) + journal.media.refused == 200


def test_going_back_sends_again_what_is_still_there(tmp_path: Path) -> None:
    journal = make(tmp_path)
    for number in range(1, 21):
        journal.scalars.append(number)
    assert list(drained(journal.scalars)) == list(range(1, 21))
    journal.scalars.seek(8)
    assert list(drained(journal.scalars).values()) == list(range(8, 21))
    journal.scalars.seek(0)
    assert list(drained(journal.scalars)) == list(range(1, 21))


def test_two_owners_are_refused(tmp_path: Path) -> None:
    journal = make(tmp_path)
    with pytest.raises(JournalLocked, match=str(os.getpid())):
        LeftJournal(journal.folder)
    journal.release()
    LeftJournal(journal.folder).release()


@pytest.mark.fault
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_damaged_segment_gives_a_prefix(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    journal = make(tmp_path_factory.mktemp("journal"))
    for number in range(40):
        journal.scalars.append(("s", number, 0.5, {"value": float(number)}))
    journal.release()
    (path,) = journal.folder.glob("*.seg")
    content = bytearray(path.read_bytes())
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(16, 2000)) :]
    else:
        place = data.draw(st.integers(16, 2000))
        noise = random.Random(data.draw(st.integers(0, 1 << 30))).randbytes(data.draw(st.integers(1, 200)))
        content[place : place + len(noise)] = noise
    path.write_bytes(content)
    left = LeftJournal(journal.folder)
    records = [record[1] for record in drained(left.scalars).values()]
    assert records == list(range(len(records)))
    left.release()


@pytest.mark.fault
def test_garbage_files_are_set_aside(tmp_path: Path) -> None:
    journal = make(tmp_path)
    journal.scalars.append("x")
    (journal.folder / "scalars-000000000099.seg").write_bytes(b"\x00garbage")
    (journal.folder / "media-000000000001.seg").write_bytes(b"")
    journal.release()
    left = LeftJournal(journal.folder)
    assert len(left.bad) == 2
    assert list(drained(left.scalars).values()) == ["x"]
    left.remove()
    assert (tmp_path / f"{journal.folder.name}.damaged").is_dir()


def test_systems_without_preallocation_write_zeros(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(segment_module.os, "posix_fallocate")
    journal = make(tmp_path)
    assert journal.scalars.append("x")
    (path,) = journal.folder.glob("*.seg")
    assert path.stat().st_blocks * 512 >= 1 << 16
    assert list(drained(journal.scalars).values()) == ["x"]


def test_file_systems_are_told_apart(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
        f"30 22 0:50 / {tmp_path}/my\\040home rw - nfs4 server:/home rw\n"
        f"31 30 0:51 / {tmp_path}/my\\040home/scratch rw master:1 - tmpfs tmpfs rw\n"
    )
    kinds = [kind_of(tmp_path / place, mounts) for place in ("", "my home/a/b", "my home/scratch/c", "my")]
    assert kinds == ["ext4", "nfs4", "tmpfs", "ext4"]
    assert kind_of(tmp_path, tmp_path / "none") == ""
