"""Writes the pages that are made from the code, docs/settings.md and docs/cli.md: `python -m monitor.docs_pages`."""

from __future__ import annotations

from pathlib import Path
from typing import get_args, get_type_hints

import click
import msgspec

from monitor.cli import COMMANDS, main
from monitor.settings import PREFIX, ClientSettings, ServiceSettings

DOCS = Path(__file__).parent.parent / "docs"
SETTINGS = """# Settings

Made from `monitor/settings.py` by `python -m monitor.docs_pages`; a test holds that it is current. An argument or option
goes before the environment variable, that before the default. A value that is not allowed is refused with a message that
names it and what is allowed.
"""
COMMAND_LINE = """# The command line

Made by `python -m monitor.docs_pages` from what `--help` says; a test holds that it is current.
"""


def setting_rows(table: type[msgspec.Struct]) -> list[str]:
    """A row for each setting: name, variable, default, what it is."""
    hints = get_type_hints(table, include_extras=True)
    lines = ["| setting | environment | default | |", "|---|---|---|---|"]
    for column in msgspec.structs.fields(table):
        about = next((meta for meta in reversed(get_args(hints[column.name])) if isinstance(meta, msgspec.Meta)), None)
        text = (about.description or "") if about else ""
        default = "" if column.default in ("", (), None) else f"`{column.default}`"
        lines.append(f"| `{column.name}` | `{PREFIX}{column.name.upper()}` | {default} | {text} |")
    return lines


def settings_page() -> str:
    """All settings, by who reads them."""
    training = ["## In a training process: `monitor.init(...)`", "", *setting_rows(ClientSettings)]
    service = ["## The service: `nashboard serve`", "", *setting_rows(ServiceSettings)]
    return "\n".join([SETTINGS, *training, "", *service]) + "\n"


def help_of(command: click.Command, name: str) -> str:
    """What `--help` says of a command and its subcommands, 100 columns wide."""
    names = main.context_settings["help_option_names"]
    context = click.Context(command, info_name=name, terminal_width=100, max_content_width=100, help_option_names=names)
    parts = [command.get_help(context)]
    if isinstance(command, click.Group):
        parts += [help_of(command.commands[sub], f"{name} {sub}") for sub in sorted(command.commands)]
    return "\n\n".join(parts)


def command_line_page() -> str:
    """All commands."""
    parts = [COMMAND_LINE]
    context = click.Context(main, info_name="nashboard")
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        parts.append(f"## `nashboard {name}`\n\n```\n{help_of(command, f'nashboard {name}')}\n```\n")
    return "\n".join(parts)


PAGES = {"settings.md": settings_page, "cli.md": command_line_page}

if __name__ == "__main__":
    for file_name, made in PAGES.items():
        (DOCS / file_name).write_text(made())
