"""Colours and type of charts, for both themes. A colour means the same thing on every page.

The hues are Okabe and Ito's (2008), which people with any colour vision can tell apart, made darker for light
ground and lighter for dark ground. What two curves of one chart mean never hangs on hue alone: every curve is
named in the chart's head and in the hover.
"""

from __future__ import annotations

from dataclasses import dataclass

FONT = (
    'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, '
    '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'
)
ROLES = ("generator", "discriminator", "real", "fake")
SLOTS = 12  # runs that one comparison can hold: six hues, solid then dashed
DASHES = ("solid", "5px,3px")


@dataclass(frozen=True)
class Theme:
    """One theme's colours, as "#rrggbb".

    Attributes:
        ground: behind the plot. ink, muted: text. grid: grid lines. alert, warning: NaN and Inf marks, and steps under an alert.
        roles: what generator, discriminator, real and fake are drawn in.
        runs: hues of compared runs and of layers, in order.
        clusters: groups of the data on a map, in order: ten hues with unlike lightness, none near the alert's red.
        band: opacity of the min to max band. faint: opacity of the raw line behind a smoothed one.
    """

    name: str
    ground: str
    ink: str
    muted: str
    grid: str
    alert: str
    warning: str
    roles: dict[str, str]
    runs: tuple[str, ...]
    clusters: tuple[str, ...]
    band: float
    faint: float


LIGHT = Theme(
    name="light",
    ground="#ffffff",
    ink="#1b1f27",
    muted="#5c6370",
    grid="#eceef2",
    alert="#d11f3a",
    warning="#b97a00",
    roles={"generator": "#0068b5", "discriminator": "#c25a00", "real": "#00805e", "fake": "#a8418a"},
    runs=("#0068b5", "#c25a00", "#00805e", "#a8418a", "#3c9ad1", "#4a1c05"),
    clusters=(
        "#3d6fb6",
        "#e69a2e",
        "#2f9e7b",
        "#9b6cc4",
        "#8a8f2c",
        "#5cc0dd",
        "#a8663c",
        "#e08fb8",
        "#2c5f5f",
        "#7d8794",
    ),
    band=0.20,
    faint=0.28,
)
DARK = Theme(
    name="dark",
    ground="#16181d",
    ink="#e6e8ec",
    muted="#979eac",
    grid="#262a32",
    alert="#ff6678",
    warning="#efb95a",
    roles={"generator": "#5db3f5", "discriminator": "#f59e42", "real": "#33c796", "fake": "#e58ac8"},
    runs=("#5db3f5", "#f59e42", "#33c796", "#e58ac8", "#2f7fd6", "#e2cf52"),
    clusters=(
        "#6f9fe8",
        "#f0b050",
        "#44bd96",
        "#b694e0",
        "#b3b84a",
        "#7fd8f0",
        "#c98a5e",
        "#f0aed0",
        "#5fa3a3",
        "#98a2b0",
    ),
    band=0.22,
    faint=0.32,
)
# Viridis (Smith and van der Walt, 2015): lightness grows evenly, so that any colour vision, and a grey print, can read it.
HEAT = ("#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725")
THEMES = {theme.name: theme for theme in (LIGHT, DARK)}


def run_style(slot: int, theme: Theme) -> dict[str, str]:
    """Colour and dash of the run in a slot (0 … 11) of a comparison. It hangs on the slot alone, so it stays when others go."""
    turn, hue = divmod(slot % SLOTS, len(theme.runs))
    return {"color": theme.runs[hue], "dash": DASHES[turn]}
