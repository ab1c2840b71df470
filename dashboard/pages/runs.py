"""The runs page: a table of all runs, live."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import html

from dashboard.components.icons import icon
from dashboard.components.states import notice
from dashboard.components.wild import wild

SNIPPET = """import monitor

run = monitor.init(project="faces", name="dcgan")
run.watch(generator=G, discriminator=D)
for step, real in enumerate(loader):
    ...
    run.log({"loss/discriminator": d_loss, "loss/generator": g_loss}, step=step)
    if step % 500 == 0:
        run.samples(G(fixed_z), step=step)
run.finish()"""


def layout() -> Any:
    """Search, compare, the table, and what stands there when it is empty, loading or out of reach."""
    return html.Div(
        id="runs-page",
        className="runs-page",
        children=[
            html.Div(
                className="bar",
                children=[
                    html.H1("Runs"),
                    html.Span(id="runs-count", className="count"),
                    dmc.TextInput(
                        id="runs-search",
                        placeholder="Search runs",
                        size="xs",
                        className="search",
                        leftSection=icon("search"),
                        **wild(aria_label="Search runs"),
                    ),
                    html.A("Compare", id="runs-compare", className="button primary", **wild(aria_disabled="true")),
                ],
            ),
            html.Div([html.Div(className="bone bone-row") for _ in range(8)], id="runs-loading", className="bones"),
            html.Div(table(), id="runs-table", className="table-box waiting"),
            empty(),
            html.Div(id="runs-error", hidden=True),
        ],
    )


def empty() -> Any:
    """How to start, where there is nothing yet."""
    return notice(
        "No runs yet",
        html.P("See it at work: a healthy and an unhealthy training side by side."),
        html.Pre("nashboard demo", className="code"),
        html.P("Or add these lines to your own training loop:"),
        html.Pre(SNIPPET, className="code"),
        html.P("A run shows up here as soon as it starts.", className="muted"),
        id="runs-empty",
        hidden=True,
    )


def table() -> Any:
    """The table; its rows come by transactions, which keep selection, sorting and scroll."""
    return dag.AgGrid(
        id="runs-grid",
        rowData=[],
        columnDefs=columns(),
        defaultColDef={"resizable": True, "sortable": True, "suppressMovable": True, "minWidth": 70},
        getRowId="params.data.id",
        dashGridOptions={
            "rowSelection": {"mode": "multiRow", "checkboxes": True, "headerCheckbox": True},
            "selectionColumnDef": {"width": 42, "pinned": None, "resizable": False},
            "rowHeight": 38,
            "headerHeight": 34,
            "animateRows": False,
            "suppressCellFocus": False,
            "suppressNoRowsOverlay": True,
            "theme": {"function": "nashboardTheme(themeQuartz)"},
            "enableCellTextSelection": True,
        },
        style={"height": "100%", "width": "100%"},
    )


def columns() -> list[dict[str, Any]]:
    """What is told of each run; renderers and formats are in assets/js/cells.js."""
    text = {"filter": "agTextColumnFilter"}
    number = {"filter": "agNumberColumnFilter", "type": "rightAligned", "cellClass": "number"}
    return [
        {"field": "name", "headerName": "Name", "cellRenderer": "RunName", "flex": 3, "minWidth": 170} | text,
        {"field": "state", "headerName": "State", "cellRenderer": "RunState", "width": 108} | text,
        {"field": "health", "headerName": "Health", "cellRenderer": "RunHealth", "width": 168} | text,
        {
            "field": "progress",
            "headerName": "Progress",
            "cellRenderer": "RunProgress",
            "flex": 2,
            "minWidth": 150,
            "filter": "agNumberColumnFilter",
        },
        {"field": "generator", "headerName": "G loss", "width": 96, "valueFormatter": _format("value")} | number,
        {"field": "discriminator", "headerName": "D loss", "width": 96, "valueFormatter": _format("value")} | number,
        {"field": "project", "headerName": "Project", "flex": 1, "minWidth": 100} | text,
        {"field": "group", "headerName": "Group", "flex": 1, "minWidth": 90} | text,
        {
            "field": "started_at",
            "headerName": "Started",
            "width": 118,
            "valueFormatter": _format("started"),
            "sort": "desc",
            "filter": "agNumberColumnFilter",
        },
        {"field": "duration", "headerName": "Duration", "width": 104, "valueFormatter": _format("duration")} | number,
    ]


def _format(name: str) -> dict[str, str]:
    return {"function": f"nashboardFormat.{name}(params.value)"}
