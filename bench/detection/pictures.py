"""The pictures of docs/detection.md: what an alarm rests on, beside the healthy run that it must not be taken for."""

from __future__ import annotations

from math import isfinite, log10
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from bench.detection.recording import Recording, load
from bench.detection.replay import Story, replay

PICTURES = Path(__file__).parents[2] / "docs" / "images" / "detection"
SIZE, FINER = (960, 300), 2
CARD, INK, FAINT, EDGE = "#fcfcfb", "#333333", "#6b6b6b", "#e4e4e2"
LINES = ("#0072b2", "#d55e00", "#009e73")  # Okabe and Ito's, told apart by all
ALARM = "#b00020"


class Shown(NamedTuple):
    """A kind's picture: the settings, the signals, and whether their scale is logarithmic."""

    alarm: str
    healthy: str
    signals: tuple[str, ...]
    logarithmic: bool = False


GRADIENTS = "grad_norm/generator", "grad_norm/discriminator"
SHOWN = {
    "non_finite": Shown("nan-wgan", "ring-wgan", ("loss/discriminator", "loss/generator")),
    "exploding_gradient": Shown("explode-wgan", "ring-hinge", GRADIENTS, True),
    "vanishing_gradient": Shown("vanish-ring", "ring-minimax", GRADIENTS[:1], True),
    "discriminator_dominates": Shown("strong-ns-ring", "ahead", ("auc/discriminator", "sample/energy_distance")),
    "generator_dominates": Shown("weak-ns", "ring-ns", ("auc/discriminator", "sample/two_sample_accuracy")),
    "mode_collapse": Shown("late-ns", "ring-ns", ("sample/diversity", "sample/effective_modes")),
    "oscillation": Shown("hop-ns", "ring-hinge", ("sample/movement", "sample/diversity")),
    "quality_fluctuation": Shown("pulse-ns", "warm-restarts", ("sample/energy_distance", "sample/effective_modes")),
    "discriminator_overfit": Shown("memorise", "digits-ns", ("logits/validation", "logits/real", "logits/fake")),
    "non_convergence": Shown("weak-ns", "slow-start", ("sample/energy_distance",)),
    "spectral_collapse": Shown("rank-ns", "ring-ns", tuple(f"spectral_norm/discriminator/body.{i}" for i in (0, 2, 4))),
}
Points = list[tuple[int, float]]


def series(run: Recording, name: str) -> Points:
    """(step, value) of a signal; of those that every step has, medians of ten steps."""
    rows = run.measured if name.startswith("sample/") else sorted(run.rows.items())
    found = [(step, values[name]) for step, values in rows if isfinite(values.get(name, float("nan")))]
    return [found[i] for i in range(0, len(found), max(1, len(found) // 150))]


def draw(kind: str, folder: Path, seed: int) -> Path:
    """One picture, from recordings with that seed in `folder`."""
    shown = SHOWN[kind]
    image = Image.new("RGB", (SIZE[0] * FINER, SIZE[1] * FINER), CARD)
    on = ImageDraw.Draw(image)
    for left, case in ((70, shown.alarm), (550, shown.healthy)):
        place = folder / f"{case}-{seed}"
        _panel(on, left, load(place), replay(place)["all"], kind, shown)
    PICTURES.mkdir(parents=True, exist_ok=True)
    file = PICTURES / f"{kind}.png"
    small = image.resize(SIZE, Image.Resampling.LANCZOS)
    small.quantize(64, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(file, optimize=True)
    return file


def _panel(on: ImageDraw.ImageDraw, left: int, run: Recording, story: Story, kind: str, shown: Shown) -> None:
    lines = {name: series(run, name) for name in shown.signals}
    values = [_scaled(value, shown) for points in lines.values() for _, value in points] or [0.0]
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    width, top, height = 380, 62, 190

    def at(step: float, value: float) -> tuple[float, float]:
        return (left + width * step / run.steps) * FINER, (top + height * (1 - (value - low) / span)) * FINER

    for share in (0.0, 0.5, 1.0):
        value = low + share * span
        on.line((*at(0, value), *at(run.steps, value)), EDGE, FINER)
        number = 10**value if shown.logarithmic else value
        _text(on, (left - 8, top + height * (1 - share)), f"{number:.3g}", FAINT, "rm")
    for step in range(0, run.steps, 500):
        _text(on, (left + width * step / run.steps, top + height + 8), f"{step:,}", FAINT, "ma")
    for i, (name, points) in enumerate(lines.items()):
        places = [at(step, _scaled(value, shown)) for step, value in points]
        if len(places) > 1:
            on.line(places, LINES[i], 2 * FINER, joint="curve")
        _text(on, (left + 130 * i, top + height + 26), _label(name), LINES[i], "la")
    alert = story.alarms.get(kind)
    told = f"{run.name}: told at step {alert.step:,}" if alert else f"{run.name}: nothing told of it"
    _text(on, (left, 22), told, ALARM if alert else INK, "la", 16)
    if alert:
        for step, ink in ((alert.onset_step, FAINT), (alert.step, ALARM)):
            x = at(step, low)[0]
            on.line((x, top * FINER, x, (top + height) * FINER), ink, 2 * FINER)


def _label(name: str) -> str:
    """A layer's signal by the layer alone, which the page tells the kind of."""
    return name.rpartition("/")[2] if name.count("/") > 1 else name.removeprefix("sample/")


def _scaled(value: float, shown: Shown) -> float:
    return log10(max(value, 1e-12)) if shown.logarithmic else value


def _text(
    on: ImageDraw.ImageDraw, at: tuple[float, float], words: str, ink: str, anchor: str, size: float = 13
) -> None:
    on.text((at[0] * FINER, at[1] * FINER), words, ink, ImageFont.load_default(size * FINER), anchor)


def draw_all(folder: Path, seed: int) -> list[Path]:
    """All whose recordings are there."""
    there = [
        kind
        for kind, shown in SHOWN.items()
        if all((folder / f"{case}-{seed}").is_dir() for case in (shown.alarm, shown.healthy))
    ]
    return [draw(kind, folder, seed) for kind in there]
