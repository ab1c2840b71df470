"""Which curves share a chart."""

from __future__ import annotations

from collections.abc import Iterable

TOGETHER = (
    ("Losses", ("loss/generator", "loss/discriminator")),
    ("Discriminator loss, by part", ("loss/discriminator_real", "loss/discriminator_fake", "loss/gradient_penalty")),
    ("Discriminator output", ("logits/real", "logits/fake")),
    ("Accuracy and AUC", ("accuracy/real", "accuracy/fake", "auc/discriminator")),
    ("Gradient norms", ("grad_norm/generator", "grad_norm/discriminator")),
    ("Update ratios", ("update_ratio/generator", "update_ratio/discriminator")),
    ("Learning rates", ("lr/generator", "lr/discriminator")),
)
FIRST = ("sample/energy_distance", "sample/coverage", "sample/diversity", "sample/precision")
BEHIND = ("system/", "sample_floor/", "weight_norm/", "effective_rank/", "spectral_norm/", "dead_units/")
NEVER = ("system/time", "images_seen", "generator_updates")


def grouped(names: Iterable[str]) -> list[tuple[str, list[str]]]:
    """(title, names) of each chart: what matters most first, every curve once."""
    left = {name: None for name in names if name not in NEVER}
    found = []
    for title, wanted in TOGETHER:
        there = [name for name in wanted if name in left]
        if there:
            found.append((title, there))
        for name in there:
            del left[name]
    return found + [(name, [name]) for name in sorted(left, key=_order)]


def detailed(name: str) -> bool:
    """Whether a curve is of one layer, or of the machine: of interest to whoever looks for it."""
    return name.startswith(BEHIND) or name.count("/") > 1 or name.endswith("/std")


def _order(name: str) -> tuple[bool, int, bool, int, str]:
    first = FIRST.index(name) if name in FIRST else len(FIRST)
    return (detailed(name), first, not name.startswith("sample/"), name.count("/"), name)
