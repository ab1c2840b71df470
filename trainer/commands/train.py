"""`nashboard train`: the built-in trainer on the command line."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

import monitor
from monitor.errors import InvalidValue
from trainer.checkpoint import Checkpoint
from trainer.commands.config_options import config_options
from trainer.commands.progress import PROGRESS
from trainer.commands.stopping import Stopped, stopping
from trainer.config import Config
from trainer.loop import Saving, Stop
from trainer.loop import train as training
from trainer.losses import LOSSES
from trainer.remedies import targets
from trainer.scenarios import SCENARIOS

ALARMED = 3  # exit code


class Alarmed(Stop):
    """The service told of a failure that the training is not to go on with."""


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
    type=click.Choice(["stop"]),
    help="stop: end the training, saved, at a critical alert of the service; exit code 3.",
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
    **given: Any,
) -> None:
    """Trains a GAN, watched by Nashboard. Ctrl-C ends the run cleanly where it is."""
    about = {key: given.pop(key) for key in RUN}
    for side in ("lr_generator", "lr_discriminator"):
        given[side] = lr if given[side] is None else given[side]
    given = {key: value for key, value in given.items() if value is not None}
    config = Config.of(**((SCENARIOS[scenario].settings if scenario else {}) | given))
    start = _start(config, checkpoint, resume)
    saving = Saving(checkpoint, checkpoint_every) if checkpoint else None
    # Declared with the training's own defaults, so that a bad setting is refused before there is a run.
    run = monitor.init(
        config=declared(config, scenario),
        total_steps=config.steps,
        stop_on=on_alert and ["critical"],
        **about,
        **_same_run(start),
    )
    with PROGRESS[progress](run, config.steps) as shown, stopping() as check:

        def on_step(steps: int, d_loss: float, g_loss: float) -> None:
            shown.step(steps, d_loss, g_loss)
            check()
            if run.should_stop:
                raise Alarmed

        try:
            training(config, run, on_step, saving, start)
        except Stopped as stop:
            run.finish(reason=f"stopped by {stop.signal} at step {shown.steps} of {config.steps}")
            shown.ended(f"Stopped by {stop.signal}")
            raise SystemExit(128 + stop.number) from None
        except Alarmed:
            run.finish(reason=f"stopped at step {shown.steps} of {config.steps}: {run.stop_reason}")
            shown.ended(f"Stopped by an alert ({run.stop_reason})")
            raise SystemExit(ALARMED) from None
        except BaseException as error:
            run.finish("crashed", f"{type(error).__name__}: {error}")
            raise
        run.finish()
        shown.ended("Finished")


def declared(config: Config, scenario: str | None) -> dict[str, Any]:
    """What the run's page shows of the config, with the losses' values at the equilibrium where there are any."""
    ends = LOSSES[config.loss].equilibrium(targets(config))._asdict()
    found: dict[str, Any] = {"scenario": scenario} if scenario else {}
    return found | asdict(config) | {"equilibrium": {key: value for key, value in ends.items() if value is not None}}


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


def _same_run(start: Checkpoint | None) -> dict[str, Any]:
    return {"resume": start.run, "rewind_to": start.step - 1} if start is not None else {}
