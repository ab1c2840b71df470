"""The pages of docs/remedies/ are there, whole, and speak of what the trainer has."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # before torch is imported

import re
from dataclasses import fields
from pathlib import Path

import numpy
import pytest
from click.testing import CliRunner
from PIL import Image

from bench.remedies.cases import CASES, RING
from bench.remedies.figures import table, verdict
from bench.remedies.pages import BEGIN, END, PAGES, PICTURES
from bench.remedies.play import Look, Played, known, play
from monitor.cli import main
from trainer.config import CHOICES, NONE, Config

NO_REMEDY = {
    "data", "model", "loss", "steps", "batch_size", "latent", "width", "seed", "beta1", "beta2", "amp", "accumulate",
    "inject_at", "inject_generator", "inject_discriminator", "sample_every",
}  # fmt: skip
BESIDE = {"instance_noise_steps": "instance-noise", "unroll_lr": "unrolling"}  # told of on the page of what they tune
SECTIONS = (
    "**When.**",
    "**Formula.**",
    "**Paper.**",
    "**Flag.**",
    "```python",
    "```toml",
    "| modes captured",
    BEGIN,
    END,
)


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text()


def test_every_remedy_of_the_config_has_a_page() -> None:
    """A new field of the config is a remedy with a page, or is named in `NO_REMEDY`."""
    shown = {field for case in CASES.values() for field in case.settings} | set(BESIDE)
    assert shown == {one.name for one in fields(Config)} - NO_REMEDY
    for field in ("gradient_penalty", "minibatch"):
        assert {case.settings.get(field) for case in CASES.values()} - {None} == set(CHOICES[field]) - {NONE}
    for field, name in BESIDE.items():
        assert f"--{field.replace('_', '-')}" in page(name)


def test_no_page_without_a_remedy() -> None:
    assert {file.stem for file in PAGES.glob("*.md")} == {*CASES, "README"}
    assert {file.stem for file in PICTURES.glob("*.png")} == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_settings_are_allowed(name: str) -> None:
    Config.of(**RING | CASES[name].base | CASES[name].settings)


@pytest.mark.parametrize("name", CASES)
def test_pages_are_whole(name: str) -> None:
    text = page(name)
    assert text.startswith("# ")
    assert not [part for part in SECTIONS if part not in text]
    assert f"](../images/remedies/{name}.png)" in text
    assert f"]({name}.md)" in page("README")


def test_every_flag_is_an_option_of_train() -> None:
    shown = CliRunner().invoke(main, ["train", "--help"]).output
    options = set(re.findall(r"--[a-z][a-z0-9-]*", shown))
    assert len(options) > 30
    for name in CASES:
        used = set(re.findall(r"--[a-z][a-z0-9-]*", page(name)))
        assert used, name
        assert not used - options, name


@pytest.mark.parametrize("name", CASES)
def test_pictures_are_small_and_readable(name: str) -> None:
    file = PICTURES / f"{name}.png"
    assert file.stat().st_size <= 60_000
    with Image.open(file) as picture:
        assert picture.width >= 800
        assert len(picture.convert("RGB").getcolors(2**16) or ()) > 8  # something is drawn


@pytest.mark.parametrize("name", [*CASES, "README"])
def test_links_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)#]+)", page(name))
    assert links
    assert not [link for link in links if "://" not in link and not (PAGES / Path(link)).exists()]


@pytest.mark.parametrize("name", CASES)
def test_code_is_python(name: str) -> None:
    for lines in re.findall(r"```python\n(.*?)```", page(name), re.DOTALL):
        compile(lines, name, "exec")


def test_a_training_is_made_once_and_whole(tmp_path: Path) -> None:
    """What is kept is what was trained; a training cut off while it is written is as if it had not been."""
    settings = RING | {"width": 8, "batch_size": 16, "steps": 25}
    made = play(tmp_path, settings, 3)
    written = {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    again = play(tmp_path, settings, 3)
    assert {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()} == written
    assert again.looks == made.looks
    assert made.end.step == 25
    assert numpy.allclose(again.samples, made.samples, rtol=2**-10, atol=1e-6)  # kept in half precision
    assert known(tmp_path, settings, 4) is None
    next(tmp_path.glob("*.json")).unlink()
    assert known(tmp_path, settings, 3) is None
    assert play(tmp_path, settings, 3).looks == made.looks


def test_verdicts_follow_the_figures() -> None:
    """Five against five that do not overlap have p = 2 / C(10, 5) = 0.0079; the same five have p = 1."""
    few = [Played(seed, 1.0, [Look(1, 1.0 + seed / 10, 0.9, 2.0)] * 4, numpy.zeros((1, 2))) for seed in range(5)]
    many = [Played(seed, 1.0, [Look(1, 7.0 + seed / 10, 0.9, 0.1)] * 4, numpy.zeros((1, 2))) for seed in range(5)]
    assert verdict("few modes", few, many) == "helps: more modes"
    assert verdict("few modes", many, few) == "hurts: fewer modes"
    assert verdict("few modes", few, few) == "no clear change"
    rows = table(few, many)
    assert rows[2] == "| modes captured, of 8 | 1.2 (1 … 1.4) | 7.2 (7 … 7.4) | 0.0079 |"
    assert rows[-2].startswith("| share of seeds with less than half of the modes | 1 (")
