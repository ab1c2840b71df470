"""Lists at the API: sorting, views, health, sparklines, projects, bulk actions, and disk space that comes back."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from monitor import wire
from tests.support import Service, scalars, until


def ids(service: Service, **params: Any) -> list[str]:
    return [run["id"] for run in service.get("/runs", **params)["runs"]]


def test_views_sorting_and_bulk_actions(start_service: Any) -> None:
    service = start_service()
    for at, name in enumerate("cab"):
        service.declare(name, name=name.upper(), project="p", group="g" if at else "", total_steps=100, tags=["t"])
        service.ship(scalars(at, g_loss=float(at)), run=name)
    bulk = service.http.post
    assert ids(service, sort="name") == ["a", "b", "c"]
    assert ids(service, sort="-step") == ids(service, sort="-generator") == ["b", "a", "c"]
    assert ids(service, sort="progress", limit=1, offset=1) == ["a"]
    for q, sort, offset in (("", "name", 9), ("name:*", "name", 0), ("name:*", "-generator", 1), ("name:*", "name", 9)):
        page = service.get("/runs", q=q, sort=sort, limit=1, offset=offset)
        assert (page["total"], len(page["runs"])) == (3, offset < 3)
    for sort in (
        "created",
        "-started",
        "project",
        "-group",
        "state",
        "-health",
        "points",
        "samples",
        "-duration",
        "discriminator",
    ):
        assert sorted(ids(service, sort=sort)) == ["a", "b", "c"]
    assert service.http.get("/runs", params={"sort": "colour"}).status_code == 422

    assert bulk("/runs/bulk", json={"runs": ["a"], "action": "archive"}).json()["runs"] == 1
    assert bulk("/runs/bulk", json={"selected": {"q": "name:B"}, "action": "trash"}).json()["runs"] == 1
    assert (ids(service), ids(service, view="archived"), ids(service, view="trash")) == (["c"], ["a"], ["b"])
    assert len(ids(service, view="all")) == 3
    told = service.get("/projects")
    assert told["views"] == {"active": 1, "archived": 1, "trash": 1}
    assert [(one["project"], one["runs"], one["running"], len(one["groups"])) for one in told["projects"]] == [
        ("p", 1, 1, 0)
    ]
    assert service.get("/projects", view="trash")["projects"][0]["groups"][0]["group"] == "g"
    for body in ({"runs": ["a"], "action": "unarchive"}, {"selected": {"view": "trash"}, "action": "restore"}):
        assert bulk("/runs/bulk", json=body).json() == {"runs": 1, "freed": {"points": 0, "images": 0, "bytes": 0}}
    assert sorted(ids(service)) == ["a", "b", "c"]
    bulk("/runs/bulk", json={"runs": ["a", "b"], "action": "tag", "value": "best"})
    bulk("/runs/bulk", json={"runs": ["b"], "action": "untag", "value": "t"})
    bulk("/runs/bulk", json={"runs": ["b"], "action": "group", "value": ""})
    assert sorted(ids(service, q="tag:best tag:t")) == ["a"]
    assert service.get("/runs/b")["tags"] == ["best"]
    assert ids(service, group="g") == ["a"]
    service.http.patch("/runs/b", json={"trashed": True, "notes": "why it went"})
    assert ids(service, view="trash", q="went") == ["b"]
    for body in ({"runs": ["a", "nobody"], "action": "trash"}, {"action": "trash"}, {"runs": ["a"], "action": "burn"},
                 {"runs": ["a"], "action": "tag"}, {"runs": ["a"], "selected": {}, "action": "trash"}):  # fmt: skip
        assert bulk("/runs/bulk", json=body).status_code in (404, 422)
    assert "a" in ids(service), "all or none"


def test_health_follows_the_doctor(shared_service: Service) -> None:
    service = shared_service
    service.declare("ill", config={"loss": "wgan-gp"})
    assert service.get("/runs/ill")["health"] == "unknown"
    service.ship(*(scalars(step, g_loss=1.0, d_loss=1.0) for step in range(5)), run="ill")
    assert ids(service, q="id:ill health:healthy loss:wgan-gp") == ["ill"]
    service.ship(*(scalars(step, g_loss=math.nan, d_loss=math.nan) for step in range(5, 30)), run="ill", first_seq=6)
    until(lambda: ids(service, q="id:ill health:critical trouble:non_finite") == ["ill"])
    run = service.get("/runs/ill")
    assert (run["health"], run["trouble"]) == ("critical", "non_finite")
    assert run["says"]
    for alert in service.get("/runs/ill/alerts")["alerts"]:
        service.http.post(f"/alerts/{alert['id']}/resolve")
    assert service.get("/runs/ill")["health"] == "healthy"
    assert ids(service, q="id:ill health:critical") == []


def test_a_run_is_not_healthy_before_the_doctor_knows_a_signal_of_it(shared_service: Service) -> None:
    service = shared_service
    service.declare("own")
    service.ship(*(scalars(step, foo=1.0) for step in range(5)), run="own")
    assert ids(service, q="id:own health:unknown step>3") == ["own"]
    service.ship(*(scalars(step, foo=1.0, d_loss=1.0) for step in range(5, 9)), run="own", first_seq=6)
    assert service.get("/runs/own")["health"] == "healthy"
    service.declare("sampled")
    service.ship(wire.Scalars(0, 1.0, {"sample/diversity": 0.9}), run="sampled")
    assert service.get("/runs/sampled")["health"] == "healthy"


def test_sparklines_are_the_means_of_equal_stretches(shared_service: Service) -> None:
    service = shared_service
    service.declare("spark")
    service.declare("bare")
    service.ship(*(scalars(step, g_loss=float(step), errD=math.nan) for step in range(1280)), run="spark")
    service.ship(scalars(7, d_loss=2.0), run="bare")
    found = service.get("/sparklines", runs="spark,bare,nobody")["runs"]
    assert set(found) == {"spark", "bare"}
    line = found["spark"]["loss/generator"]
    assert line == [32 * at + 15.5 for at in range(40)]
    assert found["spark"]["loss/discriminator"] == [None] * 40
    assert found["bare"] == {"loss/discriminator": [2.0]}
    assert service.http.get("/sparklines", params={"runs": ",".join(map(str, range(201)))}).status_code == 422


@pytest.mark.parametrize("query", ["colour:red", "health:ill", 'name:"open'])
def test_a_wrong_query_is_named(shared_service: Service, query: str) -> None:
    answer = shared_service.http.get("/runs", params={"q": query})
    assert answer.status_code == 422
    assert query.partition('"')[0] in answer.json()["error"]["message"]
    assert shared_service.http.post("/runs/bulk", json={"selected": {"q": query}, "action": "trash"}).status_code == 422


def test_the_language_is_told_with_what_there_is(shared_service: Service) -> None:
    shared_service.declare("told", tags=["offered"], config={"loss": "hinge", "opt": {"lr": 1}})
    told = shared_service.get("/query")
    assert {"loss", "config.…", "step"} <= {one["field"] for one in told["fields"]}
    assert "offered" in told["offers"]["tag"]
    assert "hinge" in told["offers"]["loss"]
    assert "config.opt.lr" in told["offers"]["config"]


def test_a_deletion_says_what_it_frees_and_gives_it_back(start_service: Any) -> None:
    service = start_service()
    service.declare("kept")
    service.declare("big")
    image = b"\x89PNG" + bytes(50_000)
    grid = wire.Samples(0, 1.0, "s", "fixed", image, 1, 1, 1, 1, 1, "[0, 1]", inferred=True)
    for at in range(0, 60_000, 2000):
        some = [wire.Scalars(step, 1.79e9, {"a": 1.0, "b": 2.0}) for step in range(at, at + 2000)]
        service.ship(*some, run="big", first_seq=at + 1)
    service.ship(grid, run="big", sender="media")
    database, blobs = Path(service.folder) / "nashboard.db", Path(service.folder) / "blobs"
    body = {"runs": ["big"], "action": "delete"}
    told = service.http.post("/runs/bulk", json=body | {"dry_run": True}).json()
    assert told["freed"]["points"] == 180_000  # system/time is a series too
    assert told["freed"]["images"] == 1
    assert told["freed"]["bytes"] > 50_000 + 180_000 * 20
    assert "big" in ids(service)
    service.stop()
    before = database.stat().st_size
    service.start()
    assert service.http.post("/runs/bulk", json=body).json() == told
    assert ids(service) == ["kept"]
    assert not [path for path in blobs.rglob("*") if path.is_file()]
    until(lambda: database.stat().st_size < before / 2)


def test_effects_of_one_group_against_another(shared_service: Service) -> None:
    service = shared_service
    for group, level in (("before", 1.0), ("after", 3.0)):
        for seed in range(3):
            run = f"{group}-{seed}"
            service.declare(run, project="effects", group=group)
            service.ship(*(scalars(step, g_loss=0.0 if step < 90 else level + seed) for step in range(100)), run=run)
    service.ship(*(scalars(step, g_loss=math.nan) for step in range(100, 130)), run="before-0", first_seq=101)
    until(lambda: service.get("/runs/before-0")["trouble"] == "non_finite")
    found = service.get("/effects", before="effects//before", after="effects//after")
    (metric,) = [one for one in found["metrics"] if one["name"] == "loss/generator"]
    assert metric["after"]["value"] == pytest.approx(4.0)
    assert metric["after"]["high"] - 4.0 == pytest.approx(4.3027 / math.sqrt(3), rel=1e-4)
    assert metric["before"]["n"] == 2, "the last tenth of one run holds nothing finite"
    assert (found["diverged"]["before"]["value"], found["collapsed"]["after"]["value"]) == (pytest.approx(1 / 3), 0.0)
    assert found["diverged"]["before"]["low"] > 0.05
    for before, status in (("effects", 422), ("effects//nobody", 404)):
        answer = service.http.get("/effects", params={"before": before, "after": "effects//after"})
        assert answer.status_code == status
