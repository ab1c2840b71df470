"""What a loss is to the loop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple

from torch import Tensor


class Usual(NamedTuple):
    """The setting that the loss's paper trains with; a run takes what it is not told from here.

    Attributes:
        gradient_penalty, weight_clip: as the fields of `Config`; None: the paper has none.
    """

    lr: float
    betas: tuple[float, float]
    discriminator_steps: int
    gradient_penalty: str | None = None
    weight_clip: float | None = None


class Targets(NamedTuple):
    """What the discriminator is to say of real and of generated samples; other than (1, 0) when labels are smoothed."""

    real: float = 1.0
    fake: float = 0.0


class Equilibrium(NamedTuple):
    """Both losses where samples follow the data's law and D is the best one; None where the loss sets no value."""

    discriminator: float | None
    generator: float | None


HARD = Targets()


class Loss(ABC):
    """The two players' objectives; both are minimised.

    `real` and `fake` are the discriminator's raw outputs on a batch each, (N,): logits, or a critic's scores.

    Attributes:
        has_labels: whether there are targets that can be smoothed; else they are ignored.
        needs_real: whether the generator's loss reads the outputs on real samples too.
    """

    usual: ClassVar[Usual]
    has_labels: ClassVar[bool] = False
    needs_real: ClassVar[bool] = False

    @abstractmethod
    def discriminator(self, real: Tensor, fake: Tensor, targets: Targets = HARD) -> tuple[Tensor, Tensor]:
        """The discriminator's loss on real and on generated samples, 0-d each; it minimises their sum."""

    @abstractmethod
    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """The generator's loss, 0-d. `real` is given where `needs_real`."""

    @abstractmethod
    def equilibrium(self, targets: Targets = HARD) -> Equilibrium:
        """Where the losses end when all goes well."""
