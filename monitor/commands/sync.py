"""`nashboard sync`: ships journals left behind."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from monitor.sdk.sync import Result, folders
from monitor.sdk.sync import sync as ship
from monitor.settings import ClientSettings, home, load

_MARKS = {"shipped": "[green]✓[/]", "in use": "[blue]·[/]", "damaged": "[yellow]![/]"}


@click.command()
@click.argument(
    "folder", metavar="[DIR]", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--server", help="Address of the service.")
@click.option("--token", help="Ingest token.")
def sync(folder: Path | None, server: str | None, token: str | None) -> None:
    """Ship the journals that crashes, an absent service or offline runs left in DIR (default: NASHBOARD_DIR).

    Journals of living processes are left alone. What is acknowledged is removed; a run that ended without a word is marked
    as crashed. It may be repeated and interrupted at any time: nothing is doubled.
    """
    settings = load(ClientSettings, {"server": server, "token": token})
    place = folder or home(settings)
    console, found = Console(), folders(place)
    if not found:
        console.print(f"Nothing to ship in {place}.")
        return
    results = _shipped(console, found, settings)
    _sum_up(console, results, settings)
    if any(result.state in ("failed", "unreadable") for result in results):
        raise SystemExit(1)


def _shipped(console: Console, found: list[Path], settings: ClientSettings) -> list[Result]:
    results = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("records"))
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None)

        def show(run: str, done: int, total: int) -> None:
            progress.update(task, description=run, completed=done, total=total)

        for result in ship(found, settings, show):
            results.append(result)
            detail = f": {result.detail}" if result.detail else ""
            mark = _MARKS.get(result.state, "[red]✗[/]")
            console.print(f"{mark} {result.run} {result.state}, {result.records} records{detail}", highlight=False)
    return results


def _sum_up(console: Console, results: list[Result], settings: ClientSettings) -> None:
    counts = Counter(result.state for result in results)
    states = ", ".join(f"{count} {state}" for state, count in counts.items())
    records, refused = sum(result.records for result in results), sum(result.refused for result in results)
    left_out = f", {refused} not taken by the service" if refused else ""
    console.print(
        f"{len(results)} journals: {states}; {records} records to {settings.server}{left_out}.", highlight=False
    )
