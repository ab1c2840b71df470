"""Every loss trains with every remedy, and each remedy does what its docstring says."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from monitor.errors import InvalidValue
from trainer import data, losses, networks, remedies
from trainer.config import Config
from trainer.losses import LOSSES
from trainer.remedies import Turn
from trainer.remedies.averaging import GeneratorAverage
from trainer.remedies.batch_layers import MinibatchDiscrimination, MinibatchStd
from trainer.remedies.clipping import GradientClipping, WeightClipping
from trainer.remedies.feature_matching import FeatureMatching, features
from trainer.remedies.gradient_penalty import GradientPenalty
from trainer.remedies.historical_averaging import HistoricalAveraging
from trainer.remedies.input_noise import InputNoise
from trainer.remedies.instance_noise import InstanceNoise
from trainer.remedies.nearness import nearness
from trainer.remedies.packing import packed
from trainer.remedies.schedule import SCHEDULES
from trainer.remedies.unrolling import adam_scales, unrolled_loss
from trainer.training import Training

REMEDIES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "one-sided label smoothing": {"label_smoothing": 0.1},
    "two-sided label smoothing": {"label_smoothing": 0.1, "label_smoothing_fake": 0.1},
    "input noise": {"input_noise": 0.1},
    "instance noise": {"instance_noise": 0.1},
    "wgan-gp penalty": {"gradient_penalty": "wgan-gp"},
    "r1": {"gradient_penalty": "r1"},
    "dragan": {"gradient_penalty": "dragan"},
    "weight clipping": {"weight_clip": 0.1},
    "gradient clipping": {"gradient_clip": 0.001},
    "spectral norm": {"spectral_norm": "both"},
    "batch norm": {"discriminator_norm": "batch", "gradient_penalty": "none", "weight_clip": 1.0},
    "layer norm": {"discriminator_norm": "layer", "weight_clip": 1.0},
    "two time scales": {"lr_discriminator": 4e-4, "lr_generator": 1e-4},
    "discriminator steps": {"discriminator_steps": 2},
    "feature matching": {"feature_matching": 1.0},
    "historical averaging": {"historical_averaging": 0.1},
    "minibatch std": {"minibatch": "std"},
    "minibatch discrimination": {"minibatch": "discrimination"},
    "packing": {"pack": 2},
    "unrolling": {"unroll": 2},
    "ema": {"ema": 0.99},
    "schedule": {"lr_schedule": "cosine"},
    "accumulation": {"accumulate": 2},
    "all that go together": {
        "input_noise": 0.1, "instance_noise": 0.1, "gradient_penalty": "r1", "weight_clip": 1.0, "gradient_clip": 1.0,
        "spectral_norm": "discriminator", "discriminator_norm": "layer", "feature_matching": 1.0, "historical_averaging": 0.1,
        "minibatch": "std", "pack": 2, "unroll": 1, "ema": 0.9, "lr_schedule": "linear", "accumulate": 2,
    },
}  # fmt: skip


def rng() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def small(**given: Any) -> Config:
    return Config.of(**({"steps": 4, "width": 8, "latent": 4, "batch_size": 16} | given))


# Each loss with each remedy on both kinds of data; the resnet, which is slow, with one loss.
COMBINED = [(loss, remedy, model) for loss in LOSSES for remedy in REMEDIES for model in ("mlp", "dcgan")]
COMBINED += [("non-saturating", remedy, "resnet") for remedy in REMEDIES]


@pytest.mark.parametrize(("loss", "remedy", "model"), COMBINED)
def test_every_loss_trains_with_every_remedy(loss: str, remedy: str, model: str) -> None:
    settings = REMEDIES[remedy]
    where = {"data": "ring" if model == "mlp" else "digits", "model": model, "loss": loss}
    if "label_smoothing" in settings and not LOSSES[loss].has_labels:
        with pytest.raises(InvalidValue, match="has no labels"):
            small(**where, **settings)
        return
    if "discriminator_norm" in settings and model == "resnet":
        with pytest.raises(InvalidValue, match="the resnet has no place for it"):
            small(**where, **settings)
        return
    config = small(**where, **settings)
    training = Training(config, data.load(config.data))
    told = [training.advance() for _ in range(2)][-1]
    for name, value in told.items():
        assert torch.isfinite(torch.as_tensor(value)).all(), name
    for name, network in (("generator", training.G), ("discriminator", training.D)):
        slopes = [parameter.grad for parameter in network.parameters()]
        assert all(slope is not None and torch.isfinite(slope).all() for slope in slopes), name
        assert any(slope is not None and slope.any() for slope in slopes), name


@pytest.mark.parametrize("remedy", sorted(REMEDIES.keys() - {"nothing"}))
def test_a_remedy_leaves_its_mark(remedy: str) -> None:
    """With it, the same seed ends elsewhere than without; a remedy that is read by nobody would not."""
    ends = []
    for settings in ({}, REMEDIES[remedy]):
        config = small(data="ring", model="mlp", **settings)
        training = Training(config, data.load("ring"))
        for _ in range(4):
            training.advance()
        ends.append([weight.detach().flatten() for weight in training.shown.parameters()])
    assert not all(torch.equal(a, b) for a, b in zip(*ends, strict=True))


class Linear(nn.Module):
    """D(x) = w·x + b, whose gradient by x is w everywhere."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(weight), nn.Parameter(torch.tensor(0.3, dtype=weight.dtype))

    def forward(self, samples: Tensor) -> Tensor:
        return samples.flatten(1) @ self.weight + self.bias


