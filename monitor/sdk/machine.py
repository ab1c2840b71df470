"""What the process and its machine are busy with: from `/proc` where there is one, else from psutil; GPUs from NVML.

Nothing is imported on Linux without an NVIDIA driver.
"""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

GB = 1e9
PREFIX = "system/"
DRIVERS = ("/proc/driver/nvidia/version", "/dev/nvidiactl", "/dev/dxg")  # of Linux and its subsystem on Windows

Values = dict[str, float]


class Proc:
    """Linux's `/proc`. CPU shares are of the time since the last reading."""

    def __init__(self, root: Path = Path("/proc")) -> None:
        self._root = root
        self._tick, self._page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
        self._before = self._now = self._times()

    def process(self) -> Values:
        """Of this process: CPU in percent of one core, memory that it holds."""
        (busy, total, own, at), (_, _, own_before, at_before) = self._times(), self._before
        pages = int((self._root / "self/statm").read_text().split()[1])
        share = (own - own_before) / self._tick / max(at - at_before, 1e-9)
        self._now = (busy, total, own, at)
        return {"process_cpu_percent": 100 * share, "process_memory_gb": pages * self._page / GB}

    def machine(self) -> Values:
        """Of the machine: CPU in percent of all cores, memory that is not available."""
        busy, total = self._now[0] - self._before[0], self._now[1] - self._before[1]
        rows = dict(line.split(":") for line in (self._root / "meminfo").read_text().splitlines() if ":" in line)
        whole, free = (1024 * int(rows[name].split()[0]) for name in ("MemTotal", "MemAvailable"))
        return {
            "cpu_percent": 100 * busy / total if total else 0.0,
            "memory_gb": (whole - free) / GB,
            "memory_percent": 100 * (whole - free) / whole,
        }

    def done(self) -> Values:
        """The next shares count from here."""
        self._before = self._now
        return {}

    def _times(self) -> tuple[int, int, int, float]:
        """Ticks of the machine's cores busy and in all, ticks of this process, and when."""
        cores = [int(text) for text in (self._root / "stat").read_text().split("\n", 1)[0].split()[1:9]]
        idle = cores[3] + cores[4]
        fields = (self._root / "self/stat").read_text().rpartition(")")[2].split()
        return sum(cores) - idle, sum(cores), int(fields[11]) + int(fields[12]), time.monotonic()


class Psutil:
    """macOS and Windows, with psutil."""

    def __init__(self) -> None:
        self._psutil = importlib.import_module("psutil")
        self._own = self._psutil.Process()
        self._psutil.cpu_percent()
        self._own.cpu_percent()

    def process(self) -> Values:
        """As `Proc.process`."""
        return {"process_cpu_percent": self._own.cpu_percent(), "process_memory_gb": self._own.memory_info().rss / GB}

    def machine(self) -> Values:
        """As `Proc.machine`."""
        memory = self._psutil.virtual_memory()
        used = memory.total - memory.available
        return {
            "cpu_percent": self._psutil.cpu_percent(),
            "memory_gb": used / GB,
            "memory_percent": 100 * used / memory.total,
        }

    def done(self) -> Values:
        """psutil keeps count by itself."""
        return {}


class Gpus:
    """NVIDIA's GPUs, through NVML.

    Args:
        nvml: the module `pynvml`. only: index of the one to read; None: all.
    """

    def __init__(self, nvml: Any, only: int | None = None) -> None:
        self._nvml = nvml
        nvml.nvmlInit()
        there = range(nvml.nvmlDeviceGetCount())
        self._handles = {at: nvml.nvmlDeviceGetHandleByIndex(at) for at in there if only is None or at == only}

    def __call__(self) -> Values:
        """Share of the time that each computes, and its memory in use."""
        found: Values = {}
        for at, handle in self._handles.items():
            memory = self._nvml.nvmlDeviceGetMemoryInfo(handle)
            found[f"gpu{at}/memory_gb"] = memory.used / GB
            found[f"gpu{at}/memory_percent"] = 100 * memory.used / memory.total
            found[f"gpu{at}/utilization_percent"] = float(self._nvml.nvmlDeviceGetUtilizationRates(handle).gpu)
        return found


class Machine:
    """Reads what can be read; what once failed is not asked again.

    Args:
        folder: whose disk is watched. local_rank: of several processes on a machine, those after the first leave the machine
            to it, and read the GPU of their number alone.
    """

    def __init__(self, folder: Path, local_rank: int = 0) -> None:
        source: Proc | Psutil | None = None
        if Path("/proc/self/stat").exists():
            source = Proc()
        else:
            try:
                source = Psutil()
            except ImportError:
                source = None
        self._readers: list[Callable[[], Values]] = []
        if source is not None:
            self._readers += [source.process] if local_rank else [source.process, source.machine]
            self._readers.append(source.done)
        if not local_rank:
            self._readers.append(lambda: disk(folder))
        gpus = _gpus(local_rank)
        if gpus is not None:
            self._readers.append(gpus)

    def read(self) -> Values:
        """ "system/<what>_<unit>" → value; see docs/sdk.md."""
        found: Values = {}
        for reader in list(self._readers):
            try:
                found |= reader()
            except Exception:  # noqa: BLE001 a driver may raise anything of its own; the others are read
                self._readers.remove(reader)
        return {PREFIX + name: value for name, value in found.items()}


def disk(folder: Path) -> Values:
    """What a user may still write to the disk that holds `folder`."""
    stat = os.statvfs(folder)
    return {"disk_free_gb": stat.f_bavail * stat.f_frsize / GB}


def _gpus(local_rank: int) -> Gpus | None:
    if os.name == "posix" and not any(Path(one).exists() for one in DRIVERS):
        return None
    try:
        return Gpus(importlib.import_module("pynvml"), local_rank or None)
    except Exception:  # noqa: BLE001 no module, no driver, no permission: NVML has errors of its own for each
        return None
