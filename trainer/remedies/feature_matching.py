"""Feature matching: the generator also meets the data's mean in the discriminator's last hidden layer."""

from __future__ import annotations

from torch import Tensor, nn

from trainer.remedies.base import Remedy, Turn


class FeatureMatching(Remedy):
    """Adds w ‖E_x f(x) - E_z f(G(z))‖² / d to the generator's loss; f: what enters the discriminator's last linear layer, (N, d).

    A target that does not run away with the discriminator's output. w: `feature_matching`. The paper puts the term in place of
    the generator's loss and does not divide by d; here it is added, and d makes w mean the same for every width.

    Salimans et al., "Improved Techniques for Training GANs", NeurIPS 2016, section 3.1.
    """

    name = "feature_matching"
    needs_real = True

    def __init__(self, weight: float) -> None:
        self.weight = weight

    def generator_term(self, turn: Turn) -> Tensor:
        """The weighted distance, 0-d; its gradient goes to the generated samples only."""
        real, fake = features(turn.discriminator, turn.reals), features(turn.discriminator, turn.fake)
        return self.weight * (real.mean(dim=0).detach() - fake.mean(dim=0)).square().mean()


def features(discriminator: nn.Module, samples: Tensor) -> Tensor:
    """What enters the discriminator's last linear layer: (N, d)."""
    last = [layer for layer in discriminator.modules() if isinstance(layer, nn.Linear)][-1]
    seen: list[Tensor] = []
    handle = last.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    try:
        discriminator(samples)
    finally:
        handle.remove()
    return seen[0]
