"""Which remedy is tried against which trouble, with which setting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from monitor.doctor.remedies import REMEDIES

SEEDS = range(5)
RING: dict[str, Any] = {"data": "ring", "model": "mlp", "width": 64, "latent": 2, "batch_size": 128}


@dataclass(frozen=True)
class Trouble:
    """A setting, beside `RING`, that goes wrong. `about`: how."""

    about: str
    settings: dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One remedy against one trouble.

    Attributes:
        title: of its page. trouble: the name of what it is tried against. settings: the remedy, for `Config`.
        tried: settings that were looked at before, and what they came to. own_code: lines of PyTorch where `advice` has none.
        advice: its name among the doctor's remedies.
    """

    title: str
    trouble: str
    settings: dict[str, Any]
    tried: str
    advice: str = ""
    own_code: str = ""

    @property
    def base(self) -> dict[str, Any]:
        """The trouble's settings."""
        return TROUBLES[self.trouble].settings

    @property
    def code(self) -> str:
        """Lines of PyTorch for any loop."""
        return self.own_code or REMEDIES[self.advice].code


def game(loss: str, lr_generator: float, lr_discriminator: float, steps: int = 1500, **more: Any) -> dict[str, Any]:
    """Settings in the order in which pages show them."""
    rates = {"lr_generator": lr_generator, "lr_discriminator": lr_discriminator}
    return {"loss": loss, "steps": steps, "beta1": 0.5} | rates | more


FEW = game("non-saturating", 1e-4, 1e-3, discriminator_steps=3)
TROUBLES = {
    "few modes": Trouble("a discriminator far ahead of a slow generator, which keeps to one to three modes", FEW),
    "few modes, small batches": Trouble("the same with batches of 32", FEW | {"batch_size": 32}),
    "saturated": Trouble(
        "the saturating loss beside a discriminator far ahead: the generator keeps to a mode or two",
        game("minimax", 1e-4, 1e-3, discriminator_steps=3),
    ),
    "hopping": Trouble(
        "momentum 0.9 and no penalty: all samples sit together and hop from place to place",
        game("non-saturating", 1e-3, 1e-3, beta1=0.9),
    ),
    "hot generator": Trouble(
        "a generator ten times as fast as the discriminator: all samples sit together, away from the modes",
        game("non-saturating", 1e-2, 1e-3, beta1=0.9),
    ),
    "fluctuation": Trouble(
        "high learning rates and no penalty: modes come and go, and the share of good samples with them",
        game("non-saturating", 5e-3, 5e-3, 2000),
    ),
    "weak discriminator": Trouble(
        "a discriminator that learns more slowly than the generator, which runs away from it",
        game("non-saturating", 1e-3, 3e-4),
    ),
    "unbounded critic": Trouble(
        "the Wasserstein loss with a critic whose weights are bounded by nothing (a clip of 1e30): its loss swings without end",
        game("wgan", 1e-3, 1e-3, discriminator_steps=3, weight_clip=1e30),
    ),
}

TWO_SIDED = """\
loss_real = nn.functional.binary_cross_entropy_with_logits(d_real, torch.full_like(d_real, 0.9))
loss_fake = nn.functional.binary_cross_entropy_with_logits(d_fake, torch.full_like(d_fake, 0.1))"""
BETWEEN = """\
mix = torch.rand(len(real), *[1] * (real.dim() - 1))
at = (mix * real + (1 - mix) * fake.detach()).requires_grad_()
(slope,) = torch.autograd.grad(D(at).sum(), at, create_graph=True)
d_loss = d_loss + 10 * (slope.flatten(1).norm(dim=1) - 1).square().mean()"""
AROUND = """\
at = (real + 0.5 * real.std() * torch.rand_like(real)).requires_grad_()
(slope,) = torch.autograd.grad(D(at).sum(), at, create_graph=True)
d_loss = d_loss + 10 * (slope.flatten(1).norm(dim=1) - 1).square().mean()"""
STD = """\
spread = features.std(dim=0, unbiased=False).mean().expand(len(features), 1)  # here one group; the paper's: four samples
logits = head(torch.cat([features, spread], dim=1))"""
DISCRIMINATION = """\
matrix = project(features).view(len(features), 16, 8)  # project = nn.Linear(d, 16 * 8, bias=False)
near = (-(matrix[:, None] - matrix[None]).abs().sum(dim=3)).exp().sum(dim=1) - 1
logits = head(torch.cat([features, near], dim=1))"""
LAYER_NORM = """\
D = nn.Sequential(
    nn.Linear(d, h), nn.LeakyReLU(0.2),
    nn.Linear(h, h), nn.LayerNorm(h), nn.LeakyReLU(0.2),
    nn.Linear(h, 1))"""

