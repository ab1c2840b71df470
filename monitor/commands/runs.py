"""`nashboard runs`: the runs of a service, in a terminal."""

from __future__ import annotations

import time
from typing import Any

import click
import httpx
from rich.console import Console
from rich.table import Table

from monitor.errors import NashboardError
from monitor.settings import ClientSettings, load


def fetch(server: str, token: str, params: dict[str, str | int]) -> list[dict[str, Any]]:
    """The summaries of runs, newest first.

    Raises:
        NashboardError: the service can't be reached or would not answer.
    """
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = httpx.get(f"{server.rstrip('/')}/api/v1/runs", params=params, headers=headers, timeout=10)
    except httpx.HTTPError as error:
        raise NashboardError(f"{server} can't be reached: {error}") from None
    if answer.is_error:
        raise NashboardError(f"{server} answered {answer.status_code}: {answer.json()['error']['message']}")
    found: list[dict[str, Any]] = answer.json()["runs"]
    return found


def ago(seconds: float) -> str:
    """A span of time in its largest unit."""
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def number(value: float | None) -> str:
    """A value in four digits."""
    return "" if value is None else f"{value:.4g}"


@click.command()
@click.option("--server", help="Address of the service. [http://127.0.0.1:8642]")
@click.option("--token", help="Read token; better in NASHBOARD_TOKEN, where no process list shows it.")
@click.option(
    "--state", type=click.Choice(["running", "stale", "crashed", "finished"]), help="Only runs in this state."
)
@click.option("--project", help="Only runs of this project.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="At most so many.")
def runs(server: str | None, token: str | None, state: str | None, project: str | None, limit: int) -> None:
    """Lists runs, newest first."""
    settings = load(ClientSettings, {"server": server, "token": token})
    asked: dict[str, str | int] = {"limit": limit}
    asked |= {key: value for key, value in (("state", state), ("project", project)) if value}
    table = Table("run", "name", "project", "state", "step", "loss D", "loss G", "started", "took")
    for run in fetch(settings.server, settings.token, asked):
        of = f" of {run['total_steps']}" if run["total_steps"] else ""
        table.add_row(
            run["id"],
            run["name"],
            run["project"],
            run["state"],
            "" if run["last_step"] is None else f"{run['last_step']}{of}",
            number(run["last"].get("loss/discriminator")),
            number(run["last"].get("loss/generator")),
            f"{ago(time.time() - run['created_at'])} ago",
            ago(run["duration"]),
        )
    Console().print(table)
