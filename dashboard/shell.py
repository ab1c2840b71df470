"""The shell around every page, and the wire from the address to the browser's scripts."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, dcc, html

from dashboard.components.icons import icon
from dashboard.components.wild import wild
from dashboard.figures.theme import FONT
from dashboard.pages import alerts, compare, missing, run, runs

# What Mantine's own components look like; everything else is in assets/css.
THEME = {
    "fontFamily": FONT,
    "fontFamilyMonospace": 'ui-monospace, "SF Mono", Menlo, Consolas, monospace',
    "primaryColor": "indigo",
    "primaryShade": {"light": 6, "dark": 5},
    "defaultRadius": "md",
    "cursorType": "pointer",
}


def layout(base: str, assets: str) -> Any:
    """The whole document: places for the header and for the page that the address names.

    Both come from the store, through the browser: it puts their texts into the reader's language.
    """
    return dmc.MantineProvider(
        defaultColorScheme="auto",
        theme=THEME,
        children=[
            dcc.Location(id="location", refresh=False),
            dcc.Store(id="pages", data=pages() | {"shell": header(base, assets).to_plotly_json()}),
            html.Div(id="shell"),
            html.Div(id="banner", className="banner", role="status", hidden=True, **wild(aria_live="polite")),
            html.Main(id="page", className="page"),
        ],
    )


def header(base: str, assets: str) -> Any:
    """Name, places, and the switches of language and of dark and light."""
    return html.Header(
        className="top",
        children=[
            html.A("Skip to content", href="#page", className="skip"),
            html.A(
                href=base,
                className="brand",
                children=[html.Img(src=f"{assets}/favicon.svg", alt="", width=22, height=22), "Nashboard"],
            ),
            html.Nav(
                [
                    html.A("Runs", href=base, className="place", **wild(data_place="runs")),
                    html.A("Compare", href=f"{base}compare", className="place", **wild(data_place="compare")),
                    html.A(
                        "Alerts",
                        id="alerts-place",
                        href=f"{base}alerts",
                        className="place",
                        **wild(data_place="alerts"),
                    ),
                ],
                className="places",
            ),
            html.Div(id="crumb", className="crumb"),
            html.Div(id="pulse", className="pulse", title="Connecting"),
            html.Button(
                icon("search"),
                id="go",
                className="ghost",
                title="Go to… (Ctrl K)",
                **wild(aria_label="Go to a run, tab or chart"),
            ),
            html.Button(id="language", className="ghost language", **wild(data_language="")),
            dmc.ColorSchemeToggle(
                id="scheme",
                lightIcon=icon("sun"),
                darkIcon=icon("moon"),
                variant="subtle",
                color="gray",
                size="md",
                **wild(aria_label="Dark or light"),
            ),
        ],
    )


def pages() -> dict[str, Any]:
    """Every page's layout by name: the browser puts in the one that the address names, without asking the server."""
    modules = {"runs": runs, "run": run, "compare": compare, "alerts": alerts, "missing": missing}
    built = {name: module.layout() for name, module in modules.items()}
    return {name: page.to_plotly_json() for name, page in built.items()}


def connect(app: Dash) -> None:
    """Wires the address to functions of assets/js/main.js."""
    app.clientside_callback(
        ClientsideFunction("nashboard", "shell"),
        Output("shell", "children"),
        Input("pages", "data"),
    )
    app.clientside_callback(
        ClientsideFunction("nashboard", "route"),
        Output("page", "children"),
        Input("location", "pathname"),
        Input("pages", "data"),
    )
