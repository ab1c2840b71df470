"""Ground truth on mixtures with known modes: how many are captured, and how many samples are any good."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

WITHIN = 3.0  # standard deviations: VEEGAN's and PacGAN's bound for a high-quality sample in the plane


@dataclass(frozen=True)
class Modes:
    """The modes of a mixture of equally likely Gaussians with covariance std² I.

    Attributes:
        centers: (M, D), float32.
        std: standard deviation in each dimension, in the data's units.
    """

    centers: Tensor
    std: float

    def high_quality(self, samples: Tensor) -> Tensor:
        """Which samples (N, D) lie within 3 std (Euclidean) of their nearest mode: (N,) bool. NaN never does."""
        distance, _ = torch.cdist(samples, self.centers).min(dim=1)
        return distance <= WITHIN * self.std

    def captured(self, samples: Tensor) -> int:
        """How many modes are the nearest one of at least one high-quality sample of (N, D)."""
        nearest = torch.cdist(samples, self.centers).argmin(dim=1)
        return len(nearest[self.high_quality(samples)].unique())

    def scores(self, samples: Tensor) -> dict[str, float]:
        """Both as signals, high quality as a share in [0, 1].

        Definitions of Srivastava et al., "VEEGAN", NeurIPS 2017, section 5.1, also used by Lin et al., "PacGAN", NeurIPS 2018.
        Both papers take 2,500 samples.
        """
        return {
            "sample/modes_captured": float(self.captured(samples)),
            "sample/high_quality": float(self.high_quality(samples).double().mean()),
        }
