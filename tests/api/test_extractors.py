"""A run's extractor: chosen once, used by the workers, told with the values."""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits

from tests.api.test_fields import batch
from tests.api.test_projections import finished
from tests.support import Service, until

IMAGES = np.clip(load_digits().images * 255 / 16 + 0.5, 0, 255).astype("u1")[:, None]


def test_a_run_is_measured_with_the_extractor_that_it_named(shared_service: Service) -> None:
    service = shared_service
    service.declare("sure", extractor="digits")
    service.declare("usual")
    records = batch(0, IMAGES[:200], "reference", "reference"), batch(3, IMAGES[200:300])
    service.ship(*records, run="sure")
    service.ship(*records, run="usual")
    assert {job["state"] for job in finished(service, "sure")} == {"done"}
    score = until(lambda: service.points("sample/inception_score", "sure"), 60)
    assert score[3] is not None and score[3] > 6  # noqa: PT018
    assert service.get("/runs/sure")["extractor"] == "digits"
    assert service.get("/runs/usual")["extractor"] == "pooled-pixels"
    until(lambda: service.points("sample/coverage", "usual"), 60)
    assert service.points("sample/inception_score", "usual") == {}


def test_another_extractor_for_the_same_run_is_not_taken_and_that_is_told_once(shared_service: Service) -> None:
    service = shared_service
    service.declare("kept", extractor="random-conv")
    for _ in range(2):
        service.declare("kept", extractor="identity")
    service.declare("kept")
    told = service.get("/runs/kept/events")["events"]
    assert [(one["kind"], one["data"]) for one in told] == [
        ("extractor_kept", {"asked": "identity", "kept": "random-conv"})
    ]
    assert service.get("/runs/kept")["extractor"] == "random-conv"
    answer = service.http.post("/runs", json={"id": "odd", "extractor": "../../etc/passwd"})
    assert answer.status_code == 422


def test_an_extractor_that_is_not_there_fails_with_what_there_is(shared_service: Service) -> None:
    service = shared_service
    service.declare("lacking", extractor="inception-v9")
    service.ship(batch(0, IMAGES[:50], "reference", "reference"), batch(3, IMAGES[200:250]), run="lacking")
    jobs = finished(service, "lacking")
    assert {(job["state"], job["attempts"]) for job in jobs} == {("failed", 1)}
    assert all("no extractor 'inception-v9'; there are pooled-pixels" in job["error"] for job in jobs)
