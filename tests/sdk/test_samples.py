"""Sample grids: every shape and range that people hand over, drawn so that each pixel can be checked."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import monitor
from monitor import wire
from tests.sdk.service import Service

Start = Callable[..., monitor.Run]
RNG = np.random.default_rng(0)


def sent(service: Service, run: monitor.Run) -> wire.Samples:
    """The one grid of a run."""
    run.finish()
    (record,) = service.all(wire.Samples)
    assert isinstance(record, wire.Samples)
    return record


def pixels(record: wire.Samples) -> np.ndarray[Any, Any]:
    return np.asarray(Image.open(io.BytesIO(record.image)).convert("RGB")).astype(int)


def tile(record: wire.Samples, index: int) -> np.ndarray[Any, Any]:
    """One tile without its margin: the margin is what the picture has beyond its tiles, spread evenly."""
    image = pixels(record)
    margin = (image.shape[1] - record.columns * record.tile_width) // (record.columns + 1)
    top = margin + (index // record.columns) * (record.tile_height + margin)
    left = margin + (index % record.columns) * (record.tile_width + margin)
    return image[top : top + record.tile_height, left : left + record.tile_width]


def batch_of(record: wire.Samples) -> np.ndarray[Any, Any]:
    return np.frombuffer(record.batch, record.batch_dtype).reshape(record.batch_shape)


@pytest.mark.parametrize("layout", ["NCHW", "NHWC", "NHW", "ND", "grey NCHW"])
@pytest.mark.parametrize("kind", ["numpy", "torch", "bfloat16", "sliced"])
@pytest.mark.parametrize(("low", "high"), [(-1, 1), (0, 1), (0, 255)])
def test_small_images_are_drawn_exactly(
    service: Service, started: Start, layout: str, kind: str, low: float, high: float
) -> None:
    grey = layout in ("NHW", "ND", "grey NCHW")
    levels = RNG.integers(0, 256, (7, 8, 8, 1 if grey else 3))
    levels[0, 0, 0], levels[0, 0, 1] = 0, 255  # so that the range can be inferred
    images: Any = (levels / 255 * (high - low) + low).astype("f4")
    images = {
        "NCHW": images.transpose(0, 3, 1, 2), "grey NCHW": images.transpose(0, 3, 1, 2), "NHWC": images,
        "NHW": images[..., 0], "ND": images.reshape(7, -1),
    }[layout]  # fmt: skip
    tolerance = 1
    if kind != "numpy":
        images = torch.from_numpy(np.ascontiguousarray(images))
    if kind == "bfloat16":
        images, tolerance = images.bfloat16(), 2
    if kind == "sliced":
        images = torch.cat([images, images])[::2]
        levels = np.concatenate([levels, levels])[::2]
    run = started()
    run.samples(images, step=12)
    record = sent(service, run)
    assert (record.step, record.name, record.kind, record.count) == (12, "samples", "fixed", 7)
    assert (record.value_range, record.inferred) == (f"[{low}, {high}]", True)
    assert (record.rows, record.columns, record.tile_height, record.tile_width) == (3, 3, 32, 32)
    for index in range(7):
        shown = tile(record, index)
        assert (shown[::4, ::4] == shown[3::4, 3::4]).all()  # each pixel is a block of 4 × 4
        assert abs(shown[::4, ::4] - levels[index]).max() <= tolerance
    kept = batch_of(record)
    if layout == "ND":
        assert kept.dtype == np.float32
        np.testing.assert_allclose(kept, np.asarray(torch.as_tensor(images).float()), rtol=1e-6)
    else:
        assert abs(kept.astype(int) - levels.transpose(0, 3, 1, 2)).max() <= tolerance


def test_uint8_needs_no_range(service: Service, started: Start) -> None:
    images = RNG.integers(0, 256, (4, 3, 16, 16), dtype=np.uint8)
    run = started()
    run.samples(torch.from_numpy(images), step=0, name="faces", kind="random")
    record = sent(service, run)
    assert (record.value_range, record.name, record.kind) == ("[0, 255]", "faces", "random")
    assert (batch_of(record) == images).all()


def test_a_declared_range_is_kept_and_cuts_what_lies_outside(service: Service, started: Start) -> None:
    run = started()
    run.samples(np.linspace(-3, 3, 64).reshape(1, 8, 8), step=0, value_range=(-2, 2))
    record = sent(service, run)
    assert (record.value_range, record.inferred) == ("[-2, 2]", False)
    assert batch_of(record)[0, 0, 0, 0] == 0
    assert batch_of(record)[0, 0, -1, -1] == 255
    assert abs(int(np.median(batch_of(record))) - 127) <= 1


def test_an_inferred_range_does_not_flicker(service: Service, started: Start) -> None:
    """A tanh generator may give only positive pixels now and then; its grid must not change its meaning for that."""
    run = started()
    run.reference(RNG.uniform(-1, 1, (4, 8, 8)))
    run.samples(RNG.uniform(0, 1, (4, 8, 8)), step=1)
    run.samples(RNG.uniform(-1, 1, (4, 8, 8)), step=2)
    run.samples(RNG.uniform(0, 1, (4, 8, 8)), step=3)
    run.finish()
    records = service.all(wire.Samples)
    assert [record.value_range for record in records] == ["[-1, 1]"] * 4
    assert (records[0].kind, records[0].step) == ("reference", 0)


def test_what_is_no_number_is_magenta(service: Service, started: Start) -> None:
    images = np.zeros((2, 8, 8), "f4")
    images[1, 2, 3], images[1, 4, 4] = np.nan, np.inf
    run = started()
    run.samples(images, step=0)
    shown = tile(sent(service, run), 1)[::4, ::4]
    assert shown[2, 3].tolist() == shown[4, 4].tolist() == [255, 0, 255]
    assert shown[0, 0].tolist() == [0, 0, 0]
    record = sent(service, run)
    kept = np.frombuffer(record.batch, record.batch_dtype).reshape(record.batch_shape)
    assert (kept.dtype, kept.shape) == (np.dtype("f4"), (2, 1, 8, 8))
    assert np.argwhere(~np.isfinite(kept)).tolist() == [[1, 0, 2, 3], [1, 0, 4, 4]]
    assert np.nanmin(kept) >= 0
    assert np.nanmax(kept) <= 1


def test_large_grids_are_small_files(service: Service, started: Start) -> None:
    y, x = np.mgrid[0:64, 0:64] / 64
    images = np.stack([np.stack([np.sin(4 * x + n), np.cos(3 * y + n), x * y]) for n in range(150)])
    run = started()
    run.samples(images, step=0)
    record = sent(service, run)
    assert (record.count, record.rows, record.columns) == (100, 10, 10)
    assert len(record.image) < 60_000
    assert abs(pixels(record)[20, 20] - [(v + 1) * 127.5 for v in images[0, :, 18, 18]]).max() < 16
    assert len(record.batch) <= 4 << 20


def test_points_in_the_plane_are_dots(service: Service, started: Start) -> None:
    corners = np.array([[-1.0, -1.0], [1.0, 1.0], [1.0, -1.0]])
    run = started()
    run.samples(np.repeat(corners, 100, axis=0), step=0)
    record = sent(service, run)
    image = pixels(record)
    side = image.shape[0]
    low, high = (float(end) for end in record.value_range.strip("[]").split(","))
    assert low <= -1
    assert high >= 1
    dark = np.argwhere(image[..., 0] < 100)
    for x, y in corners:
        row, column = (side - 1) * (1 - (y - low) / (high - low)), (side - 1) * (x - low) / (high - low)
        assert (abs(dark - [row, column]).max(axis=1) <= 1.5).sum() == 9
    assert len(dark) == 27
    assert batch_of(record).shape == (300, 2)


def test_other_vectors_are_stripes(service: Service, started: Start) -> None:
    run = started()
    run.samples(RNG.normal(size=(2000, 17)), step=0)
    record = sent(service, run)
    assert record.batch_shape == (1024, 17)
    assert record.count == 1024
    assert pixels(record).shape == (record.tile_height, record.tile_width, 3)


@pytest.mark.parametrize(
    ("batch", "word"),
    [
        ("text", "str"), (None, "NoneType"), (np.zeros(5), "shape (5,)"), (np.zeros((0, 8, 8)), "shape (0, 8, 8)"),
        (np.zeros((2, 2, 8, 8)), "channels"), (np.zeros((1, 4000, 4000), "u1"), "too large"),
        (np.zeros((2, 3, 8, 8), complex), "complex"), (np.array([["a"]]), "dtype"), (torch.zeros(2, 2, 2, 2, 2), "shape"),
    ],
    ids=str,
)  # fmt: skip
def test_what_can_not_be_drawn_is_said(started: Start, caplog: pytest.LogCaptureFixture, batch: Any, word: str) -> None:
    run = started(mode="offline")
    run.samples(batch, step=0)
    assert word in caplog.text
    assert "not recorded" in caplog.text
    assert run.dropped == 1


def test_lists_of_images_and_bad_ranges(service: Service, started: Start, caplog: pytest.LogCaptureFixture) -> None:
    run = started()
    run.samples([torch.zeros(3, 8, 8, requires_grad=True), torch.ones(3, 8, 8)], step=0)
    run.samples(np.zeros((1, 8, 8)), step=0, value_range=(1, 1))
    run.samples(np.zeros((1, 8, 8)), step=0, kind="other")  # type: ignore[arg-type]
    assert sent(service, run).count == 2
    assert "value_range=(1, 1)" in caplog.text
    assert run.dropped == 2


def test_the_batch_may_change_as_soon_as_the_call_returns(service: Service, started: Start) -> None:
    run = started()
    images = torch.zeros(4, 8, 8)
    run.samples(images, step=0, value_range=(0, 1))
    images.fill_(1)
    assert not batch_of(sent(service, run)).any()


def test_a_backlog_is_bounded_and_counted(started: Start, caplog: pytest.LogCaptureFixture) -> None:
    run = started(mode="offline", media_backlog=1)
    for step in range(30):
        run.samples(RNG.uniform(size=(100, 3, 64, 64)), step=step)
    assert run.dropped > 0
    assert caplog.text.count("wait to be drawn") == 1
