"""The game, step by step: two networks, two optimizers, and the remedies that act on them."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from trainer import losses, networks, remedies
from trainer.config import Config
from trainer.data import Dataset
from trainer.precision import Precision
from trainer.ranks import Ranks
from trainer.remedies import GeneratorAverage, Turn
from trainer.remedies.packing import packed
from trainer.remedies.schedule import SCHEDULES
from trainer.remedies.unrolling import adam_scales, unrolled_loss

UNROLLED = 0.1  # of the discriminator's learning rate: at the whole of it the generator was thrown off the data
CPU, ALONE = torch.device("cpu"), Ranks()


class Training:
    """A training under way. All random numbers come from `rng`, so torch's global ones are left as they were.

    Attributes:
        config: what it follows. step: how many steps it has made.
        G, D: the networks. shown: the generator whose samples are shown: `G`, or its average.

    Raises:
        InvalidValue: a batch can't be shared by `ranks`.
    """

    def __init__(self, config: Config, dataset: Dataset, device: torch.device = CPU, ranks: Ranks = ALONE) -> None:
        ranks.check(config.batch_size, config.pack)
        self.config, self.dataset, self.step = config, dataset, 0
        self.device, self.ranks, self.precision = device, ranks, Precision(config.amp, device)
        self.loss, self.targets = losses.build(config.loss), remedies.targets(config)
        self.G, self.D = (network.to(device) for network in networks.build(config, dataset.shape))
        betas = (config.beta1, config.beta2)
        self.opt_g = torch.optim.Adam(self.G.parameters(), lr=config.lr_generator, betas=betas)
        self.opt_d = torch.optim.Adam(self.D.parameters(), lr=config.lr_discriminator, betas=betas)
        self.rng = self._own = torch.Generator().manual_seed(config.seed)
        self.remedies = remedies.active(config, self.G)
        averages = [one.average for one in self.remedies if isinstance(one, GeneratorAverage)]
        self.shown = averages[0] if averages else self.G

    def advance(self) -> dict[str, Any]:
        """One step: the discriminator's turns, then the generator's; what there is to log of it."""
        self._set_learning_rates()
        self._own = self.ranks.own(self.rng, self.config.seed, self.step)
        for _ in range(self.config.discriminator_steps):
            losses, logits = self._discriminator_turn()
        losses |= self._generator_turn()
        self.step += 1
        config = self.config
        return (
            self.ranks.mean(losses)
            | logits
            | {
                "lr/generator": self.opt_g.param_groups[0]["lr"],
                "lr/discriminator": self.opt_d.param_groups[0]["lr"],
                "generator_updates": self.step,
                "images_seen": self.step * config.discriminator_steps * config.accumulate * config.batch_size,
            }
        )

    def _discriminator_turn(self) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Real against generated, with the generator held still: losses, and the discriminator's outputs."""
        D = self.D
        self.opt_d.zero_grad()
        for _ in range(self.config.accumulate):
            real = self._seen(self._real())
            with torch.no_grad():
                fake = self._seen(self._generated())
            real_logits, fake_logits = self.precision.run(D, real), self.precision.run(D, fake)
            on_real, on_fake = self.loss.discriminator(real_logits, fake_logits, self.targets)
            turn = Turn(self.G, D, self.loss, real, fake, self._own, self.step)
            added = _terms({one.name: one.discriminator_term(turn) for one in self.remedies})
            d_loss = sum(added.values(), on_real + on_fake)
            self.precision.backward("discriminator", d_loss / self.config.accumulate)
        self._move("discriminator", D, self.opt_d)
        terms = {f"loss/discriminator_{name}" if name in BOTH else f"loss/{name}": term for name, term in added.items()}
        losses = {
            "loss/discriminator": d_loss,
            "loss/discriminator_real": on_real,
            "loss/discriminator_fake": on_fake,
        }
        return losses | terms, {"logits/real": real_logits, "logits/fake": fake_logits}

    def _generator_turn(self) -> dict[str, Tensor]:
        """Through the discriminator, which is held still."""
        config, D = self.config, self.D
        D.requires_grad_(False)
        self.opt_g.zero_grad()
        for _ in range(config.accumulate):
            fake = self._seen(self._generated())
            needs_real = self.loss.needs_real or config.unroll or any(one.needs_real for one in self.remedies)
            real = self._seen(self._real()) if needs_real else None
            turn = Turn(self.G, D, self.loss, real, fake, self._own, self.step)
            added = _terms({one.name: one.generator_term(turn) for one in self.remedies})
            g_loss = sum(added.values(), self._generator_loss(turn))
            self.precision.backward("generator", g_loss / config.accumulate)
        self._move("generator", self.G, self.opt_g)
        D.requires_grad_(True)
        return {"loss/generator": g_loss} | {f"loss/generator_{name}": term for name, term in added.items()}

    def _generator_loss(self, turn: Turn) -> Tensor:
        config = self.config
        if config.unroll:
            lr = config.unroll_lr or UNROLLED * self.opt_d.param_groups[0]["lr"]
            return unrolled_loss(turn, config.unroll, lr, self.targets, adam_scales(self.D, self.opt_d))
        on_real = self.precision.run(self.D, turn.reals) if self.loss.needs_real else None
        return self.loss.generator(self.precision.run(self.D, turn.fake), on_real)

    def _real(self) -> Tensor:
        return self.ranks.share(self.dataset.batch(self.config.batch_size, self.rng)).to(self.device)

    def _generated(self) -> Tensor:
        noise = self.ranks.share(torch.randn(self.config.batch_size, self.config.latent, generator=self.rng))
        for one in self.remedies:
            noise = one.generator_input(noise, self._own)
        return self.precision.run(self.G, noise.to(self.device))

    def _seen(self, samples: Tensor) -> Tensor:
        """As the discriminator sees them: with noise, in packs."""
        for one in self.remedies:
            samples = one.discriminator_input(samples, self.step, self._own)
        return packed(samples, self.config.pack)

    def _move(self, turn: str, network: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        self.ranks.mean_gradients(network)
        for played in (self.G, self.D):  # a turn moves the running statistics of both
            self.ranks.mean_buffers(played)
        self.precision.unscale(turn, optimizer)
        for one in self.remedies:
            one.before_step(network)
        self.precision.step(turn, optimizer)
        for one in self.remedies:
            one.after_step(turn, network)

    def _set_learning_rates(self) -> None:
        config = self.config
        factor = SCHEDULES[config.lr_schedule](self.step / config.steps)
        injected = config.inject_at is not None and self.step >= config.inject_at
        self.opt_g.param_groups[0]["lr"] = config.lr_generator * factor * (config.inject_generator if injected else 1)
        self.opt_d.param_groups[0]["lr"] = (
            config.lr_discriminator * factor * (config.inject_discriminator if injected else 1)
        )

    def state_dict(self) -> dict[str, Any]:
        """All that decides how it goes on."""
        return {
            "step": self.step,
            "G": self.G.state_dict(),
            "D": self.D.state_dict(),
            "opt_g": self.opt_g.state_dict(),
            "opt_d": self.opt_d.state_dict(),
            "rng": self.rng.get_state(),
            "precision": self.precision.state_dict(),
            "remedies": {one.name: one.state_dict() for one in self.remedies},
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on from `state_dict`, to the last bit as if it had never stopped (CPU). A remedy not known to it begins anew."""
        self.step = state["step"]
        for name in ("G", "D", "opt_g", "opt_d"):
            getattr(self, name).load_state_dict(state[name])
        self.rng.set_state(state["rng"])
        self.precision.load_state_dict(state["precision"])
        for one in self.remedies:
            if one.name in state["remedies"]:
                one.load_state_dict(state["remedies"][one.name])


BOTH = ("historical_averaging",)  # terms of both players, so their names say whose


def _terms(terms: dict[str, Tensor | None]) -> dict[str, Tensor]:
    """Those that there are."""
    return {name: term for name, term in terms.items() if term is not None}