CASES = {
    "label-smoothing": Case(
        "One-sided label smoothing", "saturated", {"label_smoothing": 0.1},
        "0.1 and 0.3 here, 0.1 against *few modes*; all ended with one mode",
        "label-smoothing",
    ),
    "label-smoothing-two-sided": Case(
        "Two-sided label smoothing", "saturated", {"label_smoothing": 0.1, "label_smoothing_fake": 0.1},
        "0.1 for both, here and against *few modes* (two modes)", own_code=TWO_SIDED,
    ),
    "input-noise": Case(
        "Noise on the generator's input", "saturated", {"input_noise": 0.5},
        "0.5 and 1, here; both ended with one mode", "input-noise",
    ),
    "instance-noise": Case(
        "Annealed noise on the discriminator's input", "saturated", {"instance_noise": 0.3},
        "0.3, here and against *few modes* (seven modes) and *hopping* (none)", "instance-noise",
    ),
    "gradient-penalty-wgan-gp": Case(
        "Gradient penalty: WGAN-GP's", "few modes", {"gradient_penalty": "wgan-gp", "gp_weight": 0.1},
        "weights 0.1 and 1 here, about alike; both against *hopping*, which neither stopped", own_code=BETWEEN,
    ),
    "gradient-penalty-r1": Case(
        "Gradient penalty: R1", "few modes", {"gradient_penalty": "r1", "gp_weight": 0.1},
        "0.1 here; against *hopping* 0.1 (no help) and 1 (more modes, few good samples); 0.1 against *fluctuation* (steadier)",
        "r1",
    ),
    "gradient-penalty-dragan": Case(
        "Gradient penalty: DRAGAN's", "few modes", {"gradient_penalty": "dragan", "gp_weight": 0.1},
        "weights 0.1 and 1 here, about alike; 0.1 against *hopping* (few good samples)", own_code=AROUND,
    ),
    "weight-clip": Case(
        "Weight clipping", "unbounded critic", {"weight_clip": 0.1}, "0.1 and 0.3, the latter without effect",
        "weight-clip",
    ),
    "gradient-clip": Case(
        "Gradient clipping", "unbounded critic", {"gradient_clip": 1.0},
        "1 and 0.01 here, 0.01 against *fluctuation*, 0.1 against *hopping*", "gradient-clip",
    ),
    "spectral-norm": Case(
        "Spectral normalization", "few modes", {"spectral_norm": "discriminator"},
        "the discriminator's alone, here and against *hopping*, which it did not stop", "spectral-norm",
    ),
    "discriminator-norm": Case(
        "Batch and layer norm in the discriminator", "few modes", {"discriminator_norm": "layer"}, "nothing",
        own_code=LAYER_NORM,
    ),
    "two-time-scales": Case(
        "Two time-scale learning rates", "hot generator", {"lr_generator": 1e-3, "lr_discriminator": 4e-3},
        "these two", "ttur",
    ),
    "discriminator-steps": Case(
        "More discriminator steps", "weak discriminator", {"discriminator_steps": 5},
        "3 and 5 here, about alike; 5 with a discriminator's rate of 0.0001, which did not help", "more-d-steps",
    ),
    "feature-matching": Case(
        "Feature matching", "few modes", {"feature_matching": 10.0},
        "10, here, against *saturated* (seven modes) and against *hopping* (four)", "feature-matching",
    ),
    "historical-averaging": Case(
        "Historical averaging", "fluctuation", {"historical_averaging": 0.01},
        "0.01 and 0.1 here, both against *hopping* (no help), "
        "0.01 against *few modes* (seven modes in place of one)", "historical-averaging",
    ),
    "minibatch-std": Case(
        "Minibatch standard deviation", "few modes", {"minibatch": "std"},
        "here, and against *hopping*, which it did not stop", own_code=STD,
    ),
    "minibatch-discrimination": Case(
        "Minibatch discrimination", "few modes, small batches", {"minibatch": "discrimination"},
        "here, and with batches of 128 against *hopping* (four modes)", own_code=DISCRIMINATION,
    ),
    "packing": Case(
        "Packing", "few modes", {"pack": 2}, "2 and 4 here, about alike; both against *hopping*, which 2 did not stop",
        "packing",
    ),
    "unrolling": Case(
        "Unrolled discriminator", "few modes", {"unroll": 5},
        "5 steps at the default rate, at the discriminator's whole rate and at three times that (no good sample at all with "
        "either of these two); as plain descent with the rate 0.001 (four modes)", "unrolling",
    ),
    "ema": Case(
        "EMA of the generator", "fluctuation", {"ema": 0.999}, "0.999, here and against *hopping* (no help)", "ema"
    ),
    "lr-schedule": Case(
        "Learning-rate schedule", "fluctuation", {"lr_schedule": "cosine"},
        "cosine, here and against *hopping* (no help)", "lr-schedule",
    ),
}  # fmt: skip
