"""A worker process: started, given task after task, and ended when it takes too long or has nothing to do."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
import time
from contextlib import suppress
from typing import IO

import msgspec

from monitor.errors import NashboardError
from monitor.jobs.work import HEAD, Outcome, Task

MAX_OUTCOME = 32 << 20  # bytes
STEP, TSNE_STEPS = re.compile(r"Iteration (\d+)"), 1000
MAX_TOLD = 1500  # bytes of what it wrote to stderr
# One thread, and no spinning while it waits: OpenMP's spin-wait makes a training beside it several times slower.
ENVIRONMENT = {"OMP_WAIT_POLICY": "passive", "PYTHONUNBUFFERED": "1"} | {
    f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")
}


class WorkerFailed(NashboardError):
    """The worker did not come to its end; the message says why."""

    code = "worker_failed"


class Worker:
    """`python -m monitor.jobs.worker TARGET`. Once a task has failed, the process is gone.

    Attributes:
        target: the kind of task that it does. tasks: how many it has done. rested: since when it has nothing to do
            (`time.monotonic`).
    """

    def __init__(self, target: str, process: asyncio.subprocess.Process, err: IO[bytes]) -> None:
        self.target, self._process, self._err = target, process, err
        self.tasks, self.rested = 0, time.monotonic()
        self._before = 0  # bytes that it had written to stderr before this task

    @classmethod
    async def start(cls, target: str) -> Worker:
        """A new process for tasks of that kind.

        Raises:
            OSError: there is no room for one.
        """
        err = tempfile.TemporaryFile()  # noqa: SIM115 it lives as long as the process
        pipe = asyncio.subprocess.PIPE
        command = (sys.executable, "-m", "monitor.jobs.worker", target)
        environment = os.environ | ENVIRONMENT
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=pipe, stdout=pipe, stderr=err, env=environment
            )
        except BaseException:  # also when the service stops meanwhile
            err.close()
            raise
        return cls(target, process, err)

    async def do(self, task: Task, seconds: float) -> Outcome:
        """Does a task.

        Raises:
            WorkerFailed: it ended by a signal or an error, took longer than `seconds`, or gave more than is taken.
        """
        self._before = os.fstat(self._err.fileno()).st_size
        try:
            async with asyncio.timeout(seconds):
                body = await self._ask(msgspec.msgpack.encode(task))
            outcome = msgspec.msgpack.decode(body, type=Outcome)
        except TimeoutError:
            raise WorkerFailed(f"it took longer than {seconds:g} s and was ended") from None
        except msgspec.MsgspecError as error:
            raise WorkerFailed(f"what the worker gave can't be read: {error}") from None
        except asyncio.IncompleteReadError:
            raise WorkerFailed(await self._obituary()) from None
        self.tasks += 1
        self.rested = time.monotonic()
        return outcome

    async def _ask(self, task: bytes) -> bytes:
        assert self._process.stdin
        assert self._process.stdout
        with suppress(ConnectionError):  # it has ended already: its exit code says why
            self._process.stdin.write(len(task).to_bytes(HEAD, "little") + task)
            await self._process.stdin.drain()
        size = int.from_bytes(await self._process.stdout.readexactly(HEAD), "little")
        if size > MAX_OUTCOME:
            raise WorkerFailed(f"the worker gave {size} bytes, {MAX_OUTCOME} are allowed")
        return await self._process.stdout.readexactly(size)

    @property
    def progress(self) -> float:
        """How far its task is, 0 … 1: by the last step that scikit-learn's t-SNE has printed; 0 when nothing was."""
        size = os.fstat(self._err.fileno()).st_size
        start = max(self._before, size - MAX_TOLD)
        told = os.pread(self._err.fileno(), MAX_TOLD, start).decode(
            errors="replace"
        )  # `seek` would move the worker's end too
        steps = STEP.findall(told)
        return min(1.0, int(steps[-1]) / TSNE_STEPS) if steps else 0.0

    async def _obituary(self) -> str:
        code = await self._process.wait()
        how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        size = self._err.seek(0, os.SEEK_END)
        self._err.seek(max(0, size - MAX_TOLD))
        told = self._err.read().decode(errors="replace").strip()
        return f"the worker {how}: {told}".rstrip(": ")

    async def close(self) -> None:
        """Ends it, whatever it does."""
        try:
            if self._process.returncode is None:
                with suppress(ProcessLookupError):
                    self._process.kill()
                await self._process.wait()
        finally:
            self._err.close()
