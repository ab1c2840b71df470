"""Loading, empty and error states. They are shown and hidden by the browser's scripts."""

from __future__ import annotations

from typing import Any

from dash import html


def card_skeletons(count: int) -> list[Any]:
    """Grey stand-ins of charts, of the size that charts have, so that nothing moves when these come."""
    return [
        html.Div(
            [html.Div(className="bone bone-title"), html.Div(className="bone bone-plot")],
            className="card chart skeleton",
        )
        for _ in range(count)
    ]


def notice(title: str, *body: Any, **props: Any) -> Any:
    """A designed message in the place of content."""
    return html.Div([html.H2(title), *body], className="notice", **props)
