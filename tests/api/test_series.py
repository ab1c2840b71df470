"""Stretches of series: exact when they fit, else in aligned buckets that keep every extreme."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest

from tests.support import Service, scalars

STEPS = 40_000
SPIKES = {7: 900.0, 12_345: -800.0, 23_456: 700.0, STEPS - 1: 650.0}


@pytest.fixture(scope="module")
def long_run(shared_service: Service) -> dict[int, float]:
    """A run "long" of 40,000 noisy steps with single-step spikes; its values by step."""
    chance = random.Random(3)
    values = {step: chance.gauss(0, 1) for step in range(STEPS)} | SPIKES
    shared_service.declare("long")
    for first in range(0, STEPS, 5000):
        some = [scalars(step, g_loss=values[step]) for step in range(first, first + 5000)]
        shared_service.ship(*some, run="long", first_seq=first + 1)
    return values


def columns(service: Service, run: str = "long", name: str = "g_loss", **params: Any) -> dict[str, Any]:
    found: dict[str, Any] = service.get(f"/runs/{run}/series", names=name, **params)["series"][name]
    return found


@pytest.mark.parametrize("width", [1, 2, 3, 10, 100, 1000, 2000, 20_000])
def test_whole_series_in_buckets(shared_service: Service, long_run: dict[int, float], width: int) -> None:
    found = columns(shared_service, width=width)
    bucket = found["bucket"]
    assert bucket > 1
    assert bucket & (bucket - 1) == 0
    assert len(found["step"]) <= width
    smaller = bucket // 2
    assert (STEPS - 1) // smaller + 1 > width, "a smaller bucket would have fitted"
    assert all(step % bucket == 0 for step in found["step"])
    for row, step in enumerate(found["step"]):
        inside = [long_run[s] for s in range(step, min(step + bucket, STEPS))]
        assert (found["min"][row], found["max"][row], found["last"][row]) == (min(inside), max(inside), inside[-1])
        assert found["count"][row] == len(inside)
        assert found["mean"][row] == pytest.approx(sum(inside) / len(inside), rel=1e-9, abs=1e-9)


def test_every_spike_is_kept(shared_service: Service, long_run: dict[int, float]) -> None:
    for width in (1, 7, 50, 2000):
        found = columns(shared_service, width=width)
        shown = set(found["min"]) | set(found["max"])
        kept = set(SPIKES.values()) if width > 4 else {max(SPIKES.values()), min(SPIKES.values())}
        assert kept <= shown


@pytest.mark.parametrize(("first", "last"), [(0, 1999), (12_000, 13_000), (12_345, 12_345), (39_000, 99_999)])
def test_exact_when_the_points_fit(shared_service: Service, long_run: dict[int, float], first: int, last: int) -> None:
    found = columns(shared_service, **{"from": first, "to": last, "width": 2000})
    expected = {step: long_run[step] for step in range(first, min(last + 1, STEPS))}
    assert found["bucket"] == 1
    assert dict(zip(found["step"], found["last"], strict=True)) == expected
    assert set(found) == {"bucket", "step", "last"}


def test_a_range_keeps_the_edges_of_its_buckets(shared_service: Service, long_run: dict[int, float]) -> None:
    """Panning must not make curves shimmer: a bucket is the same whatever the range around it."""
    whole = {
        step: row
        for step, *row in zip(*(columns(shared_service, **{"from": 0, "to": 31_999, "width": 500})[name]
                                for name in ("step", "min", "max", "last")), strict=True)
    }  # fmt: skip
    for first in (1, 63, 1000, 4321):
        found = columns(shared_service, **{"from": first, "to": first + 26_000, "width": 500})
        assert found["bucket"] == 64
        inner = list(zip(found["step"], found["min"], found["max"], found["last"], strict=True))
        assert inner[0][0] <= first < inner[0][0] + 64
        assert all(whole[step] == row for step, *row in inner)


def test_non_finite_values_are_marked_in_buckets(shared_service: Service) -> None:
    service = shared_service
    service.declare("marked")
    odd = {100: math.nan, 101: math.inf, 2000: -math.inf, 2001: math.nan}
    service.ship(*(scalars(step, a=odd.get(step, 1.0)) for step in range(4096)), run="marked")
    found = columns(service, "marked", "a", width=64)
    assert found["nonfinite"] == {"step": [64, 1984], "nan": [1, 1], "pos_inf": [1, 0], "neg_inf": [0, 1]}
    assert sum(found["count"]) == 4092
    assert set(found["max"]) == {1.0}


def test_a_bucket_of_nothing_finite_is_null(shared_service: Service) -> None:
    service = shared_service
    service.declare("hole")
    service.ship(*(scalars(s, a=math.nan if 1024 <= s < 2048 else 2.0) for s in range(4096)), run="hole")
    found = columns(service, "hole", "a", width=4)
    assert (found["last"], found["mean"], found["count"]) == (
        [2.0, None, 2.0, 2.0],
        [2.0, None, 2.0, 2.0],
        [1024, 0, 1024, 1024],
    )


def test_sparse_and_huge_steps(shared_service: Service) -> None:
    service = shared_service
    service.declare("sparse")
    steps = [0, 5, 10**6, 10**9, 2**40, 2**53 - 1]
    service.ship(*(scalars(step, a=float(i)) for i, step in enumerate(steps)), run="sparse")
    assert service.points("a", "sparse") == {step: float(i) for i, step in enumerate(steps)}
    found = columns(service, "sparse", "a", width=3)
    assert (found["count"], found["max"]) == ([6], [5.0]) or sum(found["count"]) == 6
    assert len(found["step"]) <= 3
    near = columns(service, "sparse", "a", to=10**9, width=2)
    assert sum(near["count"]) == 4


def test_names_signals_and_absent_series(shared_service: Service, long_run: dict[int, float]) -> None:
    service = shared_service
    by_signal = service.get("/runs/long/series", names="loss/generator,loss/discriminator", width=10)
    assert list(by_signal["series"]) == ["loss/generator"]
    assert by_signal["run"] == "long"
    everything = service.get("/runs/long/series", width=10)["series"]
    assert set(everything) == {"g_loss", "system/time"}
    assert service.get("/runs/long/series", names="no", width=10)["series"] == {}


def test_names_with_commas_are_asked_for_one_by_one(shared_service: Service) -> None:
    service = shared_service
    service.declare("commas")
    service.ship(scalars(0, **{"a,b": 1.0, "c": 2.0}), run="commas")
    found = service.get("/runs/commas/series", name=["a,b", "c"])["series"]
    assert {name: one["last"] for name, one in found.items()} == {"a,b": [1.0], "c": [2.0]}


def test_an_own_name_goes_before_an_alias(shared_service: Service) -> None:
    service = shared_service
    service.declare("mapped", signals={"loss/generator": "mine"})
    service.ship(scalars(0, mine=1.0, other=3.0), run="mapped")
    assert service.get("/runs/mapped/series", names="loss/generator")["series"]["loss/generator"]["last"] == [1.0]
    assert service.get("/runs/mapped")["last"] == {"loss/generator": 1.0}


def test_one_signal_of_many_runs(shared_service: Service) -> None:
    service = shared_service
    for number, name in enumerate(["g_loss", "G_loss", "loss/generator"]):
        service.declare(f"many{number}")
        service.ship(*(scalars(step, **{name: step + number}) for step in range(10)), run=f"many{number}")
    service.declare("many3")
    found = service.get("/series", name="loss/generator", runs="many0,many1,many2,many3")
    assert found["name"] == "loss/generator"
    assert {run: one["last"][-1] for run, one in found["series"].items()} == {"many0": 9, "many1": 10, "many2": 11}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/runs/long/series?width=0", 422),
        ("/runs/long/series?width=20001", 422),
        ("/runs/long/series?width=x", 422),
        ("/runs/long/series?from=9&to=3", 422),
        ("/runs/long/series?from=-1", 422),
        (f"/runs/long/series?to={2**63}", 422),
        (f"/runs/long/series?from={10**30}", 422),
        ("/runs/nobody/series", 404),
        ("/series?name=a&runs=nobody", 404),
        ("/series?name=a&runs=", 404),
        ("/series?name=a", 422),
        ("/series?name=a&runs=" + ",".join(map(str, range(1001))), 422),
    ],
)
def test_bad_questions_are_named(shared_service: Service, long_run: dict[int, float], path: str, status: int) -> None:
    answer = shared_service.http.get(path)
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"code", "message", "detail"}
