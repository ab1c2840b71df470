"""Health, readiness, counters, and the API's own description."""

from __future__ import annotations

import re

import httpx

from tests.support import Service, scalars


def counters(service: Service) -> dict[str, float]:
    text = service.http.get("/metrics").text
    assert all(re.fullmatch(r"# (HELP|TYPE) \w+ .+|\w+ [\d.e+-]+", line) for line in text.splitlines())
    return {name: float(value) for name, value in re.findall(r"^(\w+) (\S+)$", text, re.MULTILINE)}


def test_health_is_at_the_root_and_in_the_api(shared_service: Service) -> None:
    for root in (shared_service.url, f"{shared_service.url}/api/v1"):
        assert httpx.get(f"{root}/healthz").json() == {"status": "ok"}
        assert httpx.get(f"{root}/readyz").json() == {"status": "ready"}
        assert httpx.get(f"{root}/metrics").headers["content-type"].startswith("text/plain")


def test_counters_count(shared_service: Service) -> None:
    before = counters(shared_service)
    shared_service.declare("counted")
    shared_service.ship(*(scalars(step, a=1.0) for step in range(50)), run="counted")
    after = counters(shared_service)
    assert after["nashboard_points_total"] - before["nashboard_points_total"] == 100  # with system/time
    # the declaration and the batch; what the doctor keeps of the run may have come in between
    assert after["nashboard_batches_total"] - before["nashboard_batches_total"] in (2, 3)
    assert after["nashboard_queue_bytes"] == 0