def turn(discriminator: nn.Module, real: Tensor, fake: Tensor, loss: str = "non-saturating") -> Turn:
    return Turn(nn.Identity(), discriminator, losses.build(loss), real, fake, rng(), 0)


@pytest.mark.parametrize("shape", [(5, 4), (5, 1, 2, 2)])
@pytest.mark.parametrize(
    ("kind", "value", "slope"),
    [
        ("wgan-gp", lambda n: (n - 1) ** 2, lambda n: 2 * (n - 1)),
        ("r1", lambda n: n**2 / 2, lambda n: n),
        ("dragan", lambda n: (n - 1) ** 2, lambda n: 2 * (n - 1)),
    ],
)
def test_penalties_and_their_gradients_on_a_linear_critic_are_the_closed_form(
    kind: str, value: Any, slope: Any, shape: tuple[int, ...]
) -> None:
    weight = torch.tensor([1.0, -2.0, 2.0, 4.0], dtype=torch.float64)  # of norm 5
    critic = Linear(weight.clone())
    real, fake = torch.randn(2, *shape, dtype=torch.float64, generator=rng())
    penalty = GradientPenalty(kind, 7.0).discriminator_term(turn(critic, real, fake))
    penalty.backward()
    norm = weight.norm()
    torch.testing.assert_close(penalty.detach(), 7 * value(norm))
    torch.testing.assert_close(critic.weight.grad, 7 * slope(norm) * weight / norm)
    assert critic.bias.grad is None or not critic.bias.grad.any()


