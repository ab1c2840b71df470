"""Rules as a library: what each condition means, held against a slow reading of its definition."""

from __future__ import annotations

import doctest
import importlib
import math
import random
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from monitor.doctor import Alert
from monitor.errors import InvalidValue
from monitor.rules import Change, Followed, NoData, NotFinite, Rule, RunFacts, RunFilter, Standing, Threshold, fits
from monitor.rules.preview import replay


@pytest.mark.parametrize("name", ["following", "runs"])
def test_examples_in_the_docs_of_modules_are_true(name: str) -> None:
    found = doctest.testmod(importlib.import_module(f"monitor.rules.{name}"))
    assert (found.failed, found.attempted > 0) == (0, True)


def told(rule: Rule, values: list[float], seconds: float = 1.0) -> list[tuple[int, str]]:
    """(step, state) of what a rule says of a signal "x" that is logged each step, `seconds` apart."""
    one = Followed(rule)
    return [
        (step, alert.state)
        for step, value in enumerate(values)
        for alert in one.observe(step, {"x": value}, step * seconds)
    ]


def test_a_threshold_is_told_after_its_hold_time_and_over_after_it_too() -> None:
    rule = Rule("high", Threshold(">", 5.0), "x", hold_steps=3, cooldown=0)
    values = [0, 6, 6, 0, 6, 6, 6, 6, 6, 0, 6, 0, 0, 0, 0, 0]
    # it holds from 4 on, so 7 is the first step with three behind it; it is gone from 11 on
    assert told(rule, values) == [(7, "open"), (14, "resolved")]
    one = Followed(rule)
    (opened,) = [alert for step, value in enumerate(values[:8]) for alert in one.observe(step, {"x": value}, step)]
    assert (opened.kind, opened.severity, opened.onset_step, opened.step) == ("rule:high", "warning", 4, 7)
    assert (opened.evidence[0].signal, opened.evidence[0].value, opened.evidence[0].threshold) == ("x", 6.0, 5.0)


@pytest.mark.parametrize(
    ("op", "value", "meets"),
    [
        (">", 5.0, False),
        (">=", 5.0, True),
        ("<", 5.0, False),
        ("<=", 5.0, True),
        (">", math.inf, True),
        ("<", -math.inf, True),
    ],
)
def test_operators_at_the_limit(op: Any, value: float, meets: bool) -> None:
    assert bool(told(Rule("r", Threshold(op, 5.0), "x"), [value])) is meets


def test_hysteresis_and_cooldown_keep_a_value_at_the_limit_from_chattering() -> None:
    values = [4.9, 5.1] * 50
    assert len(told(Rule("r", Threshold(">", 5.0), "x", cooldown=0), values)) == 99
    assert told(Rule("r", Threshold(">", 5.0, clear=4.0), "x", cooldown=0), [*values, 3.0]) == [
        (1, "open"),
        (100, "resolved"),
    ]
    opened = [step for step, state in told(Rule("r", Threshold(">", 5.0), "x", cooldown=30), values) if state == "open"]
    assert all(later - step >= 30 for step, later in pairwise(opened))
    assert len(opened) == 4


def test_a_hold_time_in_seconds_ends_also_when_nothing_more_comes() -> None:
    one = Followed(Rule("r", Threshold("<", 0.0), "x", hold_seconds=60))
    assert one.observe(0, {"x": -1.0}, 1000.0) == []
    assert one.tick(0, 1059.0) == []
    assert [alert.state for alert in one.tick(0, 1060.0)] == ["open"]


@pytest.mark.parametrize("direction", ["up", "down", "either"])
def test_a_change_is_against_the_mean_of_the_window_before(direction: Any) -> None:
    rng = random.Random(3)
    values = [10 + rng.gauss(0, 0.001) for _ in range(400)] + [4 + rng.gauss(0, 0.001) for _ in range(400)]
    window, by = 100, 0.3
    found = told(Rule("r", Change(by, window, direction), "x", cooldown=0), values)

    def meets(step: int) -> bool:  # the definition, read slowly
        mean = sum(values[step - window : step]) / window
        return (
            step >= window
            and {
                "up": values[step] > mean + by * mean,
                "down": values[step] < mean - by * mean,
                "either": abs(values[step] - mean) > by * mean,
            }[direction]
        )

    truth = [step for step in range(len(values)) if meets(step)]
    assert [state for _, state in found] == (["open", "resolved"] if truth else [])
    if truth:
        assert found[0][0] == truth[0] == 400
        assert abs(found[1][0] - (truth[-1] + 1)) <= 4, "its window is kept in parts of two steps"


def test_what_is_no_number_is_told_and_ignored_by_the_others() -> None:
    values = [1.0, math.nan, 1.0, math.inf, 1.0]
    assert told(Rule("r", NotFinite(), "x", cooldown=0), values) == [
        (1, "open"),
        (2, "resolved"),
        (3, "open"),
        (4, "resolved"),
    ]
    assert told(Rule("r", Threshold(">", 5.0), "x"), [6.0, math.nan]) == [(0, "open")]
    assert told(Rule("r", Change(0.1, 2), "x"), [1.0, math.nan, 1.0, math.nan, 1.0]) == []


