"""The compare page: one signal a chart, one colour a run."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components.states import card_skeletons
from dashboard.components.toolbar import toolbar


def layout() -> Any:
    """The runs as chips, toolbar, charts, and all sample grids on one slider."""
    return html.Div(
        id="compare-page",
        className="compare-page",
        children=[
            html.Div([html.H1("Compare"), html.Div(id="compare-runs", className="chips")], className="bar"),
            toolbar(),
            html.Div(id="compare-note", hidden=True),
            html.Div(id="compare-charts", className="charts wide", children=card_skeletons(4)),
            html.Div(id="compare-samples", className="card samples-row", hidden=True),
            html.Div(id="compare-parts", className="sections"),
            html.Div(id="compare-sections", className="sections"),
        ],
    )
