"""Networks make samples of the right shape and range, and say what they can't make."""

from __future__ import annotations

import pytest
import torch

from monitor.errors import InvalidValue
from trainer import models

SHAPES = [
    ("mlp", (2,)),
    ("mlp", (1, 8, 8)),
    ("maxout", (2,)),
    ("maxout", (1, 8, 8)),
    ("dcgan", (1, 8, 8)),
    ("dcgan", (3, 16, 16)),
    ("dcgan", (1, 32, 32)),
    ("resnet", (1, 8, 8)),
    ("resnet", (3, 32, 32)),
]


@pytest.mark.parametrize(("name", "shape"), SHAPES)
def test_a_pair_fits_together(name: str, shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    G, D = models.build(name, shape, shape, latent=7, width=8)
    samples = G(torch.randn(5, 7))
    assert samples.shape == (5, *shape)
    assert D(samples).shape == (5,)
    if len(shape) == 3:
        assert samples.abs().max() <= 1
    D(samples).sum().backward()
    for network in (G, D):
        for parameter_name, parameter in network.named_parameters():
            assert parameter.grad is not None, parameter_name
            assert parameter.grad.any(), parameter_name


def test_weights_follow_torchs_seed() -> None:
    def weights(seed: int) -> list[torch.Tensor]:
        torch.manual_seed(seed)
        return [parameter.detach() for parameter in models.build("dcgan", (1, 8, 8), (1, 8, 8), 4, 4)[0].parameters()]

    assert all(torch.equal(a, b) for a, b in zip(weights(1), weights(1), strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(weights(1), weights(2), strict=True))


def test_dcgan_starts_with_the_papers_weights() -> None:
    torch.manual_seed(0)
    G, _ = models.build("dcgan", (1, 16, 16), (1, 16, 16), latent=64, width=64)
    kernels = torch.cat(
        [layer.weight.flatten() for layer in G.modules() if isinstance(layer, torch.nn.ConvTranspose2d)]
    )
    assert float(kernels.detach().std()) == pytest.approx(0.02, rel=0.02)
    assert abs(float(kernels.detach().mean())) < 0.001


@pytest.mark.parametrize("shape", [(2,), (1, 28, 28), (1, 8, 16), (1, 4, 4)])
def test_dcgan_says_what_it_can_draw(shape: tuple[int, ...]) -> None:
    size = "×".join(map(str, shape))
    with pytest.raises(InvalidValue, match=f"8, 16, 32, … pixels a side, not samples of {size}: use the model mlp"):
        models.build("dcgan", shape, shape, latent=4, width=4)


def test_an_unknown_model_is_named_with_what_there_is() -> None:
    with pytest.raises(InvalidValue, match="no model 'vae'; there are dcgan, maxout, mlp, resnet"):
        models.build("vae", (2,), (2,), 4, 4)
