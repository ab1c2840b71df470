"""`nashboard tokens`: lists, makes and revokes tokens of the service in a folder."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table

from monitor.settings import ServiceSettings, home, load
from monitor.storage.tokens import GIVEN, RIGHTS, Right, Tokens


@click.group(invoke_without_command=True)
@click.option("--dir", "dir_", help="The service's folder (NASHBOARD_DIR).")
@click.pass_context
def tokens(context: click.Context, dir_: str | None) -> None:
    """List, make and revoke tokens.

    Trainings need an ingest token (NASHBOARD_TOKEN), people a read token, wherever the service is not bound to loopback. Only
    hashes are kept: a token is shown once, when it is made. A running service takes changes up at once.
    """
    settings = load(ServiceSettings, {"dir": dir_})
    context.obj = Tokens(home(settings), {"ingest": settings.ingest_token, "read": settings.read_token})
    if context.invoked_subcommand is None:
        show(context.obj)


def show(kept: Tokens) -> None:
    """Prints a table of the tokens."""
    console, found = Console(), kept.all()
    if not found:
        console.print(f"No tokens in {kept.path.parent} yet: `nashboard tokens new ingest` makes one.")
        return
    table = Table("id", "right", "made")
    for token in found:
        made = datetime.fromtimestamp(token.created_at, UTC).strftime("%Y-%m-%d %H:%M UTC")
        table.add_row(token.id, token.right, "given by the settings" if token.id == GIVEN else made)
    console.print(table)


@tokens.command()
@click.argument("right", type=click.Choice(RIGHTS))
@click.pass_obj
def new(kept: Tokens, right: Right) -> None:
    """Make a token and print it, this once."""
    click.echo(kept.make(right))


@tokens.command()
@click.argument("token_id", metavar="ID")
@click.pass_obj
def revoke(kept: Tokens, token_id: str) -> None:
    """Make a token worthless, and all sessions that began with it."""
    gone = kept.revoke(token_id)
    click.echo(f"Token {gone.id} ({gone.right}) is revoked.")
