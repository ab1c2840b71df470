"""Colours that everybody can tell apart, and skeletons that plotly itself accepts."""

from __future__ import annotations

import itertools

import numpy as np
import plotly.graph_objects as go
import pytest

from dashboard.figures.catalog import CHARTS, catalog
from dashboard.figures.skeleton import palette, palettes
from dashboard.figures.theme import ROLES, SLOTS, THEMES, Theme, run_style
from monitor.signals import ALIASES

# Machado, Oliveira and Fernandes (2009), severity 1.0: what people without one kind of cones see, in linear RGB.
CVD = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(color: str) -> np.ndarray:
    srgb = np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIELAB of linear RGB under D65: distances in it are distances to the eye, 2 can just be told apart."""
    ratio = XYZ @ np.clip(rgb, 0, 1) / np.array([0.95047, 1, 1.08883])
    f = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one: str, other: str) -> float:
    """WCAG 2's contrast ratio."""
    light, dark = sorted((float(XYZ[1] @ linear(color)) for color in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture(params=THEMES.values(), ids=THEMES.keys())
def theme(request: pytest.FixtureRequest) -> Theme:
    found: Theme = request.param
    return found


def test_lines_stand_out_from_the_ground(theme: Theme) -> None:
    for color in (*theme.roles.values(), *theme.runs, theme.alert):
        assert contrast(color, theme.ground) >= 3, color  # WCAG 1.4.11, graphical objects
    assert contrast(theme.ink, theme.ground) >= 7
    assert contrast(theme.muted, theme.ground) >= 4.5


@pytest.mark.parametrize("vision", ["usual", *CVD])
def test_what_shares_a_chart_can_be_told_apart(theme: Theme, vision: str) -> None:
    matrix = np.array(CVD.get(vision, np.eye(3)))
    seen = {color: lab(matrix @ linear(color)) for color in (*theme.roles.values(), *theme.runs)}
    pairs = [("generator", "discriminator"), ("real", "fake"), ("discriminator", "real"), ("discriminator", "fake")]
    for one, other in pairs:
        distance = float(np.linalg.norm(seen[theme.roles[one]] - seen[theme.roles[other]]))
        assert distance >= 15, f"{one} and {other} for {vision}: {distance:.0f}"
    for one, other in itertools.combinations(theme.runs, 2):
        distance = float(np.linalg.norm(seen[one] - seen[other]))
        assert distance >= 8, f"{one} and {other} for {vision}: {distance:.0f}"


def test_roles_keep_their_meaning(theme: Theme) -> None:
    assert tuple(theme.roles) == ROLES == tuple(palette(theme)["roles"])


def test_every_slot_of_a_comparison_looks_different(theme: Theme) -> None:
    styles = [tuple(run_style(slot, theme).values()) for slot in range(SLOTS)]
    assert len(set(styles)) == SLOTS
    assert run_style(0, theme) == run_style(SLOTS, theme)


def test_plotly_accepts_every_skeleton() -> None:
    for made in palettes().values():
        traces = [made["marks"]]
        for style in (*made["roles"].values(), *made["runs"]):
            traces += [style["line"], style["faint"], style["band"]]
        go.Figure(data=traces, layout=made["layout"])  # plotly validates every name and value


def test_the_catalogue_speaks_of_signals_that_there_are() -> None:
    signals = [curve["signal"] for chart in CHARTS for curve in chart["curves"]]
    assert {signal for signal in signals if not signal.startswith("sample/")} <= set(ALIASES)
    assert len(set(signals)) == len(signals)  # a signal has one place
    curves = [curve for chart in CHARTS for curve in chart["curves"]]
    assert all(curve["role"] in ROLES if "role" in curve else 0 <= curve["slot"] < SLOTS for curve in curves)
    assert catalog()["charts"] == list(CHARTS)


def test_the_area_under_the_roc_curve_is_not_called_accuracy() -> None:
    held = {curve["signal"]: chart for chart in CHARTS for curve in chart["curves"]}
    chart = held["auc/discriminator"]
    assert chart["title"] == "Discriminator AUC"
    assert "0.5: it can't tell real from fake" in chart["hint"]
    assert "1: it always ranks real higher" in chart["hint"]
    assert [curve["signal"] for curve in held["accuracy/real"]["curves"]] == ["accuracy/real", "accuracy/fake"]
