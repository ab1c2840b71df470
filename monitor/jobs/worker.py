"""`python -m monitor.jobs.worker TARGET`: does tasks of that kind that the service writes to stdin; outcomes go to stdout."""

from __future__ import annotations

import importlib
import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import msgspec

from monitor import extractors
from monitor.errors import NashboardError
from monitor.jobs.work import HEAD, Kind, Outcome, Refusal, Result, Source, Step, Task, features_of, load

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]

T = TypeVar("T")
NICE = 5  # beside two trainings on two cores a worker still gets a quarter of one


def kind_of(target: str) -> type[Kind]:
    """The class that "module:Class" names."""
    module, _, name = target.partition(":")
    found: type[Kind] = getattr(importlib.import_module(module), name)
    return found


class Kept(NamedTuple):
    """What a worker knows from its last task; it serves again when the next one goes on from there."""

    reference: Source
    extractor: str
    memory: bytes
    kind: Kind


def do(task: Task, made: type[Kind], kept: Kept | None = None) -> tuple[Outcome, Kept | None]:
    """Works on all batches of a task; one that fails leaves the others alone."""
    asked = [step.job for step in task.steps] + ([] if task.reference_job is None else [task.reference_job])
    if kept is not None and kept[:3] == (task.reference, task.extractor, task.memory):
        kind = kept.kind
    else:
        fresh = _tried(partial(_made, task, made))
        if isinstance(fresh, Refusal):
            refusal = Refusal(f"the reference: {fresh.reason}", fresh.final)
            return Outcome({}, dict.fromkeys(asked, refusal), task.memory), None
        kind = fresh
    results: dict[int, Result] = {}
    refusals: dict[int, Refusal] = {}
    asks = dict[int, Callable[[], Result]]()
    if task.reference_job is not None:
        asks[task.reference_job] = kind.about_reference
    for step in task.steps:
        asks[step.job] = partial(_about, kind, step, task.extractor)
    for job, ask in asks.items():
        found = _tried(ask)
        if isinstance(found, Refusal):
            refusals[job] = found
        else:
            results[job] = found
    left = msgspec.msgpack.encode(kind.memory)
    return Outcome(results, refusals, left), Kept(task.reference, task.extractor, left, kind)


def _about(kind: Kind, step: Step, extractor: str) -> Result:
    return kind.about(load(step.source), step.name, step.step, features_of(step.source, extractor))


def _made(task: Task, made: type[Kind]) -> Kind:
    memory = msgspec.msgpack.decode(task.memory) if task.memory else {}
    given = features_of(task.reference, task.extractor)
    return made(load(task.reference), memory, extractors.load(task.extractor, Path(task.folder)), given)


def _tried(ask: Callable[[], T]) -> T | Refusal:
    """What comes of it, or why nothing does: final when it was refused, to be tried again when something broke."""
    try:
        return ask()
    except Exception as error:  # noqa: BLE001 whatever is wrong with one batch, the next is worked on
        reason = str(error) if isinstance(error, NashboardError) else f"{type(error).__name__}: {error}"
        return Refusal(reason, isinstance(error, NashboardError))


def _receive(tasks: SimpleQueue[bytes]) -> None:
    """Takes tasks as they come. The service's end of the pipe stays open as long as it wants the worker."""
    with open(0, "rb", closefd=False) as pipe:
        while len(head := pipe.read(HEAD)) == HEAD:
            tasks.put(pipe.read(int.from_bytes(head, "little")))
    os._exit(0)  # the service has ended, or wants no more


def main() -> None:
    """Does tasks until the service closes the pipe."""
    out = os.dup(1)
    os.dup2(2, 1)  # what libraries print must not get into the outcome
    tasks: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_receive, args=(tasks,), daemon=True).start()  # first: the service may end at any time
    made = kind_of(sys.argv[1])
    for library in made.libraries:
        importlib.import_module(library)
    os.nice(NICE)
    kept: Kept | None = None
    with open(out, "wb") as pipe:  # noqa: PTH123 a descriptor has no path
        while True:
            done, kept = do(msgspec.msgpack.decode(tasks.get(), type=Task), made, kept)
            outcome = msgspec.msgpack.encode(done)
            pipe.write(len(outcome).to_bytes(HEAD, "little") + outcome)
            pipe.flush()


if __name__ == "__main__":
    main()
