"""What detectors are shown: blocks of steps, and batches of samples."""

from __future__ import annotations

from math import erf, sqrt

from msgspec import Struct

LOSS_G, LOSS_D = "loss/generator", "loss/discriminator"
GRAD_G, GRAD_D = "grad_norm/generator", "grad_norm/discriminator"
RATIO_G, RATIO_D = "update_ratio/generator", "update_ratio/discriminator"
REAL, FAKE, AUC = "logits/real", "logits/fake", "auc/discriminator"


class Block(Struct, frozen=True):
    """Some steps in a row: ten, or one logged step where steps lie farther apart.

    Attributes:
        first, last: their steps. count: how many were logged.
        mean, high: signal → mean and highest of its finite values; a signal that was not logged is absent.
    """

    first: int
    last: int
    count: int
    mean: dict[str, float]
    high: dict[str, float]


class SampleBatch(Struct, frozen=True):
    """A batch of samples at a step, as its statistics: metric ("coverage") → value; see `monitor.sample_metrics`.

    `floor` has what the metrics read when the reference is held against itself.
    """

    step: int
    values: dict[str, float]
    floor: dict[str, float] = {}


def separability(mean: dict[str, float]) -> float | None:
    """How well the discriminator tells real from generated, as an AUC: 0.5 not at all, 1 always; None when it can't be known.

    The logged AUC; else that of two normal laws with the logged means and deviations of the outputs, Φ(d' / √2); else the mean of
    the two accuracies; else, of outputs that are probabilities, the mean of D(x) and 1 - D(G(z)).
    """
    if AUC in mean:
        return mean[AUC]
    spread = [mean[name] for name in (f"{REAL}/std", f"{FAKE}/std") if name in mean]
    if REAL in mean and FAKE in mean and len(spread) == 2 and any(spread):
        distance = (mean[REAL] - mean[FAKE]) / sqrt((spread[0] ** 2 + spread[1] ** 2) / 2)
        return 0.5 * (1 + erf(distance / 2))
    if "accuracy/real" in mean and "accuracy/fake" in mean:
        return (mean["accuracy/real"] + mean["accuracy/fake"]) / 2
    if 0 <= mean.get(REAL, -1) <= 1 and 0 <= mean.get(FAKE, -1) <= 1:
        return (mean[REAL] + 1 - mean[FAKE]) / 2
    return None
