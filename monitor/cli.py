"""The `nashboard` command. Each subcommand lives in its own module and is loaded when it is called."""

from __future__ import annotations

import importlib
from typing import Any

import click

from monitor.errors import NashboardError

COMMANDS = {
    "demo": "trainer.commands.demo:demo",
    "train": "trainer.commands.train:train",
    "experiment": "trainer.commands.experiment:experiment",
    "serve": "monitor.commands.serve:serve",
    "dashboard": "dashboard.command:dashboard",
    "diagnose": "monitor.commands.diagnose:diagnose",
    "export": "monitor.commands.export:export",
    "import": "monitor.commands.import_:import_",
    "sync": "monitor.commands.sync:sync",
    "train-extractor": "monitor.commands.train_extractor:train_extractor",
    "runs": "monitor.commands.runs:runs",
    "alerts": "monitor.commands.alerts:alerts",
    "tokens": "monitor.commands.tokens:tokens",
}
EXTRAS = {"trainer": "trainer", "dashboard": "server", "monitor": "server"}


class LazyGroup(click.Group):
    """A group whose commands are imported on first use, so that `nashboard --help` stays quick and needs no extra."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command; where what it needs is not installed, one that says so."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        try:
            command: click.Command = getattr(importlib.import_module(module), name)
        except ModuleNotFoundError as error:
            return missing(cmd_name, error.name, EXTRAS[module.partition(".")[0]])
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Runs it; our errors, and those of files that the user named, become a line and exit code 1."""
        try:
            return super().invoke(ctx)
        except NashboardError as error:
            raise click.ClickException(error.message) from error
        except OSError as error:
            if error.filename is None:  # a closed pipe, a socket
                raise
            raise click.ClickException(f"{error.filename}: {error.strerror}") from error


def missing(name: str, module: str | None, extra: str) -> click.Command:
    """A command that can't run here: it is listed, takes any arguments, and says what to install."""
    needs = f"needs {module}, which is not installed: pip install 'nashboard[{extra}]'"

    def refuse(arguments: tuple[str, ...]) -> None:
        raise click.ClickException(f"`nashboard {name}` {needs}")

    return click.Command(
        name,
        callback=refuse,
        params=[click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)],
        context_settings={"ignore_unknown_options": True},
        short_help=f"({needs})",
        add_help_option=False,
    )


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nashboard", prog_name="nashboard")
def main() -> None:
    """Nashboard: live diagnostics for GAN training."""
