"""Losses against closed forms, and a contract that every registered one keeps."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from monitor.errors import InvalidValue
from trainer import losses

REAL = torch.tensor([2.0, -1.0, 0.5], dtype=torch.float64)
FAKE = torch.tensor([-3.0, 0.25, 1.0], dtype=torch.float64)


def rng() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_non_saturating_is_the_log_likelihood() -> None:
    loss = losses.build("non-saturating")
    on_real, on_fake = loss.discriminator(REAL, FAKE)
    p_real, p_fake = 1 / (1 + (-REAL).exp()), 1 / (1 + (-FAKE).exp())
    torch.testing.assert_close(on_real, -p_real.log().mean())
    torch.testing.assert_close(on_fake, -(1 - p_fake).log().mean())
    torch.testing.assert_close(loss.generator(FAKE), -p_fake.log().mean())


def test_non_saturating_at_the_equilibrium() -> None:
    loss = losses.build("non-saturating")
    on_real, on_fake = loss.discriminator(torch.zeros(4), torch.zeros(4))
    assert float(on_real + on_fake) == pytest.approx(2 * math.log(2))
    assert float(loss.generator(torch.zeros(4))) == pytest.approx(math.log(2))


def test_non_saturating_stays_finite_and_its_gradient_lives_when_the_generator_loses() -> None:
    loss = losses.build("non-saturating")
    lost = torch.full((2,), -200.0, requires_grad=True)
    value = loss.generator(lost)
    value.backward()
    assert float(value.detach()) == pytest.approx(200.0)
    assert lost.grad is not None
    assert lost.grad.tolist() == pytest.approx([-0.5, -0.5])  # the mean of -(1 - σ) over two


def test_wasserstein_is_a_difference_of_means() -> None:
    loss = losses.build("wgan-gp")
    on_real, on_fake = loss.discriminator(REAL, FAKE)
    assert float(on_real) == pytest.approx(-0.5)
    assert float(on_fake) == pytest.approx(-1.75 / 3)
    assert float(loss.generator(FAKE)) == pytest.approx(1.75 / 3)


class Linear(nn.Module):
    """D(x) = w·x + b, whose gradient by x is w everywhere."""

    def __init__(self, weight: torch.Tensor) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(weight), nn.Parameter(torch.tensor(0.3, dtype=weight.dtype))

    def forward(self, samples: torch.Tensor) -> torch.Tensor:
        return samples.flatten(1) @ self.weight + self.bias


@pytest.mark.parametrize("shape", [(5, 4), (5, 1, 2, 2)])
def test_penalty_and_its_gradient_on_a_linear_critic_are_the_closed_form(shape: tuple[int, ...]) -> None:
    weight = torch.tensor([1.0, -2.0, 2.0, 4.0], dtype=torch.float64)  # of norm 5
    critic = Linear(weight.clone())
    real, fake = torch.randn(2, *shape, dtype=torch.float64, generator=rng())
    penalty = losses.build("wgan-gp", gp_weight=7.0).penalty(critic, real, fake, rng())
    assert penalty is not None
    penalty.backward()
    norm = weight.norm()
    torch.testing.assert_close(penalty.detach(), 7 * (norm - 1) ** 2)  # λ (‖w‖ - 1)²
    torch.testing.assert_close(critic.weight.grad, 14 * (norm - 1) * weight / norm)  # 2λ (‖w‖ - 1) w/‖w‖
    assert critic.bias.grad is None or not critic.bias.grad.any()


def test_penalty_looks_between_each_pair() -> None:
    seen: list[torch.Tensor] = []

    class Watching(nn.Module):
        def forward(self, samples: torch.Tensor) -> torch.Tensor:
            seen.append(samples.detach())
            return samples.sum(dim=1)

    real, fake = torch.randn(2, 100, 3, generator=rng())
    losses.build("wgan-gp").penalty(Watching(), real, fake, rng())
    mix = (seen[0] - fake) / (real - fake)  # (100, 3): the same ε in all dimensions of a pair
    torch.testing.assert_close(mix, mix[:, :1].expand(-1, 3), atol=1e-3, rtol=1e-3)
    assert mix.min() >= -1e-3
    assert mix.max() <= 1 + 1e-3
    assert mix[:, 0].std() > 0.2  # U[0, 1] has 0.29


@pytest.mark.parametrize("name", losses.LOSSES)
class TestEveryLoss:
    def test_names_its_formula_and_its_paper(self, name: str) -> None:
        text = losses.LOSSES[name].__doc__ or ""
        assert "L_D = " in text
        assert "L_G = " in text
        assert "et al." in text

    def test_gradients_push_each_player_its_way(self, name: str) -> None:
        loss = losses.build(name)
        real, fake = REAL.clone().requires_grad_(), FAKE.clone().requires_grad_()
        torch.stack(loss.discriminator(real, fake)).sum().backward()
        assert real.grad is not None
        assert fake.grad is not None
        assert (real.grad < 0).all()  # the discriminator raises its output on real samples
        assert (fake.grad > 0).all()  # and lowers it on generated ones
        scores = FAKE.clone().requires_grad_()
        loss.generator(scores).backward()
        assert scores.grad is not None
        assert (scores.grad < 0).all()  # the generator raises it again

    def test_is_a_mean_over_the_batch(self, name: str) -> None:
        loss = losses.build(name)
        once, twice = loss.discriminator(REAL, FAKE), loss.discriminator(REAL.repeat(2), FAKE.repeat(2))
        torch.testing.assert_close(once, twice)
        torch.testing.assert_close(loss.generator(FAKE), loss.generator(FAKE.repeat(2)))

    def test_usual_setting_is_usable(self, name: str) -> None:
        usual = losses.usual(name)
        assert 0 < usual.lr < 0.1
        assert usual.discriminator_steps >= 1


def test_what_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(InvalidValue, match="no loss 'hinged'; there are non-saturating, wgan-gp"):
        losses.build("hinged")
    with pytest.raises(InvalidValue, match=r"gp_weight=3: the loss 'non-saturating' has no such option \(none\)"):
        losses.build("non-saturating", gp_weight=3)
    with pytest.raises(InvalidValue, match=r"gp_weight=-1 is not allowed: a number above 0"):
        losses.build("wgan-gp", gp_weight=-1)
