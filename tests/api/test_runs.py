"""Runs: lists, details, states, changing and deleting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from monitor import wire
from tests.support import Service, scalars, until


def grid(step: int, content: bytes = b"RIFF\0\0\0\0WEBPx", name: str = "samples", batch: bytes = b"") -> wire.Samples:
    return wire.Samples(
        step, 1.0, name, "fixed", content, 8, 8, 64, 16, 16, "[-1, 1]", True, batch, "uint8", (1, len(batch))
    )


def test_list_filters_pages_and_counts(start_service: Any) -> None:
    service = start_service()
    for number in range(7):
        service.declare(f"r{number}", project="a" if number % 2 else "b", name=f"run_{number}", group="seeds")
    service.ship(wire.Finish(1.0, "finished"), run="r3")
    service.ship(wire.Finish(1.0, "crashed", "CUDA out of memory"), run="r4")

    def ids(**params: Any) -> list[str]:
        return [run["id"] for run in service.get("/runs", **params)["runs"]]

    assert ids() == [f"r{number}" for number in reversed(range(7))]  # newest first
    assert ids(project="a") == ["r5", "r3", "r1"]
    assert ids(state="finished") == ["r3"]
    assert ids(state="crashed") == ["r4"]
    assert ids(state="running") == ["r6", "r5", "r2", "r1", "r0"]
    assert ids(q="RUN_5") == ["r5"]
    assert ids(q="seed") == ids()
    assert ids(q="%") == [], "wildcards of SQL are plain characters"
    assert ids(q="_1") == ["r1"]
    page = service.get("/runs", limit=2, offset=3)
    assert ([run["id"] for run in page["runs"]], page["total"]) == (["r3", "r2"], 7)
    assert service.get("/runs/r4")["reason"] == "CUDA out of memory"


def test_summary_shows_what_lists_need(shared_service: Service) -> None:
    service = shared_service
    service.declare("summary", project="faces", tags=["a", "b"], total_steps=100)
    service.ship(scalars(0, g_loss=1.0, errD=0.5, other=9.0), scalars(1, g_loss=0.75, errD=float("nan")), run="summary")
    service.ship(grid(1), run="summary", sender="media")
    run = next(run for run in service.get("/runs")["runs"] if run["id"] == "summary")
    assert run["last"] == {"loss/generator": 0.75, "loss/discriminator": None}
    assert (run["last_step"], run["total_steps"], run["samples"], run["points"]) == (1, 100, 1, 7)
    assert (run["project"], run["tags"], run["state"]) == ("faces", ["a", "b"], "running")


def test_states_follow_the_signs_of_life(start_service: Any) -> None:
    service = start_service(stale_after=0.4, crashed_after=1.2)
    service.declare("silent")
    service.declare("done")
    service.ship(wire.Finish(1.0, "finished"), run="done")
    seen = []

    def state() -> str:
        now: str = service.get("/runs/silent")["state"]
        if now not in seen:
            seen.append(now)
        return now

    until(lambda: state() == "crashed")
    assert seen == ["running", "stale", "crashed"]
    assert [run["id"] for run in service.get("/runs", state="crashed")["runs"]] == ["silent"]
    assert service.get("/runs/done")["state"] == "finished"
    service.ship(scalars(0, a=1.0), run="silent")
    assert state() == "running"


def test_a_resumed_run_runs_again(shared_service: Service) -> None:
    service = shared_service
    service.declare("resumed")
    service.ship(scalars(0, a=1.0), wire.Finish(5.0, "crashed", "boom"), run="resumed", sender="one")
    assert service.get("/runs/resumed")["state"] == "crashed"
    service.ship(wire.Event(0, 6.0, "resume"), scalars(1, a=2.0), run="resumed", sender="two")
    detail = service.get("/runs/resumed")
    assert (detail["state"], detail["reason"], detail["finished_at"]) == ("running", "", None)
    ended_and_resumed = (wire.Finish(7.0, "crashed"), wire.Event(1, 8.0, "resume"))
    service.ship(*ended_and_resumed, run="resumed", sender="two", first_seq=3)
    assert service.get("/runs/resumed")["state"] == "running"


def test_a_run_synced_later_keeps_its_own_length(shared_service: Service) -> None:
    service = shared_service
    service.declare("synced", started_at=1_700_000_000.0)
    service.ship(scalars(0, a=1.0), wire.Finish(1_700_003_600.0, "finished"), run="synced")
    assert service.get("/runs/synced")["duration"] == 3600.0


def test_events_are_listed_and_config_is_merged(shared_service: Service) -> None:
    service = shared_service
    service.declare("events", config={"lr": 1, "beta": 2})
    service.ship(wire.Event(3, 4.0, "note", {"text": "é"}), wire.Event(None, 5.0, "config", {"lr": 7}), run="events")
    assert service.get("/runs/events/events")["events"] == [
        {"step": 3, "time": 4.0, "kind": "note", "data": {"text": "é"}},
        {"step": None, "time": 5.0, "kind": "config", "data": {"lr": 7}},
    ]
    assert service.get("/runs/events")["config"] == {"lr": 7, "beta": 2}


def test_patch_changes_what_users_may_change(shared_service: Service) -> None:
    service = shared_service
    service.declare("patched", name="old")
    answer = service.http.patch(
        "/runs/patched", json={"name": "new", "tags": ["x"], "notes": "line\nline", "group": "g"}
    )
    assert answer.status_code == 200
    detail = service.get("/runs/patched")
    assert [detail[key] for key in ("name", "tags", "notes", "group")] == ["new", ["x"], "line\nline", "g"]
    for body in ({}, {"state": "finished"}, {"name": ""}, {"tags": "x"}, []):
        assert service.http.patch("/runs/patched", json=body).status_code == 422
    assert service.http.patch("/runs/nobody", json={"name": "x"}).status_code == 404


def test_delete_takes_everything_and_only_its_own_blobs(start_service: Any) -> None:
    service = start_service()
    for run in ("a", "b"):
        service.declare(run)
        service.ship(scalars(0, x=1.0), grid(0, b"RIFF\0\0\0\0WEBPshared", batch=b"1"), run=run)
    service.ship(grid(1, b"RIFF\0\0\0\0WEBPown", batch=b"22"), run="a", first_seq=3)
    hashes = {info["hash"] for info in service.get("/runs/a/samples")["samples"]}
    kept = {info["hash"] for info in service.get("/runs/b/samples")["samples"]}
    assert service.http.delete("/runs/a").status_code == 204
    assert service.http.get("/runs/a").status_code == 404
    assert service.http.delete("/runs/a").status_code == 404
    assert service.send(wire.Batch("s", 9, [scalars(1, x=1.0)]), "a").status_code == 404
    for digest in hashes | kept:
        assert service.http.get(f"/blobs/{digest}").status_code == (200 if digest in kept else 404)
    assert files(service.folder / "blobs") == 2  # the shared image and its batch
    service.declare("a")
    assert service.get("/runs/a")["series"] == []
    assert service.ship(scalars(0, x=5.0), run="a") == 1
    assert service.points("x", "b") == {0: 1.0}


def files(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def test_rewound_and_replaced_grids_free_their_files(start_service: Any) -> None:
    service = start_service()
    service.declare()
    service.ship(*(grid(step, b"\x89PNG" + bytes([step])) for step in range(5)))
    service.ship(grid(2, b"\x89PNG another"), first_seq=6)
    assert files(service.folder / "blobs") == 5
    service.ship(wire.Event(1, 1.0, "rewind"), first_seq=7)
    assert [info["step"] for info in service.get("/runs/r/samples")["samples"]] == [0, 1]
    assert service.get("/runs/r")["samples"] == 2
    assert service.get("/runs/r")["last_step"] == 1
    assert files(service.folder / "blobs") == 2


@pytest.mark.parametrize("path", ["/runs?state=lost", "/runs?limit=0", "/runs?limit=10001", "/runs?offset=-1"])
def test_bad_filters_are_named(shared_service: Service, path: str) -> None:
    answer = shared_service.http.get(path)
    assert answer.status_code == 422
    assert path.partition("=")[2] in answer.json()["error"]["message"]


def test_wrong_paths_and_methods_come_in_the_error_shape(shared_service: Service) -> None:
    for method, path, status in (("GET", "/nope", 404), ("PUT", "/runs", 405), ("GET", "/runs/x/nope", 404)):
        answer = shared_service.http.request(method, path)
        assert answer.status_code == status
        assert set(answer.json()["error"]) == {"code", "message", "detail"}
    outside = shared_service.http.get(f"{shared_service.url}/nope")
    assert outside.status_code == 404
    assert outside.json()["error"]["code"] == "not_found"


def test_several_runs_are_told_as_each_alone(start_service: Any) -> None:
    service = start_service()
    for name in ("a", "b", "c"):
        service.declare(name, config={"of": name})
        service.ship(scalars(0, g_loss=1.0, other=2.0), run=name)
    found = service.get("/details", runs="c,nobody,a,c")["runs"]
    alone = [service.get(f"/runs/{name}") for name in "ca"]
    for one in (*found, *alone):
        del one["duration"]  # goes on
    assert found == alone
    assert service.http.get("/details", params={"runs": ",".join(f"r{at}" for at in range(51))}).status_code == 422
