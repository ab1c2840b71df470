"""Maps over HTTP, made by a real service and its workers."""

from __future__ import annotations

import math
import signal
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import psutil
import pytest
from sklearn.datasets import load_digits

from monitor import wire
from tests.support import Service, until

DIGITS = load_digits(return_X_y=True)[0]


def samples(step: int, rows: Any, kind: str = "fixed", name: str = "samples") -> wire.Samples:
    batch = np.ascontiguousarray(rows, np.float32)
    return wire.Samples(
        step, 1.0, name, kind, b"RIFF\0\0\0\0WEBPx", 8, 8, 64, 8, 8, "[0, 16]", False, batch.tobytes(), "float32", batch.shape
    )  # type: ignore[arg-type]  # fmt: skip


REFERENCE = samples(0, DIGITS[:200], "reference", "reference")


def finished(service: Service, run: str) -> list[dict[str, Any]]:
    def jobs() -> list[dict[str, Any]] | None:
        found: list[dict[str, Any]] = service.get(f"/runs/{run}/projections")["jobs"]
        return found if all(job["state"] in ("done", "failed") for job in found) else None

    return until(jobs, 60)  # type: ignore[return-value]


def test_frames_share_the_reference_and_tell_the_distance(shared_service: Service) -> None:
    service = shared_service
    service.declare("maps")
    cursor = service.get("/live")["cursor"]
    noise = np.random.default_rng(0).random((30, 64)) * 16
    broken = DIGITS[200:203].copy()
    broken[1, 5] = math.nan
    service.ship(REFERENCE, samples(3, DIGITS[:40]), samples(9, noise), samples(9, broken, name="broken"), run="maps")
    assert {job["state"] for job in finished(service, "maps")} == {"done"}
    told = service.get("/runs/maps/projections", name="samples")
    assert (told["reference"], [frame["step"] for frame in told["frames"]]) == (200, [3, 9])
    reference = service.get("/runs/maps/projections/reference")
    assert reference["row"] == list(range(200))
    assert len(reference["x"]) == len(reference["y"]) == len(reference["cluster"]) == 200
    same = service.get("/runs/maps/projections/3")
    assert same["nearest"] == list(range(40))
    assert max(same["distance"]) < 0.001
    assert same["cluster"] == reference["cluster"][:40]
    apart = [math.dist(a, b) for a, b in zip(zip(same["x"], same["y"]), zip(reference["x"], reference["y"]))]  # noqa: B905
    assert np.median(apart) < 0.1 * np.std(reference["x"])
    assert min(service.get("/runs/maps/projections/9", name="samples")["distance"]) > 1.5
    holes = service.get("/runs/maps/projections/9", name="broken", method="pca")
    assert [value is None for value in holes["x"]] == [False, True, False]
    assert (holes["nearest"][1], holes["cluster"][1], holes["distance"][1]) == (-1, -1, None)
    assert service.get("/live", cursor=cursor)["changes"]["maps"]["projections"] == [-1, 3, 9]
    assert service.get("/runs/maps/projections/3", method="pca")["x"] != same["x"]
    apart = np.linalg.norm(DIGITS[:200, None] - DIGITS[None, :200], axis=2)  # features of 64 numbers are these numbers
    near = service.get("/runs/maps/projections/3/neighbours", point=7)
    assert near["rows"][0] == 7
    assert apart[7][near["rows"]] == pytest.approx(np.sort(apart[7])[:5])  # some are as near as others
    unit = np.median(np.where(apart > 1e-6, apart, np.inf).min(axis=1))
    assert near["distances"] == pytest.approx(np.sort(apart[7])[:5] / unit, abs=1e-3)
    own = service.get("/runs/maps/projections/-1/neighbours", point=7)
    assert apart[7][own["rows"]] == pytest.approx(np.sort(apart[7])[1:6])  # others, not itself
    assert service.get("/runs/maps/projections/9/neighbours", point=1, name="broken")["rows"] == []
    beyond = service.http.get("/runs/maps/projections/3/neighbours", params={"point": 40})
    assert (beyond.status_code, beyond.json()["error"]["code"]) == (404, "not_found")


def test_principal_components_wait_for_no_layout(shared_service: Service) -> None:
    service = shared_service
    service.declare("early")
    cursor = service.get("/live")["cursor"]
    real = DIGITS[:7]  # too few rows for t-SNE
    few = DIGITS[:8]
    service.ship(
        samples(0, few, "reference", "reference"), samples(1, real), samples(1, real, name="other"), run="early"
    )
    jobs = finished(service, "early")
    assert {(job["state"], job["attempts"]) for job in jobs} == {("failed", 1)}
    told = until(lambda: (found := service.get("/runs/early/projections"))["reference"] and found)
    assert (told["reference"], told["laid_out"]) == (8, False)
    assert [(one["name"], one["laid_out"]) for one in told["frames"]] == [("other", False), ("samples", False)]
    placed = service.get("/runs/early/projections/1", method="pca", name="other")
    at = service.get("/runs/early/projections/reference", method="pca")
    assert (placed["x"], placed["nearest"]) == (pytest.approx(at["x"][:7], abs=1e-3), list(range(7)))
    missing = service.http.get("/runs/early/projections/1", params={"method": "tsne"})
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "not_found")
    assert service.get("/live", cursor=cursor)["changes"]["early"][
        "jobs"
    ]  # those who follow need not ask again and again
    assert service.get("/runs/early/modes", name="samples")["count"] == [7]
    service.ship(
        samples(1, DIGITS[1:3]), run="early", first_seq=4
    )  # another batch of that step: nothing of the old one stays
    until(lambda: any(one["count"] == 2 for one in service.get("/runs/early/projections", name="samples")["frames"]))


