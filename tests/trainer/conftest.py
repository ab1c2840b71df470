from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # before torch is imported

import pytest
import torch

import monitor


@pytest.fixture(autouse=True)
def clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("NASHBOARD_") or name == "RANK"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NASHBOARD_DIR", str(tmp_path / "home"))


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def off() -> monitor.Run:
    """A run that records nothing."""
    return monitor.init(mode="disabled")
