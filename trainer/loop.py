"""The training loop. It reads from top to bottom, and tells the monitor what it sees through the public SDK alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from torch import nn

import monitor
from trainer import data
from trainer.checkpoint import Checkpoint
from trainer.config import Config
from trainer.showing import Showing
from trainer.training import Training

OnStep = Callable[[int, float, float], None]  # (steps done, discriminator's loss, generator's loss)


class Stop(Exception):
    """Raised by an `OnStep` to end a training between two steps: it is saved, then the exception goes on."""


@dataclass(frozen=True)
class Trained:
    """What a training leaves: the networks (the averaged generator, if the config asks for one), and its number of steps."""

    generator: nn.Module
    discriminator: nn.Module
    steps: int


@dataclass(frozen=True)
class Saving:
    """Where and how often a training is kept: each `every` steps, and when it stops, for whatever reason."""

    path: Path
    every: int


def train(
    config: Config,
    run: monitor.Run,
    on_step: OnStep | None = None,
    saving: Saving | None = None,
    start: Checkpoint | None = None,
) -> Trained:
    """Trains a GAN as `config` says. Same config, same machine: same weights to the last bit, whatever `run` is, and however
    often it was stopped and taken up again. It does not finish `run`.

    Args:
        on_step: called after each step; it may raise `Stop`. saving: where to keep checkpoints. start: what to go on from.

    Raises:
        InvalidValue: `start` belongs to another config.
    """
    dataset = data.load(config.data, config.seed)
    training = Training(config, dataset)
    showing = Showing(run, dataset, config)
    if start is not None:
        start.check(config)
        training.load_state_dict(start.training)
        showing.load_state_dict(start.showing)
    run.watch(generator=training.G, discriminator=training.D, optimizers=(training.opt_g, training.opt_d))

    def save() -> None:
        if saving is not None:
            Checkpoint(asdict(config), run.id, training.state_dict(), showing.state_dict()).save(saving.path)

    while training.step < config.steps:
        step = training.step
        if step == config.inject_at:
            run.event("injected", generator=config.inject_generator, discriminator=config.inject_discriminator)
        told = training.advance()
        run.log(told, step=step)
        if step % config.sample_every == 0 or step == config.steps - 1:
            showing.show(training.shown, step)
        if saving is not None and training.step % saving.every == 0:
            save()
        if on_step is not None:
            try:
                on_step(training.step, told["loss/discriminator"].item(), told["loss/generator"].item())
            except Stop:
                save()
                raise
    save()
    return Trained(training.shown, training.D, config.steps)
