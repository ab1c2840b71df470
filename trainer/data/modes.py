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
        """Both as signals, high quality as a share in [0, 1]; and the reverse KL divergence over modes, in nats.

        KL(p ‖ uniform) with p_m the share of high-quality samples that are nearest to mode m: 0 when all modes are hit alike,
        log M when one is hit alone; left out when no sample is of high quality.

        Definitions of Srivastava et al., "VEEGAN", NeurIPS 2017, section 5.1, also used by Lin et al., "PacGAN", NeurIPS 2018.
        Both papers take 2,500 samples.
        """
        good = self.high_quality(samples)
        scores = {
            "sample/modes_captured": float(self.captured(samples)),
            "sample/high_quality": float(good.double().mean()),
        }
        nearest = torch.cdist(samples, self.centers).argmin(dim=1)[good]
        if len(nearest):
            p = nearest.bincount(minlength=len(self.centers)).double() / len(nearest)
            scores["sample/reverse_kl_modes"] = float(torch.special.xlogy(p, p * len(self.centers)).sum())
        return scores
