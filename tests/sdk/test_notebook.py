"""Runs in notebook cells."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path

import pytest

import monitor
from monitor.notebook import Embed
from monitor.settings import ClientSettings, load
from tests.support import Service, scalars

READ = "read-me-0123456789"
NOBODY = "http://127.0.0.1:9"


def cell(run_id: str, **given: str) -> str:
    return Embed(run_id, load(ClientSettings, given))._repr_html_()


def page_in(cell_: str) -> str:
    start = cell_.index('srcdoc="') + 8
    return html.unescape(cell_[start : cell_.index('" sandbox="allow-scripts"')])


def test_an_open_service_is_framed_and_a_closed_one_gives_its_report(
    start_service: Callable[..., Service], capsys: pytest.CaptureFixture[str]
) -> None:
    service = start_service()
    service.declare("shown")
    assert f'<iframe src="{service.url}/runs/shown"' in cell("shown", server=service.url)
    monitor.display("shown", server=service.url)
    assert capsys.readouterr().out == f"{service.url}/runs/shown\n"  # there is no IPython here
    folder = service.folder
    service.ship(scalars(1, d_loss=1.5), run="shown")
    service.stop()
    assert "loss/discriminator" in page_in(cell("shown", server=NOBODY, dir=str(folder)))  # from the database
    closed = start_service(folder, auth="always", read_token=READ)
    assert "loss/discriminator" in page_in(cell("shown", server=closed.url, token=READ, dir="/nowhere"))


def test_a_notebook_speaks_the_language_that_is_set(start_service: Callable[..., Service], tmp_path: Path) -> None:
    service = start_service()
    service.declare("told")
    service.ship(*(scalars(step, d_loss=1.5) for step in range(20)), run="told")
    assert f'<iframe src="{service.url}/runs/told?lang=zh"' in cell("told", server=service.url, lang="zh")
    folder = service.folder
    service.stop()
    here = page_in(cell("told", server=NOBODY, dir=str(folder), lang="zh"))
    closed = start_service(folder, auth="always", read_token=READ)
    there = page_in(cell("told", server=closed.url, token=READ, dir="/nowhere", lang="zh"))
    for page in (here, there):
        assert '<html lang="zh-CN">' in page
        assert "曲线" in page
    lost = cell("<lost>", server=NOBODY, dir=str(tmp_path), lang="zh")
    assert lost == f"<p>运行 <code>&lt;lost&gt;</code> 既不在 {NOBODY}，也不在 {tmp_path}。</p>"


def test_a_run_offline_shows_its_journal(tmp_path: Path) -> None:
    run = monitor.init(mode="offline", server=NOBODY, dir=tmp_path, name="<mine>")
    for step in range(30):
        run.log({"d_loss": float("nan") if step == 20 else 1.4}, step=step)
    page = page_in(run._repr_html_())
    assert "Not a number since step 20" in page
    assert "<h1>&lt;mine&gt;</h1>" in page
    run.finish()
    assert "neither at" in cell("unknown", server=NOBODY, dir=str(tmp_path))
