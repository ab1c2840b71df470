"""Reads what a run says of itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import log
from typing import Any

from monitor.detectors import Setting
from monitor.detectors.frames import AUC, FAKE, LOSS_D, LOSS_G, REAL
from monitor.errors import InvalidValue
from monitor.losses import family_told
from monitor.streams import auc

STEPS_KEYS = ("total_steps", "steps", "max_steps", "n_iter", "num_iters")
AMP_KEYS = ("amp", "fp16", "mixed_precision", "use_amp")


def setting_of(config: Mapping[str, Any], total_steps: int | None) -> Setting:
    """What of a run's config matters to the detectors; what isn't there, or isn't understood, stays unknown."""
    if total_steps is None:
        total_steps = next(
            (config[key] for key in STEPS_KEYS if type(config.get(key)) is int and config[key] > 0), None
        )
    amp = any(config.get(key) not in (None, False, "no", "off", "fp32") for key in AMP_KEYS)
    return Setting(family=family_told(config), total_steps=total_steps, amp=amp)


def family_of(mean: Mapping[str, float]) -> str:
    """The loss family that early losses speak of, "" when they are of none that can be told.

    With logits near 0 the discriminator's cross-entropy is 2 ln 2 (ln 2, where a loop takes the mean of the two sides) and the
    non-saturating generator's ln 2. Least squares and hinge start elsewhere.
    """
    d_loss, g_loss = mean.get(LOSS_D), mean.get(LOSS_G)
    if d_loss is None or g_loss is None:
        return ""
    usual = any(0.25 * at < d_loss < 1.25 * at for at in (log(2), 2 * log(2)))
    return "non-saturating" if usual and 0.3 < g_loss < 6 else "minimax" if usual and -6 < g_loss < 0 else ""


def number(value: Any, signal: str, vectors: dict[str, list[float]]) -> float:
    """A value as a float. Of a batch of outputs: its mean, with the batch put into `vectors`.

    Raises:
        InvalidValue: neither a number nor a batch of numbers.
    """
    if hasattr(value, "tolist"):
        value = value.tolist()
    try:
        if not isinstance(value, list | tuple):
            return float(value)
        flat = vectors[signal] = list(map(float, _flat(value)))
        return sum(flat) / len(flat)
    except (TypeError, ValueError, ZeroDivisionError) as error:
        raise InvalidValue(f"{signal} is {value!r:.80}: a number or a batch of numbers is allowed") from error


def reduced(vectors: Mapping[str, list[float]]) -> dict[str, float]:
    """Population standard deviations of batches of outputs, and the discriminator's AUC when both sides are there."""
    found = {}
    for signal, values in vectors.items():
        mean = sum(values) / len(values)
        found[f"{signal}/std"] = (sum((one - mean) ** 2 for one in values) / len(values)) ** 0.5
    if REAL in vectors and FAKE in vectors:
        ranked = auc(vectors[REAL], vectors[FAKE])
        if ranked is not None:
            found[AUC] = ranked
    return found


def _flat(values: Iterable[Any]) -> Iterable[Any]:
    for one in values:
        if isinstance(one, list | tuple):
            yield from _flat(one)
        else:
            yield one
