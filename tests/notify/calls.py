"""What tests of messages ask of a service."""

from __future__ import annotations

import math
from typing import Any

from tests.support import Service, scalars, until

SECRET = "a secret of 16 or more"


def post(service: Service, path: str, body: Any = None, code: int = 201) -> Any:
    answer = service.http.post(path, json=body)
    assert answer.status_code == code, answer.text
    return answer.json()


def channel(service: Service, name: str, url: str, **given: Any) -> int:
    body = {"name": name, "type": "webhook", "url": url, "secret": SECRET, "picture": False} | given
    return int(post(service, "/channels", body)["id"])


def route(service: Service, name: str, *channels: int, **given: Any) -> int:
    """A route for the project of the same name."""
    body = {"name": name, "channels": channels, "projects": [name], "cooldown": 0} | given
    return int(post(service, "/routes", body)["id"])


def ail(service: Service, run: str, project: str, first_seq: int = 1, step: int = 0) -> dict[str, Any]:
    """A run with a loss that is no number; its alert."""
    service.declare(run, project=project, name=f"name of {run}")
    service.ship(scalars(step, d_loss=math.nan), run=run, first_seq=first_seq)
    found = until(lambda: service.get("/alerts", run=run, state="open", kind="non_finite")["alerts"])
    return dict(found[0])


def log(service: Service, channel_id: int, *states: str) -> list[dict[str, Any]]:
    """The channel's log, the first one first; of some states."""
    return list(reversed(service.get("/deliveries", channel=channel_id, state=list(states))["deliveries"]))
