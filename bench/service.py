"""A real service for a measurement: `nashboard serve` on a free port, in a folder that is thrown away."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil


@dataclass
class Service:
    """A running service.

    Attributes:
        url: address, with no slash at the end.
        dir: its `NASHBOARD_DIR`.
        process: the process, to be measured or killed.
    """

    url: str
    dir: Path
    process: subprocess.Popen[str]

    @property
    def memory(self) -> int:
        """Resident bytes."""
        return int(psutil.Process(self.process.pid).memory_info().rss)

    @property
    def cpu_seconds(self) -> float:
        """CPU time so far, in seconds."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    def get(self, path: str, **params: Any) -> Any:
        """The JSON answer to `GET /api/v1<path>`."""
        answer = httpx.get(f"{self.url}/api/v1{path}", params=params, timeout=60)
        answer.raise_for_status()
        return answer.json()


def launch(folder: Path, port: int = 0, dashboard: bool = False) -> Service:
    """Starts a service in `folder`, with or without the dashboard, and waits until it listens."""
    options = [] if dashboard else ["--no-dashboard"]
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", "serve", "--port", str(port), *options],
        env={**os.environ, "NASHBOARD_DIR": str(folder), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    for line in process.stdout:
        if found := re.search(r"https?://[\w.]+:\d+", line):
            return Service(found.group(), folder, process)
    raise RuntimeError(f"the service ended with exit code {process.wait()}")


@contextmanager
def service(dashboard: bool = False) -> Iterator[Service]:
    """A service for the length of a `with` block."""
    with tempfile.TemporaryDirectory(prefix="nashboard-bench-") as folder:
        running = launch(Path(folder), 0, dashboard)
        try:
            yield running
        finally:
            running.process.terminate()
            running.process.wait(20)
