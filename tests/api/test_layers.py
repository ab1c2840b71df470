"""Histograms and filters of layers over HTTP."""

from __future__ import annotations

import math
from typing import Any

import pytest

from monitor import wire
from monitor.ingest.layers import MAX_FRAMES
from monitor.wire_layers import Filters, Histogram, Histograms
from tests.support import Service


def spread(step: int, kind: Any = "weights", network: str = "discriminator", **layers: Histogram) -> Histograms:
    one = Histogram(-1.0, 1.0, [1, 2, 3], 0, 1, 2, -1.0, 5.0, 100)
    return Histograms(step, 1.0, network, kind, layers or {"body.0": one, "a.2": one})


def filters(step: int, pixels: bytes = bytes([127, 129, 0, 128]), scale: float = 0.5) -> Filters:
    return Filters(step, 1.0, "discriminator", "body.0", 1, 1, 2, 2, [scale], pixels)


def test_layers_are_listed_read_told_rewound_and_dropped(shared_service: Service) -> None:
    service = shared_service
    service.declare("layers")
    cursor = service.get("/live")["cursor"]
    service.ship(spread(0), spread(0, "gradients"), filters(0), spread(7), filters(7, scale=math.nan), run="layers")
    told = service.get("/runs/layers/histograms")
    assert told["networks"] == [{"network": "discriminator", "layers": ["body.0", "a.2"], "steps": [0, 7]}]
    one = service.get("/runs/layers/histograms", network="discriminator", layer="a.2")
    assert [frame["step"] for frame in one["weights"]] == [0, 7]
    assert one["gradients"] == [
        {
            "step": 0, "low": -1, "high": 1, "counts": [1, 2, 3], "below": 0, "above": 1, "nonfinite": 2, "min": -1, "max": 5,
            "size": 100,
        }
    ]  # fmt: skip
    assert service.get("/runs/layers/filters")["networks"] == [
        {"network": "discriminator", "layers": ["body.0"], "steps": [0, 7]}
    ]
    early, late = (service.get("/runs/layers/filters", network="discriminator", step=step) for step in (6, 99))
    assert (early["step"], early["scales"], early["pixels"]) == (0, [0.5], [127, -127, 0, -128])
    assert (late["step"], late["scales"], late["height"], late["width"]) == (7, [None], 2, 2)
    news = service.get("/live", cursor=cursor)["changes"]["layers"]["layers"]
    assert {"kind": "filters", "network": "discriminator", "step": 7} in news
    assert len(news) == 5
    service.ship(wire.Event(3, 2.0, "rewind"), run="layers", first_seq=6)
    assert service.get("/runs/layers/histograms")["networks"][0]["steps"] == [0]
    service.http.delete("/runs/layers")
    service.declare("layers")
    assert service.get("/runs/layers/histograms")["networks"] == service.get("/runs/layers/filters")["networks"] == []


def test_frames_are_thinned_with_age_and_picked_for_an_answer(shared_service: Service) -> None:
    service, layer = shared_service, {"x": Histogram(0.0, 1.0, [1], 0, 0, 0, 0.0, 1.0, 1)}
    service.declare("many")
    count = 2 * MAX_FRAMES
    service.ship(*(spread(step, **layer) for step in range(count)), run="many")
    steps = service.get("/runs/many/histograms")["networks"][0]["steps"]
    assert MAX_FRAMES / 2 < len(steps) <= MAX_FRAMES
    assert (steps[0], steps[-1]) == (0, count - 1)
    assert steps[-20:] == list(range(count - 20, count))
    some = service.get("/runs/many/histograms", network="discriminator", layer="x", frames=5, **{"from": 400})
    found = [frame["step"] for frame in some["weights"]]
    assert (len(found), found[0], found[-1]) == (5, 400, count - 1)


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        (spread(1, x=Histogram(math.nan, 1.0, [1], 0, 0, 0, 0.0, 1.0, 1)), "low=nan"),
        (spread(1, x=Histogram(2.0, 1.0, [1], 0, 0, 0, 0.0, 1.0, 1)), "low ≤ high"),
        (filters(1, b"12"), "2 bytes and 1 scales of 1 filters 1×2×2: 4 and 1 are needed"),
        (spread(1, x=Histogram(0.0, 1.0, [1] * 257, 0, 0, 0, 0.0, 1.0, 1)), "length <= 256"),
    ],
)
def test_what_can_not_be_stored_is_refused(shared_service: Service, bad: Any, word: str) -> None:
    shared_service.declare("bad-layers")
    answer = shared_service.send(wire.Batch("s", 1, [bad]), "bad-layers")
    assert (answer.status_code, word in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("path", "status"),
    [("histograms?network=g", 422), ("histograms?network=g&layer=0", 404), ("filters?network=g", 404), ("filters?step=-1", 422)],
)  # fmt: skip
def test_what_is_not_there_is_said(shared_service: Service, path: str, status: int) -> None:
    shared_service.declare("bad-layers")
    answer = shared_service.http.get(f"/runs/bad-layers/{path}")
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"code", "message", "detail"}
