"""The page of one run: head and verdict, and below them the tabs."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components.states import card_skeletons
from dashboard.components.toolbar import toolbar
from dashboard.components.wild import wild


def layout() -> Any:
    """Head, what the doctor says, the bar of tabs with the toolbar of those that draw curves, and the tabs' panels.

    What the panels hold is made by assets/js/tabs; until then stand-ins of the first one are shown.
    """
    return html.Div(
        id="run-page",
        className="run-page",
        children=[
            html.Div(id="run-head", className="head", children=html.Div(className="bone bone-head")),
            html.Div(id="run-verdict", className="verdicts"),
            html.Div(
                id="run-tabs",
                className="tabs",
                role="tablist",
                children=html.Div(className="tab"),
                **wild(aria_label="Parts of the run"),
            ),
            html.Div(toolbar(), id="run-toolbar", className="toolbar-place"),
            html.Div(id="run-note", hidden=True),
            html.Div(
                id="run-panels",
                className="panels",
                children=html.Div(html.Div(card_skeletons(4), className="charts"), className="board"),
            ),
        ],
    )
