"""Which alert goes to whom: routes by project, kind and severity, through a real service to real HTTP targets."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.notify.calls import channel, post, route
from tests.notify.targets import target
from tests.support import Service, scalars, until


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    made = Service(tmp_path_factory.mktemp("ways"), notify_private=True).start()
    yield made
    made.close()


def test_each_channel_hears_of_what_its_route_takes_and_of_nothing_else(service: Service) -> None:
    ways = {
        "of cats": {"projects": ["cat*"], "severity": "info"},
        "no numbers": {"projects": [], "kinds": ["non_*"]},
        "grave": {"projects": [], "severity": "critical"},
        "rules of dogs": {"projects": ["dogs"], "kinds": ["rule:*"]},
        "off": {"projects": [], "severity": "info", "enabled": False},
    }
    expected = {
        "of cats": {("cats", kind) for kind in ("rule:warm", "rule:hot", "rule:melts", "non_finite")},
        "no numbers": {("cats", "non_finite"), ("dogs", "non_finite")},
        "grave": {(run, kind) for run in ("cats", "dogs") for kind in ("rule:melts", "non_finite")},
        "rules of dogs": {("dogs", "rule:hot"), ("dogs", "rule:melts")},
        "off": set(),
    }
    for name, above, severity in (("warm", 1, "info"), ("hot", 5, "warning"), ("melts", 100, "critical")):
        condition = {"type": "threshold", "op": ">", "value": above}
        post(service, "/rules", {"name": name, "signal": "heat", "condition": condition, "severity": severity})
    with ExitStack() as stack:
        hooks = {name: stack.enter_context(target()) for name in ways}
        for name, given in ways.items():
            route(service, name, channel(service, name, hooks[name].url), **given)
        for run in ("cats", "dogs"):
            service.declare(run, project=run)
            service.ship(scalars(0, heat=1000.0, d_loss=math.nan), run=run)

        def heard() -> dict[str, set[tuple[str, str]]]:
            bodies = {name: [one for said in hook.bodies for one in said["alerts"]] for name, hook in hooks.items()}
            return {name: {(one["run"]["id"], one["kind"]) for one in some} for name, some in bodies.items()}

        until(lambda: all(heard()[name] >= all_ for name, all_ in expected.items()))
        until(lambda: not service.get("/deliveries", state=["pending"])["deliveries"])
        assert heard() == expected
        assert {name: len(hook.got) for name, hook in hooks.items()} == {
            name: len(all_) for name, all_ in expected.items()
        }
