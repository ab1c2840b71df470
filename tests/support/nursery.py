"""Starts services quickly: a process that has loaded their code once, and forks for each of them.

What comes of it is what `python -m monitor …` would be: a process with an environment, output, signals and an exit code of
its own.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]
LONGEST = 1 << 16  # bytes of a message


class Child:
    """A process that was born here; has of `subprocess.Popen` what `Service` asks of it."""

    def __init__(self, nursery: Nursery, pid: int, stdout: IO[str]) -> None:
        self.pid, self.stdout = pid, stdout
        self.returncode: int | None = None
        self._nursery, self._handle = nursery, os.pidfd_open(pid)

    def poll(self) -> int | None:
        """Its exit code; None: it runs."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code once it has ended.

        Raises:
            TimeoutExpired: it has not in time.
        """
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
        return code

    def kill(self) -> None:
        """SIGKILL."""
        self._signal(signal.SIGKILL)

    def terminate(self) -> None:
        """SIGTERM."""
        self._signal(signal.SIGTERM)

    def _signal(self, number: int) -> None:
        if self.returncode is None:
            signal.pidfd_send_signal(self._handle, number)

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._handle], [], [], timeout)[0]:
            self.returncode = self._nursery.ask({"ended": self.pid})["code"]
            os.close(self._handle)
        return self.returncode


class Nursery:
    """The process that forks; it ends, and all of its children with it, when this process does."""

    def __init__(self) -> None:
        self._lock, self._owner = threading.Lock(), os.getpid()
        self._socket, theirs = socket.socketpair()
        command = [sys.executable, "-m", "tests.support.nursery_process", str(theirs.fileno())]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("NASHBOARD_")}
        self._process = subprocess.Popen(command, cwd=ROOT, env=clean, pass_fds=[theirs.fileno()])
        theirs.close()
        atexit.register(self.close)

    def born(self, arguments: Sequence[str], env: Mapping[str, str], modules: Sequence[str] = ()) -> Child:
        """`python -m monitor …` with that environment. `modules`: further ones that it needs, loaded once for all children."""
        ours, theirs = os.pipe()
        said = {"arguments": arguments, "env": dict(env), "folder": str(Path.cwd()), "modules": modules}
        try:
            pid = self.ask(said, theirs)["pid"]
        finally:
            os.close(theirs)
        return Child(self, pid, os.fdopen(ours))

    def ask(self, said: dict[str, Any], *files: int) -> Any:
        """The answer to a message."""
        content = json.dumps(said).encode() + b"\n"
        assert len(content) < LONGEST
        with self._lock:
            socket.send_fds(self._socket, [content], files)
            answer = self._socket.recv(LONGEST)
        assert answer, "the nursery has ended"
        return json.loads(answer)

    def close(self) -> None:
        """Ends it and its children."""
        if os.getpid() != self._owner:  # of a forked copy of us
            return
        self._socket.close()
        self._process.wait(20)


@cache
def nursery() -> Nursery:
    """The one of this process."""
    return Nursery()
