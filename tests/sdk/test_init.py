"""`monitor.init`: settings, environment, and the light public face."""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import math
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import monitor
from monitor.errors import InvalidValue
from monitor.sdk.environment import git_commit, masked, plain
from monitor.settings import ClientSettings
from tests.sdk.service import Service

Start = Callable[..., monitor.Run]


def test_the_public_face_is_sorted_and_there() -> None:
    assert monitor.__all__ == sorted(monitor.__all__)
    assert all(hasattr(monitor, name) for name in monitor.__all__)
    assert set(monitor.__all__) <= set(dir(monitor))
    with pytest.raises(AttributeError, match="'monitor' has no attribute 'nope'"):
        monitor.nope  # noqa: B018


def test_every_setting_is_a_keyword_with_its_type() -> None:
    keywords = inspect.signature(monitor.init).parameters
    assert set(ClientSettings.__struct_fields__) <= set(keywords)
    assert {"config", "signals", "total_steps", "all_ranks"} == set(keywords) - set(ClientSettings.__struct_fields__)
    assert all(keyword.kind is keyword.KEYWORD_ONLY for keyword in keywords.values())


def test_importing_is_light() -> None:
    code = (
        "import time; t = time.perf_counter(); import monitor; t = time.perf_counter() - t; import sys;"
        "print(t, sorted({'torch', 'numpy', 'fastapi', 'sqlalchemy', 'pydantic', 'dash', 'msgspec'} & set(sys.modules)))"
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(3)]
    seconds, loaded = min(run.stdout.split(" ", 1) for run in runs)
    assert float(seconds) < 0.06
    assert loaded.strip() == "[]"


def test_starting_and_logging_numbers_loads_neither_numpy_nor_torch(tmp_path: Path) -> None:
    code = (
        f"import sys, monitor; r = monitor.init(dir={str(tmp_path)!r}, mode='offline'); r.log({{'a': 1.0}}); r.finish();"
        "print(sorted({'torch', 'numpy', 'PIL', 'fastapi', 'sqlalchemy', 'pydantic', 'dash'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"mode": "onlin"}, "mode='onlin'"), ({"server": "localhost:8642"}, "server='localhost:8642'"),
        ({"journal_bytes": 5}, "journal_bytes=5"), ({"rewind_to": 5}, "rewind_to=5"),
        ({"resume": "a/b"}, "a/b"), ({"total_steps": 0}, "total_steps"), ({"tags": ["x" * 200]}, "tags"),
        ({"resume": "abc", "rewind_to": -1}, "rewind_to=-1"), ({"config": 5}, "config=5"), ({"signals": {"a": 1}}, "signals"),
    ],
    ids=str,
)  # fmt: skip
def test_a_setting_that_is_not_allowed_is_named(given: dict[str, Any], words: str) -> None:
    with pytest.raises(monitor.SettingError, match=words.replace("/", ".")):
        monitor.init(**given)


