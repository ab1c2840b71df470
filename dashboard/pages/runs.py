"""The runs page: all runs in a table that asks the service for the rows it shows, live."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag
from dash import html

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

BLOCK = 100  # rows that the table asks for at a time


def layout() -> Any:
    """Views and search, projects beside the table, and what stands there when it is empty, loading or out of reach."""
    return html.Div(
        id="runs-page",
        className="runs-page",
        children=[
            html.Div(
                className="bar",
                children=[
                    html.H1("Runs"),
                    html.Span(id="runs-count", className="count", **wild(aria_live="polite")),
                    html.Div(id="runs-views", className="segments", role="group", **wild(aria_label="Which runs")),
                    html.Div(id="runs-search-box", className="search-box"),
                    html.Div(id="runs-tools", className="tools"),
                    html.A("Compare", id="runs-compare", className="button primary", **wild(aria_disabled="true")),
                ],
            ),
            html.P(id="runs-fault", className="fault", hidden=True, role="alert"),
            html.P(id="runs-kept", className="kept muted", hidden=True),
            html.Div(
                className="runs-body",
                children=[
                    html.Nav(id="runs-projects", className="tree", **wild(aria_label="Projects")),
                    html.Div(
                        className="runs-main",
                        children=[
                            html.Div(
                                [html.Div(className="bone bone-row") for _ in range(12)],
                                id="runs-loading",
                                className="bones",
                            ),
                            html.Div(table(), id="runs-table", className="table-box waiting"),
                            html.Div(id="runs-none", hidden=True),
                            empty(),
                            html.Div(id="runs-error", hidden=True),
                        ],
                    ),
                ],
            ),
            html.Div(id="runs-bulk", className="bulk", hidden=True, role="toolbar", **wild(aria_label="Selected runs")),
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
    """The table: assets/js/runs/run_rows.js gives it rows by the block, and keeps those that are shown up to date."""
    return dag.AgGrid(
        id="runs-grid",
        rowModelType="infinite",
        columnDefs=columns(),
        defaultColDef={
            "resizable": True,
            "sortable": False,
            "minWidth": 64,
            "suppressHeaderMenuButton": True,
            "sortingOrder": ["desc", "asc", None],
        },
        getRowId="params.data.id",
        dashGridOptions={
            "rowSelection": {
                "mode": "multiRow",
                "checkboxes": True,
                "headerCheckbox": False,
                "enableClickSelection": False,
            },
            "selectionColumnDef": {"width": 42, "pinned": None, "resizable": False, "suppressMovable": True},
            "rowHeight": 38,
            "headerHeight": 34,
            "animateRows": False,
            "suppressCellFocus": False,
            "suppressNoRowsOverlay": True,
            "suppressDragLeaveHidesColumns": True,
            "cacheBlockSize": BLOCK,
            "maxBlocksInCache": 30,
            "blockLoadDebounceMillis": 40,
            "rowBuffer": 20,
            "stopEditingWhenCellsLoseFocus": True,
            "theme": {"function": "nashboardTheme(themeQuartz)"},
            "enableCellTextSelection": True,
            "getLocaleText": {"function": "nashboardText(params)"},
        },
        style={"height": "100%", "width": "100%"},
    )


def columns() -> list[dict[str, Any]]:
    """What is told of each run; renderers and formats are in assets/js/cells.js. A `sortable` one is sorted by the service."""
    sortable: dict[str, Any] = {"sortable": True}
    number: dict[str, Any] = {"type": "rightAligned", "cellClass": "number"}
    text: dict[str, Any] = {"editable": True, "cellEditor": "agTextCellEditor"}
    return [
        {
            "field": "name",
            "headerName": "Name",
            "cellRenderer": "RunName",
            "flex": 3,
            "minWidth": 180,
            "lockVisible": True,
        }
        | sortable
        | text,
        {"field": "state", "headerName": "State", "cellRenderer": "RunState", "width": 100} | sortable,
        {"field": "health", "headerName": "Health", "cellRenderer": "RunHealth", "width": 172} | sortable,
        {"field": "spark", "headerName": "Losses", "cellRenderer": "RunSpark", "width": 132},
        {"field": "progress", "headerName": "Progress", "cellRenderer": "RunProgress", "flex": 2, "minWidth": 150}
        | sortable,
        {"field": "generator", "headerName": "G loss", "width": 92, "valueFormatter": _format("value")}
        | number
        | sortable,
        {"field": "discriminator", "headerName": "D loss", "width": 92, "valueFormatter": _format("value")}
        | number
        | sortable,
        {"field": "loss", "headerName": "Loss", "width": 118},
        {"field": "project", "headerName": "Project", "width": 110} | sortable,
        {"field": "group", "headerName": "Group", "width": 110} | sortable | text,
        {"field": "tags", "headerName": "Tags", "cellRenderer": "RunTags", "flex": 1, "minWidth": 110} | text,
        {
            "field": "notes",
            "headerName": "Notes",
            "flex": 1,
            "minWidth": 110,
            "editable": True,
            "cellEditor": "agLargeTextCellEditor",
            "cellEditorPopup": True,
            "cellEditorParams": {"maxLength": 20_000},
        },
        {"field": "started_at", "headerName": "Started", "width": 112, "valueFormatter": _format("started")} | sortable,
        {"field": "duration", "headerName": "Duration", "width": 104, "valueFormatter": _format("duration")}
        | number
        | sortable,
        {"field": "points", "headerName": "Points", "width": 104, "valueFormatter": _format("steps"), "hide": True}
        | number
        | sortable,
        {"field": "samples", "headerName": "Grids", "width": 84, "valueFormatter": _format("steps"), "hide": True}
        | number
        | sortable,
        {"field": "id", "headerName": "Id", "width": 130, "hide": True},
    ]


def _format(name: str) -> dict[str, str]:
    return {"function": f"nashboardFormat.{name}(params.value)"}


def first_columns() -> list[dict[str, Any]]:
    """The same columns for the rows that stand there before the table does: assets/js/first_rows.js."""
    return [
        {
            "field": one["field"],
            "title": one["headerName"],
            "renderer": one.get("cellRenderer"),
            "format": one["valueFormatter"]["function"].split("(")[0].split(".")[1]
            if "valueFormatter" in one
            else None,
            "number": one.get("type") == "rightAligned",
            "flex": one.get("flex"),
            "least": one.get("minWidth"),
            "width": one.get("width"),
            "hide": one.get("hide", False),
        }
        for one in columns()
    ]
