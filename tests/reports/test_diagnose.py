from __future__ import annotations

import json
from pathlib import Path

import numpy
import pytest
from click.testing import CliRunner, Result

import monitor
from monitor.cli import main
from tests.reports.logs import broken, csv_file


def diagnose(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["diagnose", *map(str, arguments)], env={"COLUMNS": "100"})


def test_a_healthy_training(tmp_path: Path) -> None:
    done = diagnose(csv_file(tmp_path / "a.csv", 1500))
    assert done.exit_code == 0, done.output
    assert "Nothing wrong seen." in done.output
    assert "loss/discriminator ← Loss_D" in done.output
    assert "samples and a reference" in done.output  # what would be needed to tell a collapse


def test_something_critical(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", 1000, broken)
    done = diagnose(path)
    assert done.exit_code == 1, done.output
    assert "Not a number since step 700" in done.output
    assert "First try: " in done.output
    assert "⠉" in done.output or "⠤" in done.output or "⠒" in done.output  # the curve
    assert "×" in done.output
    found = json.loads(diagnose(path, "--format", "json").stdout)
    assert (found["findings"][0]["kind"], found["findings"][0]["onset_step"], found["critical"]) == (
        "non_finite",
        700,
        True,
    )
    page = diagnose(path, "--format", "markdown")
    assert page.exit_code == 1
    assert "## Not a number (critical)" in page.stdout
    assert "```python" in page.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "a PATH, or --run ID"),
        (("nowhere.csv",), "nowhere.csv does not exist"),
        (("{log}", "--map", "loss"), "--map 'loss': SIGNAL=NAME is needed"),
        (("{log}", "--map", "lossy/d=x"), "'lossy/d' is no signal"),
        (("{log}", "--step", "time"), "there is no column 'time'; there are 'iteration', 'Loss_D'"),
    ],
)
def test_bad_input_is_exit_code_2(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    path = csv_file(tmp_path / "a.csv", 30)
    done = diagnose(*(one.replace("{log}", str(path)) for one in arguments))
    assert done.exit_code == 2
    assert says in done.output


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.csv").write_bytes(bytes(range(256)) * 4)
    done = diagnose(tmp_path / "model.csv")
    assert (done.exit_code, "is no text" in done.output) == (2, True)


def test_names_that_are_not_known_are_listed_and_can_be_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("step,alpha,beta\n" + "".join(f"{step},{'nan' if step > 50 else 1},2\n" for step in range(100)))
    done = diagnose(path, "--format", "json")
    assert done.exit_code == 2  # a script should not take it for a healthy training
    plain = json.loads(done.stdout)
    assert plain["reading"]["unknown"] == ["alpha", "beta"]
    assert plain["verdict"].startswith("Nothing to judge")
    told = json.loads(diagnose(path, "--format", "json", "--map", "loss/discriminator=alpha").stdout)
    assert told["reading"]["matched"] == {"loss/discriminator": "alpha"}
    assert told["findings"][0]["kind"] == "non_finite"
    assert told["findings"][0]["onset_step"] == 51


def test_a_journal_with_its_samples(tmp_path: Path) -> None:
    rng = numpy.random.default_rng(0)
    run = monitor.init(name="offline", mode="offline", dir=tmp_path, media_backlog=100)
    run.reference(rng.normal(size=(256, 2)).astype("float32"))
    for step in range(0, 400, 20):
        spread = 0.01 if step >= 200 else 1.0  # all alike from step 200 on
        run.log({"d_loss": 1.4, "g_loss": 0.7}, step=step)
        run.samples(rng.normal(size=(128, 2)).astype("float32") * spread, step=step, kind="random")
    run.finish()
    (folder,) = (tmp_path / "journal").iterdir()
    done = diagnose(folder, "--format", "json")
    assert done.exit_code == 1, done.output
    found = json.loads(done.stdout)
    kinds = {one["kind"]: one for one in found["findings"]}
    assert 180 <= kinds["mode_collapse"]["onset_step"] <= 220
    assert found["title"] == "offline"
    assert "mode_collapse" not in found["lacks"]
    assert folder.is_dir()  # as it was


def test_a_page_holds_no_markup_of_the_log(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("step,d_loss,</script><img src=x>\n" + "".join(f"{step},1,2\n" for step in range(30)))
    done = diagnose(path, "--format", "html", "-o", tmp_path / "a.html")
    assert done.exit_code == 0, done.output
    page = (tmp_path / "a.html").read_text()
    assert "<img src=x>" not in page
    assert page.count("</script>") == 2
