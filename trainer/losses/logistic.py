"""What the losses of a logistic discriminator share: cross-entropy on logits, with targets that may be smoothed."""

from __future__ import annotations

import math

from torch import Tensor
from torch.nn.functional import softplus

from trainer.losses.base import Targets


def cross_entropy(logits: Tensor, target: float) -> Tensor:
    """-t log σ(l) - (1 - t) log(1 - σ(l)), mean over (N,), in nats: 0-d. Written with softplus, so that it can't overflow."""
    if target == 1:
        return softplus(-logits).mean()
    if target == 0:
        return softplus(logits).mean()
    return (target * softplus(-logits) + (1 - target) * softplus(logits)).mean()


def resting_probability(targets: Targets) -> float:
    """What the best discriminator says when it can't tell the two laws apart: the mean of its targets."""
    return (targets.real + targets.fake) / 2


def resting_loss(targets: Targets) -> float:
    """The discriminator's loss there: twice the entropy of `resting_probability`, in nats; 2 log 2 without smoothing."""
    q = resting_probability(targets)
    return -2 * (q * math.log(q) + (1 - q) * math.log(1 - q))
