"""What a run is shown on its schedule: pictures of the generator's work, and the truth about it where that is known."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import monitor
from trainer.config import Config
from trainer.data import Dataset
from trainer.plane import plane

IMAGES = 100  # a grid of 10×10
REFERENCE = 1000  # real samples that later samples are held against
POINTS = 2500  # samples for the ground truth: as many as VEEGAN and PacGAN take


class Showing:
    """Draws from the generator without touching the training: it has random numbers of its own, and no gradients."""

    def __init__(self, run: monitor.Run, dataset: Dataset, config: Config) -> None:
        self._run, self._modes, self._latent = run, dataset.modes, config.latent
        self._range = (-1.0, 1.0) if dataset.is_images else None
        self._rng = torch.Generator().manual_seed(config.seed + 1)
        self._count = IMAGES if dataset.is_images else POINTS
        self._fixed = self._noise()
        rows = self._real_rows(len(dataset.samples))
        labels = None if dataset.labels is None else dataset.labels[rows]
        run.reference(dataset.samples[rows], value_range=self._range, labels=labels)
        self._plane = plane(dataset, config)

    def show(self, generator: nn.Module, discriminator: nn.Module, step: int) -> None:
        """Records a grid from the noise of all grids, one from fresh noise, on mixtures the modes captured, and of the plane
        what the discriminator makes of it."""
        random = draw(generator, self._noise())
        self._run.samples(draw(generator, self._fixed), step=step, name="fixed", value_range=self._range)
        self._run.samples(random, step=step, name="random", kind="random", value_range=self._range)
        if self._modes is not None:
            self._run.log(self._modes.scores(random), step=step)
        if self._plane is not None:
            self._run.field(self._plane.judged(discriminator), self._plane.bounds, step=step)

    def state_dict(self) -> dict[str, Tensor]:
        """What decides the next samples."""
        return {"rng": self._rng.get_state(), "fixed": self._fixed}

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Goes on from `state_dict`."""
        self._rng.set_state(state["rng"])
        self._fixed = state["fixed"]

    def _real_rows(self, there: int) -> Tensor:
        """Which samples are the reference: each once, as far as there are enough."""
        return torch.randperm(there, generator=self._rng)[:REFERENCE]

    def _noise(self) -> Tensor:
        return torch.randn(self._count, self._latent, generator=self._rng)


@torch.no_grad()
def draw(generator: nn.Module, noise: Tensor) -> Tensor:
    """Samples from `noise` (N, latent), with the generator's running statistics, and the generator left as it was."""
    was_training = generator.training
    generator.eval()
    weight = next(generator.parameters())
    samples: Tensor = generator(noise.to(weight.device))
    generator.train(was_training)
    return samples.cpu()
