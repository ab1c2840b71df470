"""Each detector, seen through the doctor: the failure that it must tell, and the healthy look-alike that it must not."""

from __future__ import annotations

import doctest
import importlib
import inspect
import math
import pkgutil
import random

import pytest

import monitor.detectors
from monitor.detectors import DETECTORS, Detector, View
from monitor.detectors.frames import separability
from monitor.doctor import Alert
from tests.detectors.signals import Change, only_samples, play

MODULES = [info.name for info in pkgutil.iter_modules(monitor.detectors.__path__)]
KINDS = [
    "non_finite", "exploding_gradient", "vanishing_gradient", "discriminator_dominates", "generator_dominates",
    "mode_collapse", "oscillation", "quality_fluctuation", "non_convergence", "discriminator_overfit", "spectral_collapse",
]  # fmt: skip


def told_of(alerts: list[Alert], kind: str) -> Alert:
    """The first alert of a kind."""
    found = [alert for alert in alerts if alert.kind == kind]
    assert found, f"no {kind} among {[(alert.kind, alert.summary) for alert in alerts]}"
    return found[0]


def serious(alerts: list[Alert]) -> list[tuple[str, str, str]]:
    """Those that would wake somebody."""
    return [(alert.kind, alert.severity, alert.summary) for alert in alerts if alert.severity != "info"]


# -- the contract -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"monitor.detectors.{name}")).failed == 0


def test_there_is_one_detector_for_each_kind() -> None:
    assert [detector.kind for detector in DETECTORS] == KINDS


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: one.kind)
def test_each_explains_itself(detector: type[Detector]) -> None:
    text = inspect.getdoc(detector) or ""
    assert "ormula" in text
    assert ">>>" in text
    assert "ealthy look-alike" in text or "o healthy run looks like it" in text
    assert any(year in text for year in map(str, range(2013, 2024))) or detector.kind in ("non_finite",)


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: one.kind)
def test_each_says_nothing_before_it_has_seen_anything(detector: type[Detector]) -> None:
    assert detector().finding(View()) is None


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: one.kind)
def test_each_says_what_it_lacks(detector: type[Detector]) -> None:
    lacking = detector.lacks(set())
    assert detector.lacks(set(lacking)) == []
    assert bool(lacking) == (detector.kind != "non_finite")


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("keep", [(), ("loss/",), ("loss/", "logits/", "auc/")], ids=["all", "losses", "outputs"])
def test_a_healthy_run_is_silent(seed: int, keep: tuple[str, ...]) -> None:
    told, _ = play(2500, seed=seed, keep=keep)
    assert told == []


# -- each failure -----------------------------------------------------------------------------------------------------


def collapse(step: int, values: dict[str, float]) -> None:
    if step >= 1500:
        values |= {
            "sample/diversity": 0.05,
            "sample/coverage": 0.05,
            "sample/effective_modes": 0.1,
            "sample/duplicates": 0.9,
        }
        values |= {
            "sample/energy_distance": 0.4,
            "sample/two_sample_accuracy": 1.0,
            "sample/nearest_neighbor_distance": 0.05,
        }


def half_of_the_modes(step: int, values: dict[str, float]) -> None:
    """Two far modes of ten: their diversity is nearly that of the data."""
    if step >= 1500:
        values |= {"sample/diversity": 0.85, "sample/coverage": 0.2, "sample/effective_modes": 0.2}
        values |= {"sample/nearest_neighbor_distance": 0.4, "sample/energy_distance": 0.1}


def never_found_them(step: int, values: dict[str, float]) -> None:
    values |= {
        "sample/diversity": 0.2,
        "sample/coverage": 0.08,
        "sample/effective_modes": 0.15,
        "sample/energy_distance": 0.35,
    }


