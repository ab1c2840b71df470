"""The post in one process, where its threads can be met at the worst moment."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from monitor.api.house import House
from monitor.settings import ServiceSettings
from monitor.storage import deliveries
from monitor.storage.named import add
from monitor.storage.tables import channels
from tests.notify.targets import target
from tests.support import until


def carriers() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name.startswith("nashboard-post-")]


def test_what_is_settled_while_the_post_reads_is_not_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, looks = deliveries.pending, list[float]()

    def slowly(connection: Any) -> Any:
        looks.append(time.monotonic())
        rows = read(connection)
        until(lambda: not carriers())  # what is under way ends just now
        return rows

    monkeypatch.setattr(deliveries, "pending", slowly)
    house = House(ServiceSettings(dir=str(tmp_path), notify_private=True, job_workers=0))
    house.start()
    try:
        with target(hang=0.3) as hook:

            def write(connection: Any, _: Any) -> int:
                data = {"type": "webhook", "picture": False, "rate": 30, "enabled": True}
                key = add(connection, channels, "one", data, secrets={"url": hook.url, "secret": "s" * 16})
                now = time.time()
                row = {"channel_id": key, "key": "k", "event": "test", "kind": "test", "severity": "info"}
                deliveries.add(connection, row | {"title": "t", "created_at": now, "due_at": now})
                return key

            house.writer.submit(write).result()
            house.postman.wake()
            until(lambda: hook.got)
            house.postman.wake()  # while it is still being answered

            before = len(looks)
            until(lambda: len(looks) > before + 1 and not carriers())  # the look that came between is over
            assert len(hook.got) == 1
    finally:
        house.stop()
