"""The skeleton of every chart: layout and traces without points, as plotly's JSON."""

from __future__ import annotations

from typing import Any

from dashboard.figures.theme import FONT, HEAT, SLOTS, THEMES, Theme, run_style

Json = dict[str, Any]


def layout(theme: Theme) -> Json:
    """Axes, margins and type. Margins are fixed, so that a live chart never jumps sideways.

    Zooming is along x only: y always fits what is shown. The hidden second y axis, 0 … 1, holds the marks of values
    that are not finite, at the edges of the plot.
    """
    axis = {
        "gridcolor": theme.grid,
        "zeroline": False,
        "linecolor": theme.grid,
        "tickfont": {"color": theme.muted, "size": 11},
        "nticks": 6,
        "exponentformat": "SI",
        "fixedrange": True,
    }
    return {
        "font": {"family": FONT, "size": 11, "color": theme.ink},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 50, "r": 10, "t": 8, "b": 24, "pad": 0},
        "showlegend": False,
        "hovermode": False,
        "dragmode": "zoom",
        "xaxis": axis
        | {"fixedrange": False, "showgrid": False, "ticks": "outside", "ticklen": 3, "tickcolor": theme.grid},
        "yaxis": axis | {"nticks": 5, "exponentformat": "e", "minexponent": 3},
        "yaxis2": {
            "overlaying": "y",
            "anchor": "x",
            "range": [0, 1],
            "visible": False,
            "fixedrange": True,
            "tickmode": "auto",
        },
    }


def line(color: str, dash: str = "solid") -> Json:
    """The curve itself: means of buckets, or the points as logged. Gaps stay gaps."""
    return {
        "type": "scatter",
        "mode": "lines",
        "line": {"color": color, "width": 1.6, "dash": dash},
        "connectgaps": False,
    }


def faint(color: str, theme: Theme) -> Json:
    """The raw line, behind its smoothed one."""
    return {"type": "scatter", "mode": "lines", "line": {"color": color, "width": 1}, "opacity": theme.faint}


def band(color: str, theme: Theme) -> Json:
    """From the least to the largest value of each bucket: no spike is lost to drawing."""
    return {
        "type": "scatter",
        "mode": "lines",
        "fill": "toself",
        "fillcolor": _with_alpha(color, theme.band),
        "line": {"color": _with_alpha(color, theme.band), "width": 1},
    }


def marks(theme: Theme) -> Json:
    """Triangles at the upper edge for NaN and +Inf, at the lower edge for -Inf."""
    return {
        "type": "scatter",
        "mode": "markers",
        "yaxis": "y2",
        "cliponaxis": False,
        "marker": {"color": theme.alert, "size": 9, "line": {"color": theme.ground, "width": 1}},
    }


def shade(color: str) -> Json:
    """The steps under an alert: a veil over the whole height, behind the curves, with an edge where it began."""
    return {
        "type": "rect",
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "fillcolor": _with_alpha(color, 0.09),
        "line": {"width": 0},
    }


def level(theme: Theme) -> Json:
    """Where a curve would be at the equilibrium: a thin dashed line over the whole width. The chart's head tells the value."""
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "layer": "below",
        "opacity": 0.75,
        "line": {"width": 1, "dash": "4px,4px", "color": theme.muted},
    }


def maps(theme: Theme) -> Json:
    """What maps of samples are drawn in. A generated sample's colour goes from `near` (on the data) to `far` (off it)."""
    return {
        "clusters": list(theme.clusters),
        "near": theme.ink,
        "far": theme.alert,
        "real": theme.roles["real"],
        "fake": theme.roles["fake"],
        "accent": theme.roles["generator"],
        "ground": theme.ground,
        "grid": theme.grid,
        "muted": theme.muted,
    }


def palette(theme: Theme) -> Json:
    """All that the browser needs to draw in one theme."""
    colours = [{"color": colour, "dash": "solid"} for colour in theme.roles.values()]
    styles = colours + [run_style(slot, theme) for slot in range(SLOTS)]
    traces = [
        {
            "line": line(style["color"], style["dash"]),
            "faint": faint(style["color"], theme),
            "band": band(style["color"], theme),
            "color": style["color"],
        }
        for style in styles
    ]
    return {
        "layout": layout(theme),
        "marks": marks(theme),
        "shades": {"critical": shade(theme.alert), "warning": shade(theme.warning)},
        "level": level(theme),
        "maps": maps(theme),
        "threshold": {"opacity": 0.9, "line": {"width": 1.2, "dash": "2px,2px", "color": theme.alert}},
        "ground": theme.ground,
        "heat": {"stops": list(HEAT), "odd": theme.alert},
        "ridges": {
            "ink": theme.ink,
            "muted": theme.muted,
            "grid": theme.grid,
            "ground": theme.ground,
            "odd": theme.alert,
        },
        "roles": dict(zip(theme.roles, traces, strict=False)),
        "runs": traces[len(theme.roles) :],
    }


def palettes() -> Json:
    """Both themes, by name."""
    return {name: palette(theme) for name, theme in THEMES.items()}


def _with_alpha(color: str, alpha: float) -> str:
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"