class Watching(nn.Module):
    """Keeps what it is asked about."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Tensor] = []

    def forward(self, samples: Tensor) -> Tensor:
        self.seen.append(samples.detach())
        return samples.sum(dim=1)


def test_where_each_penalty_looks() -> None:
    real, fake = torch.randn(2, 100, 3, generator=rng())
    asked = {}
    for kind in ("wgan-gp", "r1", "dragan"):
        critic = Watching()
        GradientPenalty(kind).discriminator_term(turn(critic, real, fake))
        asked[kind] = critic.seen[0]
    mix = (asked["wgan-gp"] - fake) / (real - fake)  # (100, 3): the same ε in all dimensions of a pair
    torch.testing.assert_close(mix, mix[:, :1].expand(-1, 3), atol=1e-3, rtol=1e-3)
    assert mix.min() >= -1e-3
    assert mix.max() <= 1 + 1e-3
    assert mix[:, 0].std() > 0.2  # U[0, 1] has 0.29
    assert torch.equal(asked["r1"], real)
    away = (asked["dragan"] - real) / (0.5 * real.std())
    assert away.min() >= 0
    assert 0.45 < away.mean() < 0.55
    assert away.max() <= 1


def test_label_smoothing_moves_the_discriminators_targets_only() -> None:
    assert remedies.targets(small()) == (1.0, 0.0)
    assert remedies.targets(small(label_smoothing=0.1)) == (0.9, 0.0)
    assert remedies.targets(small(label_smoothing=0.1, label_smoothing_fake=0.2)) == (0.9, 0.2)
    real, fake = torch.tensor([1.5, -0.5]), torch.tensor([0.5, -2.0])
    loss = losses.build("non-saturating")
    on_real, on_fake = loss.discriminator(real, fake, losses.Targets(0.9, 0.2))
    cross = nn.functional.binary_cross_entropy_with_logits
    torch.testing.assert_close(on_real, cross(real, torch.full((2,), 0.9)))
    torch.testing.assert_close(on_fake, cross(fake, torch.full((2,), 0.2)))


def test_input_noise_widens_the_prior() -> None:
    noise = torch.randn(200_000, 1, generator=rng())
    widened = InputNoise(0.75).generator_input(noise, torch.Generator().manual_seed(1))
    assert float(widened.std()) == pytest.approx(math.hypot(1, 0.75), rel=0.01)


def test_instance_noise_falls_linearly_to_nothing() -> None:
    remedy, samples = InstanceNoise(0.5, 100), torch.zeros(100_000, 1)
    for step, std in ((0, 0.5), (50, 0.25), (75, 0.125)):
        assert float(remedy.discriminator_input(samples, step, rng()).std()) == pytest.approx(std, rel=0.02)
    assert remedy.discriminator_input(samples, 100, rng()) is samples
    assert remedy.discriminator_input(samples, 1000, rng()) is samples


def test_clipping() -> None:
    critic = Linear(torch.tensor([3.0, -4.0, 0.005]))
    WeightClipping(0.01).after_step("generator", critic)
    assert critic.weight[0] == 3.0
    WeightClipping(0.01).after_step("discriminator", critic)
    torch.testing.assert_close(critic.weight.detach(), torch.tensor([0.01, -0.01, 0.005]))
    critic.weight.grad, critic.bias.grad = torch.tensor([3.0, 4.0, 0.0]), torch.tensor(0.0)
    GradientClipping(10.0).before_step(critic)
    torch.testing.assert_close(critic.weight.grad, torch.tensor([3.0, 4.0, 0.0]))
    GradientClipping(1.0).before_step(critic)
    torch.testing.assert_close(critic.weight.grad, torch.tensor([0.6, 0.8, 0.0]), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("where", ["discriminator", "both"])
def test_spectral_norm_leaves_no_singular_value_above_one(where: str) -> None:
    config = small(data="digits", spectral_norm=where)
    G, D = networks.build(config, (1, 8, 8))
    with torch.no_grad():
        for network, inputs in ((D, torch.randn(4, 1, 8, 8)), (G, torch.randn(4, config.latent))):
            for _ in range(200):  # the power iteration's estimate settles
                network(inputs)
    for network, normalized in ((D, True), (G, where == "both")):
        for layer in network.modules():
            if isinstance(layer, nn.Linear | nn.Conv2d):
                top = torch.linalg.matrix_norm(layer.weight.detach().flatten(1), 2)
                assert (abs(float(top) - 1) < 0.02) == normalized


def test_feature_matching_is_the_distance_of_mean_features() -> None:
    D = nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 1))
    real, fake = torch.randn(2, 40, 3, generator=rng())
    torch.testing.assert_close(features(D, real), D[:2](real))
    expected = 2.0 * ((D[:2](real).mean(0) - D[:2](fake).mean(0)) ** 2).sum() / 5
    torch.testing.assert_close(FeatureMatching(2.0).generator_term(turn(D, real, fake)), expected)
    torch.testing.assert_close(FeatureMatching(2.0).generator_term(turn(D, real, real)), torch.tensor(0.0))


def test_historical_averaging_pulls_to_the_mean_of_the_past() -> None:
    remedy, critic = HistoricalAveraging(0.5), Linear(torch.tensor([1.0, 0.0]))
    at = turn(critic, torch.zeros(1, 2), torch.zeros(1, 2))
    assert remedy.discriminator_term(at) is None  # no past yet
    for first in (1.0, 2.0, 6.0):
        critic.weight.data[0] = first
        remedy.after_step("discriminator", critic)
    term = remedy.discriminator_term(at)
    assert term is not None
    term.backward()
    assert float(term.detach()) == pytest.approx(0.5 * (6 - 3) ** 2)
    assert critic.weight.grad is not None
    assert critic.weight.grad.tolist() == pytest.approx([2 * 0.5 * 3, 0.0], abs=1e-5)


def test_batch_layers_see_repetition() -> None:
    varied = torch.randn(8, 6, generator=rng())
    alike = varied[:1].repeat(8, 1)
    std = MinibatchStd()
    groups = varied.view(4, 2, 6)
    expected = groups.std(dim=0, unbiased=False).mean(dim=1).repeat(4)
    torch.testing.assert_close(std(varied)[:, 6], expected, atol=1e-4, rtol=1e-4)
    assert float(std(alike)[:, 6].max()) < 1e-3
    torch.manual_seed(0)
    near = MinibatchDiscrimination(6, kernels=2, size=3)
    torch.testing.assert_close(near(alike)[:, 6:], torch.full((8, 2), 7.0))  # the seven others are here too
    matrix = near.project(varied).view(8, 2, 3).detach()
    slow = [
        [sum(math.exp(-float((matrix[i, b] - matrix[j, b]).abs().sum())) for j in range(8) if j != i) for b in range(2)]
        for i in range(8)
    ]
    torch.testing.assert_close(near(varied)[:, 6:], torch.tensor(slow), atol=1e-4, rtol=1e-4)


def test_packs_are_neighbours_side_by_side() -> None:
    points = torch.arange(8.0).view(4, 2)
    assert packed(points, 2).tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    images = torch.randn(4, 3, 5, 5)
    two = packed(images, 2)
    assert two.shape == (2, 6, 5, 5)
    assert torch.equal(two[1, 3:], images[3])


def test_unrolling_is_descent_by_hand_and_leaves_the_discriminator_alone() -> None:
    """One step on a linear discriminator, whose gradient can be written down; a step of 0.1, the bias's divided by 2."""
    weight = torch.tensor([0.5, -0.25], dtype=torch.float64)
    D = Linear(weight.clone())
    real = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
    fake = torch.tensor([[0.0, 2.0]], dtype=torch.float64, requires_grad=True)
    scales = {name: torch.full_like(p, 2.0 if name == "bias" else 1.0) for name, p in D.named_parameters()}
    loss = unrolled_loss(turn(D, real, fake), 1, 0.1, losses.HARD, scales)
    (got,) = torch.autograd.grad(loss, fake)

    other = fake.detach().clone().requires_grad_()
    bias = D.bias.detach()
    on_real, on_fake = torch.sigmoid(real @ weight + bias), torch.sigmoid(other @ weight + bias)
    answered = weight - 0.1 * ((on_real - 1) * real[0] + on_fake * other[0])
    answered_bias = bias - 0.05 * ((on_real - 1) + on_fake)
    expected = -torch.nn.functional.logsigmoid(other @ answered + answered_bias).mean()
    (slope,) = torch.autograd.grad(expected, other)
    torch.testing.assert_close(loss, expected)
    torch.testing.assert_close(got, slope)
    assert torch.equal(D.weight.detach(), weight)
    assert D.weight.grad is None


