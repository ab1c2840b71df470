"""Retention: which steps stay, and that what goes is gone from the disk."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from monitor import wire
from monitor.ingest.thinning import choose
from tests.api.test_fields import batch, field
from tests.support import Service

STEPS = list(range(0, 10_000, 10))


def test_both_ends_and_what_surrounds_alerts_stay() -> None:
    kept = choose(STEPS, [5003, 7000], 40)
    assert {0, 9990, 4990, 5000, 5010, 5020, 6980, 6990, 7000, 7010, 7020} <= kept
    assert len(kept) == 40


def test_the_rest_is_spaced_by_the_logarithm() -> None:
    kept = sorted(choose(STEPS, [], 40))
    assert len(kept) == 40
    early, late = [step for step in kept if step <= 1000], [step for step in kept if step > 5000]
    assert len(early) > 2 * len(late) > 4


@pytest.mark.parametrize("wanted", [0, 1, 2, 3, 999, 1000, 5000])
def test_never_more_than_there_are_and_never_less_than_the_ends(wanted: int) -> None:
    kept = choose(STEPS, [], wanted)
    assert kept <= set(STEPS)
    assert len(kept) == max(2, min(wanted, len(STEPS)))


def test_small_runs_and_alerts_out_of_range() -> None:
    assert choose([], [5], 3) == set()
    assert choose([7], [5, 900], 3) == {7}
    assert choose([1, 2, 3, 4, 5], [900], 2) == {1, 4, 5}


def test_a_run_stays_within_its_budget_and_says_what_went(start_service: Callable[..., Service]) -> None:
    service = start_service(media_bytes=1 << 20, job_workers=0)
    service.declare()
    rng = np.random.default_rng(0)
    cursor = service.get("/live")["cursor"]
    service.ship(batch(0, rng.normal(size=(10, 2)).astype("f4"), "reference", "reference"))
    for first in range(0, 60, 20):
        records: list[wire.Record] = []
        for step in range(first, first + 20):
            records += [batch(step, rng.normal(size=(3000, 2)).astype("f4")), field(step, rng.normal(size=(50, 50)))]
        service.ship(*records, first_seq=2 + 2 * first)

    def on_disk() -> int:
        return sum(path.stat().st_size for path in (service.folder / "blobs").glob("??/*"))

    assert on_disk() <= 1 << 20
    answer = service.get("/runs/r/samples")
    steps = [one["step"] for one in answer["samples"] if one["kind"] != "reference"]
    assert (steps[0], steps[-1]) == (0, 59)
    assert answer["thinned"] == 60 - len(steps) == service.get("/runs/r")["thinned"] > 20
    gone = next(step for step in range(60) if step not in steps)
    for what in ("points", "sheet"):
        refusal = service.http.get(f"/runs/r/samples/{gone}/{what}")
        assert refusal.status_code == 404
        assert "were thinned to stay within the media budget" in refusal.json()["error"]["message"]
    assert "thinned" not in service.http.get("/runs/r/samples/70/sheet").json()["error"]["message"]
    assert [one["step"] for one in service.get("/runs/r/fields")["fields"]] == steps
    assert any(one["kind"] == "reference" for one in answer["samples"])
    events = [one["data"] for one in service.get("/runs/r/events")["events"] if one["kind"] == "thinned"]
    assert sum(one["removed"] for one in events) == answer["thinned"]
    assert all(one["bytes"] > 0 and one["from"] <= one["to"] for one in events)
    assert any(one["kind"] == "thinned" for one in service.get("/live", cursor=cursor)["changes"]["r"]["events"])
    assert service.get("/runs/r")["samples"] == len(answer["samples"])
