"""`nashboard demo`: see it work, on real images, within minutes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from monitor.settings import ClientSettings, home, load
from trainer.demo.play import Wishes, play
from trainer.demo.recipes import STEPS
from trainer.demo.screen import Screen


@click.command()
@click.option(
    "--exit", "exit_", is_flag=True, help="End when the trainings end; exit code 1 if anything failed or was lost."
)
@click.option("--port", type=click.IntRange(0, 65535), help="Port of the service; 0: any that is free. [8642]")
@click.option("--steps", type=click.IntRange(1), default=STEPS, show_default=True, help="Steps of each training.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of both trainings.")
@click.option("--dir", "dir_", help="Where the data go. [NASHBOARD_DIR, else ~/.nashboard]")
def demo(exit_: bool, port: int | None, steps: int, seed: int, dir_: str | None) -> None:
    """Starts service and dashboard, and trains two GANs on digits side by side: a sound one, and one that collapses."""
    default_home = home(load(ClientSettings))
    chosen = None if dir_ is None else Path(dir_).expanduser()
    wishes = Wishes(steps=steps, seed=seed, port=port, home=chosen, exit=exit_)
    raise SystemExit(asyncio.run(play(wishes, Screen(), default_home)))
