"""`nashboard export`: a stored run as files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.console import Console

from monitor.commands.speaking import speaks
from monitor.commands.stored import finds_run, stored_run
from monitor.exports.pictures import to_folder
from monitor.exports.tables import WRITERS, names_of
from monitor.exports.video import chosen, to_gif, to_mp4
from monitor.reports.language import spoken
from monitor.reports.of_run import report_of
from monitor.reports.page import page


@click.group()
def export() -> None:
    """Writes a run into files: a report, its points, its sample grids.

    RUN is the run's id. It is asked of the service; where none answers, the folder of this machine's service is read.
    """


@export.command()
@click.argument("run")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write. [RUN.html]")
@speaks
@finds_run
def report(run: str, output: Path | None, language: str, **found_by: Any) -> None:
    """One HTML file: verdict, findings, zoomable curves, sample grids, config.

    It opens in any browser, with no server and no request to any host.
    """
    path = output or Path(f"{run}.html")
    with stored_run(run, **found_by) as stored, spoken(language):
        path.write_text(page(report_of(stored)), encoding="utf-8")
    click.echo(f"Wrote {path} ({path.stat().st_size / 1e6:.1f} MB).")


@export.command()
@click.argument("run")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write. [RUN.csv]")
@click.option(
    "--format", "form", type=click.Choice(list(WRITERS)), help="How to write it; else by the file's ending, or csv."
)
@click.option("--name", "names", multiple=True, help="Only this series; may be repeated.")
@finds_run
def points(run: str, output: Path | None, form: str | None, names: tuple[str, ...], **found_by: Any) -> None:
    """All points as a table, a row a step: CSV, JSON lines or Parquet (pip install 'nashboard[parquet]')."""
    kind = form or (output.suffix.lstrip(".") if output is not None and output.suffix.lstrip(".") in WRITERS else "csv")
    path = output or Path(f"{run}.{kind}")
    with stored_run(run, **found_by) as stored:
        known = names_of(stored)
        unknown = sorted(set(names) - set(known))
        if unknown:
            says = f"{', '.join(unknown)}: the run has {', '.join(known) or 'none'}"
            raise click.BadParameter(says, param_hint="--name")
        wanted = list(names) or known
        with Console(stderr=True).status(f"Writing {path} …"):
            count = WRITERS[kind](wanted, stored.rows(wanted), path)
    click.echo(f"Wrote {path}: {count:,} steps of {len(wanted)} series.")


@export.command()
@click.argument("run")
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="Folder to write. [RUN-images]")
@finds_run
def images(run: str, output: Path | None, **found_by: Any) -> None:
    """All sample grids, as they were logged, and an index.csv that says what is where."""
    path = output or Path(f"{run}-images")
    with Console(stderr=True).status(f"Writing {path} …"), stored_run(run, **found_by) as stored:
        count = to_folder(stored, path)
    click.echo(f"Wrote {path}: {count:,} grids.")


@export.command()
@click.argument("run")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write. [RUN.gif]")
@click.option("--gif", "form", flag_value="gif", help="An animated GIF. [unless the file ends in .mp4]")
@click.option("--mp4", "form", flag_value="mp4", help="H.264 (pip install 'nashboard[video]').")
@click.option("--grid", "name", help="Which grid. [the one of fixed noise]")
@click.option("--rate", type=click.FloatRange(0.5, 60), default=8, show_default=True, help="Pictures a second.")
@click.option("--frames", "most", type=click.IntRange(2, 2000), default=300, show_default=True, help="At most so many.")
@finds_run
def video(
    run: str, output: Path | None, form: str | None, name: str | None, rate: float, most: int, **found_by: Any
) -> None:
    """A grid through training as a moving picture, each with its step."""
    kind = form or ("mp4" if output is not None and output.suffix == ".mp4" else "gif")
    path = output or Path(f"{run}.{kind}")
    with Console(stderr=True).status(f"Writing {path} …"), stored_run(run, **found_by) as stored:
        grids = chosen(stored, name, most)
        (to_mp4 if kind == "mp4" else to_gif)(stored, grids, path, rate)
    steps = f"steps {grids[0].step:,} to {grids[-1].step:,}"
    click.echo(
        f"Wrote {path}: {len(grids)} pictures of {grids[0].name!r}, {steps} ({path.stat().st_size / 1e6:.1f} MB)."
    )
