"""`nashboard train`: the built-in trainer on the command line."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

import monitor
from trainer.commands.progress import PROGRESS
from trainer.commands.stopping import Stopped, stopping
from trainer.config import Config
from trainer.data import DATA
from trainer.loop import train as training
from trainer.losses import LOSSES
from trainer.models import MODELS

RUN = ("project", "name", "group", "server", "token", "mode", "dir")


@click.command()
@click.option("--data", type=click.Choice(list(DATA)), default="digits", show_default=True, help="What to learn.")
@click.option("--model", type=click.Choice(list(MODELS)), help="Networks. [dcgan for images, mlp for points]")
@click.option("--loss", type=click.Choice(list(LOSSES)), default="non-saturating", show_default=True, help="The game.")
@click.option("--steps", type=int, default=Config.steps, show_default=True, help="Generator steps.")
@click.option("--batch-size", type=int, default=Config.batch_size, show_default=True, help="Samples a step.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same weights.")
@click.option("--lr", type=float, help="Learning rate of both networks. [what the loss's paper uses]")
@click.option("--lr-generator", type=float, help="Learning rate of the generator. [--lr]")
@click.option("--lr-discriminator", type=float, help="Learning rate of the discriminator. [--lr]")
@click.option("--beta1", type=float, help="Adam's first beta. [what the loss's paper uses]")
@click.option("--beta2", type=float, help="Adam's second beta. [what the loss's paper uses]")
@click.option("--discriminator-steps", type=int, help="For each generator step. [what the loss's paper uses]")
@click.option("--gp-weight", type=float, help="Weight of wgan-gp's gradient penalty. [10]")
@click.option("--latent", type=int, default=Config.latent, show_default=True, help="Numbers of noise a sample.")
@click.option("--width", type=int, default=Config.width, show_default=True, help="Channels, or hidden units.")
@click.option("--sample-every", type=int, default=Config.sample_every, show_default=True, help="Steps between grids.")
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
def train(lr: float | None, progress: str, **given: Any) -> None:
    """Trains a GAN, watched by Nashboard. Ctrl-C ends the run cleanly where it is."""
    about = {key: given.pop(key) for key in RUN}
    for side in ("lr_generator", "lr_discriminator"):
        given[side] = lr if given[side] is None else given[side]
    config = Config.of(**given)
    # Declared with the training's own defaults, so that a bad setting is refused before there is a run.
    run = monitor.init(config=asdict(config), total_steps=config.steps, **about)
    with PROGRESS[progress](run, config.steps) as shown, stopping() as check:

        def on_step(steps: int, d_loss: float, g_loss: float) -> None:
            shown.step(steps, d_loss, g_loss)
            check()

        try:
            training(config, run, on_step)
        except Stopped as stop:
            run.finish(reason=f"stopped by {stop.signal} at step {shown.steps} of {config.steps}")
            shown.ended(f"Stopped by {stop.signal}")
            raise SystemExit(128 + stop.number) from None
        except BaseException as error:
            run.finish("crashed", f"{type(error).__name__}: {error}")
            raise
        run.finish()
        shown.ended("Finished")
