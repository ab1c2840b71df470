"""What stands at an address that is no page."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components.states import notice
from dashboard.components.wild import wild


def layout() -> Any:
    """Says so, and where to go. The scripts fill in the address."""
    return notice(
        "There is nothing at this address",
        html.P(id="missing-address", className="muted"),
        html.A("All runs", href="", className="button", **wild(data_home="true")),
        id="missing-page",
    )
