from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

import monitor
from monitor.sdk.machine import Gpus, Machine, Proc, Psutil
from monitor.sdk.reading import records
from monitor.wire import Scalars
from tests.support import until

KEYS = {"cpu_percent", "memory_gb", "memory_percent", "process_cpu_percent", "process_memory_gb"}


def test_proc_and_psutil_say_the_same() -> None:
    proc, other = Proc(), Psutil()
    end = time.process_time() + 0.3
    while time.process_time() < end:  # busy
        sum(range(10_000))
    ours, theirs = proc.process() | proc.machine(), other.process() | other.machine()
    assert ours.keys() == theirs.keys() == KEYS
    assert ours["process_memory_gb"] == pytest.approx(theirs["process_memory_gb"], rel=0.05)
    assert ours["memory_gb"] == pytest.approx(theirs["memory_gb"], rel=0.1)
    assert ours["process_cpu_percent"] > 5
    assert ours["process_cpu_percent"] == pytest.approx(theirs["process_cpu_percent"], rel=0.3)
    assert 0 <= ours["cpu_percent"] <= 100


def test_shares_are_of_the_time_between_two_readings(tmp_path: Path) -> None:
    def tell(busy: int, idle: int, own: int) -> None:
        (tmp_path / "self").mkdir(exist_ok=True)
        (tmp_path / "stat").write_text(f"cpu  {busy} 0 0 {idle} 0 0 0 0 0 0\ncpu0 1 2\n")
        (tmp_path / "self/stat").write_text(f"1 (a b) c) S {' '.join(['0'] * 10)} {own} 0 0 0")
        (tmp_path / "self/statm").write_text("100 50 1 1 0 1 0\n")
        (tmp_path / "meminfo").write_text("MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 250 kB\n")

    tell(100, 100, 0)
    proc = Proc(tmp_path)
    tell(130, 170, 0)
    proc.process()
    found = proc.machine()
    assert found["cpu_percent"] == 30
    assert found["memory_percent"] == 75
    assert found["memory_gb"] == 750 * 1024 / 1e9
    proc.done()
    tell(230, 170, 0)
    assert proc.process()["process_memory_gb"] == 50 * os.sysconf("SC_PAGE_SIZE") / 1e9
    assert proc.machine()["cpu_percent"] == 100


class Nvml:
    """Two GPUs, the second one twice as busy."""

    def __getattr__(self, name: str) -> Any:
        answers: dict[str, Any] = {
            "nvmlInit": lambda: None,
            "nvmlDeviceGetCount": lambda: 2,
            "nvmlDeviceGetHandleByIndex": lambda at: at,
            "nvmlDeviceGetMemoryInfo": lambda at: SimpleNamespace(used=(at + 1) * 2e9, total=8e9),
            "nvmlDeviceGetUtilizationRates": lambda at: SimpleNamespace(gpu=40 * (at + 1)),
        }
        return answers[name]


def test_gpus() -> None:
    assert Gpus(Nvml())() == {
        "gpu0/memory_gb": 2, "gpu0/memory_percent": 25, "gpu0/utilization_percent": 40,
        "gpu1/memory_gb": 4, "gpu1/memory_percent": 50, "gpu1/utilization_percent": 80,
    }  # fmt: skip
    assert {name.partition("/")[0] for name in Gpus(Nvml(), only=1)()} == {"gpu1"}


def test_other_ranks_leave_the_machine_to_the_first(tmp_path: Path) -> None:
    assert Machine(tmp_path).read().keys() == {f"system/{name}" for name in KEYS | {"disk_free_gb"}}
    assert Machine(tmp_path, local_rank=1).read().keys() == {"system/process_cpu_percent", "system/process_memory_gb"}


def test_a_run_records_them_at_its_last_step(tmp_path: Path) -> None:
    run = monitor.init(mode="offline", dir=tmp_path, system_every=0.05)
    run.log({"a": 1.0}, step=7)
    (folder,) = (tmp_path / "journal").iterdir()

    def found() -> list[Scalars]:
        some = (one for one in records(folder) if isinstance(one, Scalars))
        return [one for one in some if "system/cpu_percent" in one.values]

    assert len(until(lambda: found() if len(found()) > 1 else None)) > 1
    run.finish()
    assert {one.step for one in found()} == {7}
    assert found()[0].values["system/process_memory_gb"] == pytest.approx(
        psutil.Process().memory_info().rss / 1e9, rel=0.5
    )