def test_an_unrolled_step_is_as_long_as_adams_own() -> None:
    """Of an Adam without momentum; with the gradient's size left out, as Adam leaves it out."""
    D = nn.Linear(3, 1)
    optimizer = torch.optim.Adam(D.parameters(), lr=0.01, betas=(0.0, 0.9))
    assert all((scale == 1).all() for scale in adam_scales(D, optimizer).values())
    for size in (1e-4, 1e3):
        for p in D.parameters():
            p.grad = torch.full_like(p, size)
        before = D.weight.detach().clone()
        optimizer.step()
        own = before - D.weight.detach()
        mine = 0.01 * size / adam_scales(D, optimizer)["weight"]
        torch.testing.assert_close(mine, own)


def test_minibatch_discrimination_is_its_formula_to_the_second_derivative() -> None:
    points = torch.randn(2, 5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0), requires_grad=True)
    by_hand = torch.zeros(2, 5, dtype=torch.float64)
    for b in range(2):
        for i in range(5):
            by_hand[b, i] = sum(torch.exp(-(points[b, i] - points[b, j]).abs().sum()) for j in range(5) if j != i)
    torch.testing.assert_close(nearness(points), by_hand.detach())
    assert torch.autograd.gradcheck(nearness, (points,))
    assert torch.autograd.gradgradcheck(nearness, (points,))
    half = torch.randn(1, 4, 2).to(torch.bfloat16).requires_grad_()
    nearness(half).sum().backward()
    assert half.grad is not None
    assert half.grad.dtype == torch.bfloat16


