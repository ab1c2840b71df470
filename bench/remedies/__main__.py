"""`python -m bench.remedies run [NAME …] --out FOLDER`, then `python -m bench.remedies pages --out FOLDER`."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")

from pathlib import Path

import click
import torch

from bench.remedies.cases import CASES, RING, SEEDS
from bench.remedies.pages import pages
from bench.remedies.play import known, play

OUT = click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Where trainings are kept."
)


@click.group()
def main() -> None:
    """Trains with and without each remedy, and writes docs/remedies/."""


@main.command()
@click.argument("names", nargs=-1, type=click.Choice(list(CASES)))
@OUT
def run(names: tuple[str, ...], out: Path) -> None:
    """Trains what is not there yet, of the named remedies or of all. Stopping it loses the training under way, no more."""
    torch.set_num_threads(1)
    out.mkdir(parents=True, exist_ok=True)
    for name in names or CASES:
        base = RING | CASES[name].base
        for side, settings in (("without", base), ("with", base | CASES[name].settings)):
            for seed in SEEDS:
                if known(out, settings, seed) is None:
                    one = play(out, settings, seed)
                    click.echo(
                        f"{name} {side} {seed} {one.seconds:.1f} s {one.end.modes:.0f} modes {one.end.good:.2f} good"
                    )


@main.command("pages")
@OUT
def write(out: Path) -> None:
    """Draws the pictures and fills the pages; says which remedies have trainings missing."""
    missing = pages(out)
    if missing:
        raise click.ClickException(f"trainings are missing for {', '.join(missing)}: `run` them first")


if __name__ == "__main__":
    main()
