"""`nashboard train` as a process, against the real service: what arrives is what was trained."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import monitor
from monitor.cli import main
from tests.support import Service, until
from trainer.config import Config
from trainer.demo.training import EVERY_STEP
from trainer.loop import train

Start = Callable[..., subprocess.Popen[str]]
SMALL = ["--width", "8", "--latent", "8", "--batch-size", "16"]


@pytest.fixture
def command() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts `nashboard train` with a small network; what still runs after the test is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "monitor", "train", *SMALL, *arguments],
                env=os.environ | {"OMP_NUM_THREADS": "1"} | environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def news(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """What `--progress json` told, after the process ended well."""
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return [json.loads(line) for line in out.splitlines()]


def test_digits_arrive_whole(start_service: Callable[..., Service], command: Start) -> None:
    service = start_service()
    told = news(
        command("--data", "digits", "--steps", "40", "--sample-every", "10", "--name", "first", "--project", "digits",
                "--server", service.url, "--progress", "json")
    )  # fmt: skip
    assert told[0]["steps"] == 40
    assert [told[-1]["step"], told[-1]["refused"], told[-1]["dropped"]] == [40, 0, 0]
    run = told[0]["run"]
    detail = service.get(f"/runs/{run}")
    assert [detail["name"], detail["project"], detail["state"]] == ["first", "digits", "finished"]
    assert [detail["last_step"], detail["total_steps"], detail["refused"]] == [39, 40, 0]
    assert [detail["config"]["width"], detail["config"]["loss"]] == [8, "non-saturating"]
    counts = {series["name"]: series["count"] for series in detail["series"]}
    assert {name: counts.get(name) for name in EVERY_STEP} == dict.fromkeys(EVERY_STEP, 40)
    assert {"grad_norm/generator", "grad_norm/discriminator", "update_ratio/generator"} <= counts.keys()
    # The last value is the one that the process itself told.
    points = service.points("loss/generator", run)
    assert points[39] == pytest.approx(told[-2]["generator"], rel=1e-6)
    real, fake = service.points("loss/discriminator_real", run), service.points("loss/discriminator_fake", run)
    whole = service.points("loss/discriminator", run)
    assert all(math.isclose(whole[step] or 0, (real[step] or 0) + (fake[step] or 0), rel_tol=1e-5) for step in whole)
    assert service.points("images_seen", run)[39] == 40 * 16


def test_grids_of_digits_arrive_on_schedule(start_service: Callable[..., Service]) -> None:
    service = start_service()
    config = Config.of(steps=25, width=8, latent=8, batch_size=16, sample_every=10)
    with monitor.init(server=service.url) as run:
        train(config, run)
    samples = service.get(f"/runs/{run.id}/samples")["samples"]
    assert [one["step"] for one in samples if one["name"] == "fixed"] == [0, 10, 20, 24]
    assert [one["step"] for one in samples if one["name"] == "random"] == [0, 10, 20, 24]
    kinds = {one["name"]: (one["kind"], one["count"], one["value_range"], one["inferred"]) for one in samples}
    assert kinds["fixed"] == ("fixed", 100, "[-1, 1]", False)
    assert kinds["random"] == ("random", 100, "[-1, 1]", False)
    assert kinds["reference"][0] == "reference"
    assert len({one["hash"] for one in samples if one["name"] == "fixed"}) == 4  # the generator moves
    assert all(service.http.get(one["url"].removeprefix("/api/v1")).status_code == 200 for one in samples)


def test_truth_about_a_mixture_is_logged(start_service: Callable[..., Service]) -> None:
    service = start_service()
    config = Config.of(data="grid", steps=25, width=16, latent=4, batch_size=32, sample_every=10, loss="wgan-gp")
    with monitor.init(server=service.url) as run:
        train(config, run)
    modes, quality = (service.points(f"sample/{name}", run.id) for name in ("modes_captured", "high_quality"))
    assert list(modes) == list(quality) == [0, 10, 20, 24]
    assert all(0 <= (value or 0) <= 25 for value in modes.values())
    assert all(0 <= (value or 0) <= 1 for value in quality.values())
    assert len(service.points("loss/gradient_penalty", run.id)) == 25
    assert service.points("images_seen", run.id)[24] == 25 * 5 * 32
    assert service.points("generator_updates", run.id)[24] == 25


@pytest.mark.fault
@pytest.mark.parametrize(("number", "how"), [(signal.SIGINT, "Ctrl-C"), (signal.SIGTERM, "SIGTERM")])
def test_stopped_by_hand_the_run_ends_cleanly(
    start_service: Callable[..., Service], command: Start, number: signal.Signals, how: str
) -> None:
    service = start_service()
    process = command("--data", "ring", "--steps", "1000000", "--server", service.url)
    runs = until(lambda: [run for run in service.get("/runs")["runs"] if run["last_step"]], timeout=60)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert "Traceback" not in err
    assert f"Stopped by {how} after" in err
    detail = service.get(f"/runs/{runs[0]['id']}")
    assert detail["state"] == "finished"
    assert detail["reason"] == f"stopped by {how} at step {detail['last_step'] + 1} of 1000000"
    counts = {series["name"]: series["count"] for series in detail["series"]}
    assert counts["loss/generator"] == detail["last_step"] + 1


@pytest.mark.fault
def test_stopped_and_resumed_it_is_one_run_with_an_unbroken_runs_curve(
    start_service: Callable[..., Service], command: Start, tmp_path: Path, off: monitor.Run
) -> None:
    service, path = start_service(), tmp_path / "training.pt"
    arguments = ("--data", "ring", "--steps", "2000", "--server", service.url, "--checkpoint", str(path))
    process = command(*arguments)
    until(lambda: [run for run in service.get("/runs")["runs"] if run["last_step"]], timeout=60)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    told = news(command(*arguments, "--resume", "--progress", "json"))
    (run,) = service.get("/runs")["runs"]
    assert [run["id"], run["state"], run["last_step"]] == [told[0]["run"], "finished", 1999]
    whole: dict[int, float] = {}
    config = Config.of(data="ring", steps=2000, width=8, latent=8, batch_size=16)
    train(config, off, lambda step, _, g_loss: whole.update({step - 1: g_loss}))
    points = service.points("loss/generator", run["id"])
    assert list(points) == list(range(2000))
    assert [points[step] for step in range(2000)] == pytest.approx([whole[step] for step in range(2000)], abs=1e-6)


def test_resume_says_what_it_needs(tmp_path: Path) -> None:
    for arguments, message in (
        (["--resume"], "--resume needs --checkpoint FILE"),
        (["--resume", "--checkpoint", str(tmp_path / "none.pt")], "there is no checkpoint"),
    ):
        result = CliRunner().invoke(main, ["train", *SMALL, *arguments])
        assert result.exit_code == 1
        assert message in result.output


def test_without_a_service_it_trains_and_keeps_the_record(tmp_path: Path, command: Start) -> None:
    process = command(
        "--data", "ring", "--steps", "20", "--server", "http://127.0.0.1:9", NASHBOARD_FLUSH_TIMEOUT="0.2"
    )
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "Finished after 20 of 20 steps" in err
    assert "nashboard sync" in err
    assert list((tmp_path / "home" / "journal").iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--lr", "-1"], "lr_generator=-1.0 is not allowed: a number above 0"),
        (["--data", "grid", "--model", "dcgan"], "not samples of 2: use the model mlp"),
        (["--gp-weight", "3"], "gp_weight=3.0 is not allowed: only beside gradient_penalty"),
        (["--data", "faces"], "no data set 'faces'; there are digits, grid, ring, spiral, a path, or torchvision:NAME"),
        (["--server", "localhost"], "server='localhost' is not allowed"),
    ],
)
def test_a_bad_setting_is_refused_before_there_is_a_run(tmp_path: Path, arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(main, ["train", *SMALL, *arguments])
    assert result.exit_code in (1, 2)
    assert message in result.output
    assert not (tmp_path / "home").exists()


def test_a_training_stops_at_a_critical_alert_when_it_was_asked_to(
    start_service: Callable[..., Service], command: Start
) -> None:
    service = start_service(job_workers=0)
    # sound until its weights are thrown out of range: the scenario "exploding" may be told of before it comes to NaN
    process = command("--scenario", "healthy", "--inject-at", "600", "--inject-discriminator", "1e30", "--steps", "100000",
                      "--on-alert", "stop", "--server", service.url, "--progress", "json")  # fmt: skip
    out, err = process.communicate(timeout=150)
    assert process.returncode == 3, err
    told = [json.loads(line) for line in out.splitlines()]
    assert 600 <= told[-1]["step"] < 100_000
    assert "non_finite since step" in told[-1]["ended"]
    detail = service.get(f"/runs/{told[0]['run']}")
    assert (detail["state"], "non_finite" in detail["reason"]) == ("finished", True)
