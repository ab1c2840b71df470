"""Fields, points and pictures of batches over HTTP."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from monitor import wire
from tests.support import Service


def field(step: int, values: Any, name: str = "discriminator", bounds: Any = (-1.0, 1.0, 0.0, 2.0)) -> wire.Field:
    rows, columns = values.shape
    return wire.Field(step, 1.0, name, bounds, rows, columns, np.ascontiguousarray(values, "<f4").tobytes())


def batch(step: int, rows: Any, kind: Any = "fixed", name: str = "samples", **more: Any) -> wire.Samples:
    rows = np.ascontiguousarray(rows)
    return wire.Samples(
        step, 1.0, name, kind, b"RIFF\0\0\0\0WEBPx", 8, 8, 64, 8, 8, "[-1, 1]", False, rows.tobytes(),
        "uint8" if rows.dtype == np.uint8 else "float32", rows.shape, **more,
    )  # fmt: skip


def test_fields_are_listed_read_told_and_dropped(shared_service: Service) -> None:
    service = shared_service
    service.declare("plane")
    cursor = service.get("/live")["cursor"]
    values = np.arange(6.0).reshape(2, 3)
    values[1, 2] = math.inf
    service.ship(field(4, values), field(9, -values), field(9, values, "critic"), run="plane")
    told = service.get("/runs/plane/fields")
    assert told["run"] == "plane"
    assert told["fields"][0] == {
        "step": 4, "time": 1.0, "name": "discriminator", "rows": 2, "columns": 3, "bounds": [-1, 1, 0, 2], "low": 0, "high": 4,
    }  # fmt: skip
    assert [(one["step"], one["name"]) for one in told["fields"]] == [
        (4, "discriminator"),
        (9, "critic"),
        (9, "discriminator"),
    ]
    assert service.get("/runs/plane/fields/4")["values"] == [[0, 1, 2], [3, 4, None]]
    assert service.get("/runs/plane/fields/9", name="discriminator")["values"][1][:2] == [-3, -4]
    assert [one["step"] for one in service.get("/live", cursor=cursor)["changes"]["plane"]["fields"]] == [4, 9, 9]
    assert service.get("/runs/plane")["last_step"] == 9
    service.ship(wire.Event(4, 2.0, "rewind"), run="plane", first_seq=4)
    assert [one["step"] for one in service.get("/runs/plane/fields")["fields"]] == [4]
    assert service.http.get("/runs/plane/fields/9").status_code == 404
    blobs = list((service.folder / "blobs").glob("*/*"))
    service.http.delete("/runs/plane")
    assert len(list((service.folder / "blobs").glob("*/*"))) < len(blobs)


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        (field(1, np.zeros((2, 2)), bounds=(1.0, 0.0, 0.0, 1.0)), "x0 < x1"),
        (wire.Field(1, 1.0, "d", (0.0, 1.0, 0.0, 1.0), 2, 3, b"1234"), "4 bytes of a field of 2×3"),
        (batch(1, np.zeros((3, 2), "f4"), labels=[1]), "1 labels for a batch of 3 rows"),
    ],
)
def test_what_can_not_be_stored_is_refused(shared_service: Service, bad: Any, word: str) -> None:
    shared_service.declare("bad-plane")
    answer = shared_service.send(wire.Batch("s", 1, [bad]), "bad-plane")
    assert (answer.status_code, word in answer.text) == (422, True)


def test_labels_come_with_their_names(shared_service: Service) -> None:
    service = shared_service
    service.declare("labels")
    rows = np.zeros((3, 2), "f4")
    real = batch(0, rows, "reference", "reference", labels=[1, 0, 1], label_names=["left", "right"])
    service.ship(real, batch(4, rows, labels=[2, 2, 2]), batch(5, rows), run="labels")
    assert service.get("/runs/labels/samples/reference/labels") == {"labels": [1, 0, 1], "names": ["left", "right"]}
    assert service.get("/runs/labels/samples/4/labels") == {"labels": [2, 2, 2], "names": []}
    assert service.get("/runs/labels/samples/5/labels") == {"labels": [], "names": []}
    assert service.http.get("/runs/labels/samples/6/labels").status_code == 404