def test_a_collapse_is_told_with_its_onset_and_what_to_try() -> None:
    alert = told_of(play(2500, only_samples(collapse))[0], "mode_collapse")
    assert (alert.severity, alert.variant) == ("critical", "full")
    assert alert.onset_step == 1500
    assert 1500 < alert.step <= 1500 + 5 * 50
    assert {one.signal for one in alert.evidence} >= {"sample/diversity", "sample/coverage"}
    assert alert.advice
    assert all(one.flag or one.code for one in alert.advice)


def test_two_modes_of_ten_are_a_partial_collapse() -> None:
    alert = told_of(play(2500, only_samples(half_of_the_modes))[0], "mode_collapse")
    assert (alert.severity, alert.variant, alert.onset_step) == (
        "critical",
        "partial",
        1550,
    )  # the distance is of three batches


def test_modes_that_are_never_found_are_told_after_the_start() -> None:
    alert = told_of(play(2500, only_samples(never_found_them))[0], "mode_collapse")
    assert 1000 <= alert.step <= 1500


def test_a_generator_that_still_finds_modes_has_not_collapsed() -> None:
    def slow(step: int, values: dict[str, float]) -> None:
        values["sample/coverage"] = values["sample/effective_modes"] = min(0.95, step / 4000)
        values["sample/diversity"] = 0.6
        values["sample/energy_distance"] = 0.4 * math.exp(-step / 800)

    assert serious(play(3000, only_samples(slow))[0]) == []


def test_a_collapse_that_passes_is_resolved() -> None:
    def passing(step: int, values: dict[str, float]) -> None:
        if step < 2000:
            collapse(step, values)

    states = [alert.state for alert in play(3000, only_samples(passing))[0] if alert.kind == "mode_collapse"]
    assert states == ["open", "resolved"]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (
            "elsewhere",
            {"diversity": 0.85, "coverage": 0.0, "effective_modes": 0.06, "energy_distance": 0.78, "recall": 0.0},
        ),
        (
            "narrow",
            {"diversity": 0.92, "coverage": 0.07, "effective_modes": 0.56, "energy_distance": 0.05, "recall": 0.7},
        ),
        (
            "covered",
            {"diversity": 0.9, "coverage": 0.66, "effective_modes": 0.5, "energy_distance": 0.05, "recall": 0.0},
        ),
    ],
)
def test_clusters_that_stay_empty_are_no_collapse_by_themselves(kind: str, values: dict[str, float]) -> None:
    """Samples far off the data; modes that are narrow and all there; real samples that have a generated one beside them."""

    def bad(step: int, found: dict[str, float]) -> None:
        found |= {f"sample/{name}": value for name, value in values.items()}
        found |= {"sample/nearest_neighbor_distance": 0.4, "sample/precision": 0.6}

    assert "mode_collapse" not in {alert.kind for alert in play(2500, only_samples(bad))[0]}


