from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import Service

os.environ.setdefault("NASHBOARD_SYSTEM_EVERY", "0")  # tests count what was logged; those of the machine ask for it


@pytest.fixture
def start_service(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Starts services: `start_service(queue_bytes=4096)`; each has a folder of its own unless `folder` is given."""
    started: list[Service] = []

    def start(folder: Path | None = None, **given: Any) -> Service:
        started.append(Service(folder or tmp_path / f"service{len(started)}", **given))
        return started[-1].start()

    yield start
    for service in started:
        service.close()


@pytest.fixture(scope="module")
def shared_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for the tests of a module: each uses runs of its own."""
    service = Service(tmp_path_factory.mktemp("service")).start()
    yield service
    service.close()
