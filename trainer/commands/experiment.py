"""`nashboard experiment`: variants of a setting over seeds, and a before/after table."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from trainer.commands.stopping import Stopped, stopping
from trainer.experiment.plan import Job, read
from trainer.experiment.play import play
from trainer.experiment.table import table


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder of results. [FILE without .toml]")
@click.option("--workers", type=click.IntRange(1), default=os.cpu_count() or 1, help="Trainings at a time. [cores]")
@click.option("--server", help="Address of the service. [http://127.0.0.1:8642]")
@click.option("--mode", type=click.Choice(["online", "offline", "disabled"]), help="As of `nashboard train`.")
@click.option("--dir", help="Where the journals live. [~/.nashboard]")
def experiment(file: Path, out: Path | None, workers: int, **about: Any) -> None:
    """Trains a base setting and its variants over seeds, and says what each variant changed.

    Finished trainings are kept in the folder of results, and not run again.
    """
    plan = read(file)
    run = {key: value for key, value in about.items() if value is not None}
    console = Console(stderr=True)
    failed = []
    with Progress(console=console) as bar, stopping() as check:
        task = bar.add_task(plan.name, total=len(plan.jobs))

        def told(job: Job, error: str) -> None:
            bar.advance(task)
            if error:
                failed.append(job)
                console.print(f"{job.variant}, seed {job.seed} failed: {error}", markup=False)

        try:
            results = play(plan, out or file.with_suffix(""), workers, run, told, check)
        except Stopped as stop:
            console.print(f"Stopped by {stop.signal}. The same command goes on with what is left.")
            raise SystemExit(128 + stop.number) from None
    if results:
        click.echo(table(plan, results), nl=False)
    if failed:
        raise SystemExit(1)
