"""One run, read over HTTP and from the folder, exported, imported, reported."""

from __future__ import annotations

import csv
import json
import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pyarrow.parquet
import pytest
from click.testing import CliRunner, Result
from PIL import Image

import monitor
from monitor import wire
from monitor.archive.opening import open_run
from monitor.archive.remote import Unreachable
from monitor.cli import main
from monitor.errors import InvalidValue, NotFound
from monitor.sources import open_source
from monitor.sources.stored import StoredRun
from tests.dashboard.seeds import START, Lab, losses
from tests.support import Service, until

STEPS = [*range(300), *range(300, 90_000, 300), 5_000_000]


def values(step: int) -> dict[str, float]:
    odd = {30: math.nan, 40: math.inf, 50: -math.inf}
    found = losses(step) | ({"odd": odd[step]} if step in odd else {})
    if step == 60:
        del found["loss/generator"]
    return found


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    service = Service(tmp_path_factory.mktemp("lab")).start()
    lab = Lab(service)
    lab.run("full", project="faces", config={"loss": "non-saturating", "</script>": {"a": "<b>"}}, tags=["x"])
    lab.log("full", STEPS, values)
    lab.samples("full", range(0, 400, 10))
    lab.ship("full", [wire.Scalars(5_000_100, START + 9e4, {"loss/discriminator": math.nan})])
    lab.finish("full")
    until(lambda: service.get("/runs/full/alerts")["alerts"])
    yield lab
    service.close()


@pytest.fixture(params=["http", "folder"])
def run(lab: Lab, request: pytest.FixtureRequest) -> Iterator[StoredRun]:
    where = {"server": lab.url} if request.param == "http" else {"folder": lab.service.folder}
    with open_run("full", **where) as found:  # type: ignore[arg-type]
        yield found


def open_it(opening: AbstractContextManager[StoredRun]) -> None:
    with opening:
        pass


def nashboard(lab: Lab, *arguments: object) -> Result:
    done = CliRunner().invoke(main, [*map(str, arguments)], env={"NASHBOARD_SERVER": lab.url})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def test_every_point_comes_back_as_it_was_logged(run: StoredRun) -> None:
    found = dict(run.rows(["loss/generator", "odd"]))
    wanted = {step: {k: v for k, v in values(step).items() if k in ("loss/generator", "odd")} for step in STEPS}
    assert math.isnan(found[30].pop("odd"))
    assert math.isnan(wanted[30].pop("odd"))
    assert found == {step: row for step, row in wanted.items() if row}
    assert list(found) == sorted(found)
    curve = run.curves(["loss/generator"], 200)["loss/generator"]
    assert curve.bucket > 1
    assert max(one for one in curve.max if one is not None) == max(
        losses(step)["loss/generator"] for step in STEPS if step != 60
    )
    assert run.blob(run.samples()[0].hash)[8:12] == b"WEBP"


