"""Trains many settings at once: their networks lie side by side in one tensor, which takes a fraction of the time.

The same games as `trainer.training`'s for fully connected networks (its losses, data and first weights are used), with the same
optimizer; each member has random numbers of its own. What `nashboard train` would have logged of it is kept as a `Recording`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
import numpy
import torch
from torch import Tensor, nn

from bench.detection.corpus import CASES
from bench.detection.places import Places, looked
from bench.detection.recording import KEPT, Recording
from monitor.jobs.metrics import BEST, Metrics
from monitor.sample_metrics import PooledPixels
from monitor.sdk.spectrum import effective_rank
from monitor.wire import RunInfo
from trainer import data, losses, networks
from trainer.config import Config
from trainer.remedies.schedule import PERIODS, SCHEDULES

# steps between two readings of outputs, samples, gradients, weights
SEEN, LOOKED, WATCHED, SPECTRA = 2, 50, 10, 500
SAMPLES, REFERENCE = 1024, 1000
ALIKE = ("model", "latent", "width", "batch_size", "loss", "discriminator_steps")
SAME = {
    "accumulate": 1, "pack": 1, "unroll": 0, "ema": None, "spectral_norm": "none", "discriminator_norm": "none",
    "minibatch": "none", "label_smoothing": 0.0, "instance_noise": 0.0, "input_noise": 0.0, "gradient_clip": None,
}  # fmt: skip


def fits(config: Config) -> bool:
    """Whether it is a game that can be played beside others."""
    plain = all(getattr(config, name) == value for name, value in SAME.items())
    return plain and config.model == "mlp" and config.gradient_penalty in ("none", "r1", "wgan-gp")


def key(config: Config) -> tuple[Any, ...]:
    """Those with the same key play side by side."""
    shape = data.source(config.data).shape
    return (*shape, config.gradient_penalty == "wgan-gp", *(getattr(config, name) for name in ALIKE))


class Side:
    """One of the two networks of all members: weights (S, out, in) and biases (S, out), and Adam's moments."""

    def __init__(self, modules: list[nn.Module], name: str, leak: float, tanh: bool) -> None:
        layers = [[one for one in module.modules() if isinstance(one, nn.Linear)] for module in modules]
        self.names = [f"body.{2 * i}" for i in range(len(layers[0]))]
        self.weights = [torch.stack([member[i].weight.detach() for member in layers]) for i in range(len(layers[0]))]
        self.biases = [torch.stack([member[i].bias.detach() for member in layers]) for i in range(len(layers[0]))]
        self.name, self.leak, self.tanh, self.turns = name, leak, tanh, 0
        self.first = [torch.zeros_like(one) for one in self.parameters]
        self.second = [torch.zeros_like(one) for one in self.parameters]

    @property
    def parameters(self) -> list[Tensor]:
        """All of them."""
        return [*self.weights, *self.biases]

    def __call__(self, x: Tensor) -> Tensor:
        """(S, N, in) → (S, N, out)."""
        for i, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            x = torch.baddbmm(bias.unsqueeze(1), x, weight.transpose(1, 2))
            if i < len(self.weights) - 1:
                x = nn.functional.leaky_relu(x, self.leak)
        return x.tanh() if self.tanh else x

    def learn(self, loss: Tensor, lr: Tensor, betas: tuple[Tensor, Tensor], look: bool) -> dict[str, Tensor]:
        """A step of Adam for each member's `loss` (S,); when `look`, gradient norms and update ratios (S,)."""
        for one in self.parameters:
            one.requires_grad_(True)
        gradients = torch.autograd.grad(loss.sum(), self.parameters)
        for one in self.parameters:
            one.requires_grad_(False)
        self.turns += 1
        moved = [torch.zeros(len(loss)), torch.zeros(len(loss))]
        for i, (one, gradient) in enumerate(zip(self.parameters, gradients, strict=True)):
            step = self._step(i, gradient, lr, betas)
            if look:
                moved[0] += _squares(step)
                moved[1] += _squares(one)
            one -= step
        if not look:
            return {}
        norm = torch.stack([_squares(one) for one in gradients]).sum(0).sqrt()
        return {f"grad_norm/{self.name}": norm, f"update_ratio/{self.name}": (moved[0] / moved[1]).sqrt()}

    def _step(self, i: int, gradient: Tensor, lr: Tensor, betas: tuple[Tensor, Tensor]) -> Tensor:
        shape = (-1, *[1] * (gradient.dim() - 1))
        one, two = (beta.view(shape) for beta in betas)
        self.first[i] = one * self.first[i] + (1 - one) * gradient
        self.second[i] = two * self.second[i] + (1 - two) * gradient * gradient
        root = (self.second[i] / (1 - two**self.turns)).sqrt() + 1e-8
        return lr.view(shape) * self.first[i] / (1 - one**self.turns) / root

    def keep(self, chosen: Tensor) -> None:
        """Goes on with some members only."""
        for held in (self.weights, self.biases, self.first, self.second):
            held[:] = [one[chosen] for one in held]

    def spectra(self, member: int) -> dict[str, float]:
        """Largest singular values and effective ranks of a member's weights, as the SDK logs them."""
        found = {}
        for name, weights in zip(self.names, self.weights, strict=True):
            weight = weights[member].double()
            if not bool(weight.isfinite().all()) or min(weight.shape) < 2:
                continue
            gram = weight @ weight.T if len(weight) <= weight.shape[1] else weight.T @ weight
            found[f"spectral_norm/{self.name}/{name}"] = float(torch.linalg.matrix_norm(weight, 2))
            rank = effective_rank(gram.numpy())
            if rank is not None:
                found[f"effective_rank/{self.name}/{name}"] = rank
        return found


