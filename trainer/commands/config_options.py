"""The flags of `nashboard train` that are fields of `Config`: made from its one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field, fields
from typing import Any, TypeVar, get_args, get_type_hints

import click

from trainer.config import Config

Command = TypeVar("Command", bound=Callable[..., Any])


def config_options(command: Command) -> Command:
    """Adds a flag for each field, in the fields' order. A flag that is not given is None, so that `Config.of` can fill it in."""
    kinds = get_type_hints(Config)
    for one in reversed(fields(Config)):
        command = _option(one, kinds[one.name])(command)
    return command


def _option(one: Field[Any], kind: Any) -> Callable[[Command], Command]:
    choices, shown = one.metadata["choices"], one.metadata["shown"]
    if not shown and one.default not in (None, "none"):
        shown = f"{one.default:g}" if isinstance(one.default, float) else str(one.default)
    about = one.metadata["about"] + (f" [{shown}]" if shown else "")
    bare = next(iter(part for part in get_args(kind) if part is not type(None)), kind)
    return click.option(
        f"--{one.name.replace('_', '-')}", type=click.Choice(list(choices)) if choices else bare, help=about
    )