def test_few_modes_that_change_hands_are_no_generator_that_finds_more() -> None:
    """The later half of what jumps is the higher one now and then."""

    def hops(step: int, values: dict[str, float]) -> None:
        few = (0.1, 0.34)[(step // 50 % 12 >= 6) ^ (step // 50 % 3 == 0)]
        values |= {"sample/coverage": few, "sample/effective_modes": few, "sample/diversity": 0.5}
        values |= {"sample/energy_distance": 0.3, "sample/nearest_neighbor_distance": 0.4, "sample/recall": 0.1}

    assert told_of(play(1400, only_samples(hops))[0], "mode_collapse").variant == "partial"


def test_losses_alone_never_say_collapse() -> None:
    told, doctor = play(2500, only_samples(collapse), keep=("loss/",))
    assert told == []
    assert doctor.lacks["mode_collapse"] == ["sample"]


def test_samples_that_hop_under_flat_losses_are_an_oscillation() -> None:
    def hop(step: int, values: dict[str, float]) -> None:
        values |= {"sample/movement": 0.9, "sample/path_efficiency": 0.08, "sample/turnover": 0.8, "sample/modes": 1.0}

    alert = told_of(play(2500, only_samples(hop))[0], "oscillation")
    assert (alert.severity, alert.variant) == ("critical", "samples")


def wave(period: float, amplitude: float) -> Change:
    def change(step: int, values: dict[str, float]) -> None:
        for name in ("loss/discriminator", "loss/generator", "logits/real"):
            if name in values:
                values[name] += amplitude * math.sin(2 * math.pi * step / period)

    return change


@pytest.mark.parametrize(("diversity", "kinds"), [(0.95, set()), (0.35, {"oscillation"})])
def test_a_mean_that_travels_counts_only_beyond_the_samples_own_breadth(diversity: float, kinds: set[str]) -> None:
    """The mean of many different pictures goes to and fro in a healthy run as well."""

    def travels(step: int, values: dict[str, float]) -> None:
        values |= {"sample/movement": 0.9, "sample/path_efficiency": 0.1, "sample/diversity": diversity}

    told, _ = play(2500, only_samples(travels))
    assert {alert.kind for alert in told if alert.kind == "oscillation"} == kinds


def test_losses_that_wave_are_told_with_their_period() -> None:
    alert = told_of(play(4000, wave(200, 0.4), keep=("loss/", "logits/", "auc/"))[0], "oscillation")
    assert alert.severity == "warning"
    assert "every 200 steps" in alert.summary


def test_losses_that_wave_while_samples_stay_are_an_info() -> None:
    assert told_of(play(4000, wave(200, 0.4))[0], "oscillation").severity == "info"


def test_a_declared_period_is_no_oscillation() -> None:
    rng = random.Random(0)
    from monitor.doctor import Doctor
    from tests.detectors.signals import rows

    doctor, told = Doctor(), list[Alert]()
    doctor.event("period", data={"steps": 200})
    for step, values in rows(4000, wave(200, 0.4), rng, samples=False):
        told += doctor.observe(step, values)
    assert told == []


def test_a_discriminator_that_is_right_and_wrong_in_turns() -> None:
    def flip(step: int, values: dict[str, float]) -> None:
        values["auc/discriminator"] = 0.9 if (step // 30) % 2 else 0.1

    assert told_of(play(2000, flip, samples=False)[0], "oscillation").variant == "discriminator"


def perfect(values: dict[str, float]) -> None:
    values |= {"auc/discriminator": 1.0, "logits/real": 8.0, "logits/fake": -8.0, "loss/discriminator": 0.001}


def test_a_gradient_that_goes_beside_a_perfect_discriminator_has_vanished() -> None:
    def vanish(step: int, values: dict[str, float]) -> None:
        if step >= 1000 and "loss/discriminator" in values:
            perfect(values)
            values["grad_norm/generator"] *= 1e-4

    alert = told_of(play(2000, vanish, samples=False)[0], "vanishing_gradient")
    assert alert.onset_step == pytest.approx(1000, abs=60)
    assert alert.step <= 1200
    assert any(one.flag == "--gradient-penalty r1" for one in alert.advice)


def test_gradients_that_fall_as_a_run_converges_have_not_vanished() -> None:
    def converge(step: int, values: dict[str, float]) -> None:
        if "grad_norm/generator" in values:
            values["grad_norm/generator"] *= math.exp(-step / 400)

    assert serious(play(3000, converge)[0]) == []


@pytest.mark.parametrize(("auc", "told"), [(0.9, True), (0.4, False), (None, True)])
def test_a_critic_starves_a_generator_only_when_it_is_right(auc: float | None, told: bool) -> None:
    def shrink(step: int, values: dict[str, float]) -> None:
        if "sample/diversity" in values:
            values |= {"sample/energy_distance": 0.4, "sample/precision": 0.0}
            return
        for name in [name for name in values if name.startswith(("auc/", "logits/"))]:
            del values[name]
        if auc is not None:
            values["auc/discriminator"] = auc
        if step >= 1000:
            values["grad_norm/generator"] *= 1e-3

    kinds = {one.kind for one in play(2000, shrink, config={"loss": "wgan"})[0]}
    assert ("vanishing_gradient" in kinds) is told


def test_a_generator_that_stands_still() -> None:
    def still(step: int, values: dict[str, float]) -> None:
        if step >= 800 and "update_ratio/generator" in values:
            values["update_ratio/generator"] = 1e-9

    alert = told_of(play(1500, still)[0], "vanishing_gradient")
    assert (alert.variant, alert.severity) == ("frozen", "critical")
    assert alert.step <= 900


def test_a_schedule_that_brings_both_networks_to_rest_is_no_vanished_gradient() -> None:
    def rest(step: int, values: dict[str, float]) -> None:
        if step >= 600:
            values |= {"update_ratio/generator": 1e-9, "update_ratio/discriminator": 1e-8}

    assert "vanishing_gradient" not in {alert.kind for alert in play(1500, rest)[0]}


def test_losses_alone_show_a_saturated_minimax_game() -> None:
    def saturate(step: int, values: dict[str, float]) -> None:
        if step >= 500:
            values |= {"loss/generator": -1e-5, "loss/discriminator": 1e-5}

    told, _ = play(1500, saturate, keep=("loss/",), config={"loss": "minimax"})
    assert told_of(told, "vanishing_gradient").severity == "warning"


def stuck(step: int, values: dict[str, float]) -> None:
    if "sample/diversity" in values:
        values |= {
            "sample/energy_distance": 0.3,
            "sample/coverage": 0.4,
            "sample/diversity": 1.3,
            "sample/precision": 0.1,
        }
        values |= {"sample/nearest_neighbor_distance": 1.4, "sample/effective_modes": 0.8}
    else:
        perfect(values)


def test_a_discriminator_that_is_always_right_while_samples_stay_bad() -> None:
    alert = told_of(play(2500, stuck)[0], "discriminator_dominates")
    assert alert.severity == "critical"
    assert {one.signal for one in alert.evidence} >= {"sample/energy_distance"}


def test_a_discriminator_that_is_right_while_samples_improve_is_well() -> None:
    def improving(step: int, values: dict[str, float]) -> None:
        if "sample/diversity" in values:
            values["sample/energy_distance"] = 0.4 * math.exp(-step / 900) + 0.004
        else:
            values |= {"auc/discriminator": 0.995, "loss/discriminator": 0.15}

    assert serious(play(3000, improving)[0]) == []


def test_without_samples_the_generators_climbing_loss_tells() -> None:
    def climb(step: int, values: dict[str, float]) -> None:
        perfect(values)
        values["loss/generator"] = 1 + step / 200

    alert = told_of(play(2500, climb, samples=False)[0], "discriminator_dominates")
    assert alert.severity == "warning"
    assert alert.step < 1600


def test_a_discriminator_at_chance_beside_samples_that_anybody_can_tell() -> None:
    def blind(step: int, values: dict[str, float]) -> None:
        if "sample/diversity" in values:
            values |= {"sample/energy_distance": 0.3, "sample/two_sample_accuracy": 0.99, "sample/diversity": 1.5}
            values |= {"sample/coverage": 0.3, "sample/precision": 0.1, "sample/nearest_neighbor_distance": 1.5}
        else:
            values["auc/discriminator"] = 0.5

    assert told_of(play(2500, blind)[0], "generator_dominates").variant == "blind"


@pytest.mark.parametrize(("swing", "precision", "told"), [(0.05, 0.1, True), (0.4, 0.1, False), (0.05, 0.6, False)])
def test_a_discriminator_that_chases_or_is_shown_good_samples_is_not_weak(
    swing: float, precision: float, told: bool
) -> None:
    """At chance by its median, as one that learns nothing is."""

    def chases(step: int, values: dict[str, float]) -> None:
        if "sample/diversity" in values:
            values |= {"sample/energy_distance": 0.3, "sample/two_sample_accuracy": 0.99, "sample/precision": precision}
        else:
            values["auc/discriminator"] = 0.5 + swing * math.sin(step / 25)

    kinds = {alert.kind for alert in play(2500, chases)[0]}
    assert ("generator_dominates" in kinds) == told


def test_a_discriminator_at_chance_beside_good_samples_is_success() -> None:
    def converged(step: int, values: dict[str, float]) -> None:
        if "auc/discriminator" in values:
            values["auc/discriminator"] = 0.5

    assert serious(play(3000, converged)[0]) == []


@pytest.mark.parametrize(
    ("name", "value", "variant"),
    [("update_ratio/discriminator", 0.0, "frozen"), ("auc/discriminator", 0.1, "inverted")],
)
def test_a_discriminator_that_is_frozen_or_upside_down(name: str, value: float, variant: str) -> None:
    def change(step: int, values: dict[str, float]) -> None:
        if step >= 600 and name in values:
            values[name] = value

    assert told_of(play(2000, change)[0], "generator_dominates").variant == variant


@pytest.mark.parametrize("until", [2000, 560])
def test_a_discriminator_that_is_upside_down_in_three_of_four_readings(until: int) -> None:
    """Also one that was so only from the start to the end of the warm-up."""

    def turned(step: int, values: dict[str, float]) -> None:
        if "auc/discriminator" in values and step < until:
            values["auc/discriminator"] = 0.5 if step // 10 % 4 == 0 else 0.1

    alert = told_of(play(2000, turned, keep=("loss/", "auc/"))[0], "generator_dominates")
    assert (alert.variant, alert.step > 500) == ("inverted", True)


@pytest.mark.parametrize(("auc", "told"), [(1.0, False), (0.6, True)])
def test_a_discriminator_that_stands_still_because_it_is_right_is_not_weak(auc: float, told: bool) -> None:
    """A hinge loss that is nothing has no gradient."""

    def still(step: int, values: dict[str, float]) -> None:
        if "auc/discriminator" in values and step >= 900:
            values["auc/discriminator"] = auc
            values["update_ratio/discriminator"] = 0.0 if step >= 1000 else 1e-3

    found, _ = play(1500, still, samples=False, config={"loss": "hinge"})
    assert ("generator_dominates" in {alert.kind for alert in found}) == told


@pytest.mark.parametrize("read", [1, 50, 90])
@pytest.mark.parametrize("after", [0, 40, 100])
def test_a_discriminator_that_comes_to_rest_as_it_becomes_right_is_not_weak(read: int, after: int) -> None:
    """However rarely its outputs are logged, and at whatever step between two of them."""

    def rests(step: int, values: dict[str, float]) -> None:
        if "auc/discriminator" in values:
            if step >= 1005:
                values["auc/discriminator"] = 1.0
            if step >= 1005 + after:
                values["update_ratio/discriminator"] = 0.0
            if step % read:
                for name in ("auc/discriminator", "logits/real", "logits/fake", "logits/real/std", "logits/fake/std"):
                    del values[name]

    found, _ = play(1500, rests, samples=False, config={"loss": "hinge"})
    assert "generator_dominates" not in {alert.kind for alert in found}


@pytest.mark.parametrize("every", [10, 60])
def test_an_explosion_is_told_however_rarely_gradients_are_read(every: int) -> None:
    def explodes(step: int, values: dict[str, float]) -> None:
        for network in ("generator", "discriminator"):
            norm = values.pop(f"grad_norm/{network}", None)
            if norm is not None and step % every == 0:
                values[f"grad_norm/{network}"] = norm * (200 if step >= 1200 else 1)
            if step >= 1200 and f"loss/{network}" in values:
                values[f"loss/{network}"] *= 100

    found, _ = play(1800, explodes, samples=False)
    alert = next(one for one in found if one.kind == "exploding_gradient" and one.severity == "critical")
    assert alert.step - 1200 <= max(150, 5 * every)
    assert f"since step {alert.onset_step:,}" in alert.summary


def test_without_gradients_a_loss_that_leaves_its_range_is_a_warning() -> None:
    def explode(step: int, values: dict[str, float]) -> None:
        if step >= 700:
            values["loss/discriminator"] *= 5000

    alert = told_of(play(1000, explode, samples=False, keep=("loss/",))[0], "exploding_gradient")
    assert (alert.severity, alert.variant) == ("warning", "loss")
    assert alert.onset_step == pytest.approx(700, abs=10)
    assert alert.step <= 850


def test_gradients_that_explode_with_the_loss_are_critical() -> None:
    def explode(step: int, values: dict[str, float]) -> None:
        if step >= 1000 and "grad_norm/discriminator" in values:
            values["grad_norm/discriminator"] *= 500
            values["loss/discriminator"] *= 100

    alert = told_of(play(1500, explode)[0], "exploding_gradient")
    assert alert.severity == "critical"
    assert alert.onset_step == pytest.approx(1000, abs=10)
    assert alert.step <= 1100


def test_a_single_spike_and_another_loss_scale_from_the_start_are_nothing() -> None:
    def spiky(step: int, values: dict[str, float]) -> None:
        if "grad_norm/generator" in values:
            values["grad_norm/generator"] *= 5000 * (20 if step % 500 == 499 else 1)

    assert serious(play(3000, spiky)[0]) == []


def test_a_gradient_that_doubles_again_and_again() -> None:
    def grow(step: int, values: dict[str, float]) -> None:
        if "grad_norm/discriminator" in values and step > 500:
            values["grad_norm/discriminator"] *= 2 ** ((step - 500) / 200)

    assert told_of(play(2500, grow)[0], "exploding_gradient")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("name", ["loss/generator", "logits/real", "grad_norm/discriminator", "sample/diversity"])
def test_what_is_no_number_is_told_at_once(name: str, value: float) -> None:
    def change(step: int, values: dict[str, float]) -> None:
        if step == 550 and name in values:
            values[name] = value

    alert = told_of(play(700, change)[0], "non_finite")
    assert (alert.severity, alert.onset_step, alert.step) == ("critical", 550, 550)


def test_samples_that_hold_no_numbers_are_told_until_a_batch_is_sound() -> None:
    def broken(step: int, values: dict[str, float]) -> None:
        values["sample/non_finite"] = 0.25 * (500 <= step < 700)

    told = play(1500, only_samples(broken), samples=True)[0]
    alert = told_of(told, "non_finite")
    assert (alert.severity, alert.onset_step, alert.step) == ("critical", 500, 500)
    assert alert.summary == "a part of the samples is no finite number since step 500"
    (over,) = [one for one in told if one.kind == "non_finite" and one.state == "resolved"]
    assert 700 <= over.resolved_step <= 760


def test_infinite_gradients_of_mixed_precision_and_foreign_metrics_are_left_alone() -> None:
    def change(step: int, values: dict[str, float]) -> None:
        values["val/fid"] = math.nan
        if step % 100 == 7 and "grad_norm/generator" in values:
            values["grad_norm/generator"] = math.inf

    assert play(1500, change, config={"loss": "non-saturating", "amp": True})[0] == []


def test_a_distance_that_no_longer_falls_is_non_convergence() -> None:
    def plateau(step: int, values: dict[str, float]) -> None:
        values |= {"sample/energy_distance": max(0.12, 0.4 - step / 2000), "sample/coverage": 0.7}

    alert = told_of(play(4000, only_samples(plateau))[0], "non_convergence")
    assert alert.severity == "warning"
    assert alert.step >= 1300  # the plateau begins at 560


def test_a_run_that_was_near_and_lost_it_has_not_failed_to_converge_until_long_after() -> None:
    def lost(step: int, values: dict[str, float]) -> None:
        near = 800 < step <= 1200
        values |= {"sample/energy_distance": 0.005 if near else 0.3, "sample/coverage": 0.5, "sample/precision": 0.5}

    assert "non_convergence" not in {alert.kind for alert in play(2500, only_samples(lost))[0]}
    assert told_of(play(6000, only_samples(lost))[0], "non_convergence").step > 2500


def test_quality_that_comes_and_goes() -> None:
    def fluctuate(step: int, values: dict[str, float]) -> None:
        if step > 1500 and (step // 50) % 8 in (6, 7):
            values["sample/precision"] = 0.03

    alert = told_of(play(6000, only_samples(fluctuate))[0], "quality_fluctuation")
    assert alert.severity == "warning"
    assert "come back" in alert.summary


@pytest.mark.parametrize(("usual", "then", "told"), [(0.2, 0.004, True), (0.05, 0.05, True), (0.6, 0.55, False)])
def test_a_distance_that_comes_and_goes_counts_unless_the_samples_stay_good(
    usual: float, then: float, told: bool
) -> None:
    def fluctuate(step: int, values: dict[str, float]) -> None:
        values["sample/precision"] = usual
        if step in (1300, 1350, 1700, 1750, 2100, 2150):
            values |= {"sample/energy_distance": 0.08, "sample/precision": then}

    found = [one for one in play(2500, only_samples(fluctuate))[0] if one.kind == "quality_fluctuation"]
    assert [(one.onset_step, one.severity) for one in found] == ([(1300, "warning")] if told else [])


def test_a_distance_that_falls_by_little_is_no_progress() -> None:
    def crawls(step: int, values: dict[str, float]) -> None:
        values |= {"sample/energy_distance": 0.4 * math.exp(-step / 6000), "sample/coverage": 0.7}

    assert told_of(play(2500, only_samples(crawls))[0], "non_convergence")


def test_a_discriminator_that_knows_its_data_by_heart() -> None:
    def overfit(step: int, values: dict[str, float]) -> None:
        if "logits/real" in values:
            values |= {"logits/real": 3.0, "logits/fake": -1.0, "logits/validation": 3.0 - 4.0 * min(0.8, step / 3000)}

    alert = told_of(play(4000, overfit)[0], "discriminator_overfit")
    assert 1500 < alert.step < 2500


def test_near_copies_that_cover_the_data_are_no_collapse() -> None:
    def alike(step: int, values: dict[str, float]) -> None:
        if "sample/diversity" in values:
            values |= {"sample/duplicates": 0.9, "sample/effective_modes": 0.55, "sample/energy_distance": 0.05}

    assert "mode_collapse" not in {alert.kind for alert in play(3000, alike)[0]}


def test_spectra_that_double_or_lose_their_rank_are_infos() -> None:
    def spectra(step: int, values: dict[str, float]) -> None:
        if step % 50 == 0 and "loss/generator" in values:
            for layer in ("a", "b", "c"):
                values[f"effective_rank/discriminator/{layer}"] = 20.0 if step < 1500 else 6.0
            values["spectral_norm/generator/first"] = 1.0 if step < 1500 else 3.0

    alert = told_of(play(2500, spectra)[0], "spectral_collapse")
    assert alert.severity == "info"


# -- the parts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mean", "truth"),
    [
        ({"auc/discriminator": 0.8}, 0.8),
        ({"logits/real": 1.0, "logits/fake": 0.0, "logits/real/std": 1.0, "logits/fake/std": 1.0}, 0.7602),  # Φ(1/√2)
        ({"accuracy/real": 0.9, "accuracy/fake": 0.7}, 0.8),
        ({"logits/real": 0.9, "logits/fake": 0.2}, 0.85),
        ({"logits/real": 9.0, "logits/fake": -3.0}, None),
        ({}, None),
    ],
)
def test_separability_takes_the_best_that_there_is(mean: dict[str, float], truth: float | None) -> None:
    found = separability(mean)
    assert found == truth if truth is None else found == pytest.approx(truth, abs=1e-3)


def test_separability_by_the_normal_law_is_the_auc_of_normal_numbers() -> None:
    rng = random.Random(0)
    from monitor.streams import auc

    real, fake = [rng.gauss(1, 2) for _ in range(4000)], [rng.gauss(0, 0.5) for _ in range(4000)]
    told = separability({"logits/real": 1.0, "logits/fake": 0.0, "logits/real/std": 2.0, "logits/fake/std": 0.5})
    assert told == pytest.approx(auc(real, fake), abs=0.015)
