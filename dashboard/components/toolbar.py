"""The sticky toolbar of the run and compare pages: how curves are drawn. assets/js/toolbar.js reads its controls."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard.components.icons import icon
from dashboard.components.wild import wild

# the generator's updates only where a run tells them: assets/js/board.js
X_AXES = (("step", "Step"), ("images", "Images"), ("updates", "G updates"), ("time", "Time"))


def toolbar() -> Any:
    """Smoothing, log axis, x axis, and the zoom in force."""
    return html.Div(
        className="toolbar",
        role="toolbar",
        **wild(aria_label="How curves are drawn"),
        children=[
            html.Div([html.Label("Smoothing", htmlFor="smoothing", className="label"), _smoothing()], className="tool"),
            dmc.Switch(id="log-axis", label="Log", checked=False, size="xs", labelPosition="left", className="tool"),
            html.Div([html.Span("X axis", className="label"), _x_axis()], className="tool"),
            html.Button(
                [html.Span(id="zoom-range"), icon("close")],
                id="zoom-reset",
                className="chip zoom-chip",
                title="Show the whole run (double-click on a chart)",
                hidden=True,
            ),
            html.Div(id="toolbar-more", className="toolbar-more"),
        ],
    )


def _smoothing() -> Any:
    slider = dmc.Slider(
        id="smoothing",
        min=0,
        max=80,
        step=2,
        value=0,
        label=None,
        size="sm",
        thumbSize=14,
        className="smoothing",
        thumbLabel="Smoothing",
    )
    return html.Span([slider, html.Output("off", id="smoothing-shown", className="smoothing-shown")], className="tool")


def _x_axis() -> Any:
    return dmc.SegmentedControl(
        id="x-axis", value="step", size="xs", data=[{"value": value, "label": label} for value, label in X_AXES]
    )
