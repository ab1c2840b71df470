"""Fields over the plane and labels: taken from arrays and tensors, refused in words, never raised."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import monitor
from monitor import wire
from tests.sdk.service import Service

Start = Callable[..., monitor.Run]
FLAT = np.zeros((4, 3))
SQUARE = (0, 1, 0, 1)


@pytest.mark.parametrize("kind", ["numpy", "torch", "bfloat16", "sliced"])
def test_a_field_travels_as_it_was_when_it_was_handed_over(service: Service, started: Start, kind: str) -> None:
    values: Any = np.arange(12.0).reshape(3, 4)
    values[0, 0] = np.nan
    given: Any = {
        "numpy": values.copy(), "torch": torch.tensor(values, requires_grad=True),
        "bfloat16": torch.tensor(values).bfloat16(), "sliced": np.repeat(values, 2, axis=1)[:, ::2],
    }[kind]  # fmt: skip
    run = started()
    run.field(given, (-1, 1, 0, 2), step=7)
    with torch.no_grad():
        given[:] = 0  # the training goes on
    run.finish()
    (record,) = service.all(wire.Field)
    assert isinstance(record, wire.Field)
    assert (record.step, record.name, record.bounds) == (7, "discriminator", (-1, 1, 0, 2))
    found = np.frombuffer(record.values, "<f4").reshape(record.rows, record.columns)
    np.testing.assert_array_equal(found, values.astype("f4"))


@pytest.mark.parametrize(
    ("values", "bounds", "word"),
    [
        (FLAT.tolist(), SQUARE, "not a list"),
        (FLAT[0], SQUARE, r"shape \(3,\)"),
        (np.zeros((257, 2)), SQUARE, "2 to 256 a side"),
        (FLAT.astype(complex), SQUARE, "complex"),
        (FLAT, (0, 0, 0, 1), "x0 < x1"),
        (FLAT, (0, np.nan, 0, 1), "x0 < x1"),
        (FLAT, (0, 1, 2), "four numbers"),
        (FLAT, "wide", "four numbers"),
    ],
)
def test_what_is_no_field_is_said(
    started: Start, caplog: pytest.LogCaptureFixture, values: Any, bounds: Any, word: str
) -> None:  # fmt: skip
    run = started()
    run.field(values, bounds, step=0)
    assert run.dropped == 1
    assert re.search(word, caplog.text)


@pytest.mark.parametrize("labels", [[2, 0, 1], np.array([2, 0, 1]), torch.tensor([2, 0, 1])])
def test_labels_go_with_the_reference_and_with_samples(service: Service, started: Start, labels: Any) -> None:
    run = started()
    run.reference(np.zeros((3, 8, 8)), labels=labels, label_names=["cat", "dog", "fox"])
    run.samples(np.zeros((3, 8, 8)), step=1, labels=labels)
    run.finish()
    real, fake = service.all(wire.Samples)
    assert isinstance(real, wire.Samples)
    assert (real.labels, real.label_names) == ([2, 0, 1], ["cat", "dog", "fox"])
    assert isinstance(fake, wire.Samples)
    assert (fake.labels, fake.label_names) == ([2, 0, 1], [])


@pytest.mark.parametrize(
    ("labels", "word"),
    [([0, 1], "2 labels for 3 samples"), (np.zeros(3), "whole numbers"), ("abc", "not str"), ([0, 1, -1], "0 to 9999")],
)
def test_labels_that_can_not_be_are_said(
    started: Start, caplog: pytest.LogCaptureFixture, labels: Any, word: str
) -> None:
    run = started()
    run.reference(np.zeros((3, 8, 8)), labels=labels)
    run.finish()
    assert run.dropped == 1
    assert word in caplog.text