def test_what_is_not_there_is_said(lab: Lab, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no run 'none'"):
        open_it(open_run("none", lab.url))
    with pytest.raises(NotFound, match="no run 'none'"):
        open_it(open_run("none", folder=lab.service.folder))
    with pytest.raises(InvalidValue, match=r"no folder of a service: it has no nashboard.db"):
        open_it(open_run("full", folder=tmp_path))
    with pytest.raises(Unreachable, match="can't be reached"):
        open_it(open_run("full", "http://127.0.0.1:9"))


def test_tables_hold_all_points(lab: Lab, tmp_path: Path) -> None:
    for ending in ("csv", "jsonl", "parquet"):
        done = nashboard(lab, "export", "points", "full", "-o", tmp_path / f"a.{ending}")
        assert done.exit_code == 0, done.output
    table = pyarrow.parquet.read_table(tmp_path / "a.parquet").to_pydict()
    from_parquet = dict(zip(table["step"], table["loss/generator"], strict=True))
    wanted = {step: values(step).get("loss/generator") for step in STEPS} | {5_000_100: None}
    assert from_parquet == wanted
    for ending in ("csv", "jsonl"):
        rows = {
            one.step: one.values
            for one in open_source(tmp_path / f"a.{ending}").records()
            if isinstance(one, wire.Scalars)
        }
        assert {step: row.get("loss/generator") for step, row in rows.items()} == wanted
        assert math.isnan(rows[30]["odd"])
        assert (rows[40]["odd"], rows[50]["odd"]) == (math.inf, -math.inf)
    wrong = nashboard(lab, "export", "points", "full", "--name", "nothing")
    assert wrong.exit_code == 2
    assert "loss/generator" in wrong.output


def test_images_are_a_folder(lab: Lab, tmp_path: Path) -> None:
    assert nashboard(lab, "export", "images", "full", "-o", tmp_path / "images").exit_code == 0
    with (tmp_path / "images" / "index.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == list(range(0, 400, 10))
    assert all((tmp_path / "images" / row["file"]).stat().st_size > 0 for row in rows)


def test_a_log_becomes_a_run_and_only_what_is_new_is_sent(lab: Lab, tmp_path: Path) -> None:
    log = tmp_path / "metrics.csv"
    rows = [f"{step},{1 + step / 1000},{'nan' if step == 7 else 0.5}\n" for step in range(5000)]
    log.write_text("iteration,train/d_loss,other\nhalf a line\n" + "".join(rows[:3000]))
    first = nashboard(lab, "import", log, "--project", "old", "--config", "loss=hinge", "--run", "imported")
    assert first.exit_code == 0, first.output
    assert "3,000 records, 3,000 of them new" in first.output
    assert first.output.count("not read: line 2: 1 cells, the head has 3") == 1
    again = nashboard(lab, "import", log, "--run", "imported")
    assert "3,000 records, 0 of them new" in again.output
    log.write_text("iteration,train/d_loss,other\nhalf a line\n" + "".join(rows))
    grown = nashboard(lab, "import", log, "--run", "imported")
    assert "5,000 records, 2,000 of them new" in grown.output
    detail = lab.service.get("/runs/imported")
    assert (detail["project"], detail["state"], detail["config"]) == ("old", "finished", {"loss": "hinge"})
    series = {one["name"]: one for one in detail["series"]}
    assert (series["train/d_loss"]["signal"], series["train/d_loss"]["count"]) == ("loss/discriminator", 5000)
    assert series["other"]["nan_count"] == 1


def test_a_journal_full_of_pictures_is_sent_in_requests_that_the_service_takes(
    start_service: Callable[..., Service], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NASHBOARD_DIR", str(tmp_path))
    run = monitor.init(name="pictures", mode="offline")
    chance = np.random.default_rng(0)
    for step in range(8):
        run.log({"d_loss": 1.0}, step=step)
        run.samples(chance.random((64, 3, 64, 64), np.float32), step=step)
    run.finish()
    (journal,) = (tmp_path / "journal").iterdir()
    service = start_service(max_body_bytes=4 << 20)
    assert sum(file.stat().st_size for file in journal.iterdir()) > 2 * (4 << 20)
    lab = Lab(service)
    done = nashboard(lab, "import", journal, "--run", "pictures")
    assert done.exit_code == 0, done.output
    assert len(service.get("/runs/pictures/samples")["samples"]) == 8
    assert ", 0 of them new" in nashboard(lab, "import", journal, "--run", "pictures").output


@pytest.mark.parametrize("how", ["http", "folder"])
def test_a_stored_run_is_diagnosed(lab: Lab, how: str) -> None:
    where = () if how == "http" else ("--dir", lab.service.folder)
    done = nashboard(lab, "diagnose", "--run", "full", "--format", "json", *where)
    assert done.exit_code == 1, done.output
    found = json.loads(done.stdout)
    assert found["reading"]["path"] == (f"{lab.url}/runs/full" if how == "http" else f"full in {lab.service.folder}")
    kinds = {one["kind"]: one for one in found["findings"]}
    assert kinds["non_finite"]["onset_step"] == 5_000_100
    assert kinds.keys() == {
        one["kind"] for one in lab.service.get("/runs/full/alerts")["alerts"]
    }  # as the service says


def test_the_report_is_one_small_file(lab: Lab, tmp_path: Path) -> None:
    done = nashboard(lab, "export", "report", "full", "-o", tmp_path / "full.html")
    assert done.exit_code == 0, done.output
    page = (tmp_path / "full.html").read_text()
    assert len(page) < 6e6
    assert "Not a number since step 5,000,100" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert page.count("<script") == 2  # none of the run's names is markup
    assert "&lt;b&gt;" in page
    answer = lab.service.http.get("/runs/full/report.html", params={"download": True})
    assert answer.headers["content-disposition"] == 'attachment; filename="full.html"'
    assert answer.text == page
    assert lab.service.http.get("/runs/none/report.html").status_code == 404


def test_the_report_in_chinese_is_the_same_by_command_and_over_http(lab: Lab, tmp_path: Path) -> None:
    done = nashboard(lab, "export", "report", "full", "--lang", "zh", "-o", tmp_path / "full.html")
    assert done.exit_code == 0, done.output
    page = (tmp_path / "full.html").read_text()
    assert '<html lang="zh-CN">' in page
    assert "自第 5,000,100 步起" in page
    assert lab.service.http.get("/runs/full/report.html", params={"lang": "zh"}).text == page
    assert lab.service.http.get("/runs/full/report.html", params={"lang": "tlh"}).status_code == 422


def test_a_grid_through_training_becomes_a_gif(lab: Lab, tmp_path: Path) -> None:
    made = nashboard(lab, "export", "video", "full", "-o", str(tmp_path / "a.gif"), "--frames", "5", "--rate", "4")
    assert "5 pictures of 'fixed', steps 0 to 390" in made.output
    with Image.open(tmp_path / "a.gif") as gif:
        assert gif.n_frames == 5  # type: ignore[attr-defined]
        spans, pictures = [], set()
        for place in range(5):
            gif.seek(place)
            spans.append(gif.info["duration"])
            pictures.add(gif.convert("RGB").tobytes())
    assert spans == [250, 250, 250, 250, 1500]
    assert len(pictures) == 5


def test_a_grid_through_training_becomes_an_mp4(lab: Lab, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    made = nashboard(lab, "export", "video", "full", "-o", path, "--frames", 5, "--rate", 4)
    assert "5 pictures of 'fixed', steps 0 to 390" in made.output
    ask = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    decoded = subprocess.run(ask, capture_output=True, check=True)
    assert all(word in decoded.stderr.decode() for word in ("h264", "16x34", "4 fps"))
    pictures = np.frombuffer(decoded.stdout, np.uint8).reshape(-1, 34, 16, 3)
    assert len(pictures) == 5 + 6  # the last one stays for a second and a half
    shades = [float(picture[:12].mean()) for picture in pictures]  # above the caption
    steps = [0, 90, 190, 290, 390]
    assert shades[:5] == pytest.approx([step % 251 for step in steps], abs=4)
    assert shades[5:] == pytest.approx([shades[4]] * 6, abs=2)
    assert [one.name for one in tmp_path.iterdir()] == ["a.mp4"]


@pytest.mark.parametrize("arguments", [("video", "--mp4"), ("video", "--gif"), ("points",), ("report",)])
def test_an_export_into_no_folder_is_said(lab: Lab, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    made = nashboard(lab, "export", arguments[0], "full", *arguments[1:], "-o", tmp_path / "none" / "a.x")
    assert (made.exit_code, f"{tmp_path}/none" in made.output) == (1, True), made.output


def test_a_failed_mp4_leaves_what_was_there(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.mp4"
    path.write_text("before")
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "/bin/false")  # it ends at once and writes nothing
    made = nashboard(lab, "export", "video", "full", "-o", path)
    assert (made.exit_code, "a.mp4 can't be written as MP4: ffmpeg ended with exit code 1" in made.output) == (
        1,
        True,
    ), made.output
    assert path.read_text() == "before"
    assert [one.name for one in tmp_path.iterdir()] == ["a.mp4"]


def test_a_video_that_can_not_be_made_is_said(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    made = nashboard(lab, "export", "video", "full", "-o", str(tmp_path / "a.mp4"))
    assert (made.exit_code, "pip install 'nashboard[video]'" in made.output) == (1, True)
    made = nashboard(lab, "export", "video", "full", "--grid", "other", "-o", str(tmp_path / "a.gif"))
    assert (made.exit_code, "it has fixed" in made.output) == (1, True)
