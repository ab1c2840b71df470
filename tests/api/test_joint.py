"""Joint maps over HTTP: of several steps, of several runs, and what is said when there can be none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

from monitor import wire
from tests.api.test_fields import batch
from tests.support import Service, until

IMAGES = np.clip(load_digits().images * 255 / 16 + 0.5, 0, 255).astype("u1")[:, None]


def done(service: Service, map_id: str) -> dict[str, Any]:
    def told() -> Any:
        found = service.get(f"/projections/joint/{map_id}")
        return found if found["state"] in ("done", "failed") else None

    return until(told, 60)  # type: ignore[no-any-return]


def ask(service: Service, path: str, **body: Any) -> dict[str, Any]:
    answer = service.http.post(path, json=body)
    assert answer.status_code == 202, answer.text
    return answer.json()  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def pair(shared_service: Service) -> Service:
    """Two runs: of "joint-a" real digits, of "joint-b" noise."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (40, 1, 8, 8), dtype=np.uint8)
    for run, fakes in (("joint-a", IMAGES[200:240]), ("joint-b", noise)):
        shared_service.declare(run)
        records = [batch(step, fakes) for step in (10, 20, 30)]
        shared_service.ship(batch(0, IMAGES[:100], "reference", "reference"), *records, run=run)
    return shared_service


def test_two_runs_share_one_map_and_the_same_question_is_answered_once(pair: Service) -> None:
    asked = ask(pair, "/projections/joint", runs=["joint-a", "joint-b"], steps=[11, 10_000])
    assert asked["state"] in ("queued", "running")
    assert [(part["run"], part["step"], part["start"], part["count"]) for part in asked["parts"]] == [
        ("joint-a", -1, 0, 100), ("joint-a", 10, 100, 40), ("joint-a", 30, 140, 40), ("joint-b", 10, 180, 40),
        ("joint-b", 30, 220, 40),
    ]  # fmt: skip
    found = done(pair, asked["id"])
    assert (found["state"], found["progress"], found["error"]) == ("done", 1.0, "")
    places = np.array([found["x"], found["y"]]).T
    assert places.shape == (260, 2)
    assert found["row"][:3] == [0, 1, 2] and found["row"][100:103] == [0, 1, 2]  # noqa: PT018
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    real = range(100)
    held, noise = apart[100:140, real].min(axis=1), apart[180:220, real].min(axis=1)
    assert np.median(noise) > 2 * np.median(held)  # noise has a place of its own, real digits lie among their like
    again = ask(pair, "/projections/joint", runs=["joint-a", "joint-b"], steps=[10, 30])
    assert (again["id"], again["state"]) == (asked["id"], "done")
    listed = pair.get("/projections/joint", run="joint-b")["maps"]
    assert [one["id"] for one in listed] == [asked["id"]]
    assert "x" not in listed[0]


def test_one_run_by_principal_components(pair: Service) -> None:
    asked = ask(pair, "/runs/joint-a/projections/joint", method="pca")
    assert [part["step"] for part in asked["parts"]] == [-1, 30]
    found = done(pair, asked["id"])
    flat = IMAGES[:100].reshape(100, -1) / 255
    _, _, axes = np.linalg.svd(flat - flat.mean(axis=0), full_matrices=False)
    expected = (flat - flat.mean(axis=0)) @ axes[0]
    assert np.abs(np.corrcoef(expected, found["x"][:100])[0, 1]) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({"runs": ["nobody"]}, 404, "nobody"),
        ({"runs": []}, 422, "runs"),
        ({"runs": ["joint-a", "joint-odd"]}, 422, "can't be compared"),
        ({"runs": ["joint-a", "joint-conv"]}, 422, "different extractors"),
        ({"runs": ["joint-conv"]}, 404, "no reference"),
        ({"runs": ["joint-a"], "name": "other"}, 404, "no batches named 'other'"),
        ({"runs": ["joint-a"], "method": "umap"}, 422, "umap"),
        ({"runs": ["joint-a"], "steps": [-1]}, 422, "steps"),
        ({"runs": ["joint-a"], "colour": "red"}, 422, "colour"),
    ],
)
def test_what_can_not_be_laid_out_is_said(pair: Service, body: dict[str, Any], status: int, word: str) -> None:
    pair.declare("joint-conv", extractor="random-conv")
    pair.declare("joint-odd")
    pair.ship(batch(5, np.zeros((9, 1, 4, 4), "u1")), run="joint-odd")
    answer = pair.http.post("/projections/joint", json=body)
    assert (answer.status_code, word in answer.text) == (status, True), answer.text
    assert pair.http.get("/projections/joint/none").status_code == 404


def test_maps_go_with_their_runs_and_a_rewind_keeps_the_layout(shared_service: Service) -> None:
    service = shared_service
    service.declare("joint-gone")
    service.ship(
        batch(0, IMAGES[:60], "reference", "reference"), batch(1, IMAGES[60:80]), batch(5, IMAGES[80:90]), run="joint-gone"
    )  # fmt: skip

    def laid_out() -> list[int]:
        frames = service.get("/runs/joint-gone/projections")["frames"]
        return [frame["step"] for frame in frames if frame["laid_out"]]

    until(lambda: laid_out() == [1, 5], 60)
    before = service.get("/runs/joint-gone/projections/reference")
    service.ship(wire.Event(1, 2.0, "rewind"), batch(6, IMAGES[80:90]), run="joint-gone", first_seq=4)
    until(lambda: laid_out() == [1, 6], 60)
    assert service.get("/runs/joint-gone/projections/reference") == before
    map_id = ask(service, "/runs/joint-gone/projections/joint", method="pca")["id"]
    done(service, map_id)
    assert service.http.delete("/runs/joint-gone").is_success
    assert service.http.get(f"/projections/joint/{map_id}").status_code == 404
