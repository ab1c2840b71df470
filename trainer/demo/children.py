"""Processes that end when the demo ends, however it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

KEPT_LINES = 30  # of what a process said, for the case that it fails


class Child:
    """A `nashboard` subcommand in a process of its own.

    Attributes:
        said: the last lines of its output, stdout and stderr together.
    """

    def __init__(self, process: Process) -> None:
        self.process, self.said = process, deque[str](maxlen=KEPT_LINES)

    async def lines(self) -> AsyncIterator[str]:
        """Its output line by line, to the end."""
        assert self.process.stdout is not None
        async for raw in self.process.stdout:
            line = raw.decode(errors="replace").rstrip()
            self.said.append(line)
            yield line


class Children:
    """Starts subcommands, and stops them all when it is left: the last started first, so the service outlives the trainings."""

    def __init__(self, home: Path) -> None:
        self._children: list[tuple[Child, float]] = []
        kept = {name: value for name, value in os.environ.items() if not name.startswith("NASHBOARD_")}
        # One thread each: two trainings, a service and a browser share the cores.
        threads = {"OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        self._environ = kept | threads | {"NASHBOARD_DIR": str(home), "PYTHONUNBUFFERED": "1"}

    async def start(self, arguments: Sequence[str], patience: float) -> Child:
        """Starts `nashboard ARGUMENTS`; `patience`: seconds that it gets to end after SIGINT, before it is killed."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "monitor", *arguments),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            env=self._environ,
            start_new_session=True,  # the terminal's Ctrl-C comes to us alone, and we end them in order
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        )
        self._children.append((Child(process), patience))
        return self._children[-1][0]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        groups: dict[float, list[Child]] = {}
        for child, patience in reversed(self._children):
            groups.setdefault(patience, []).append(child)
        for patience, children in groups.items():
            await asyncio.gather(*(_stop(child.process, patience) for child in children))


async def _stop(process: Process, patience: float) -> None:
    with suppress(ProcessLookupError):
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
    try:
        await asyncio.wait_for(process.wait(), patience)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _end_with_parent() -> None:
    """In the child, before it becomes what it runs: SIGTERM when the demo dies without a word (`kill -9`). Linux has this."""
    import ctypes

    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)