def test_ema_follows_slowly_and_takes_over_running_statistics() -> None:
    G = nn.Sequential(nn.Linear(1, 1, bias=False), nn.BatchNorm1d(1))
    remedy = GeneratorAverage(0.5, G)
    expected = float(G[0].weight.detach())
    for step in range(20):
        G[0].weight.data += 1
        G[1].running_mean += 1
        remedy.after_step("discriminator", G)  # not its turn
        remedy.after_step("generator", G)
        decay = min(0.5, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * float(G[0].weight.detach())
    assert float(remedy.average[0].weight) == pytest.approx(expected, rel=1e-5)
    assert float(remedy.average[1].running_mean) == 20


def test_schedules() -> None:
    assert [SCHEDULES["constant"](t) for t in (0, 0.5, 1)] == [1, 1, 1]
    assert [SCHEDULES["linear"](t) for t in (0, 0.5, 1)] == [1, 0.5, 0]
    assert [SCHEDULES["cosine"](t) for t in (0, 0.5, 1)] == pytest.approx([1, 0.5, 0])
    assert [SCHEDULES["restarts"](t) for t in (0, 0.125, 0.25, 0.375)] == pytest.approx([1, 0.5, 1, 0.5])
    training = Training(small(data="ring", lr_schedule="linear", lr_generator=1e-3), data.load("ring"))
    assert [training.advance()["lr/generator"] for _ in range(4)] == pytest.approx([1e-3, 7.5e-4, 5e-4, 2.5e-4])


def test_accumulated_batches_are_one_large_batch() -> None:
    """Where no layer mixes the samples of a batch, two halves give the whole's gradient."""
    halves = Training(small(data="ring", accumulate=2), data.load("ring"))
    batches = [torch.randn(16, 2, generator=rng()), torch.randn(16, 2, generator=rng())]
    whole = nn.functional.softplus(-halves.D(torch.cat(batches))).mean()
    parts = sum(nn.functional.softplus(-halves.D(batch)).mean() / 2 for batch in batches)
    weights = list(halves.D.parameters())
    for a, b in zip(torch.autograd.grad(whole, weights), torch.autograd.grad(parts, weights), strict=True):
        torch.testing.assert_close(a, b)
    assert halves.advance()["images_seen"] == 32


def test_learning_rates_jump_where_told() -> None:
    config = small(data="ring", inject_at=2, inject_generator=50.0, lr_generator=1e-3)
    training = Training(config, data.load("ring"))
    assert [training.advance()["lr/generator"] for _ in range(4)] == pytest.approx([1e-3, 1e-3, 5e-2, 5e-2])
