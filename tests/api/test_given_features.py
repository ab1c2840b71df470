"""Features that came with the batches: metrics and maps are made from them, under the name of who made them."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import nn

import monitor
from monitor import wire
from monitor.sample_metrics import Reference
from tests.api.test_fields import batch
from tests.api.test_projections import finished
from tests.support import Service, until

IMAGES = torch.tensor(load_digits().images / 16, dtype=torch.float32)[:, None]
PIXELS = np.clip(load_digits().images * 255 / 16 + 0.5, 0, 255).astype("u1")[:, None]


def encoder(width: int = 12) -> nn.Module:
    torch.manual_seed(3)
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, width))


def given(record: wire.Samples, rows: np.ndarray, name: str = "module:Net/0a1b2c3d") -> wire.Samples:
    rows = np.ascontiguousarray(rows, "<f4")
    return msgspec.structs.replace(record, features=rows.tobytes(), extractor=f"{name}/{rows.shape[1]}")


def test_metrics_and_maps_are_those_of_the_module_asked_directly(
    shared_service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, module = shared_service, encoder()
    monkeypatch.setenv("NASHBOARD_DIR", str(tmp_path))
    run = monitor.init(server=service.url, system_every=0, flush_timeout=60)
    run.reference(IMAGES[:200], value_range=(0, 1), extractor=module, extractor_name="mine")
    run.samples(IMAGES[300:400], step=7, value_range=(0, 1))
    run.finish()
    assert {job["state"] for job in finished(service, run.id)} == {"done"}
    with torch.no_grad():
        real, fake = module.eval()(IMAGES[:200]).numpy(), module(IMAGES[300:400]).numpy()
    reference = Reference(real)
    for name, value in reference.measure(fake).values.items():
        points = until(lambda name=name: service.points(name, run.id), 60)
        assert points[7] == pytest.approx(value, rel=1e-3, abs=1e-4), name
    floor = until(lambda: service.points("sample_floor/coverage", run.id), 60)
    assert floor[0] == pytest.approx(reference.floors["sample/coverage"])
    told = service.get(f"/runs/{run.id}")["extractor"]
    assert told.startswith("module:mine/")
    assert told.endswith("/12")
    frame = service.get(f"/runs/{run.id}/projections/7")
    nearest = ((fake[:, None] - real[None]) ** 2).sum(axis=2).argmin(axis=1)
    assert np.mean(np.array(frame["nearest"]) == nearest) > 0.98  # ties may fall either way
    asked = service.http.post("/projections/joint", json={"runs": [run.id]}).json()
    joint = until(
        lambda: (one := service.get(f"/projections/joint/{asked['id']}"))["state"] in ("done", "failed") and one, 60
    )
    assert (joint["state"], joint["error"]) == ("done", "")


def test_another_module_and_batches_without_features_are_refused_with_the_reason(shared_service: Service) -> None:
    service, rows = shared_service, np.random.default_rng(0).normal(size=(250, 5))
    service.declare("mixed")
    real = given(batch(0, PIXELS[:50], "reference", "reference"), rows[:50])
    fake = given(batch(1, PIXELS[50:90]), rows[50:90])
    other = given(batch(2, PIXELS[50:90]), rows[50:90], "module:Net/ffffffff")
    service.ship(real, fake, other, batch(3, PIXELS[50:90]), run="mixed")
    states = {job["step"]: (job["state"], job["error"]) for job in finished(service, "mixed")}
    assert [states[step][0] for step in (-1, 1, 2, 3)] == ["done", "done", "failed", "failed"]
    assert "with this batch came those of module:Net/ffffffff/5" in states[2][1]
    assert "with this batch came none" in states[3][1]
    service.ship(given(real, rows[:50, :4]), run="mixed", first_seq=5)
    told = service.get("/runs/mixed/events")["events"]
    assert [one["data"] for one in told if one["kind"] == "extractor_kept"] == [
        {"asked": "module:Net/0a1b2c3d/4", "kept": "module:Net/0a1b2c3d/5"}
    ]
    assert service.get("/runs/mixed")["extractor"] == "module:Net/0a1b2c3d/5"
    assert {job["state"] for job in finished(service, "mixed")} == {"failed"}


def test_features_that_do_not_fit_are_refused_and_they_go_with_their_run(shared_service: Service) -> None:
    service = shared_service
    service.declare("unfit")
    good = given(batch(1, PIXELS[:9]), np.full((9, 3), math.pi))
    bad = [
        msgspec.structs.replace(good, features=good.features[:-4]),
        msgspec.structs.replace(good, extractor=""),
        msgspec.structs.replace(good, features=b""),
        msgspec.structs.replace(good, extractor="module:../../x/0a1b2c3d/3"),
    ]
    for record in bad:
        body = msgspec.msgpack.encode(wire.Batch("s", 1, [record]))
        answer = service.http.post("/runs/unfit/records", content=body, headers={"Content-Type": "application/msgpack"})
        assert answer.status_code == 422
    service.ship(good, run="unfit")
    (path,) = (service.folder / "blobs").glob(f"*/*{hashlib.sha256(good.features).hexdigest()[2:]}")
    assert path.read_bytes() == good.features
    service.http.delete("/runs/unfit")
    assert not path.exists()