def test_modes_count_the_samples_that_lie_on_the_data(shared_service: Service) -> None:
    service, rng = shared_service, np.random.default_rng(0)
    middles = np.array([[0, 0], [50, 0], [0, 50]], np.float32)
    which = np.repeat([0, 1, 2], [30, 20, 10])
    real = middles[which] + rng.normal(0, 0.1, (60, 2)).astype(np.float32)
    half = np.concatenate([real[:15], real[30:40], np.full((5, 2), 25), np.full((2, 2), math.nan)])
    service.declare("modes")
    assert service.get("/runs/modes/modes")["steps"] == []
    service.ship(samples(0, real, "reference", "reference"), samples(2, real[:20]), samples(5, half), run="modes")
    service.ship(samples(5, real[:3] * math.nan, name="broken"), run="modes", first_seq=4)
    finished(service, "modes")
    reference = service.get("/runs/modes/projections/reference")
    found = service.get("/runs/modes/modes", name="samples")
    own = np.hypot(*(real[:, None] - real[None]).transpose(2, 0, 1)) + 1e9 * np.eye(60)
    assert reference["distance"] == pytest.approx(own.min(1) / np.median(own.min(1)), abs=1e-3)
    assert found["limit"] == pytest.approx(1.5 * np.quantile(reference["distance"], 0.99), abs=1e-3)
    mode = [which[one["rows"][0]] for one in found["clusters"]]  # clusters of k-means: each lies in one of the modes
    assert all(len({which[row] for row in one["rows"]}) == 1 for one in found["clusters"])
    assert [one["count"] for one in found["clusters"]] == [reference["cluster"].count(at) for at in range(len(mode))]

    def shares(at: int) -> list[float]:
        return [sum(some[at] for some, one in zip(found["shares"], mode, strict=True) if one == k) for k in range(3)]

    assert (found["steps"], found["count"], found["off"]) == ([2, 5], [20, 30], [0.0, pytest.approx(5 / 30, abs=1e-4)])
    assert shares(0) == pytest.approx([1, 0, 0], abs=1e-3)
    assert shares(1) == pytest.approx([15 / 30, 10 / 30, 0], abs=1e-3)
    assert service.get("/runs/modes/modes", name="samples", **{"from": 3})["steps"] == [5]
    assert (found["by"], found["members"]) == ("cluster", reference["cluster"])
    labels = [[5, 0, 2][one] for one in which]
    fresh = msgspec.structs.replace(samples(0, real, "reference", "reference"), labels=labels, label_names=["a"])
    service.ship(fresh, run="modes", first_seq=5)
    found = until(lambda: (told := service.get("/runs/modes/modes", name="samples"))["steps"] == [2, 5] and told, 60)
    assert [(one["label"], one["count"]) for one in found["clusters"]] == [("a", 20), ("2", 10), ("5", 30)]
    assert [shares[1] for shares in found["shares"]] == pytest.approx([10 / 30, 0, 15 / 30], abs=1e-3)
    assert service.get("/runs/modes/modes", name="broken")["steps"] == []  # its job failed: nothing of it is finite


def test_a_batch_unlike_the_reference_fails_with_its_reason(shared_service: Service) -> None:
    shared_service.declare("unlike")
    shared_service.ship(REFERENCE, samples(1, DIGITS[:20, :32]), run="unlike")
    _, job = finished(shared_service, "unlike")
    assert (job["state"], job["attempts"]) == ("failed", 1)
    assert job["error"] == "samples of shape (32,) can't be compared with a reference of (64,)"


@pytest.mark.parametrize(
    "path", ["/runs/nobody/projections", "/runs/bare/projections/3", "/runs/bare/projections/reference"]
)
def test_what_is_not_there(shared_service: Service, path: str) -> None:
    shared_service.declare("bare")
    answer = shared_service.http.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert shared_service.http.get("/runs/bare/projections", params={"method": "umap"}).status_code == 422
    assert shared_service.get("/runs/bare/projections")["frames"] == []


@pytest.mark.fault
def test_a_killed_worker_and_a_killed_service_lose_no_job(start_service: Callable[..., Service]) -> None:
    service = start_service()
    service.declare()
    service.ship(samples(0, DIGITS[:1200], "reference", "reference"), samples(1, DIGITS[1200:1300]))

    def workers() -> list[psutil.Process]:
        children = psutil.Process(service.pid).children()
        return [child for child in children if child.cmdline()[-1:] == ["monitor.jobs.projection:Projection"]]

    worker = until(workers)[0]
    until(lambda: {job["state"] for job in service.get("/runs/r/projections")["jobs"]} == {"running"})
    worker.send_signal(signal.SIGKILL)
    until(lambda: any("signal 9" in job["error"] for job in service.get("/runs/r/projections")["jobs"]))
    second = until(lambda: [child for child in workers() if child.pid != worker.pid])[0]
    service.kill()
    second.wait(20)  # a worker ends with its service
    service.start()
    assert [job["state"] for job in finished(service, "r")] == ["done", "done"]
    assert len(service.get("/runs/r/projections/1")["x"]) == 100


def test_without_workers_nothing_is_queued(start_service: Callable[..., Service]) -> None:
    service = start_service(job_workers=0)
    service.declare()
    service.ship(REFERENCE, samples(1, DIGITS[:20]))
    assert service.get("/runs/r/projections")["jobs"] == []


def test_the_service_itself_loads_nothing_heavy() -> None:
    import subprocess
    import sys

    code = "import sys, monitor.api.app; print(sorted({'sklearn', 'openTSNE', 'torch', 'scipy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
