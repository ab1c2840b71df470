"""Whole processes: killed, forked, crashed, out of disk; and `nashboard sync` after them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import monitor
from monitor import wire
from monitor.cli import main
from monitor.sdk.journal import LeftJournal
from monitor.sdk.sync import folders
from tests.sdk.conftest import until
from tests.sdk.service import Service

Start = Callable[..., monitor.Run]


def python(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )


def sync(service: Service, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["sync", "--server", service.url, *arguments])


KILLED = """
import os, signal, sys, monitor
run = monitor.init(server=sys.argv[1], name="killed")
for step in range(int(sys.argv[2])):
    run.log({"a": step + 0.5, "b": 1}, step=step)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.fault
@pytest.mark.parametrize("up", [True, False])
def test_nothing_is_lost_when_the_process_is_killed_right_after_log(service: Service, up: bool) -> None:
    for steps in (1, 40, 5000):
        done = python(KILLED, service.url if up else "http://127.0.0.1:9", str(steps))
        assert done.returncode == -signal.SIGKILL
        result = sync(service)
        assert result.exit_code == 0, result.output
        expected = {("a", step): step + 0.5 for step in range(steps)} | {("b", step): 1.0 for step in range(steps)}
        assert service.points() == expected
        assert [finish.state for finish in service.all(wire.Finish)] == ["crashed"]
        service.records.clear()


def test_sync_leaves_living_journals_alone_and_can_be_repeated(
    service: Service, started: Start, tmp_path: Path
) -> None:
    run = started(mode="offline")
    run.log({"a": 1.0})
    result = sync(service)
    assert "in use" in result.output
    assert not service.points()
    run.finish()
    assert sync(service).exit_code == 0
    assert service.points() == {("a", 0): 1.0}
    assert [finish.state for finish in service.all(wire.Finish)] == ["finished"]
    assert "Nothing to ship" in sync(service, str(tmp_path / "home")).output


def test_sync_says_so_when_the_service_is_away(started: Start, service: Service) -> None:
    run = started(mode="offline")
    run.log({"a": 1.0})
    run.finish()
    service.stop()
    result = sync(service)
    assert result.exit_code == 1
    assert "can't be reached" in result.output.replace("\n", " ")
    service.start()
    assert sync(service).exit_code == 0
    assert service.points() == {("a", 0): 1.0}


def test_a_run_that_nobody_holds_any_more_is_still_ended(service: Service) -> None:
    python("import sys, monitor\ndef main(): monitor.init(server=sys.argv[1]).log({'a': 1.0})\nmain()", service.url)
    assert [finish.state for finish in service.all(wire.Finish)] == ["finished"]


CRASHING = """
import sys, monitor
previous = []
sys.excepthook = lambda *e: previous.append(e) or print("own hook", e[1])
run = monitor.init(server=sys.argv[1])
run.log({"a": 1.0})
if sys.argv[2] == "with":
    with run:
        raise ValueError("loss is gone")
if sys.argv[2] == "exit":
    sys.exit(0)
raise ValueError("loss is gone")
"""


@pytest.mark.parametrize(
    ("way", "state", "reason"),
    [
        ("with", "crashed", "ValueError: loss is gone"),
        ("hook", "crashed", "ValueError: loss is gone"),
        ("exit", "finished", ""),
    ],
)
def test_how_a_run_ends(service: Service, way: str, state: str, reason: str) -> None:
    done = python(CRASHING, service.url, way)
    assert ("own hook loss is gone" in done.stdout) == (way != "exit")
    assert [(finish.state, finish.reason) for finish in service.all(wire.Finish)] == [(state, reason)]
    assert service.points() == {("a", 0): 1.0}


FORKED = """
import os, sys, monitor
run = monitor.init(server=sys.argv[1])
run.log({"parent": 1.0}, step=0)
child = os.fork()
if child == 0:
    run.log({"child": 1.0}, step=1)
    run.samples([[1]], step=1)
    run.finish()
    own = monitor.init(server=sys.argv[1], name="the child's own")
    own.log({"own": 1.0}, step=2)
    sys.exit(0)
os.waitpid(child, 0)
run.log({"parent": 2.0}, step=3)
"""


def test_a_forked_copy_is_inert_and_may_start_its_own(service: Service) -> None:
    done = python(FORKED, service.url)
    assert done.stderr == ""
    assert service.points() == {("parent", 0): 1.0, ("own", 2): 1.0, ("parent", 3): 2.0}
    assert len(service.all(wire.Finish)) == 2
    assert len(service.runs) == 2


THREADS = """
import builtins, importlib, sys, threading, monitor, numpy, torch
run = monitor.init(server=sys.argv[1])
late = []
real = builtins.__import__
class Finder:
    def find_spec(self, name, path=None, target=None):
        if threading.current_thread() is not threading.main_thread():
            late.append(name)
sys.meta_path.insert(0, Finder())
run.log({"a": 1.0, "logits/real": torch.ones(3), "logits/fake": numpy.ones(3)})
run.samples(numpy.zeros((4, 8, 8)))
run.samples(torch.zeros((4, 2)))
run.finish()
print(late)
"""


def test_threads_import_nothing(service: Service) -> None:
    """A fork while a thread imports would leave the child with half a module, ours or the user's."""
    done = python(THREADS, service.url)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
    assert len(service.all(wire.Samples)) == 2


