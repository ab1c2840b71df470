"""`nashboard train`: the built-in trainer on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from monitor.errors import InvalidValue
from trainer.checkpoint import Checkpoint
from trainer.commands.config_options import config_options
from trainer.commands.playing import Playing, begin
from trainer.commands.progress import PROGRESS
from trainer.commands.stopping import stopping
from trainer.config import Config
from trainer.declared import declared
from trainer.on_alert import LIMIT, POLICIES, OnAlert
from trainer.ranks import device_of, joined
from trainer.saving import Saving
from trainer.scenarios import SCENARIOS

KEEP = 5  # checkpoints from before, for --on-alert rollback
RUN = ("project", "name", "group", "server", "token", "mode", "dir")


@click.command()
@click.option(
    "--scenario",
    type=click.Choice(list(SCENARIOS)),
    metavar="NAME",
    help="A setting that causes what its name says, such as collapse; docs/scenarios.md lists them.",
)
@config_options
@click.option("--lr", type=float, help="Learning rate of both networks. [what the loss's paper uses]")
@click.option("--checkpoint", type=click.Path(dir_okay=False, path_type=Path), help="File to keep the training in.")
@click.option("--checkpoint-every", type=click.IntRange(1), default=1000, show_default=True, help="Steps between.")
@click.option("--resume", is_flag=True, help="Go on from the file of --checkpoint, in the same run.")
@click.option(
    "--on-alert",
    type=click.Choice(list(POLICIES)),
    help="At a critical alert of the service: end the training, saved, with exit code 3; keep a copy of the checkpoint; go back "
    "to the last checkpoint from before it began and go on with a remedy; halve the learning rates.",
)
@click.option(
    "--on-alert-limit",
    type=click.IntRange(1),
    default=LIMIT,
    show_default=True,
    help="How often; then rollback and reduce-lr end the training.",
)
@click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="auto: a GPU if there is one.",
)
@click.option("--project", help="Project of the run.")
@click.option("--name", help="Name of the run; made up when empty.")
@click.option("--group", help="Group of the run.")
@click.option("--server", help="Address of the service. [http://127.0.0.1:8642]")
@click.option("--token", help="Ingest token; better in NASHBOARD_TOKEN, where no process list shows it.")
@click.option(
    "--mode", type=click.Choice(["online", "offline", "disabled"]), help="Ship, keep for later, or do nothing."
)
@click.option("--dir", help="Where the journal lives. [~/.nashboard]")
@click.option(
    "--progress", type=click.Choice(list(PROGRESS)), default="bar", show_default=True, help="json: for scripts."
)
def train(
    scenario: str | None,
    lr: float | None,
    checkpoint: Path | None,
    checkpoint_every: int,
    resume: bool,
    progress: str,
    on_alert: str | None,
    on_alert_limit: int,
    device: str,
    **given: Any,
) -> None:
    """Trains a GAN, watched by Nashboard. Ctrl-C ends the run cleanly where it is.

    `torchrun --nproc-per-node 2 -m monitor train …` trains with several processes that share each batch.
    """
    about = {key: given.pop(key) for key in RUN}
    for side in ("lr_generator", "lr_discriminator"):
        given[side] = lr if given[side] is None else given[side]
    given = {key: value for key, value in given.items() if value is not None}
    config = Config.of(**((SCENARIOS[scenario].settings if scenario else {}) | given))
    start = _start(config, checkpoint, resume)
    saving = Saving(checkpoint, checkpoint_every, KEEP if on_alert == "rollback" else 0) if checkpoint else None
    acting = OnAlert(on_alert, saving, on_alert_limit) if on_alert else None
    where = device_of(device)
    opened = begin(about, lambda config: declared(config, scenario))
    with joined(where) as ranks:
        ranks.check(config.batch_size, config.pack)
        # Declared with the training's own defaults, and after all checks: a bad setting is refused before there is a run.
        run = opened(config, start)
        with PROGRESS[progress if ranks.first else "none"](run, config.steps) as shown, stopping() as check:
            playing = Playing(config, start, opened, run, shown, check, acting, saving, where, ranks)
            code = playing.play()
    raise SystemExit(code)


def _start(config: Config, path: Path | None, resume: bool) -> Checkpoint | None:
    if not resume:
        return None
    if path is None:
        raise InvalidValue("--resume needs --checkpoint FILE, the file to go on from")
    start = Checkpoint.load(path)
    start.check(config)
    if start.step >= config.steps:
        raise InvalidValue(f"{path} has made all its {config.steps} steps: nothing is left to do")
    return start
