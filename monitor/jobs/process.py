"""One worker process for one task: started, fed, waited for, and ended when it takes too long."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from contextlib import suppress
from typing import IO

import msgspec

from monitor.errors import NashboardError
from monitor.jobs.work import Outcome, Task
from monitor.jobs.worker import HEAD

MAX_OUTCOME = 32 << 20  # bytes
MAX_TOLD = 1500  # bytes of what it wrote to stderr
# One thread, and no spinning while it waits: OpenMP's spin-wait makes a training beside it several times slower.
ENVIRONMENT = {"OMP_WAIT_POLICY": "passive"} | {
    f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")
}


class WorkerFailed(NashboardError):
    """The worker did not come to its end; the message says why."""

    code = "worker_failed"


async def work(task: Task, seconds: float) -> Outcome:
    """Does a task in a process of its own.

    Raises:
        WorkerFailed: it ended by a signal or an error, took longer than `seconds`, or gave more than is taken.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "monitor.jobs.worker",
            stdin=asyncio.subprocess.PIPE, stdout=out, stderr=err, env=os.environ | ENVIRONMENT,
        )  # fmt: skip
        try:
            await _feed(process, msgspec.msgpack.encode(task))
            code = await asyncio.wait_for(process.wait(), seconds)
        except TimeoutError:
            raise WorkerFailed(f"it took longer than {seconds:g} s and was ended") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if code:
            how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
            raise WorkerFailed(f"the worker {how}: {_tail(err)}".rstrip(": "))
        return _outcome(out)


async def _feed(process: asyncio.subprocess.Process, task: bytes) -> None:
    """Hands the task over; the pipe stays open, so that the worker ends when the service does."""
    assert process.stdin
    with suppress(ConnectionError):  # it has ended already: its exit code says why
        process.stdin.write(len(task).to_bytes(HEAD, "little") + task)
        await process.stdin.drain()


def _outcome(out: IO[bytes]) -> Outcome:
    size = out.seek(0, os.SEEK_END)
    if size > MAX_OUTCOME:
        raise WorkerFailed(f"the worker gave {size} bytes, {MAX_OUTCOME} are allowed")
    out.seek(0)
    try:
        return msgspec.msgpack.decode(out.read(), type=Outcome)
    except msgspec.MsgspecError as error:
        raise WorkerFailed(f"what the worker gave can't be read: {error}") from None


def _tail(err: IO[bytes]) -> str:
    size = err.seek(0, os.SEEK_END)
    err.seek(max(0, size - MAX_TOLD))
    return err.read().decode(errors="replace").strip()
