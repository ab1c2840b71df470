"""How runs end: by `finish`, with the interpreter, by an exception, or in a forked child."""

from __future__ import annotations

import atexit
import os
import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from monitor.sdk.run import Run

_open_runs: set[Run] = set()  # held: a run whose last name is gone (a local of main) still has to be ended
_previous_hook: Any = None
MAX_REASON = 500


def register(run: Run) -> None:
    """From now on `run` ends with the interpreter, is marked as crashed by an exception, and goes inert in forked children."""
    global _previous_hook
    if _previous_hook is None:
        _previous_hook = sys.excepthook
        sys.excepthook = _excepthook
        atexit.register(_finish_all)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_abandon_all)
    _open_runs.add(run)


def end(run: Run, state: str, reason: str) -> None:
    """Ends a run: the worker's jobs, the last record, then shipping, all within `flush_timeout` seconds."""
    timeout, journal, shipper = run._settings.flush_timeout, run._journal, run._shipper
    deadline = time.monotonic() + timeout
    _open_runs.discard(run)
    run._done = True
    for watch in run._watches:
        watch.stop()
    if not run._worker.finish(timeout):
        run.guard.say(
            "worker", f"nashboard: tensors or samples were still being read after {timeout:g} s: they are lost"
        )
    if run._system is not None:
        run._system.stop()
    if run._doctor is not None:
        run._doctor.stop(max(0.1, deadline - time.monotonic()))
        run._alerts.give()
    journal.scalars.probe_again()
    run._append(("f", time.time(), state, reason[:MAX_REASON]))
    journal.close()
    if shipper is not None and shipper.finish(max(0.0, deadline - time.monotonic())):
        journal.remove()
        return
    waiting = sum(lane.pending for lane in journal.lanes)
    journal.release()
    sync = "nashboard sync" if "NASHBOARD_DIR" in os.environ else f"nashboard sync {journal.folder.parent.parent}"
    if run.mode != "offline":
        run.guard.say("left", f"nashboard: {waiting} records wait in {journal.folder}: `{sync}` ships them")


def reason_of(error: BaseException | None) -> str:
    """Why a run crashed, in one line; "" when `error` is none or a clean exit."""
    if error is None or (isinstance(error, SystemExit) and error.code in (None, 0)):
        return ""
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _excepthook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    for run in list(_open_runs):
        run._crash = reason_of(error)
    _previous_hook(kind, error, trace)


def _finish_all() -> None:
    for run in list(_open_runs):
        run.finish("crashed" if run._crash else "finished", run._crash)


def _abandon_all() -> None:
    for run in list(_open_runs):
        run._abandon()
    _open_runs.clear()
