"""An experiment's trainings are real processes; its numbers are held against formulas worked out by hand."""

from __future__ import annotations

import json
import math
import signal
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor import statistics
from monitor.cli import main
from monitor.errors import InvalidValue
from tests.support import until
from trainer.experiment.plan import read

FILE = """
seeds = 2
[base]
data = "ring"
steps = 6
width = 8
latent = 4
batch_size = 16
[variants.slow]
[variants.quick]
lr_generator = 0.01
"""


def experiment(file: Path, *more: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["experiment", str(file), "--mode", "disabled", *more])
    return result.exit_code, result.output


def test_a_table_comes_of_it_and_what_is_finished_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "small.toml"
    file.write_text(FILE)
    code, said = experiment(file)
    assert code == 0, said
    assert "| sample/modes_captured | slow | 2 |" in said
    assert "| sample/modes_captured | quick | 2 |" in said
    assert "| collapsed | quick | 2 | 1 (" in said  # six steps capture nothing
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "small").glob("*.json")}
    assert len(kept) == 4
    file.write_text(FILE.replace("0.01", "0.02"))  # one variant is another now
    code, _ = experiment(file)
    assert code == 0
    now = {path: path.stat().st_mtime_ns for path in (tmp_path / "small").glob("*.json")}
    assert len(now) == 6
    assert kept.items() <= now.items()


def test_one_that_fails_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    file = tmp_path / "small.toml"
    file.write_text(FILE)
    out = tmp_path / "out"
    out.mkdir()
    bad = next(job for job in read(file).jobs if (job.variant, job.seed) == ("quick", 1))
    (out / f"{bad.key}.json").mkdir()  # nothing can be written there
    result = CliRunner().invoke(main, ["experiment", str(file), "--mode", "disabled", "--out", str(out)])
    assert result.exit_code == 1
    assert len([path for path in out.glob("*.json") if path.is_file()]) == 3


@pytest.mark.fault
def test_ctrl_c_ends_the_trainings_too(tmp_path: Path) -> None:
    file = tmp_path / "long.toml"
    file.write_text(FILE.replace("steps = 6", "steps = 10000000"))
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", "experiment", str(file), "--mode", "disabled"], stderr=subprocess.PIPE
    )
    started = until(lambda: all_children(process.pid), timeout=60)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started), timeout=10)


def all_children(pid: int) -> list[str]:
    return [pid for task in Path(f"/proc/{pid}/task").glob("*/children") for pid in task.read_text().split()]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (("steps = 6", "stepps = 6"), "there is no base.stepps; there are data, model"),
        (("seeds = 2", "seeds = 0"), "seeds=0 is not allowed"),
        (("seeds = 2", 'baseline = "none"'), "baseline='none' is no variant; there are slow, quick"),
        (("seeds = 2", "collapsed_below = 2"), "collapsed_below=2 is not allowed"),
        (("0.01", "-1.0"), "lr_generator=-1.0 is not allowed: a number above 0"),
        (("[base]", "[base"), "can't be read as TOML"),
    ],
)
def test_a_bad_file_is_refused_naming_the_key(changed: tuple[str, str], message: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(FILE.replace(*changed))
    with pytest.raises(InvalidValue) as caught:
        read(file)
    assert message in caught.value.message


def test_the_example_is_one() -> None:
    folder = Path(__file__).parents[2] / "examples" / "experiments"
    plans = [read(path) for path in sorted(folder.glob("*.toml"))]
    assert [(plan.name, len(plan.jobs), plan.variants) for plan in plans] == [
        ("pacgan-grid", 20, ["gan", "pacgan2"]), ("pacgan-ring", 20, ["gan", "pacgan2"]),
    ]  # fmt: skip


def test_means_and_shares() -> None:
    # t with 3 degrees of freedom has its 97.5 % point at 3.1824; the deviation of 1, 2, 3, 4 is 1.29099
    assert statistics.mean([1, 2, 3, 4]) == pytest.approx(
        (2.5, 2.5 - 3.1824 * 1.29099 / 2, 2.5 + 3.1824 * 1.29099 / 2), abs=1e-3
    )
    assert math.isnan(statistics.mean([1.0]).low)
    z = 1.959964
    middle, half = (0 + z * z / 2) / (10 + z * z), z * math.sqrt(z * z / 4) / (10 + z * z)
    assert statistics.share(0, 10) == pytest.approx((0, middle - half, middle + half), abs=1e-6)


def test_effect_size() -> None:
    assert statistics.effect([3, 4, 5], [1, 2, 3]) == pytest.approx(2 * (1 - 3 / 15))  # deviations are 1
    assert math.isnan(statistics.effect([1.0, 1.0], [1.0, 1.0]))


def test_the_permutation_test_is_the_count_of_exchanges() -> None:
    a, b = [3.1, 4.0, 5.2, 4.4], [1.0, 2.5, 3.0, 3.3]
    observed, every = abs(sum(a) - sum(b)), a + b
    far = [abs(2 * sum(every[i] for i in chosen) - sum(every)) for chosen in combinations(range(8), 4)]
    expected = sum(one >= observed - 1e-9 for one in far) / len(far)
    assert statistics.permutation_p(a, b) == pytest.approx(expected)
    assert json.dumps(statistics.permutation_p(list(range(20)), list(range(5, 25)))) == json.dumps(
        statistics.permutation_p(list(range(20)), list(range(5, 25)))
    )  # seeded