def _squares(one: Tensor) -> Tensor:
    return one.flatten(1).square().sum(1)


class Member:
    """One training of many: its data, its random numbers, and what is kept of it."""

    def __init__(self, name: str, config: Config) -> None:
        self.name, self.config = name, config
        self.dataset = data.load(config.data, config.seed)
        self.rng = torch.Generator().manual_seed(config.seed)
        own = torch.Generator().manual_seed(config.seed + 1)
        self.fixed = own
        reference = self.dataset.batch(REFERENCE, own).numpy()
        self.metrics, self.places = Metrics(reference, {}, PooledPixels()), Places.of(config.data)
        info = RunInfo(id="0" * 32, config=asdict(config), total_steps=config.steps)
        events: list[tuple[int, str, dict[str, Any]]] = []
        if config.lr_schedule in PERIODS:
            events.append((0, "period", {"steps": round(PERIODS[config.lr_schedule] * config.steps)}))
        points = self.metrics.about_reference().points
        self.kept = Recording(name, config.seed, info, {}, events, [(0, points)], [], [])

    def lr(self, step: int, network: str) -> float:
        """Its learning rate."""
        config = self.config
        factor = getattr(config, f"inject_{network}") if CASES[self.name].jumped(step) else 1.0
        return float(getattr(config, f"lr_{network}") * SCHEDULES[config.lr_schedule](step / config.steps) * factor)

    def look(self, step: int, samples: numpy.ndarray[Any, Any]) -> None:
        """Measures samples (N, …)."""
        began = _cpu()
        self.kept.measured.append((step, self.metrics.about(samples, BEST, step).points))
        self.kept.measuring.append(_cpu() - began)
        self.kept.looks.append(looked(step, samples, self.places))

    def save(self, folder: Path) -> None:
        """Where `recording.load` finds it."""
        target = folder / f"{self.name}-{self.config.seed}"
        target.mkdir(parents=True, exist_ok=True)
        (target / KEPT).write_bytes(msgspec.msgpack.encode(self.kept))


def _cpu() -> float:
    import time

    return time.process_time()


