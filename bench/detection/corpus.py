"""The trainings: settings, and what each is meant to become. What did become of it, `bench.detection.truth` says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

HELD_OUT_DATA, HELD_OUT_LOSS = "spiral", "lsgan"  # kept out of the first calibration


@dataclass(frozen=True)
class Case:
    """One setting.

    Attributes:
        meant: the kind it is meant to show; "": a healthy one.
        settings: for `Config.of`. few: it learns from so few digits that a discriminator can know them by heart; 0: all.
        pulse: (every, long): the injected jump lasts `long` steps and comes again every `every`; (0, 0): it lasts to the end.
    """

    meant: str
    settings: dict[str, Any]
    few: int = 0
    pulse: tuple[int, int] = (0, 0)

    @property
    def held_out(self) -> bool:
        """Whether it played no part in the first calibration."""
        return bool(self.settings["data"] == HELD_OUT_DATA or self.settings["loss"] == HELD_OUT_LOSS)

    def jumped(self, step: int) -> bool:
        """Whether the injected learning rates are on at a step."""
        at, (every, long) = self.settings.get("inject_at"), self.pulse
        return at is not None and step >= at and (not every or (step - at) % every < long)


CASES: dict[str, Case] = {}
POINTS: dict[str, Any] = {"model": "mlp", "width": 64, "batch_size": 64, "sample_every": 50}
RING: dict[str, Any] = POINTS | {"data": "ring", "latent": 2}
GRID: dict[str, Any] = POINTS | {"data": "grid", "latent": 2}
SPIRAL: dict[str, Any] = POINTS | {"data": "spiral", "latent": 2}
DIGITS: dict[str, Any] = {
    "data": "digits",
    "model": "mlp",
    "width": 64,
    "latent": 16,
    "batch_size": 64,
    "sample_every": 50,
}
CONV: dict[str, Any] = DIGITS | {"model": "dcgan", "width": 8, "latent": 32}
R1: dict[str, Any] = {"gradient_penalty": "r1", "gp_weight": 0.1}
CLIPPED: dict[str, Any] = {"loss": "wgan", "weight_clip": 0.1, "discriminator_steps": 2, "lr_schedule": "cosine"}
PENALISED: dict[str, Any] = {
    "loss": "wgan-gp",
    "beta1": 0.5,
    "gp_weight": 0.1,
    "discriminator_steps": 2,
    "lr_schedule": "cosine",
}
SMOOTH: dict[str, Any] = {"gradient_penalty": "r1", "gp_weight": 1.0}
BARE: dict[str, Any] = {"gradient_penalty": "none"}  # nothing holds the discriminator
UNBOUND: dict[str, Any] = {"loss": "wgan", "weight_clip": 1e30, "discriminator_steps": 1}
HEALTHY = ""


def case(name: str, meant: str, data: dict[str, Any], loss: str, lr: Any, steps: int, **more: Any) -> None:
    """Adds one. `lr`: of both, or (generator, discriminator)."""
    few, pulse = more.pop("few", 0), more.pop("pulse", (0, 0))
    lr_generator, lr_discriminator = lr if isinstance(lr, tuple) else (lr, lr)
    rates = {"lr_generator": lr_generator, "lr_discriminator": lr_discriminator}
    CASES[name] = Case(meant, data | rates | {"loss": loss, "steps": steps} | more, few, pulse)


# -- healthy, the plain ones ------------------------------------------------------------------------------------------
case("ring-ns", HEALTHY, RING, "non-saturating", 1e-3, 1400, **R1)
case("ring-minimax", HEALTHY, RING, "minimax", 1e-3, 1400, **R1)
case("ring-hinge", HEALTHY, RING, "hinge", 1e-3, 1400, **SMOOTH)
case("ring-lsgan", HEALTHY, RING, "lsgan", 1e-3, 1400)
case("ring-relativistic", HEALTHY, RING, "relativistic", 1e-3, 1400, **R1)
case("ring-wgan", HEALTHY, RING, lr=1e-3, steps=1400, **CLIPPED)
case("ring-wgan-gp", HEALTHY, RING, lr=1e-3, steps=1400, **PENALISED)
case("grid-ns", HEALTHY, GRID, "non-saturating", 1e-3, 2500, **R1 | {"width": 128, "gp_weight": 0.02})
case("spiral-ns", HEALTHY, SPIRAL, "non-saturating", 1e-3, 1400, **R1)
case("spiral-hinge", HEALTHY, SPIRAL, "hinge", 1e-3, 1400, **SMOOTH)
case("spiral-wgan-gp", HEALTHY, SPIRAL, lr=1e-3, steps=1400, **PENALISED)
case("digits-ns", HEALTHY, DIGITS, "non-saturating", 1e-3, 1400, **SMOOTH)
case("digits-minimax", HEALTHY, DIGITS, "minimax", 1e-3, 1400, **SMOOTH)
case("digits-hinge", HEALTHY, DIGITS, "hinge", 1e-3, 1400, **SMOOTH)
case("digits-lsgan", HEALTHY, DIGITS, "lsgan", 1e-3, 1400, **SMOOTH)
case("digits-wgan-gp", HEALTHY, DIGITS, lr=1e-3, steps=1400, **PENALISED | {"gp_weight": 1.0})
case("dcgan-ns", HEALTHY, CONV, "non-saturating", 2e-3, 1500)
case("dcgan-hinge", HEALTHY, CONV, "hinge", 2e-3, 1500)
# -- healthy, the ugly ones -------------------------------------------------------------------------------------------
case("small-batch", HEALTHY, RING, "non-saturating", 5e-4, 1400, **R1 | {"batch_size": 16})
case("small-batch-hinge", HEALTHY, RING, "hinge", 5e-4, 1400, **SMOOTH | {"batch_size": 16})
case("slow-start", HEALTHY, RING, "non-saturating", 3e-4, 2500, **R1)
case("warm-restarts", HEALTHY, RING, "non-saturating", 2e-3, 1600, **R1, lr_schedule="restarts")
case("restarts-hot", HEALTHY, RING, "non-saturating", 1e-2, 3000, lr_schedule="restarts")
case(
    "restarts-held", HEALTHY, RING, "non-saturating", 1e-2, 3000, **R1 | {"gp_weight": 0.02, "lr_schedule": "restarts"}
)
case("ahead", HEALTHY, RING, "non-saturating", (3e-4, 1e-3), 1600, **R1, discriminator_steps=2)
case("ahead-digits", HEALTHY, DIGITS, "non-saturating", (5e-4, 1e-3), 1600, **SMOOTH)
case("wgan-scale", HEALTHY, RING, lr=1e-3, steps=1400, **CLIPPED | {"weight_clip": 0.25})
case("noisy", HEALTHY, RING, "non-saturating", 1e-3, 1400, **R1, label_smoothing=0.1, instance_noise=0.1)
case("momentum-r1", HEALTHY, RING, "non-saturating", 5e-4, 1600, **R1, beta1=0.9)
case("strong-penalty", HEALTHY, RING, "non-saturating", 1e-3, 1600, gradient_penalty="r1", gp_weight=1.0)
case("accumulate", HEALTHY, RING, "non-saturating", 1e-3, 1200, **R1, accumulate=2)
case("packed", HEALTHY, RING, "non-saturating", 1e-3, 1400, **R1, pack=2)
case("averaged", HEALTHY, RING, "hinge", 1e-3, 1400, **R1, ema=0.99)
case("spectral-norm", HEALTHY, DIGITS, "hinge", 1e-3, 1400, spectral_norm="discriminator")
# -- numbers that are none --------------------------------------------------------------------------------------------
BLAST: dict[str, Any] = {"inject_at": 300, "inject_discriminator": 1e15}
case("nan-wgan", "non_finite", RING, lr=1e-3, steps=400, **UNBOUND | BLAST)
case("nan-ns", "non_finite", RING, "non-saturating", 1e-3, 400, **R1 | BLAST)
case("nan-hinge", "non_finite", GRID, "hinge", 1e-3, 400, **R1 | BLAST)
case("nan-lsgan", "non_finite", SPIRAL, "lsgan", 1e-3, 400, **BLAST)
case("nan-digits", "non_finite", DIGITS, "minimax", 1e-3, 400, **BLAST)
case("nan-wgan-gp", "non_finite", RING, lr=1e-3, steps=400, **PENALISED | BLAST | {"lr_schedule": "constant"})
# -- gradients that leave their range ---------------------------------------------------------------------------------
JUMP: dict[str, Any] = {"inject_at": 400, "inject_discriminator": 300.0}
case("explode-wgan", "exploding_gradient", RING, lr=1e-4, steps=800, **UNBOUND | JUMP)
case("explode-wgan-digits", "exploding_gradient", DIGITS, lr=1e-4, steps=800, **UNBOUND | JUMP)
case("explode-ns", "exploding_gradient", RING, "non-saturating", 5e-4, 800, **BARE | JUMP)
case("explode-hinge", "exploding_gradient", GRID, "hinge", 5e-4, 800, **BARE | JUMP)
case("explode-lsgan", "exploding_gradient", RING, "lsgan", 5e-4, 800, **BARE | JUMP)
case("explode-relativistic", "exploding_gradient", DIGITS, "relativistic", 3e-4, 800, **BARE | JUMP)
case("explode-spiral", "exploding_gradient", SPIRAL, lr=1e-4, steps=800, **UNBOUND | JUMP)
# -- a generator that is told nothing ---------------------------------------------------------------------------------
case("vanish-ring", "vanishing_gradient", RING, "minimax", (1e-5, 1e-3), 900, discriminator_steps=2)
case("vanish-grid", "vanishing_gradient", GRID, "minimax", (1e-5, 1e-3), 900, discriminator_steps=2)
case("vanish-digits", "vanishing_gradient", DIGITS, "minimax", (1e-5, 1e-3), 900)
case("vanish-dcgan", "vanishing_gradient", CONV, "minimax", (1e-5, 2e-3), 500)
case("vanish-spiral", "vanishing_gradient", SPIRAL, "minimax", (1e-5, 1e-3), 900, discriminator_steps=2)
case("vanish-late", "vanishing_gradient", DIGITS, "minimax", (3e-4, 3e-4), 1400,
     inject_at=500, inject_generator=0.001, inject_discriminator=5.0)  # fmt: skip
HALT: dict[str, Any] = {"inject_at": 600, "inject_generator": 1e-6}  # an optimizer that has died
case("halt-hinge", "vanishing_gradient", RING, "hinge", 1e-3, 1000, **SMOOTH | HALT)
case("halt-wgan-gp", "vanishing_gradient", RING, lr=1e-3, steps=1000, **PENALISED | HALT | {"lr_schedule": "constant"})
# -- a discriminator that is always right -----------------------------------------------------------------------------
for name, data in {"ring": RING, "grid": GRID, "digits": DIGITS}.items():
    case(f"strong-ns-{name}", "discriminator_dominates", data, "non-saturating", (1e-6, 1e-3), 1000)
case("strong-hinge", "discriminator_dominates", RING, "hinge", (1e-6, 1e-3), 1000)
case("strong-lsgan", "discriminator_dominates", RING, "lsgan", (1e-6, 1e-3), 1000)
case("strong-relativistic", "discriminator_dominates", GRID, "relativistic", (1e-6, 1e-3), 1000)
case("strong-wgan-gp", "discriminator_dominates", DIGITS, lr=(1e-6, 1e-3), steps=900, **PENALISED)
case("strong-spiral", "discriminator_dominates", SPIRAL, "non-saturating", (1e-6, 1e-3), 1000)
case("strong-late", "discriminator_dominates", DIGITS, "non-saturating", (5e-4, 5e-4), 1600,
     inject_at=600, inject_generator=0.001, inject_discriminator=4.0)  # fmt: skip
# -- a discriminator that learns too little ---------------------------------------------------------------------------
case("weak-ns", "generator_dominates", RING, "non-saturating", (1e-3, 1e-6), 1500)
case("weak-hinge", "generator_dominates", GRID, "hinge", (1e-3, 1e-6), 1500)
case("weak-digits", "generator_dominates", DIGITS, "non-saturating", (1e-3, 1e-6), 1500)
case("weak-lsgan", "generator_dominates", SPIRAL, "lsgan", (1e-3, 1e-6), 1500)
# -- collapse ---------------------------------------------------------------------------------------------------------
LATE: dict[str, Any] = {"inject_at": 900, "inject_generator": 50.0}
case("collapse-ns", "mode_collapse", RING, "non-saturating", (3e-2, 1e-3), 1500, beta1=0.9)
case("collapse-digits", "mode_collapse", DIGITS, "non-saturating", (3e-2, 1e-3), 1500)
case("collapse-hinge", "mode_collapse", GRID, "hinge", (3e-2, 1e-3), 1500)
case("collapse-lsgan", "mode_collapse", SPIRAL, "lsgan", (3e-2, 1e-3), 1500)
case("partial-ring", "mode_collapse", RING, "minimax", (1e-4, 1e-3), 1500, discriminator_steps=2)
case("partial-grid", "mode_collapse", GRID, "non-saturating", (1e-3, 1e-4), 1600)
case("late-ns", "mode_collapse", RING, "non-saturating", 1e-3, 1400, **R1 | LATE)
case("late-hinge", "mode_collapse", RING, "hinge", 1e-3, 1400, **R1 | LATE)
case("late-digits", "mode_collapse", DIGITS, "non-saturating", 1e-3, 1400, **SMOOTH | LATE)
case("late-wgan-gp", "mode_collapse", RING, lr=1e-3, steps=1400, **PENALISED | LATE | {"lr_schedule": "constant"})
case("late-lsgan", "mode_collapse", RING, "lsgan", 1e-3, 1400, **R1 | LATE)
# -- round and round --------------------------------------------------------------------------------------------------
case("hop-ns", "oscillation", RING, "non-saturating", 1e-3, 1500, beta1=0.9)
case("hop-hinge", "oscillation", RING, "hinge", 1e-3, 1500, beta1=0.9)
case("hop-relativistic", "oscillation", RING, "relativistic", 1e-3, 1500, beta1=0.9)
case("hop-lsgan", "oscillation", RING, "lsgan", 1e-3, 1500, beta1=0.9)
case("hop-grid", "oscillation", GRID, "non-saturating", 2e-3, 1500, beta1=0.9)
case("hop-wgan", "oscillation", RING, lr=1e-3, steps=1500, **UNBOUND | {"weight_clip": 1.0, "beta1": 0.9})
case("hop-digits", "oscillation", DIGITS, "hinge", 5e-4, 1500)
case("hop-spiral", "oscillation", SPIRAL, "non-saturating", 1e-3, 1500, beta1=0.9)
# hinge games that a weak penalty does not hold
case("loose-ring", "oscillation", RING, "hinge", 1e-3, 1400, **R1)
case("loose-spiral", "oscillation", SPIRAL, "hinge", 1e-3, 1400, **R1)
case("loose-small-batch", "oscillation", RING, "hinge", 5e-4, 1400, **R1 | {"batch_size": 16})
# -- the others -------------------------------------------------------------------------------------------------------
case("stuck-grid", "non_convergence", GRID, "minimax", (1e-4, 1e-3), 1500, discriminator_steps=2)
# A jump that heals, again and again; an optimizer that forgets, so that each is as strong as the first.
PULSE: dict[str, Any] = R1 | {"inject_at": 900, "inject_generator": 30.0, "pulse": (400, 5), "beta2": 0.99}
case("pulse-ns", "quality_fluctuation", RING, "non-saturating", 1e-3, 2500, **PULSE)
case("pulse-long", "quality_fluctuation", RING, "non-saturating", 1e-3, 2500,
     **PULSE | {"inject_generator": 20.0, "pulse": (400, 10)})  # fmt: skip
case("pulse-hinge", "quality_fluctuation", RING, "hinge", 1e-3, 2500, **PULSE)
case("pulse-spiral", "quality_fluctuation", SPIRAL, "non-saturating", 1e-3, 2500, **PULSE)
KNOWN: dict[str, Any] = CONV | {"width": 16}  # convolutions that know few digits by heart, and still make many of them
case("memorise", "discriminator_overfit", KNOWN, "non-saturating", 1e-3, 1200, few=50)
case("memorise-few", "discriminator_overfit", KNOWN, "non-saturating", 1e-3, 1200, few=30)
case("memorise-minimax", "discriminator_overfit", KNOWN, "minimax", 1e-3, 1200, few=50)
case("memorise-lsgan", "discriminator_overfit", KNOWN, "lsgan", 1e-3, 1200, few=30)
WILD: dict[str, Any] = {"inject_at": 600, "inject_discriminator": 20.0}
case("rank-ns", "spectral_collapse", RING, "non-saturating", 1e-3, 1100, **BARE | WILD)
case("rank-hinge", "spectral_collapse", GRID, "hinge", 1e-3, 1100, **BARE | WILD)


SLOW = {"noisy", "accumulate", "packed", "averaged", "spectral-norm"}  # trained alone, by the trainer's own loop
ONCE = {"stuck-grid", "dcgan-hinge", "dcgan-ns"}
SEEDS = {HEALTHY: 4, "quality_fluctuation": 3, "generator_dominates": 2, "vanishing_gradient": 2}
OFTEN = {"strong-late": 3, "vanish-late": 3, "halt-hinge": 1, "halt-wgan-gp": 1}


def copies(name: str) -> int:
    """How many seeds of a case are looked at in the test."""
    if name in OFTEN:
        return OFTEN[name]
    return 1 if name in ONCE else 2 if name in SLOW else SEEDS.get(CASES[name].meant, 1)
