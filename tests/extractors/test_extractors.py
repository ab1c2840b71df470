"""Extractors by name: what they give, that they stay what they were, and what is said where one can't be had."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from sklearn.datasets import load_digits

from monitor import extractors
from monitor.cli import main
from monitor.errors import InvalidValue
from monitor.extractors.outputs import as_features, in_chunks
from monitor.sample_metrics.opinions import Opinions

DIGITS = load_digits()
IMAGES = np.clip(DIGITS.images * 255 / 16 + 0.5, 0, 255).astype("u1")[:, None]


@pytest.mark.parametrize(
    ("name", "full", "width"),
    [
        ("pooled-pixels", "pooled-pixels/256", 64),
        ("identity", "identity", 64),
        ("random-conv", "random-convolutions/0/32", 96),
    ],
)
def test_the_built_in_ones_have_names_and_are_fixed(tmp_path: Path, name: str, full: str, width: int) -> None:
    first, second = extractors.load(name, tmp_path), extractors.load(name, tmp_path)
    assert first.name == full
    assert first(IMAGES[:20]).shape == (20, width)
    np.testing.assert_array_equal(first(IMAGES[:20]), second(IMAGES[:20]))


def test_the_shipped_classifier_tells_digits_and_collapse(tmp_path: Path) -> None:
    digits: Any = extractors.load("digits", tmp_path)
    sure = digits.probabilities(IMAGES)
    np.testing.assert_allclose(sure.sum(axis=1), 1)
    assert (sure.argmax(axis=1) == DIGITS.target).mean() > 0.97
    opinions = Opinions.of(digits, IMAGES)
    assert opinions is not None
    assert opinions.floors["sample/inception_score"] > 8
    assert opinions.floors["sample/effective_classes"] == 1
    some = opinions.measure(IMAGES[DIGITS.target < 3][:200])
    assert some["sample/missing_classes"] == 7
    assert some["sample/effective_classes"] == pytest.approx(0.3, abs=0.03)
    assert some["sample/inception_score"] == pytest.approx(3, abs=0.3)
    with pytest.raises(InvalidValue, match=r"shape \(3, 8, 8\): the extractor digits/\w{8} was trained on \(1, 8, 8\)"):
        digits(np.zeros((2, 3, 8, 8), "u1"))


def test_train_extractor_keeps_a_classifier_under_a_name_of_its_content(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 240)
    points = np.array([[0, 0], [4, 0], [0, 4]])[labels] + rng.normal(size=(240, 2))
    np.savez(tmp_path / "data.npz", samples=points.astype("f4"), labels=labels)
    arguments = ["train-extractor", "corners", "--data", str(tmp_path / "data.npz"), "--dir", str(tmp_path)]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    assert "3 classes, 240 samples" in done.output
    found: Any = extractors.load("corners", tmp_path / "extractors")
    assert found.accuracy > 0.9
    assert found.probabilities(np.array([[0, 0], [4, 0], [0, 4]], "f4")).argmax(axis=1).tolist() == [0, 1, 2]
    done = CliRunner().invoke(main, [*arguments, "--seed", "1"])
    assert extractors.load("corners", tmp_path / "extractors").name != found.name


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["digits", "--data", "x.npz"], "can't be the name"),
        (["a/b", "--data", "x.npz"], "can't be the name"),
        (["mine"], "either --run or --data"),
        (["mine", "--data", "x.npz"], "`labels`, whole numbers"),
    ],
)
def test_train_extractor_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], word: str
) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez("x.npz", images=np.zeros((4, 8, 8)))
    done = CliRunner().invoke(main, ["train-extractor", *arguments, "--dir", str(tmp_path)])
    assert (done.exit_code, word in done.output) == (1, True), done.output


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_torchscript_file_is_an_extractor(tmp_path: Path) -> None:
    class Net(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.cat([x, 2 * x], dim=1)

    torch.jit.trace(Net(), torch.zeros(1, 1, 8, 8)).save(str(tmp_path / "net.pt"))
    net = extractors.load("net", tmp_path)
    means = IMAGES[:150].mean(axis=(2, 3)) / 255
    np.testing.assert_allclose(net(IMAGES[:150]), np.concatenate([means, 2 * means], axis=1), rtol=1e-5)
    assert net.name.startswith("net/")
    (tmp_path / "bad.pt").write_bytes(b"no network")
    with pytest.raises(InvalidValue, match="can't be loaded as TorchScript"):
        extractors.load("bad", tmp_path)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (
            "nothing",
            r"no extractor 'nothing'; there are pooled-pixels, .*, mine; a file of that name in .* makes another",
        ),
        ("../../etc/passwd", "no extractor"),
        ("mine", "is no extractor of `nashboard train-extractor`"),
    ],
)
def test_one_that_is_not_there_is_told_with_those_that_are(tmp_path: Path, name: str, says: str) -> None:
    np.savez(tmp_path / "mine.npz", a=np.zeros(3))
    with pytest.raises(InvalidValue, match=says):
        extractors.load(name, tmp_path)


@pytest.mark.parametrize(("name", "module"), [("inception", "torch_fidelity"), ("net", "onnxruntime")])
def test_what_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, module: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    (tmp_path / "net.onnx").write_bytes(b"")
    with pytest.raises(InvalidValue, match=f"needs {module}.*, which is not installed: pip install"):
        extractors.load(name, tmp_path)


def test_outputs_of_a_wrong_shape_are_refused() -> None:
    assert as_features(np.ones((2, 3, 4, 4)), 2, "x").shape == (2, 3)
    for shape in ((3, 4), (2,), (2, 5000)):
        with pytest.raises(InvalidValue, match="is needed"):
            as_features(np.ones(shape), 2, "x")


def test_what_gives_no_numbers_or_other_widths_is_refused() -> None:
    with pytest.raises(InvalidValue, match="the extractor x gave dict, which is no array of numbers"):
        as_features({"a": 1}, 2, "x")
    with pytest.raises(InvalidValue, match=r"gave \(2, 0\) for 2 samples"):
        as_features(np.ones((2, 0)), 2, "x")
    with pytest.raises(InvalidValue, match=r"gave \[2, 4\] features for parts of one batch"):
        in_chunks(lambda part: np.ones((len(part), len(part))), np.ones((10, 1)), "x", size=4)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_network_that_gives_a_tuple_or_half_precision(tmp_path: Path) -> None:
    class Pair(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return x, x[:1]

    class Half(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.to(torch.bfloat16)

    for name, net in (("pair", Pair()), ("half", Half())):
        torch.jit.trace(net, torch.zeros(2, 3)).save(str(tmp_path / f"{name}.pt"))
    with pytest.raises(InvalidValue, match=r"extractor pair/\w{8} gave tuple, which is no array of numbers"):
        extractors.load("pair", tmp_path)(np.ones((5, 3), "f4"))
    assert extractors.load("half", tmp_path)(np.full((5, 3), 0.5, "f4")).tolist() == [[0.5] * 3] * 5
