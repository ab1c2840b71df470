"""`nashboard diagnose`: the doctor's report on a training, from whatever it has logged."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from monitor.commands.speaking import speaks
from monitor.commands.stored import finds_run, stored_run
from monitor.errors import InvalidValue, NashboardError
from monitor.reports.as_json import as_json
from monitor.reports.examine import Examination
from monitor.reports.language import spoken
from monitor.reports.markdown import markdown
from monitor.reports.page import page
from monitor.reports.report import Report
from monitor.reports.terminal import show
from monitor.sources import Source, open_source
from monitor.sources.stored import StoredSource

BAD_INPUT, CRITICAL = 2, 1  # exit codes
FORMATS = ("text", "json", "markdown", "html")


def pairs(given: tuple[str, ...], option: str) -> dict[str, str]:
    """`--map SIGNAL=NAME`, several times.

    Raises:
        InvalidValue: there is no `=` in it.
    """
    found = {}
    for text in given:
        left, equals, right = text.partition("=")
        if not (equals and left and right):
            raise InvalidValue(f"{option} {text!r}: SIGNAL=NAME is needed, as in {option} loss/discriminator=my_name")
        found[left.strip()] = right.strip()
    return found


def settings(given: tuple[str, ...]) -> dict[str, Any]:
    """`--config loss=wgan-gp`: values as JSON where they are, else text."""
    found: dict[str, Any] = {}
    for name, text in pairs(given, "--config").items():
        try:
            found[name] = json.loads(text)
        except ValueError:
            found[name] = text
    return found


def write(report: Report, form: str, output: Path | None, console: Console) -> None:
    """Prints or writes it."""
    if form == "text" and output is None:
        show(report, console)
        return
    if form == "text":
        with output.open("w", encoding="utf-8") as file:  # type: ignore[union-attr]
            show(report, Console(file=file, width=110))
        return
    content = as_json(report) if form == "json" else (markdown if form == "markdown" else page)(report).encode()
    if output is None:
        sys.stdout.buffer.write(content + b"\n")
    else:
        output.write_bytes(content)


@contextmanager
def source_of(path: Path | None, step_name: str, run: str | None, found_by: dict[str, Any]) -> Iterator[Source]:
    """The log that was asked for.

    Raises:
        InvalidValue: neither a file nor a run, or both.
    """
    if (path is None) == (run is None):
        raise InvalidValue("say what to look at: a PATH, or --run ID" + (", not both" if run else ""))
    if path is not None:
        yield open_source(path, step_name)
    elif run is not None:
        with stored_run(run, **found_by) as stored:
            yield StoredSource(stored)


@click.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="How to write it."
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write; else the terminal."
)
@click.option(
    "--map", "said", multiple=True, metavar="SIGNAL=NAME", help="What a column means: loss/discriminator=my_name."
)
@click.option(
    "--step", "step_name", default="", metavar="NAME", help="The column of steps, where it is not found by its name."
)
@click.option("--config", "given", multiple=True, metavar="KEY=VALUE", help="A setting of the run: loss=wgan-gp.")
@click.option("--run", help="A stored run, by its id, instead of a PATH.")
@speaks
@finds_run
def diagnose(
    path: Path | None,
    form: str,
    output: Path | None,
    said: tuple[str, ...],
    step_name: str,
    given: tuple[str, ...],
    run: str | None,
    language: str,
    **found_by: Any,
) -> None:
    """Says what went wrong in a training, since when, on what evidence, and what to try.

    PATH is a CSV or JSON lines file, TensorBoard's event files or their folder, or a journal of the SDK. A run is asked of the
    service; where none answers, the folder of this machine's service is read.

    The exit code is 0 when nothing critical was found, 1 when something was, 2 when the input can't be read or holds
    no value that the doctor knows.
    """
    try:
        with spoken("en" if form == "json" else language):
            with (
                source_of(path, step_name, run, found_by) as source,
                Console(stderr=True).status(f"Reading {source.where} …") as status,
            ):
                examination = Examination(
                    source,
                    pairs(said, "--map"),
                    settings(given),
                    keep_all=form == "html",
                    progress=lambda rows: status.update(f"Reading {source.where}: {rows:,} rows"),
                )
                report = examination.run()
            write(report, form, output, Console())
    except (NashboardError, OSError) as error:
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(BAD_INPUT) from None
    if report.critical or not report.rows:
        raise SystemExit(CRITICAL if report.critical else BAD_INPUT)
