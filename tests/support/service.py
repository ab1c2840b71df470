"""The real service as a process: started, killed and started again on the same port and folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import msgspec

from monitor import wire
from tests.support.nursery import Child, nursery

MSGPACK = "application/msgpack"


class Service:
    """`python -m monitor serve` in `folder`, on a port of its own that stays the same over restarts. A fork of a process that
    has loaded the code (`tests/support/nursery.py`): that saves the second that imports take.

    Args:
        folder: its NASHBOARD_DIR.
        dashboard: with the dashboard, or the API alone.
        settings: further environment, by setting: `Service(path, queue_bytes=4096)`.
        before: runs in the child before it becomes the service (resource limits).

    Attributes:
        http: a client whose paths begin after `/api/v1`.
        output: all that the service has printed, also before restarts.
    """

    def __init__(
        self,
        folder: Path,
        dashboard: bool = False,
        options: Sequence[str] = (),
        before: Callable[[], None] | None = None,
        **settings: Any,
    ) -> None:
        self.folder, self.port, self.before = folder, 0, before
        self.options = [*options] if dashboard else ["--no-dashboard", *options]
        self.given = settings
        self.settings = {f"NASHBOARD_{name.upper()}": str(value) for name, value in settings.items()}
        self.output = ""
        self._process: subprocess.Popen[str] | Child | None = None
        self._reader: threading.Thread | None = None

    def start(self) -> Service:
        """Starts it and waits until it listens."""
        self._process = self._begun()
        assert self._process.stdout
        for line in self._process.stdout:
            self.output += line
            if found := re.search(r"Nashboard is at (http://([\w.\[\]:]+):(\d+)\S*)", line):
                self.url, self.port = found[1], int(found[3])
                break
        else:
            raise AssertionError(f"the service ended with exit code {self._process.wait()}: {self.output}")
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()
        self.http = httpx.Client(base_url=f"{self.url}/api/v1", timeout=30)
        return self

    def _begun(self) -> subprocess.Popen[str] | Child:
        arguments = ["serve", "--port", str(self.port), *self.options]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("NASHBOARD_")}
        env = clean | {"NASHBOARD_DIR": str(self.folder), "PYTHONUNBUFFERED": "1"} | self.settings
        if self.before is None:
            return nursery().born(arguments, env, [] if "--no-dashboard" in self.options else ["dashboard.app"])
        return subprocess.Popen(
            [sys.executable, "-m", "monitor", *arguments],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=self.before,
        )

    def _read(self, process: subprocess.Popen[str] | Child) -> None:
        assert process.stdout
        for line in process.stdout:
            self.output += line
        process.stdout.close()

    @property
    def pid(self) -> int:
        """The process that serves."""
        assert self._process
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL: nothing is put in order."""
        assert self._process
        self._process.kill()
        self._end()

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self._process
        self._process.terminate()
        return self._end()

    def wait(self) -> int:
        """Waits until it has ended by itself; the exit code."""
        return self._end()

    def _end(self) -> int:
        assert self._process
        assert self._reader
        code = self._process.wait(20)
        self._reader.join(5)
        self.http.close()
        return code

    def close(self) -> None:
        """Ends it if it still runs."""
        if self._process and self._process.poll() is None:
            self.kill()

    # -- the API, shortly ----------------------------------------------------------------------------------------------

    def declare(self, run: str = "r", **info: Any) -> dict[str, Any]:
        """Declares a run."""
        answer: dict[str, Any] = self._json(self.http.post("/runs", json={"id": run, **info}))
        return answer

    def declare_acked(self, run: str = "r") -> int:
        """The acknowledged number of the only sender, asked for by declaring again."""
        return int(self.declare(run)["acked"]["s"])

    def send(self, body: wire.Batch, run: str = "r") -> httpx.Response:
        """Posts a batch as msgpack."""
        content = msgspec.msgpack.encode(body)
        return self.http.post(f"/runs/{run}/records", content=content, headers={"Content-Type": MSGPACK})

    def ship(self, *records: wire.Record, run: str = "r", sender: str = "s", first_seq: int = 1) -> int:
        """Posts records, expects them to be taken; the acknowledged number."""
        answer = self.send(wire.Batch(sender, first_seq, list(records)), run)
        assert answer.status_code == 200, answer.text
        return int(msgspec.msgpack.decode(answer.content)["acked"])

    def get(self, path: str, **params: Any) -> Any:
        """The JSON answer to a GET that has to succeed."""
        return self._json(self.http.get(path, params=params))

    def points(self, name: str, run: str = "r", **params: Any) -> dict[int, float | None]:
        """Step → value of one series, as logged."""
        columns = self.get(f"/runs/{run}/series", names=name, width=20_000, **params)["series"].get(name)
        return dict(zip(columns["step"], columns["last"], strict=True)) if columns else {}

    def summary(self, name: str, run: str = "r") -> dict[str, Any]:
        """One series' summary."""
        found: dict[str, Any] = {one["name"]: one for one in self.get(f"/runs/{run}")["series"]}[name]
        return found

    @staticmethod
    def _json(answer: httpx.Response) -> Any:
        assert answer.is_success, f"{answer.status_code}: {answer.text}"
        return answer.json()


def scalars(step: int, time: float = 1.79e9, **values: float) -> wire.Scalars:
    """A record of scalars."""
    return wire.Scalars(step, time + step, values)


def batch(*records: wire.Record, sender: str = "s", first_seq: int = 1, refused: int = 0) -> wire.Batch:
    """A batch of records."""
    return wire.Batch(sender, first_seq, list(records), refused)
