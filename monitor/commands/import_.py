"""`nashboard import`: the log of any training into a service, as a run."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.status import Status

from monitor.commands.diagnose import pairs, settings
from monitor.errors import InvalidValue
from monitor.exports.shipping import ship
from monitor.sdk.client import Client
from monitor.settings import ClientSettings, load
from monitor.sources import Names, Source, open_source
from monitor.wire import RunInfo, Scalars


@click.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--server", help="Address of the service. [http://127.0.0.1:8642]")
@click.option("--token", help="Ingest token; better in NASHBOARD_TOKEN, where no process list shows it.")
@click.option("--project", help="Project of the run. [imported]")
@click.option("--name", help="Name of the run; else the file's or folder's.")
@click.option(
    "--run", "run_id", help="Id of the run; else made of where the log lies, so that it is the same each time."
)
@click.option(
    "--map", "said", multiple=True, metavar="SIGNAL=NAME", help="What a column means: loss/discriminator=my_name."
)
@click.option(
    "--step", "step_name", default="", metavar="NAME", help="The column of steps, where it is not found by its name."
)
@click.option("--config", "given", multiple=True, metavar="KEY=VALUE", help="A setting of the run: loss=wgan-gp.")
def import_(
    path: Path,
    server: str | None,
    token: str | None,
    project: str | None,
    name: str | None,
    run_id: str | None,
    said: tuple[str, ...],
    step_name: str,
    given: tuple[str, ...],
) -> None:
    """Sends a log to a service as a run: CSV, JSON lines, TensorBoard event files, a journal.

    It may be repeated: what the service has is not sent again, and a log that has grown adds what is new.
    """
    options = load(ClientSettings, {"server": server, "token": token, "project": project, "name": name})
    source = open_source(path, step_name)
    info = _info(source, run_id, project, name, pairs(said, "--map"), settings(given))
    client = Client(options.server, options.token)
    with closing(client), Console(stderr=True).status(f"Reading {path} …") as status:
        show = partial(_show, status, path)
        done, new = ship(source, info, client, show, options.batch_bytes)
    click.echo(f"Run {info.id}: {done:,} records, {new:,} of them new. {options.server.rstrip('/')}/runs/{info.id}")
    for fault in source.faults.listed:
        click.echo(f"not read: {fault.where}: {fault.says}", err=True)
    if source.faults.count > len(source.faults.listed):
        click.echo(f"not read: {source.faults.count} in all", err=True)


def _show(status: Status, path: Path, count: int) -> None:
    status.update(f"{path}: {count:,} records")


def _info(
    source: Source,
    run_id: str | None,
    project: str | None,
    name: str | None,
    said: dict[str, str],
    given: dict[str, object],
) -> RunInfo:
    """How the run is declared. Names that are only signals with something around them are declared as these signals."""
    names = Names(dict(source.info.signals) | said)
    for count, record in enumerate(source.records()):
        if isinstance(record, Scalars):
            for one in record.values:
                names.of(one)
        if count > 1000:
            break
    values = {
        "id": run_id or source.info.id,
        "project": project or source.info.project,
        "name": name or source.info.name,
        "signals": {
            signal: one for signal, one in names.found.items() if not signal.endswith("/std") and signal != one
        },
        "config": source.info.config | given,
    }
    try:
        return msgspec.convert(msgspec.to_builtins(source.info) | values, RunInfo)
    except msgspec.ValidationError as error:
        raise InvalidValue(f"the run can't be declared: {error}") from None
