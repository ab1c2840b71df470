"""Historical averaging: each player is held near the mean of its own past."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from trainer.remedies.base import Remedy, Turn


class HistoricalAveraging(Remedy):
    """Adds w ‖θ - mean of θ over all past steps‖² to each player's loss. w: `historical_averaging`.

    Damps orbits around an equilibrium. Salimans et al., "Improved Techniques for Training GANs", NeurIPS 2016, section 3.3.
    """

    name = "historical_averaging"

    def __init__(self, weight: float) -> None:
        self.weight = weight
        self._means: dict[str, list[Tensor]] = {}
        self._counts: dict[str, int] = {}

    def discriminator_term(self, turn: Turn) -> Tensor | None:
        """The weighted square distance of the discriminator's weights, 0-d; None before it has moved once."""
        return self._term("discriminator", turn.discriminator)

    def generator_term(self, turn: Turn) -> Tensor | None:
        """The same of the generator's."""
        return self._term("generator", turn.generator)

    @torch.no_grad()
    def after_step(self, turn: str, network: nn.Module) -> None:
        """Takes the weights into that player's mean."""
        self._counts[turn] = count = self._counts.get(turn, 0) + 1
        now = [parameter.detach() for parameter in network.parameters()]
        if count == 1:
            self._means[turn] = [weight.clone() for weight in now]
        else:
            torch._foreach_lerp_(self._mean(turn, network), now, 1 / count)

    def state_dict(self) -> dict[str, Any]:
        """Both players' means, and of how many steps they are."""
        return {"means": self._means, "counts": self._counts}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on with those means."""
        self._means, self._counts = state["means"], state["counts"]

    def _term(self, turn: str, network: nn.Module) -> Tensor | None:
        if turn not in self._means:
            return None
        far = [
            (p - mean).square().sum() for p, mean in zip(network.parameters(), self._mean(turn, network), strict=True)
        ]
        return self.weight * torch.stack(far).sum()

    def _mean(self, turn: str, network: nn.Module) -> list[Tensor]:
        """That player's mean, beside its weights: a checkpoint brings it to the CPU."""
        self._means[turn] = [mean.to(p.device) for mean, p in zip(self._means[turn], network.parameters(), strict=True)]
        return self._means[turn]