FORK_AND_DIE = """
import os, sys, time, monitor
run = monitor.init(mode="offline")
run.log({"a": 1.0}, step=0)
if os.fork() == 0:
    time.sleep(30)
    os._exit(0)
os._exit(0)
"""


def test_a_living_child_does_not_hold_a_dead_parents_journal(service: Service) -> None:
    python(FORK_AND_DIE.replace("time.sleep(30)", "os.close(1); os.close(2); time.sleep(30)"))
    assert sync(service).exit_code == 0
    assert service.points() == {("a", 0): 1.0}


def test_other_ranks_are_inert_unless_asked(service: Service) -> None:
    code = (
        "import sys, monitor; r = monitor.init(server=sys.argv[1], all_ranks=sys.argv[2] == 'all'); r.log({'a': 1.0})"
    )
    python(code, service.url, "one", RANK="1")
    assert not service.runs
    python(code, service.url, "one", RANK="0")
    python(code, service.url, "all", RANK="1")
    assert sorted(info.environment["rank"] for info in service.runs.values()) == [0, 1]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A tmpfs of 8 MB."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a tmpfs needs root")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.fault
def test_a_full_disk_is_a_counted_refusal_and_recovers(
    service: Service, started: Start, small_disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = started(dir=small_disk, mode="offline", segment_bytes=1 << 20)
    filler = small_disk / "filler"
    filler.write_bytes(bytes(5 << 20))
    step = 0
    while not run.refused:
        run.log({f"series/{i}": 1.0 for i in range(20)}, step=step)
        step += 1
    refused_at = step - 1
    filler.unlink()

    def recovered() -> bool:
        nonlocal step
        before = run.refused
        run.log({"late": 1.0}, step=step)
        step += 1
        return run.refused == before

    until(recovered)
    run.finish()
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 1
    assert "No space left" in said[0]
    assert sync(service, str(small_disk)).exit_code == 0
    logged = {s for _, s in service.points()}
    assert logged == {*range(refused_at), step - 1}
    assert max(service.refused.values()) == run.refused == step - 1 - refused_at


LIMITED = """
import resource, sys, monitor
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))
run = monitor.init(mode="offline", segment_bytes=1 << 20)
for step in range(100):
    run.log({"a": 1.0}, step=step)
print(run.refused)
"""


@pytest.mark.fault
def test_a_quota_is_a_counted_refusal() -> None:
    done = python(LIMITED)
    assert (done.returncode, done.stdout.strip()) == (0, "100"), done.stderr
    assert done.stderr.count("being refused") == 1


@pytest.mark.fault
def test_a_folder_that_can_not_be_made_leaves_the_run_inert(
    tmp_path: Path, started: Start, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    run = started(dir=tmp_path / "file")
    run.log({"a": 1.0})
    run.samples("nonsense")
    run.finish()
    assert "is not recorded" in caplog.text


def test_resuming_ships_what_the_crash_left_and_then_rewinds(service: Service, tmp_path: Path) -> None:
    first = python(
        "import os, monitor\nrun = monitor.init(mode='offline')\n"
        "for step in range(20): run.log({'a': 1.0}, step=step)\n"
        "print(run.id, flush=True)\nos._exit(1)"
    )
    run_id = first.stdout.strip()
    python(
        "import sys, monitor\nrun = monitor.init(server=sys.argv[1], resume=sys.argv[2], rewind_to=9)\nrun.log({'a': 2.0})",
        service.url,
        run_id,
    )
    senders = list(service.records)
    assert [record.step for record in service.records[senders[0]].values() if isinstance(record, wire.Scalars)] == [
        *range(20)
    ]
    rewind, scalars, finish = service.records[senders[1]].values()
    assert isinstance(rewind, wire.Event)
    assert (rewind.kind, rewind.step) == ("rewind", 9)
    assert isinstance(scalars, wire.Scalars)
    assert scalars.step == 10
    assert isinstance(finish, wire.Finish)
    assert not folders(tmp_path / "home")


def test_sync_marks_no_crash_in_a_run_that_was_resumed(service: Service, tmp_path: Path) -> None:
    first = python(
        "import os, monitor\nr = monitor.init(mode='offline')\nr.log({'a': 1.0})\nprint(r.id, flush=True)\nos._exit(1)"
    )
    python(
        "import sys, monitor\nr = monitor.init(mode='offline', resume=sys.argv[1])\nr.log({'a': 2.0}, step=1)",
        first.stdout.strip(),
    )
    assert len(folders(tmp_path / "home")) == 2
    assert sync(service).exit_code == 0
    assert [finish.state for finish in service.all(wire.Finish)] == ["finished"]
    assert service.points() == {("a", 0): 1.0, ("a", 1): 2.0}


@pytest.mark.fault
def test_damage_in_a_left_journal_is_reported_and_kept(service: Service, started: Start, tmp_path: Path) -> None:
    run = started(mode="offline")
    for step in range(100):
        run.log({"a": 1.0}, step=step)
    run.finish()
    (segment,) = (tmp_path / "home").rglob("*.seg")
    content = bytearray(segment.read_bytes())
    content[1000] ^= 1
    segment.write_bytes(content)
    result = sync(service)
    assert result.exit_code == 0
    assert "damaged" in result.output
    assert 0 < len(service.points()) < 100
    (kept,) = (tmp_path / "home" / "journal").iterdir()
    assert kept.suffix == ".damaged"
    assert "Nothing to ship" in sync(service).output
    assert LeftJournal(kept).damaged > 0
    assert list(kept.glob("*.seg"))
