"""Puts the dashboard on a FastAPI app. No callback runs on the server: pages come from here, data from the API."""

from __future__ import annotations

from typing import Any, cast

from dash import Dash
from fastapi import FastAPI

from dashboard import index, shell
from dashboard.files import Files

API = "/api/v1"


class Board(Dash):
    """Dash, whose page asks only for the scripts that it needs."""

    def interpolate_index(self, **kwargs: Any) -> str:  # type: ignore[override]
        """The page: the table's script is named only where the table is shown, see `index.scripts`."""
        fills = kwargs | {"scripts": index.scripts(kwargs["scripts"])}
        return str(super().interpolate_index(**fills))  # type: ignore[no-untyped-call]


def attach(outer: FastAPI, api_url: str = API, root_path: str = "") -> Dash:
    """Mounts the dashboard on `outer`, below whatever is mounted there before.

    Args:
        api_url: path of the API on this very origin; the browser fetches all data from there.
        root_path: path prefix under which a reverse proxy serves us, "" or "/something".
    """
    made = index.made()
    assets = f"/static/{index.digest(index.ASSETS, made)}"
    files = Files(index.ASSETS, made)
    outer.add_route(assets + "/{path:path}", files.asset)
    outer.add_route("/_dash-component-suites/{package}/{path:path}", files.suite)
    app = files.dash = Board(
        "dashboard",
        server=cast(Any, outer),  # Dash's hints know only Flask
        include_assets_files=False,
        routes_pathname_prefix="/",
        requests_pathname_prefix=f"{root_path}/",
        title="Nashboard",
        update_title="",
        index_string=index.page(f"{root_path}/", f"{root_path}{api_url}", f"{root_path}{assets}"),
        suppress_callback_exceptions=True,
        add_log_handler=False,
    )
    # Dash's middleware knows its own requests by their whole path, which has the prefix in it, while routes are matched
    # without. The setting is read-only to users of Dash; nothing else reads it once the routes are made.
    dict.__setitem__(app.config, "routes_pathname_prefix", f"{root_path}/")
    app.layout = shell.layout(f"{root_path}/", f"{root_path}{assets}")
    shell.connect(app)
    return app