class Together:
    """Members that play side by side."""

    def __init__(self, members: list[Member]) -> None:
        self.members, self.step = members, 0
        config = members[0].config
        self.loss, self.penalty = losses.build(config.loss), config.gradient_penalty == "wgan-gp"
        built = [networks.build(one.config, one.dataset.shape) for one in members]
        self.shape = members[0].dataset.shape
        self.G = Side([G for G, _ in built], "generator", 0.0, len(self.shape) == 3)
        self.D = Side([D for _, D in built], "discriminator", 0.2, False)
        self.turns, self.batch, self.latent = config.discriminator_steps, config.batch_size, config.latent
        self.set_up()

    def set_up(self) -> None:
        """What each member's setting says, as tensors (S,)."""
        configs = [one.config for one in self.members]
        self.betas = torch.tensor([one.beta1 for one in configs]), torch.tensor([one.beta2 for one in configs])
        weights = [10.0 if one.gp_weight is None else one.gp_weight for one in configs]
        none = [one.gradient_penalty == "none" for one in configs]
        self.weight = torch.tensor([0.0 if off else w for off, w in zip(none, weights, strict=True)])
        clip = [torch.inf if one.weight_clip is None else one.weight_clip for one in configs]
        self.clip = torch.tensor(clip).clamp(max=3e38)

    def draw(self, real: bool) -> Tensor:
        """Real samples, or noise, of all: (S, N, …)."""
        if real:
            return torch.stack([one.dataset.batch(self.batch, one.rng).flatten(1) for one in self.members])
        return torch.stack([torch.randn(self.batch, self.latent, generator=one.rng) for one in self.members])

    def advance(self) -> None:
        """One step of all."""
        look = self.step % WATCHED == 0
        told: dict[str, Tensor] = {}
        lr = [
            torch.tensor([one.lr(self.step, name) for one in self.members]) for name in ("generator", "discriminator")
        ]
        for _ in range(self.turns):
            real, fake = self.draw(True), self.G(self.draw(False))
            told = self._judge(real, fake, lr[1], look)
        told |= self._make(real, lr[0], look)
        self._keep(told)
        self.step += 1
        done = [one.config.steps <= self.step for one in self.members]
        if self.step % LOOKED == 0 or self.step == 1 or any(done):
            self._look()

    def _judge(self, real: Tensor, fake: Tensor, lr: Tensor, look: bool) -> dict[str, Tensor]:
        for one in self.D.parameters:
            one.requires_grad_(True)
        on_real, on_fake = self.D(real).squeeze(2), self.D(fake).squeeze(2)
        parts = torch.vmap(self.loss.discriminator)(on_real, on_fake)
        loss = parts[0] + parts[1]
        if bool(self.weight.any()):
            loss = loss + self.weight * self._slopes(real, fake)
        told = self.D.learn(loss, lr, self.betas, look)
        for weight in self.D.parameters:
            limit = self.clip.view(-1, *[1] * (weight.dim() - 1))
            weight.copy_(weight.clamp(-limit, limit))
        return told | {
            "loss/discriminator": loss.detach(), "logits/real": on_real.detach(), "logits/fake": on_fake.detach()
        }  # fmt: skip

    def _slopes(self, real: Tensor, fake: Tensor) -> Tensor:
        """The penalty of each member, (S,)."""
        at = real
        if self.penalty:
            mix = torch.stack([torch.rand(self.batch, 1, generator=one.rng) for one in self.members])
            at = mix * real + (1 - mix) * fake
        at = at.detach().requires_grad_()
        (slope,) = torch.autograd.grad(self.D(at).sum(), at, create_graph=True)
        if self.penalty:
            found: Tensor = (slope.norm(dim=2) - 1).square().mean(1)
            return found
        flat: Tensor = slope.square().sum(2).mean(1) / 2
        return flat

    def _make(self, real: Tensor, lr: Tensor, look: bool) -> dict[str, Tensor]:
        for one in self.G.parameters:
            one.requires_grad_(True)
        on_fake = self.D(self.G(self.draw(False))).squeeze(2)
        if self.loss.needs_real:
            loss = torch.vmap(self.loss.generator)(on_fake, self.D(real).squeeze(2))
        else:
            loss = torch.vmap(self.loss.generator)(on_fake)
        return self.G.learn(loss, lr, self.betas, look) | {"loss/generator": loss.detach()}

    def _keep(self, told: dict[str, Tensor]) -> None:
        real, fake = told.pop("logits/real"), told.pop("logits/fake")
        if self.step % SEEN == 0:
            for name, values in (("logits/real", real), ("logits/fake", fake)):
                told |= {name: values.mean(1), f"{name}/std": values.std(1, correction=0)}
            above = (real.unsqueeze(2) > fake.unsqueeze(1)).float() + 0.5 * (
                real.unsqueeze(2) == fake.unsqueeze(1)
            ).float()
            told["auc/discriminator"] = above.mean((1, 2))
        columns = {name: values.tolist() for name, values in told.items()}
        for i, member in enumerate(self.members):
            member.kept.rows[self.step] = {name: values[i] for name, values in columns.items()}
            if self.step % SPECTRA == SPECTRA - 1:
                member.kept.rows[self.step] |= self.G.spectra(i) | self.D.spectra(i)

    def _look(self) -> None:
        with torch.no_grad():
            count = 64 if len(self.shape) == 3 else SAMPLES
            noise = torch.stack([torch.randn(count, self.latent, generator=one.fixed) for one in self.members])
            samples = self.G(noise).view(len(self.members), count, *self.shape).numpy()
        for member, mine in zip(self.members, samples, strict=True):
            member.look(self.step - 1, mine)

    def part(self, folder: Path) -> list[str]:
        """Saves those that have made all their steps, and goes on with the others; who they were."""
        left = [i for i, one in enumerate(self.members) if one.config.steps > self.step]
        if len(left) == len(self.members):
            return []
        done = [one for i, one in enumerate(self.members) if i not in left]
        for one in done:
            one.save(folder)
        chosen = torch.tensor(left, dtype=torch.long)
        self.G.keep(chosen)
        self.D.keep(chosen)
        self.members = [self.members[i] for i in left]
        if left:
            self.set_up()
        return [f"{one.name}-{one.config.seed}" for one in done]


def record_together(folder: Path, jobs: Iterable[tuple[str, Config]]) -> list[str]:
    """Trains (name, config) pairs of one `key`; the names of what was kept."""
    together, found = Together([Member(name, config) for name, config in jobs]), list[str]()
    while together.members:
        together.advance()
        found += together.part(folder)
    return found
