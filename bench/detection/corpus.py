"""The trainings: settings, and what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trainer.scenarios import R1, SCENARIOS, ring


@dataclass(frozen=True)
class Case:
    """One setting.

    Attributes:
        kinds: what the doctor should say of it; none: a healthy one.
        allowed: what it may say besides, without being wrong: a failure brings others with it.
        onset: step at which the failure is caused; 0: it is there from the start.
        settings: for `Config.of`.
    """

    kinds: frozenset[str]
    settings: dict[str, Any]
    allowed: frozenset[str] = frozenset()
    onset: int = 0


def healthy(**settings: Any) -> Case:
    """A training in which nothing goes wrong."""
    return Case(frozenset(), settings)


def scenario(name: str, *kinds: str, allowed: tuple[str, ...] = (), **more: Any) -> Case:
    """A scenario of the trainer."""
    settings = SCENARIOS[name].settings | more
    return Case(frozenset(kinds), settings, frozenset(allowed), settings.get("inject_at", 0))


def on_ring(loss: str, lr: float, steps: int, **more: Any) -> dict[str, Any]:
    """Settings on the eight Gaussians."""
    return ring("", loss, lr, steps, **more).settings


DIGITS = {"data": "digits", "model": "mlp", "width": 128, "lr_generator": 5e-4, "lr_discriminator": 5e-4, "steps": 2500}

# Where a scenario has changed since these were recorded, its setting of then: docs/detection.md speaks of that.
CONSTANT: dict[str, Any] = {"lr_schedule": "constant"}

CASES: dict[str, Case] = {
    "healthy": healthy(**SCENARIOS["healthy"].settings | CONSTANT),
    "healthy-minimax": healthy(**SCENARIOS["healthy-minimax"].settings),
    "healthy-lsgan": healthy(**SCENARIOS["healthy-lsgan"].settings),
    "healthy-hinge": healthy(**SCENARIOS["healthy-hinge"].settings),
    "healthy-relativistic": healthy(**SCENARIOS["healthy-relativistic"].settings | CONSTANT),
    "healthy-wgan-gp": healthy(**SCENARIOS["healthy-wgan-gp"].settings | CONSTANT | {"steps": 1500}),
    "healthy-grid": healthy(**on_ring("non-saturating", 1e-3, 3000, data="grid", **R1)),
    "healthy-small-batch": healthy(**on_ring("non-saturating", 1e-3, 3000, batch_size=32, **R1)),
    "healthy-slow": healthy(**on_ring("non-saturating", 2e-4, 4000, **R1)),
    "healthy-cosine": healthy(**on_ring("hinge", 1e-3, 3000, lr_schedule="cosine", **R1)),
    "digits-mlp-wgan-gp": healthy(**DIGITS | {"loss": "wgan-gp", "beta1": 0.5, "steps": 1500}),
    "digits-dcgan": healthy(**SCENARIOS["healthy-digits"].settings | {"steps": 1500}),
    "collapse": scenario(
        "collapse",
        "mode_collapse",
        allowed=("oscillation", "non_convergence", "generator_dominates"),
        lr_generator=1e-2,
    ),
    "late-collapse": scenario(
        "late-collapse", "mode_collapse", allowed=("oscillation", "exploding_gradient", "discriminator_dominates")
    ),
    "partial-collapse": scenario(
        "partial-collapse",
        "mode_collapse",
        allowed=("discriminator_dominates", "vanishing_gradient"),
        **CONSTANT,
    ),
    "exploding-gradient": Case(
        frozenset({"exploding_gradient"}),
        on_ring("wgan", 1e-4, 1500, weight_clip=1e30, inject_at=600, inject_discriminator=300.0),
        frozenset({"mode_collapse", "non_finite", "oscillation", "non_convergence", "generator_dominates"}),
        600,
    ),
    "mode-hopping": scenario(
        "mode-hopping",
        "oscillation",
        allowed=("mode_collapse", "non_convergence", "generator_dominates", "quality_fluctuation"),
    ),
    "vanishing-gradient": scenario(
        "vanishing-gradient", "vanishing_gradient", allowed=("discriminator_dominates", "mode_collapse")
    ),
    "discriminator-too-strong": scenario(
        "discriminator-too-strong",
        "discriminator_dominates",
        allowed=("mode_collapse", "vanishing_gradient"),
        lr_generator=1e-6,
    ),
    "discriminator-too-weak": scenario(
        "discriminator-too-weak",
        "generator_dominates",
        allowed=("mode_collapse", "oscillation"),
        lr_generator=1e-4,
    ),
    "exploding": scenario("exploding", "non_finite", allowed=("exploding_gradient", "mode_collapse")),
    "non-convergence": scenario("non-convergence", "non_convergence", allowed=("oscillation", "mode_collapse")),
    "fluctuating-quality": scenario(
        "fluctuating-quality",
        "quality_fluctuation",
        allowed=("oscillation", "mode_collapse"),
        lr_generator=5e-3,
        lr_discriminator=5e-3,
    ),
}
