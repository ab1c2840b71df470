"""Icons: drawn by CSS masks (assets/css/icons.css), so that they take the text's colour and no font is fetched."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components.wild import wild


def icon(name: str) -> Any:
    """A small picture that says nothing to a screen reader: the control around it has the label."""
    return html.Span(className=f"icon icon-{name}", **wild(aria_hidden="true"))
