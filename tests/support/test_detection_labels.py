"""The bench's rules on what became of a training, on trainings made up by hand."""

from __future__ import annotations

import math

import numpy
import pytest

from bench.detection.corpus import CASES, Case, copies
from bench.detection.places import Look, Places, looked
from bench.detection.recording import Recording
from bench.detection.truth import healthy, labels
from monitor.wire import RunInfo


def recording(looks: list[Look], steps: int = 1500, loss: str = "non-saturating", **values: float) -> Recording:
    """A run that logs the same values at each step."""
    rows = {step: {name.replace("__", "/"): value for name, value in values.items()} for step in range(steps)}
    info = RunInfo(id="0" * 32, config={"loss": loss, "data": "ring"})
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


@pytest.mark.parametrize(
    ("loss", "told", "state"),
    [
        ("wgan", 0.8, "there"),
        ("wgan", 0.5, "edge"),
        ("wgan-gp", 0.1, "edge"),
        ("minimax", 0.8, "edge"),
        ("minimax", 1.0, "there"),
    ],
)
def test_a_gradient_has_vanished_only_beside_a_discriminator_that_is_right(loss: str, told: float, state: str) -> None:
    looks = [at(step, [3], 0.0) for step in range(0, 1500, 50)]
    run = recording(looks, loss=loss, auc__discriminator=told, grad_norm__generator=1.0)
    for step in range(800, 1500):
        run.rows[step]["grad_norm/generator"] = 0.01
    found = labels(run)["vanishing_gradient"]
    assert found.state == state
    assert found.onset == pytest.approx(800, abs=50) or state == "edge"


@pytest.mark.parametrize(("other", "state"), [(1e-3, "there"), (1e-6, "edge")])
def test_a_generator_stands_still_unless_a_schedule_has_brought_both_to_rest(other: float, state: str) -> None:
    looks = [at(step, list(range(8)), 0.9) for step in range(0, 1500, 50)]
    run = recording(looks, update_ratio__generator=1e-3, update_ratio__discriminator=1e-3)
    for step in range(800, 1500):
        run.rows[step] |= {"update_ratio/generator": 1e-9, "update_ratio/discriminator": other}
    assert labels(run)["vanishing_gradient"].state == state


def test_spectra_that_double_are_dated_by_the_reading_before() -> None:
    run = recording([at(step, list(range(8)), 0.9) for step in range(0, 2500, 50)], 2500, loss__generator=0.7)
    for step, norm in ((499, 1.0), (999, 1.1), (1499, 1.2), (1999, 3.0)):
        run.rows[step]["spectral_norm/discriminator/body.0"] = norm
    found = labels(run)["spectral_collapse"]
    assert (found.state, found.onset) == ("there", 1499)
    for step in (499, 999, 1499, 1999):
        run.rows[step] |= {f"effective_rank/discriminator/body.{i}": 9.0 if step < 1999 else 3.0 for i in (0, 2)}
    again = recording(run.looks, 2500)
    again.rows = run.rows
    assert (labels(again)["spectral_collapse"].state, labels(again)["spectral_collapse"].onset) == ("there", 1499)


def test_samples_that_hop_oscillate() -> None:
    run = recording([at(step, [step // 50 % 8], 0.5) for step in range(0, 1500, 50)], loss__generator=0.7)
    assert labels(run)["oscillation"].state == "there"


def test_a_pulse_comes_again_and_a_jump_lasts() -> None:
    settings = {"data": "ring", "loss": "hinge", "inject_at": 900}
    pulse, jump, none = (
        Case("", settings, pulse=(400, 5)),
        Case("", settings),
        Case("", {"data": "ring", "loss": "hinge"}),
    )
    assert [step for step in range(2000) if pulse.jumped(step)] == [
        *range(900, 905),
        *range(1300, 1305),
        *range(1700, 1705),
    ]
    assert [step for step in range(2000) if jump.jumped(step)] == list(range(900, 2000))
    assert not any(none.jumped(step) for step in range(2000))


def test_samples_that_are_lost_and_found_three_times_fluctuate() -> None:
    looks = [at(step, list(range(8)), 0.05 if step in (900, 1200, 1500) else 0.9) for step in range(0, 2000, 50)]
    run = recording(looks, 2000, loss__generator=0.7)
    assert (labels(run)["quality_fluctuation"].state, labels(run)["quality_fluctuation"].onset) == ("there", 900)
    twice = recording([one for one in looks if one.step != 1500], 2000, loss__generator=0.7)
    assert labels(twice)["quality_fluctuation"].state == "edge"


def test_at_least_half_of_the_trainings_are_meant_to_be_healthy() -> None:
    meant = {name: copies(name) for name in CASES}
    assert sum(count for name, count in meant.items() if not CASES[name].meant) >= 0.5 * sum(meant.values()) >= 60
