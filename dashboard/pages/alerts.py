"""The page of all alerts: inbox, rules, channels, and the log of what was sent."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components.wild import wild


def layout() -> Any:
    """Heading, the bar of tabs, and their panels, which assets/js/alerts fills."""
    bones = [html.Div(className="bone bone-row") for _ in range(6)]
    return html.Div(
        id="alerts-page",
        className="alerts-page",
        children=[
            html.Div([html.H1("Alerts"), html.Span(id="alerts-count", className="count")], className="bar"),
            html.Div(
                id="alerts-tabs",
                className="tabs",
                role="tablist",
                children=html.Div(className="tab"),
                **wild(aria_label="Parts of the page"),
            ),
            html.Div(id="alerts-panels", className="panels", children=html.Div(bones, className="bones")),
        ],
    )