def test_settings_come_from_the_environment(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NASHBOARD_SERVER", service.url)
    monkeypatch.setenv("NASHBOARD_PROJECT", "from outside")
    monkeypatch.setenv("NASHBOARD_TAGS", "a, b")
    with monitor.init(name="inside") as run:
        run.log({"a": 1.0})
    info = service.runs[run.id]
    assert (info.project, info.tags, info.name) == ("from outside", ["a", "b"], "inside")
    assert info.environment["pid"] > 0
    assert info.environment["torch"] == torch.__version__
    assert len(info.environment["git_commit"]) == 40


def test_config_may_be_anything(service: Service, started: Start) -> None:
    @dataclasses.dataclass
    class Nested:
        width: int = 3

    config = argparse.Namespace(
        lr=np.float32(0.5), path=Path("/data"), net=Nested(), betas=(0.5, 0.9), big=10**30, seen={1: "a"},
        device=torch.device("cpu"), deep=math.nan, text="x" * 5000,
    )  # fmt: skip
    run = started(config=config)
    run.finish()
    got = service.runs[run.id].config
    assert math.isnan(got.pop("deep"))
    assert len(got.pop("text")) == 2000
    assert got == {
        "lr": 0.5, "path": "/data", "net": {"width": 3}, "betas": [0.5, 0.9], "big": str(10**30), "seen": {"1": "a"},
        "device": "device(type='cpu')",
    }  # fmt: skip


def test_configs_without_end_are_cut() -> None:
    loop: dict[str, Any] = {}
    loop["self"] = loop
    text = str(plain(loop))
    assert len(text) < 1000
    assert plain("\ud800") == "?"


def test_secrets_on_the_command_line_are_masked() -> None:
    argv = ["train.py", "--api-key", "abc", "--token=xyz", "--lr", "0.1", "--password", "--flag"]
    assert masked(argv) == ["train.py", "--api-key", "…", "--token=…", "--lr", "0.1", "--password", "--flag"]


def test_the_commit_is_read_without_git(tmp_path: Path) -> None:
    git = tmp_path / ".git"
    (git / "refs" / "heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    assert git_commit(tmp_path) == ""
    (git / "packed-refs").write_text("# pack-refs\n" + "a" * 40 + " refs/heads/main\n")
    inside = tmp_path / "src"
    inside.mkdir()
    assert git_commit(inside) == "a" * 40
    (git / "refs" / "heads" / "main").write_text("b" * 40 + "\n")
    assert git_commit(inside) == "b" * 40
    (git / "HEAD").write_text("c" * 40 + "\n")
    assert git_commit(tmp_path) == "c" * 40
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / ".git").write_text("gitdir: ../.git\n")
    assert git_commit(tree) == "c" * 40


def test_a_disabled_run_does_nothing(tmp_path: Path) -> None:
    with monitor.init(mode="disabled") as run:
        run.log({"a": object()})
        run.samples("nonsense")
        run.reference(None)
        run.watch(generator=5)
        run.event("x", y=1)
        assert (run.refused, run.dropped, run.mode) == (0, 0, "disabled")
        assert run.url.endswith(run.id)
    assert isinstance(run, monitor.Run)
    assert not (tmp_path / "home").exists()


def test_strict_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NASHBOARD_STRICT", "1")
    run = monitor.init(mode="offline")
    with pytest.raises(InvalidValue, match="'a' is a str"):
        run.log({"a": "text"})
    with pytest.raises(InvalidValue, match="not a str"):
        run.samples("text")
    run.finish()


def test_logging_after_the_end_is_said_once(service: Service, started: Start, caplog: pytest.LogCaptureFixture) -> None:
    run = started()
    run.finish()
    run.finish()
    for _ in range(3):
        run.log({"a": 1.0})
        run.samples(np.zeros((1, 8, 8)))
    assert [record.getMessage() for record in caplog.records] == [
        f"nashboard: run {run.id} is finished, what is logged after that is not recorded"
    ]
    assert not service.points()


def test_many_threads_may_log(service: Service, started: Start) -> None:
    run = started()

    def work(number: int) -> None:
        for step in range(500):
            run.log({f"t{number}": float(step)}, step=step)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run.finish()
    assert service.points() == {(f"t{n}", step): float(step) for n in range(4) for step in range(500)}


def test_warnings_as_errors_do_not_reach_the_loop(service: Service, started: Start) -> None:
    run = started()
    run.log({"a": torch.ones((), requires_grad=True) * 2, "bad": "text"})
    run.finish()
    assert service.points() == {("a", 0): 2.0}


def test_names_of_any_kind(service: Service, started: Start) -> None:
    class Name(str):
        __slots__ = ()

    run = started()
    for _ in range(2):
        run.log(
            {Name("sub"): 1.0, np.str_("np"): 2.0, "ümlaut/✓": 3.0, "x" * 200: 4.0, "x" * 201: 5.0, "\ud800": 6.0},
            step=0,
        )
    run.finish()
    assert service.points() == {("sub", 0): 1.0, ("np", 0): 2.0, ("ümlaut/✓", 0): 3.0, ("x" * 200, 0): 4.0}
    assert run.dropped == 4


def test_resuming_without_rewind_asks_for_steps(
    service: Service, started: Start, caplog: pytest.LogCaptureFixture
) -> None:
    run = started(resume="my-run")
    assert run.id == "my-run"
    run.log({"a": 1.0})
    assert "resumed without rewind_to" in caplog.text
