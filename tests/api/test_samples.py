"""Sample grids and blobs."""

from __future__ import annotations

import hashlib

from tests.api.test_runs import grid
from tests.support import Service

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
        "url": f"/api/v1/blobs/{digest}", "bytes": len(WEBP),
    }  # fmt: skip
    assert [info["name"] for info in service.get("/runs/grids/samples", name="z")["samples"]] == ["z"]
    assert service.get("/runs/grids/samples", kind="random")["samples"] == []
    assert len(service.get("/runs/grids/samples/1")["samples"]) == 2
    assert service.get("/runs/grids/samples/2")["samples"] == []
    assert service.http.get("/runs/nobody/samples").status_code == 404
    assert service.http.get("/runs/grids/samples/-1").status_code == 422


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
