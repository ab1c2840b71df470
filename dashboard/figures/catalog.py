"""Which charts a run has: the ones that every GAN is watched by, and how the rest is grouped."""

from __future__ import annotations

from typing import Any

HIDDEN = (
    "system/time",
    "images_seen",
    "generator_updates",
    "system/watch_share",
)  # x axes, and what the page's head tells
# `<kind>/<network>/<layer>`: one chart a network with a curve a layer, each kind behind a fold
LAYERS = {
    "grad_norm": "Gradient norms",
    "update_ratio": "Update ratios",
    "weight_norm": "Weight norms",
    "spectral_norm": "Spectral norms",
    "effective_rank": "Effective ranks",
    "dead_units": "Dead units",
}


def curve(signal: str, label: str, role: str, level: float | None = None) -> dict[str, Any]:
    """A curve of a standard signal; `role` is what it is drawn in. One that has a chart to itself needs no label.

    `level`: where it would be at the equilibrium; of the losses that hangs on the run's config.
    """
    return {"signal": signal, "label": label, "role": role} | ({} if level is None else {"level": level})


def measure(metric: str, label: str, slot: int) -> dict[str, Any]:
    """A curve of a sample metric, in the colour of a slot."""
    return {"signal": f"sample/{metric}", "label": label, "slot": slot}


CHARTS: tuple[dict[str, Any], ...] = (
    {
        "id": "losses",
        "title": "Losses",
        "hint": "Dashed: where each is at the equilibrium of this loss, if the discriminator minimises the sum of its parts. "
        'config={"equilibrium": {"generator": …, "discriminator": …}} says otherwise.',
        "curves": [
            curve("loss/generator", "generator", "generator"),
            curve("loss/discriminator", "discriminator", "discriminator"),
        ],
    },
    {
        "id": "logits",
        "title": "Discriminator output",
        "hint": "Mean output on real and on generated samples. They meet when the discriminator can't tell them apart.",
        "curves": [curve("logits/real", "on real", "real"), curve("logits/fake", "on fake", "fake")],
    },
    {
        "id": "gradients",
        "title": "Gradient norms",
        "hint": "Global L2 norm of each network's gradients, before clipping.",
        "curves": [
            curve("grad_norm/generator", "generator", "generator"),
            curve("grad_norm/discriminator", "discriminator", "discriminator"),
        ],
    },
    {
        "id": "quality",
        "title": "Sample quality",
        "hint": "1: as good and as varied as real data. Coverage and diversity fall when modes are lost.",
        "curves": [
            measure("coverage", "coverage", 0),
            measure("diversity", "diversity", 1),
            measure("precision", "precision", 2),
            measure("recall", "recall", 3),
        ],
    },
    {
        "id": "accuracy",
        "title": "Discriminator accuracy",
        "hint": "Share of the real and of the generated samples that it judges rightly.",
        "curves": [curve("accuracy/real", "on real", "real"), curve("accuracy/fake", "on fake", "fake")],
    },
    {
        "id": "auc",
        "title": "Discriminator AUC",
        "hint": "Area under the ROC curve. 0.5: it can't tell real from fake; 1: it always ranks real higher.",
        "curves": [curve("auc/discriminator", "", "discriminator", 0.5)],
    },
    {
        "id": "updates",
        "title": "Update ratios",
        "hint": "‖ΔW‖ / ‖W‖ of one optimizer step; about 0.001 is usual.",
        "curves": [
            curve("update_ratio/generator", "generator", "generator"),
            curve("update_ratio/discriminator", "discriminator", "discriminator"),
        ],
    },
    {
        "id": "loss-parts",
        "title": "Discriminator loss, by part",
        "curves": [
            curve("loss/discriminator_real", "on real", "real"),
            curve("loss/discriminator_fake", "on fake", "fake"),
            curve("loss/gradient_penalty", "gradient penalty", "discriminator"),
        ],
    },
    {
        "id": "learning-rates",
        "title": "Learning rates",
        "curves": [
            curve("lr/generator", "generator", "generator"),
            curve("lr/discriminator", "discriminator", "discriminator"),
        ],
    },
)


# Metrics of which it is known which way is better: 1 up, -1 down (docs/sample-metrics.md).
UP = (
    "precision", "recall", "density", "coverage", "diversity", "vendi", "effective_modes", "modes", "modes_union",
    "modes_captured", "high_quality", "inception_score", "effective_classes",
)  # fmt: skip
DOWN = (
    "fid", "kid", "mmd", "energy_distance", "duplicates", "ndb", "memorization", "ms_ssim", "non_finite", "missing_classes",
    "reverse_kl_modes",
)  # fmt: skip
BETTER = {f"sample/{name}": 1 for name in UP} | {f"sample/{name}": -1 for name in DOWN}


def catalog() -> dict[str, Any]:
    """The catalogue as the browser gets it."""
    return {"charts": list(CHARTS), "hidden": list(HIDDEN), "layers": LAYERS, "better": BETTER}
