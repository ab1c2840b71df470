"""The bench's rules on what became of a training, on trainings made up by hand."""

from __future__ import annotations

import math

import numpy
import pytest

from bench.detection.places import Look, Places, looked
from bench.detection.recording import Recording
from bench.detection.truth import healthy, labels
from monitor.wire import RunInfo


def recording(looks: list[Look], steps: int = 1500, **values: float) -> Recording:
    """A run that logs the same values at each step."""
    rows = {step: {name.replace("__", "/"): value for name, value in values.items()} for step in range(steps)}
    info = RunInfo(id="0" * 32, config={"loss": "non-saturating", "data": "ring"})
    return Recording("made-up", 0, info, rows, [], [], looks, [])


def at(step: int, places: list[int], near: float) -> Look:
    """Evenly at these of eight places."""
    shares = [1 / len(places) if i in places else 0.0 for i in range(8)]
    return Look(step, shares, near, [0.0, 0.0], 1.0)


def test_samples_of_the_ring_itself_are_everywhere_and_near() -> None:
    from trainer.data import load

    batch = load("ring", 1).samples[:512].numpy()
    look = looked(0, batch, Places.of("ring"))
    assert look.share > 0.98
    assert look.near == 1.0
    alone = looked(0, numpy.full((64, 2), 5.0), Places.of("ring"))
    assert (round(alone.share, 3), alone.near) == (0.125, 0.0)


def test_a_run_that_has_found_all_is_healthy() -> None:
    run = recording([at(step, list(range(8)), 0.9) for step in range(0, 1500, 50)], loss__generator=0.7)
    found = labels(run)
    assert healthy(run, found)
    assert {label.state for label in found.values()} == {"absent"}


def test_a_collapse_is_dated_and_a_nan_is_too() -> None:
    looks = [at(step, list(range(8)) if step < 900 else [3], 0.9) for step in range(0, 1500, 50)]
    run = recording(looks, loss__generator=0.7)
    run.rows[1200]["loss/generator"] = math.nan
    found = labels(run)
    assert (found["mode_collapse"].state, found["mode_collapse"].onset) == ("there", 900)
    assert (found["non_finite"].state, found["non_finite"].onset) == ("there", 1200)
    assert not healthy(run, found)


@pytest.mark.parametrize(("told", "state"), [(1.0, "there"), (0.9, "absent")])
def test_a_discriminator_that_is_always_right_beside_bad_samples(told: float, state: str) -> None:
    run = recording([at(step, [3], 0.0) for step in range(0, 1500, 50)], auc__discriminator=told)
    assert labels(run)["discriminator_dominates"].state == state


def test_samples_that_hop_oscillate() -> None:
    run = recording([at(step, [step // 50 % 8], 0.5) for step in range(0, 1500, 50)], loss__generator=0.7)
    assert labels(run)["oscillation"].state == "there"
