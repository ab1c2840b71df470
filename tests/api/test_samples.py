"""Sample grids and blobs."""

from __future__ import annotations

import hashlib
import io
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import monitor
from monitor import wire
from tests.api.test_runs import grid
from tests.support import Service, until

WEBP = b"RIFF\x04\0\0\0WEBPVP8 grid"


def test_grids_by_step_name_and_kind(shared_service: Service) -> None:
    service = shared_service
    service.declare("grids")
    service.ship(grid(5, WEBP), grid(1, b"\x89PNG\r\n", name="z"), grid(1, WEBP), run="grids")
    found = service.get("/runs/grids/samples")["samples"]
    assert [(info["step"], info["name"]) for info in found] == [(1, "samples"), (1, "z"), (5, "samples")]
    digest = hashlib.sha256(WEBP).hexdigest()
    assert found[0] == {
        "step": 1, "time": 1.0, "name": "samples", "kind": "fixed", "rows": 8, "columns": 8, "count": 64,
        "tile_height": 16, "tile_width": 16, "value_range": "[-1, 1]", "inferred": True, "hash": digest,
        "url": f"/api/v1/blobs/{digest}", "bytes": len(WEBP), "batch": "", "shape": [],
    }  # fmt: skip
    assert [info["name"] for info in service.get("/runs/grids/samples", name="z")["samples"]] == ["z"]
    assert service.get("/runs/grids/samples", kind="random")["samples"] == []
    assert len(service.get("/runs/grids/samples/1")["samples"]) == 2
    assert service.get("/runs/grids/samples/2")["samples"] == []
    assert service.http.get("/runs/nobody/samples").status_code == 404
    assert service.http.get("/runs/grids/samples/-1").status_code == 422


def test_grids_of_several_runs_come_in_one_answer(shared_service: Service) -> None:
    service = shared_service
    for run in ("several-a", "several-b", "several-none"):
        service.declare(run)
    service.ship(grid(5, WEBP), grid(1, WEBP), run="several-a")
    service.ship(grid(3, WEBP, name="z"), run="several-b")
    found = service.get("/samples", runs="several-b,several-none,nobody,several-a")["samples"]
    assert list(found) == ["several-b", "several-none", "several-a"]
    for run, grids in found.items():
        assert grids == service.get(f"/runs/{run}/samples")["samples"]
    assert [one["step"] for one in found["several-a"]] == [1, 5]
    many = ",".join(f"run-{at}" for at in range(51))
    assert service.http.get("/samples", params={"runs": many}).status_code == 422


def test_a_step_logged_again_replaces_its_grid(shared_service: Service) -> None:
    service = shared_service
    service.declare("replaced")
    service.ship(grid(1, WEBP), grid(1, WEBP + b"2"), run="replaced")
    found = service.get("/runs/replaced/samples")["samples"]
    assert [info["hash"] for info in found] == [hashlib.sha256(WEBP + b"2").hexdigest()]
    assert service.get("/runs/replaced")["samples"] == 1


def test_blobs_may_be_cached_for_ever(shared_service: Service) -> None:
    service = shared_service
    service.declare("cached")
    service.ship(grid(1, WEBP), grid(2, b"\x89PNG\r\n"), grid(3, b"<script>"), run="cached")
    kinds = []
    for info in service.get("/runs/cached/samples")["samples"]:
        answer = service.http.get(f"{service.url}{info['url']}")
        kinds.append(answer.headers["content-type"])
        assert hashlib.sha256(answer.content).hexdigest() == info["hash"]
        assert answer.headers["etag"] == f'"{info["hash"]}"'
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        for known in (f'"{info["hash"]}"', f'W/"{info["hash"]}"', f'"x", "{info["hash"]}"', "*"):
            again = service.http.get(f"{service.url}{info['url']}", headers={"If-None-Match": known})
            assert (again.status_code, again.content) == (304, b"")
    assert kinds == ["image/webp", "image/png", "application/octet-stream"]


def test_blobs_that_are_not_there(shared_service: Service) -> None:
    for digest in ("0" * 64, "x", "..%2f..%2fnashboard.db", "A" * 64):
        answer = shared_service.http.get(f"/blobs/{digest}")
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "not_found"


def batch(
    step: int, rows: Any, kind: str = "fixed", name: str = "samples", value_range: str = "[0, 16]"
) -> wire.Samples:
    """A record whose batch is `rows`."""
    rows = np.ascontiguousarray(rows)
    dtype = "uint8" if rows.dtype == np.uint8 else "float32"
    rows = rows.astype(dtype)
    return wire.Samples(
        step, 1.0, name, kind, WEBP, 8, 8, 64, 8, 8, value_range, False, rows.tobytes(), dtype, rows.shape  # type: ignore[arg-type]
    )  # fmt: skip


def tiles(content: bytes, count: int) -> Any:
    """A sheet's tiles, (N, H, W, 3)."""
    sheet = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
    columns = math.ceil(math.sqrt(count))
    side = sheet.shape[1] // columns
    rows = sheet.shape[0] // side
    return sheet.reshape(rows, side, columns, side, 3).swapaxes(1, 2).reshape(-1, side, side, 3)[:count]


