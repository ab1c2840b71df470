"""The training loop. It reads from top to bottom, and tells the monitor what it sees through the public SDK alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import nn

import monitor
from trainer import data
from trainer.checkpoint import Checkpoint
from trainer.config import Config
from trainer.ranks import Ranks
from trainer.remedies.schedule import PERIODS
from trainer.saving import Saving
from trainer.showing import Showing
from trainer.training import ALONE, CPU, Training

OnStep = Callable[[int, float, float], None]  # (steps done, discriminator's loss, generator's loss)


class Stop(Exception):
    """Raised by an `OnStep` to end a training between two steps: it is saved, then the exception goes on.

    With several processes all of them end at the same step; those whose own `OnStep` did not raise raise a plain `Stop`.
    """


@dataclass(frozen=True)
class Trained:
    """What a training leaves: the networks (the averaged generator, if the config asks for one), and its number of steps."""

    generator: nn.Module
    discriminator: nn.Module
    steps: int


def train(
    config: Config,
    run: monitor.Run,
    on_step: OnStep | None = None,
    saving: Saving | None = None,
    start: Checkpoint | None = None,
    device: torch.device = CPU,
    ranks: Ranks = ALONE,
) -> Trained:
    """Trains a GAN as `config` says. Same config, same machine: same weights to the last bit, whatever `run` is, and however
    often it was stopped and taken up again. It does not finish `run`.

    Args:
        on_step: called after each step; it may raise `Stop`. saving: where to keep checkpoints. start: what to go on from.
        device: where the networks are. ranks: the processes that train together; only the first one shows and saves.

    Raises:
        InvalidValue: `start` belongs to another config, or a batch can't be shared by the processes.
    """
    dataset = data.load(config.data, config.seed)
    training = Training(config, dataset, device, ranks)
    showing = Showing(run, dataset, config)
    if start is not None:
        start.check(config)
        training.load_state_dict(start.training)
        showing.load_state_dict(start.showing)
    if config.lr_schedule in PERIODS and start is None:
        run.event("period", steps=round(PERIODS[config.lr_schedule] * config.steps))
    mine = saving if ranks.first else None
    run.watch(generator=training.G, discriminator=training.D, optimizers=(training.opt_g, training.opt_d))

    def keep(saving: Saving, save: Callable[[Checkpoint], None]) -> None:
        failed = saving.failure
        save(Checkpoint(asdict(config), run.id, training.state_dict(), showing.state_dict()))
        if saving.failure and not failed:
            run.event("checkpoint_failed", steps=training.step, reason=saving.failure)

    if mine is not None and mine.keep and start is None:
        keep(mine, mine.save_copy)
    while training.step < config.steps:
        step = training.step
        if step == config.inject_at:
            run.event("injected", generator=config.inject_generator, discriminator=config.inject_discriminator)
        told = training.advance()
        run.log(told, step=step)
        if ranks.first and (step % config.sample_every == 0 or step == config.steps - 1):
            showing.show(training.shown, training.D, step)
        if mine is not None and training.step % mine.every == 0:
            keep(mine, mine.save_copy)
        stop = _asked_to_stop(on_step, training.step, told)
        if ranks.most(stop is not None):
            if mine is not None:
                keep(mine, mine.save)
            raise stop or Stop
    if mine is not None:
        keep(mine, mine.save)
    return Trained(training.shown, training.D, config.steps)


def _asked_to_stop(on_step: OnStep | None, steps: int, told: dict[str, Any]) -> Stop | None:
    if on_step is not None:
        try:
            on_step(steps, told["loss/discriminator"].item(), told["loss/generator"].item())
        except Stop as stop:
            return stop
    return None
