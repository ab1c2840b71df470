"""The page of one run: its curves and its samples."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components.states import card_skeletons
from dashboard.components.toolbar import toolbar


def layout() -> Any:
    """Header, what the doctor says, toolbar, the board of charts with the samples beside it, config and environment."""
    return html.Div(
        id="run-page",
        className="run-page",
        children=[
            html.Div(id="run-head", className="head", children=html.Div(className="bone bone-head")),
            html.Div(id="run-verdict", className="verdicts"),
            toolbar(),
            html.Div(id="run-note", hidden=True),
            html.Div(
                id="run-board",
                className="board",
                children=[
                    html.Div(id="run-samples", className="card samples", hidden=True),
                    html.Div(id="run-charts", className="charts", children=card_skeletons(4)),
                ],
            ),
            html.Div(id="run-sections", className="sections"),
            html.Div(id="run-facts", className="facts"),
        ],
    )