def test_a_sheet_shows_every_row_of_a_batch(shared_service: Service) -> None:
    service, rng = shared_service, np.random.default_rng(1)
    flat = rng.integers(0, 17, (7, 64)).astype(np.float32)
    broken = flat.copy()
    broken[3, 9] = np.nan
    colour = rng.integers(0, 256, (5, 3, 12, 12), np.uint8)
    wide = np.repeat(np.repeat(rng.integers(0, 256, (3, 1, 32, 32), np.uint8), 4, 2), 4, 3)
    service.declare("sheets")
    service.ship(
        batch(0, broken, "reference", "reference"),
        batch(1, flat),
        batch(1, colour, name="z"),
        batch(2, wide),
        run="sheets",
    )

    def sheet(which: str, count: int, **params: Any) -> Any:
        answer = service.http.get(f"/runs/sheets/samples/{which}/sheet", params=params)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
        return tiles(answer.content, count)

    grey = np.rint(flat.reshape(7, 8, 8) * 255 / 16)
    assert (np.abs(sheet("1", 7) - grey[..., None]) <= 1).all()
    grey[3, 1, 1] = 0  # what is no number is black
    assert (np.abs(sheet("reference", 7) - grey[..., None]) <= 1).all()
    assert (sheet("1", 5, name="z") == colour.transpose(0, 2, 3, 1)).all()
    small = sheet("2", 3)
    assert small.shape == (3, 64, 64, 3)
    assert abs(small[..., 0].mean() - wide.mean()) < 2
    listed = {(one["step"], one["name"]): one for one in service.get("/runs/sheets/samples")["samples"]}
    assert listed[1, "z"]["shape"] == [5, 3, 12, 12]
    digest = hashlib.sha256(colour.tobytes()).hexdigest()
    assert listed[1, "z"]["batch"] == digest
    for given, kept in ((digest, True), ("0" * 64, False), ("", False)):
        answer = service.http.get("/runs/sheets/samples/1/sheet", params={"name": "z", "batch": given})
        assert ("immutable" in answer.headers["cache-control"]) is kept
        again = service.http.get(str(answer.url), headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_points_of_the_plane_come_as_logged(shared_service: Service) -> None:
    service = shared_service
    rows = np.array([[0.25, -1], [np.nan, 2], [1e-7, 3e9]], np.float32)
    service.declare("plane")
    service.ship(batch(0, rows[:1], "reference", "reference"), batch(4, rows), run="plane")
    assert service.get("/runs/plane/samples/4/points") == {"x": [0.25, None, 1e-7], "y": [-1.0, 2.0, 3e9]}
    assert service.get("/runs/plane/samples/reference/points") == {"x": [0.25], "y": [-1.0]}


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("samples/4/sheet", "rows of 2 numbers are no images"),
        ("samples/5/sheet", "has no batch of step 5"),
        ("samples/4/sheet?name=z", "has no batch of step 4 named 'z'"),
        ("samples/reference/sheet", "has no reference"),
        ("samples/6/points", "samples of shape (64,) are no points in the plane"),
        ("samples/7/points", "has no batch of step 7"),
    ],
)
def test_batches_that_show_nothing(shared_service: Service, path: str, says: str) -> None:
    service = shared_service
    service.declare("bare")
    service.ship(batch(4, np.zeros((3, 2))), batch(6, np.zeros((3, 64))), grid(7, WEBP), run="bare")
    answer = service.http.get(f"/runs/bare/{path}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert says in answer.json()["error"]["message"]


def test_samples_that_are_no_numbers_are_told_and_left_out_of_what_is_measured(
    shared_service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, rng = shared_service, np.random.default_rng(0)
    monkeypatch.setenv("NASHBOARD_DIR", str(tmp_path))
    run = monitor.init(server=service.url, system_every=0, flush_timeout=60)
    run.reference(rng.uniform(-1, 1, (200, 1, 8, 8)))
    sound, broken, lost = (rng.uniform(-1, 1, (64, 1, 8, 8)) for _ in range(3))
    broken[3, 0, 2, 5], lost[:] = np.inf, np.nan
    for step, images in enumerate((sound, broken, lost, sound)):
        run.samples(images, step=step)
    run.finish()
    share = until(lambda: len(found := service.points("sample/non_finite", run.id)) == 4 and found, 60)
    assert share == {0: 0.0, 1: 1 / 64, 2: 1.0, 3: 0.0}
    coverage = service.points("sample/coverage", run.id)
    assert set(coverage) == {0, 1, 3}
    assert min(coverage.values()) > 0.8
    (alert,) = until(lambda: service.get("/alerts", run=run.id, kind="non_finite")["alerts"])
    assert (alert["severity"], alert["onset_step"]) == ("critical", 1)
    assert alert["summary"].startswith("a part of the samples is no finite number")
    answer = service.http.get(f"/runs/{run.id}/samples/1/sheet")
    assert answer.status_code == 200
    shown = tiles(answer.content, 64)
    assert shown[3, 2, 5].tolist() == [0, 0, 0]
    assert abs(shown[:, :, :, 0] - ((np.nan_to_num(broken[:, 0], posinf=-1) + 1) * 127.5)).max() < 1.5
