"""Puts the dashboard on a FastAPI app. No callback runs on the server: pages come from here, data from the API."""

from __future__ import annotations

from typing import Any, cast

from dash import Dash
from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from dashboard import index, shell

API = "/api/v1"
FOR_EVER = "public, max-age=31536000, immutable"


class Immutable(StaticFiles):
    """Files whose address holds a hash of their content."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """The file, to be kept for ever."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = FOR_EVER
        return response


def attach(outer: FastAPI, api_url: str = API, root_path: str = "") -> Dash:
    """Mounts the dashboard on `outer`, below whatever is mounted there before.

    Args:
        api_url: path of the API on this very origin; the browser fetches all data from there.
        root_path: path prefix under which a reverse proxy serves us, "" or "/something".
    """
    assets = f"/static/{index.digest(index.ASSETS)}"
    outer.mount(assets, Immutable(directory=index.ASSETS), name="static")
    app = Dash(
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
