"""The training loop. It reads from top to bottom, and tells the monitor what it sees through the public SDK alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

import monitor
from trainer import data, losses, models
from trainer.config import Config
from trainer.showing import Showing

OnStep = Callable[[int, float, float], None]  # (steps done, discriminator's loss, generator's loss)


@dataclass(frozen=True)
class Trained:
    """What a training leaves: the networks, and how many steps it made."""

    generator: nn.Module
    discriminator: nn.Module
    steps: int


def train(config: Config, run: monitor.Run, on_step: OnStep | None = None) -> Trained:
    """Trains a GAN as `config` says. Same config, same machine: same weights to the last bit, whatever `run` is.

    All random numbers come from generators of its own, so torch's global ones are left as they were. It does not finish `run`.
    """
    dataset = data.load(config.data, config.seed)
    loss = losses.build(config.loss, gp_weight=config.gp_weight)
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(config.seed)
        G, D = models.build(config.model, dataset.shape, config.latent, config.width)
    betas = (config.beta1, config.beta2)
    opt_g = torch.optim.Adam(G.parameters(), lr=config.lr_generator, betas=betas)
    opt_d = torch.optim.Adam(D.parameters(), lr=config.lr_discriminator, betas=betas)
    rng = torch.Generator().manual_seed(config.seed)  # batches, noise and the penalty's mixing
    run.watch(generator=G, discriminator=D, optimizers=(opt_g, opt_d))
    showing = Showing(run, dataset, config)

    for step in range(config.steps):
        # the discriminator's turn: real against generated, with the generator held still
        for _ in range(config.discriminator_steps):
            real = dataset.batch(config.batch_size, rng)
            with torch.no_grad():
                fake = G(torch.randn(config.batch_size, config.latent, generator=rng))
            real_logits, fake_logits = D(real), D(fake)
            on_real, on_fake = loss.discriminator(real_logits, fake_logits)
            penalty = loss.penalty(D, real, fake, rng)
            d_loss = on_real + on_fake if penalty is None else on_real + on_fake + penalty
            opt_d.zero_grad()
            d_loss.backward()
            opt_d.step()

        # the generator's turn: through the discriminator, which is held still
        D.requires_grad_(False)
        g_loss = loss.generator(D(G(torch.randn(config.batch_size, config.latent, generator=rng))))
        opt_g.zero_grad()
        g_loss.backward()
        opt_g.step()
        D.requires_grad_(True)

        # tell: numbers of this step, and on a schedule what the generator draws now
        told = {
            "loss/discriminator": d_loss,
            "loss/discriminator_real": on_real,
            "loss/discriminator_fake": on_fake,
            "loss/generator": g_loss,
            "logits/real": real_logits,
            "logits/fake": fake_logits,
            "lr/generator": opt_g.param_groups[0]["lr"],
            "lr/discriminator": opt_d.param_groups[0]["lr"],
            "images_seen": (step + 1) * config.discriminator_steps * config.batch_size,
        }
        if penalty is not None:
            told["loss/gradient_penalty"] = penalty
        run.log(told, step=step)
        if step % config.sample_every == 0 or step == config.steps - 1:
            showing.show(G, step)
        if on_step is not None:
            on_step(step + 1, d_loss.item(), g_loss.item())

    return Trained(G, D, config.steps)
