"""`nashboard runs`: the runs of a service, in a terminal."""

from __future__ import annotations

import time

import click
from rich.console import Console
from rich.table import Table

from monitor.commands.service import ask
from monitor.settings import ClientSettings, load


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
    table = Table("run", "name", "project", "state", "step", "loss D", "loss G", "started", "took")
    for run in ask(settings, "GET", "runs", limit=limit, state=state, project=project)["runs"]:
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
