"""Losses against closed forms, and a contract that every registered one keeps."""

from __future__ import annotations

import math
import re

import pytest
import torch

from monitor.errors import InvalidValue
from trainer import losses

REAL = torch.tensor([2.0, -1.0, 0.5], dtype=torch.float64)
FAKE = torch.tensor([-3.0, 0.25, 1.0], dtype=torch.float64)


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


def test_minimax_pays_back_what_the_discriminator_gains_on_fakes() -> None:
    loss = losses.build("minimax")
    _, on_fake = loss.discriminator(REAL, FAKE)
    torch.testing.assert_close(loss.generator(FAKE), -on_fake)


def test_minimax_gradient_dies_when_the_generator_loses() -> None:
    lost = torch.full((2,), -30.0, dtype=torch.float64, requires_grad=True)
    losses.build("minimax").generator(lost).backward()
    assert lost.grad is not None
    assert lost.grad.tolist() == pytest.approx([-0.5 / (1 + math.exp(30))] * 2)  # the mean of -σ(D)


def test_least_squares() -> None:
    loss = losses.build("lsgan")
    on_real, on_fake = loss.discriminator(REAL, FAKE)
    assert float(on_real) == pytest.approx((1 + 4 + 0.25) / 6)
    assert float(on_fake) == pytest.approx((9 + 0.0625 + 1) / 6)
    assert float(loss.generator(FAKE)) == pytest.approx((16 + 0.5625 + 0) / 6)


def test_hinge() -> None:
    loss = losses.build("hinge")
    on_real, on_fake = loss.discriminator(REAL, FAKE)
    assert float(on_real) == pytest.approx((0 + 2 + 0.5) / 3)
    assert float(on_fake) == pytest.approx((0 + 1.25 + 2) / 3)
    assert float(loss.generator(FAKE)) == pytest.approx(1.75 / 3)


def test_relativistic_compares_with_the_other_sides_mean() -> None:
    loss = losses.build("relativistic")
    far_real, far_fake = REAL - FAKE.mean(), FAKE - REAL.mean()
    on_real, on_fake = loss.discriminator(REAL, FAKE)
    torch.testing.assert_close(on_real, -torch.sigmoid(far_real).log().mean())
    torch.testing.assert_close(on_fake, -(1 - torch.sigmoid(far_fake)).log().mean())
    expected = -torch.sigmoid(far_fake).log().mean() - (1 - torch.sigmoid(far_real)).log().mean()
    torch.testing.assert_close(loss.generator(FAKE, REAL), expected)
    torch.testing.assert_close(loss.generator(FAKE + 5, REAL + 5), expected)  # a common offset changes nothing


LABELLED = [name for name, loss in losses.LOSSES.items() if loss.has_labels]


@pytest.mark.parametrize("name", LABELLED)
def test_smoothed_labels_are_what_the_best_outputs_meet(name: str) -> None:
    """Where real and fake are told apart for sure, the discriminator's loss is least at the targets themselves."""
    targets = losses.Targets(0.8, 0.1)
    real = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    fake = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([real, fake], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        value = torch.stack(losses.build(name).discriminator(real, fake, targets)).sum()
        value.backward()
        return value

    optimizer.step(closure)
    if name == "lsgan":
        assert (float(real.detach()), float(fake.detach())) == pytest.approx((0.8, 0.1), abs=1e-4)
    elif name != "relativistic":  # there only the difference counts, and one number can't meet two targets
        assert (float(real.detach().sigmoid()), float(fake.detach().sigmoid())) == pytest.approx((0.8, 0.1), abs=1e-4)
    else:
        assert 0.8 < float((real - fake).detach().sigmoid()) < 0.9


SMOOTHED = (losses.Targets(0.9, 0.0), losses.Targets(0.8, 0.2))


@pytest.mark.parametrize(
    ("name", "targets"),
    [(name, losses.HARD) for name in losses.LOSSES] + [(name, targets) for name in LABELLED for targets in SMOOTHED],
)
def test_equilibrium_is_what_the_best_discriminator_gets_on_equal_laws(name: str, targets: losses.Targets) -> None:
    loss = losses.build(name)
    level = torch.zeros(1, dtype=torch.float64, requires_grad=True)  # the output on every sample, real or not
    optimizer = torch.optim.LBFGS(
        [level], max_iter=200, tolerance_grad=1e-12, tolerance_change=1e-15, line_search_fn="strong_wolfe"
    )

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        value = torch.stack(loss.discriminator(level, level, targets)).sum()
        value.backward()
        return value

    optimizer.step(closure)
    best = level.detach()
    ends = loss.equilibrium(targets)
    if ends.discriminator is not None:
        on_real, on_fake = loss.discriminator(best, best, targets)
        assert float(on_real + on_fake) == pytest.approx(ends.discriminator, abs=1e-6)
    if ends.generator is not None:
        assert float(loss.generator(best, best)) == pytest.approx(ends.generator, abs=1e-6)


@pytest.mark.parametrize("name", losses.LOSSES)
class TestEveryLoss:
    def test_names_its_formula_and_its_paper(self, name: str) -> None:
        text = type(losses.LOSSES[name]).__doc__ or ""
        assert "L_D = " in text
        assert "L_G = " in text
        assert re.search(r'[A-Z][^"]+, "[^"]{10,}",[^"]*\b20\d\d\b', text), "authors, title, year"

    def test_gradients_push_each_player_its_way(self, name: str) -> None:
        loss = losses.build(name)
        real = torch.tensor([0.5, -0.5, 0.2], requires_grad=True)  # where least squares and hinge push too
        fake = torch.tensor([0.1, 0.25, 0.8], requires_grad=True)
        torch.stack(loss.discriminator(real, fake)).sum().backward()
        assert real.grad is not None
        assert fake.grad is not None
        assert (real.grad < 0).all()  # the discriminator raises its output on real samples
        assert (fake.grad > 0).all()  # and lowers it on generated ones
        scores = fake.detach().clone().requires_grad_()
        loss.generator(scores, real.detach()).backward()
        assert scores.grad is not None
        assert (scores.grad < 0).all()  # the generator raises it again

    def test_is_a_mean_over_the_batch(self, name: str) -> None:
        loss = losses.build(name)
        once, twice = loss.discriminator(REAL, FAKE), loss.discriminator(REAL.repeat(2), FAKE.repeat(2))
        torch.testing.assert_close(once, twice)
        torch.testing.assert_close(loss.generator(FAKE, REAL), loss.generator(FAKE.repeat(2), REAL.repeat(2)))

    def test_usual_setting_is_usable(self, name: str) -> None:
        usual = losses.build(name).usual
        assert 0 < usual.lr < 0.1
        assert usual.discriminator_steps >= 1


def test_what_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(InvalidValue, match="no loss 'hinged'; there are non-saturating, minimax, wgan, "):
        losses.build("hinged")
