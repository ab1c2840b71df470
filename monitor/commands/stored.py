"""The options by which commands find a stored run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from monitor.errors import NotInstalled
from monitor.sources.stored import StoredRun


def finds_run(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--server`, `--token` and `--dir` to a command."""
    for option in (
        click.option(
            "--dir",
            "folder",
            type=click.Path(path_type=Path),
            help="Read the folder of a service instead of asking it.",
        ),
        click.option("--token", help="Read token; better in NASHBOARD_TOKEN, where no process list shows it."),
        click.option("--server", help="Address of the service. [http://127.0.0.1:8642]"),
    ):
        command = option(command)
    return command


@contextmanager
def stored_run(run: str, server: str | None, token: str | None, folder: Path | None) -> Iterator[StoredRun]:
    """The run that these options mean.

    Raises:
        NotInstalled: the packages of the service; files need none of them.
    """
    try:
        from monitor.archive.opening import open_run
    except ModuleNotFoundError as error:
        raise NotInstalled("Stored runs", "server", error.name or "the service") from None
    with open_run(run, server, token, folder) as found:
        yield found
