"""Runs an experiment's trainings side by side; what is finished already is not run again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import asdict
from pathlib import Path
from typing import Any

from trainer.experiment.plan import Job, Plan

Result = dict[str, Any]
LOOK = 0.1  # seconds between two checks


class Failed(Exception):
    """A training ended badly; the last line that it said."""


def play(
    plan: Plan,
    out: Path,
    workers: int,
    run: dict[str, Any],
    told: Callable[[Job, str], None],
    check: Callable[[], None] = lambda: None,
) -> dict[tuple[str, int], Result]:
    """Results by (variant, seed); those of failed trainings are missing.

    Args:
        out: folder of the results. workers: trainings at a time. run: keywords of `monitor.init` for all of them.
        told: called once for each job, with "" or what went wrong.
        check: called several times a second; what it raises ends the trainings that run, then goes on.
    """
    out.mkdir(parents=True, exist_ok=True)
    found: dict[tuple[str, int], Result] = {}
    children: set[subprocess.Popen[str]] = set()
    stopped = threading.Event()
    with ThreadPoolExecutor(workers) as pool:
        try:
            futures = {pool.submit(_result, job, plan, out, run, children, stopped): job for job in plan.jobs}
            while futures:
                for future in wait(futures, LOOK, FIRST_COMPLETED).done:
                    job = futures.pop(future)
                    try:
                        found[job.variant, job.seed] = future.result()
                        told(job, "")
                    except Failed as error:
                        told(job, str(error))
                check()
        finally:  # children that still run are ours to end
            stopped.set()
            for child in tuple(children):
                child.terminate()
    return found


def _result(
    job: Job, plan: Plan, out: Path, run: dict[str, Any], children: set[subprocess.Popen[str]], stopped: threading.Event
) -> Result:
    path = out / f"{job.key}.json"
    if not path.is_file():
        if stopped.is_set():
            raise Failed("not started")
        about = {"project": plan.name, "group": f"{plan.name}/{job.variant}", "name": f"{job.variant}-{job.seed}"}
        child = subprocess.Popen(
            [sys.executable, "-m", "trainer.experiment.one"],
            env=os.environ | {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        children.add(child)
        if stopped.is_set():  # since it was asked above
            child.terminate()
        _, said = child.communicate(json.dumps({"config": asdict(job.config), "out": str(path), "run": about | run}))
        children.discard(child)
        if child.returncode or not path.is_file():
            raise Failed(said.strip().splitlines()[-1] if said.strip() else f"ended with exit code {child.returncode}")
    result: Result = json.loads(path.read_text())
    return result