def test_silence_is_seen_by_the_clock_and_over_with_the_next_value() -> None:
    one = Followed(Rule("silent", NoData(2), "loss/*"), now=0.0)
    assert one.observe(7, {"loss/g": 1.0}, 10.0) == []
    assert one.tick(7, 129.0) == []
    (opened,) = one.tick(7, 130.0)
    assert opened.summary == "No value of loss/* for 2 min; the last came at step 7"
    assert one.tick(7, 500.0) == []
    assert [alert.state for alert in one.observe(8, {"loss/g": 1.0}, 501.0)] == ["resolved"]
    assert Followed(Rule("silent", NoData(2)), now=0.0).tick(0, 1e6, alive=False) == [], "it has ended by its own word"


def test_one_alert_names_all_signals_that_a_glob_found() -> None:
    one = Followed(Rule("big", Threshold(">", 1.0), "grad_norm/*", cooldown=0, note="Clip them"))
    (opened,) = one.observe(0, {f"grad_norm/{i}": 2.0 for i in range(9)}, 0.0)
    assert len(opened.evidence) == 5
    assert opened.summary == "grad_norm/0 is above 1 (2), and 8 more since step 0. Clip them"
    assert one.observe(1, {"grad_norm/0": 0.0}, 1.0) == [], "the others are still above"
    assert [alert.state for alert in one.observe(2, {f"grad_norm/{i}": 0.0 for i in range(9)}, 2.0)] == ["resolved"]


def test_standard_names_mean_the_users_own_and_many_signals_are_bounded() -> None:
    one = Followed(Rule("r", Threshold(">", 1.0), "loss/*"))
    assert one.looks_at("d_loss", "loss/discriminator")
    assert not one.looks_at("d_loss", None)
    wide = Followed(Rule("r", Threshold(">", 1.0)))
    wide.observe(0, {f"s{i}": 0.0 for i in range(1000)}, 0.0)
    assert len(wide.standing.tracks) == 200


@pytest.mark.parametrize("cut", [1, 150, 320])
@pytest.mark.parametrize(
    "condition", [Threshold(">", 1.2, clear=1.0), Change(0.2, 60), NotFinite()], ids=["threshold", "change", "nan"]
)
def test_kept_and_taken_up_again_it_says_the_same(condition: Any, cut: int) -> None:
    rng = random.Random(cut)
    rows = [(step, {"x": rng.choice([math.nan, 0.9, 1.1, 1.3]) if step % 7 else 2.0}) for step in range(400)]
    rule = Rule("r", condition, "x", hold_steps=2, hold_seconds=3, cooldown=5)

    def play(one: Followed, some: list[tuple[int, dict[str, float]]]) -> list[Alert]:
        return [alert for step, values in some for alert in one.observe(step, values, float(step))]

    whole = Followed(rule)
    expected = play(whole, rows)
    first = Followed(rule)
    found = play(first, rows[:cut])
    kept = msgspec.msgpack.decode(msgspec.msgpack.encode(first.standing), type=Standing)
    # what was seen before comes again, as after a restart
    assert found + play(Followed(rule, kept), rows[max(0, cut - 20) :]) == expected


def test_values_before_the_floor_are_none_of_its_business() -> None:
    one = Followed(Rule("r", Threshold(">", 1.0), "x"), Standing(floor=10))
    assert [alert.step for step in range(14) for alert in one.observe(step, {"x": 2.0}, step)] == [11]


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        (RunFilter(), True),
        (RunFilter(projects=["face*"]), True),
        (RunFilter(projects=["cats", "dogs"]), False),
        (RunFilter(tags=["baseline", "x"]), True),
        (RunFilter(tags=["x"]), False),
        (RunFilter(name="dc*"), True),
        (RunFilter(name="DC*"), False),
        (RunFilter(projects=["face*"], tags=["x"]), False),
    ],
)
def test_run_filters(wanted: RunFilter, meant: bool) -> None:
    assert fits(RunFacts("faces", "dcgan-3", ["baseline"]), wanted) is meant


def test_a_preview_says_what_would_have_been_told() -> None:
    rows = [(step, {"x": 2.0 if 100 <= step < 200 or step >= 300 else 0.0}) for step in range(0, 400, 10)]
    rule = Rule("r", Threshold(">", 1.0), "x", hold_seconds=20, cooldown=0)
    found = replay(rule, rows, pace=1.0)
    assert [(alert.onset_step, alert.step, alert.resolved_step, alert.state) for alert in found] == [
        (100, 120, 220, "resolved"),
        (300, 320, None, "open"),
    ]


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (Rule("r", Threshold(">", 5.0, clear=6.0)), "clear=6 is not allowed with > 5: it has to be below"),
        (Rule("r", Threshold("<=", 5.0, clear=4.0)), "it has to be above"),
        (Rule("r", Change(1.5, direction="down")), "by=1.5"),
        (Rule("r", NoData(5), hold_steps=1), "hold_steps and hold_seconds have to be 0"),
    ],
)
def test_what_can_not_be_meant_is_refused(rule: Rule, says: str) -> None:
    with pytest.raises(InvalidValue, match=r"[a-z]") as refused:
        rule.check()
    assert says in refused.value.message
