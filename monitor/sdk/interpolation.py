"""The way from one latent point to another, as the generator shows it; the training is left as it was."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from monitor.errors import InvalidValue
from monitor.sdk.values import is_numpy, is_torch

MAX_STRIPS, MAX_STEPS = 16, 32
PARALLEL = 0.9995  # cosine from which on a great circle is a straight line


def strips(generator: Callable[[Any], Any], start: Any, end: Any, steps: int) -> tuple[Any, int]:
    """What `generator` makes of `steps` points from each row of `start` to the same row of `end`: a batch (K · steps, …), and K.

    The points lie on great circles, where Gaussian latents of many dimensions lie (White 2016, "Sampling generative networks");
    in two dimensions or fewer on straight lines. The generator is called without gradients and, when it is a module, with its
    running statistics; its modes and all random numbers are put back.

    Raises:
        InvalidValue: not (K, latent) arrays or tensors of one shape, or too many strips or steps.
    """
    if not (is_torch(start) or is_numpy(start)) or type(start) is not type(end) or start.shape != end.shape:
        raise InvalidValue(f"z0 and z1 are arrays or tensors of one shape, not {_told(start)} and {_told(end)}")
    if start.ndim != 2 or not 1 <= len(start) <= MAX_STRIPS or type(steps) is not int or not 2 <= steps <= MAX_STEPS:
        raise InvalidValue(
            f"z0 of shape {tuple(start.shape)}, steps={steps!r}: (K, latent) with 1 to {MAX_STRIPS} strips of 2 to {MAX_STEPS} "
            "steps are allowed: not recorded"
        )
    with _untouched(generator):
        return generator(_between(start, end, steps)), len(start)


def _told(value: Any) -> str:
    shape = getattr(value, "shape", None)
    return type(value).__name__ if shape is None else f"{type(value).__name__} of shape {tuple(shape)}"


def _between(start: Any, end: Any, steps: int) -> Any:
    """(K, latent) twice → (K · steps, latent), strip by strip."""
    import numpy

    first, last = (_array(one) for one in (start, end))
    lengths = numpy.linalg.norm(first, axis=1) * numpy.linalg.norm(last, axis=1)
    cosine = numpy.clip((first * last).sum(axis=1) / numpy.where(lengths > 0, lengths, 1.0), -1.0, 1.0)
    straight = (numpy.abs(cosine) > PARALLEL) | (lengths == 0) | (first.shape[1] < 3)
    angle = numpy.where(straight, 1.0, numpy.arccos(cosine))[:, None, None]
    part = numpy.linspace(0.0, 1.0, steps)[None, :, None]
    turned = numpy.sin((1 - part) * angle) * first[:, None] + numpy.sin(part * angle) * last[:, None]
    lines = (1 - part) * first[:, None] + part * last[:, None]
    found = numpy.where(straight[:, None, None], lines, turned / numpy.sin(angle)).reshape(-1, first.shape[1])
    if is_torch(start):
        return sys.modules["torch"].from_numpy(found).to(start.device, start.dtype)
    return found.astype(start.dtype)


def _array(latent: Any) -> Any:
    import numpy

    values = latent.detach().cpu().double().numpy() if is_torch(latent) else latent
    return numpy.asarray(values, dtype=numpy.float64)


@contextmanager
def _untouched(generator: Any) -> Iterator[None]:
    """Random numbers of Python, numpy and torch, and the modes of a module, are afterwards what they were."""
    import numpy

    torch = sys.modules.get("torch")
    plain, array = random.getstate(), numpy.random.get_state()
    if torch is None:
        try:
            yield
        finally:
            random.setstate(plain)
            numpy.random.set_state(array)
        return
    parts = list(generator.modules()) if isinstance(generator, torch.nn.Module) else []
    modes = [part.training for part in parts]
    try:
        for part in parts:
            part.training = False
        with torch.random.fork_rng(), torch.no_grad():
            yield
    finally:
        for part, mode in zip(parts, modes, strict=True):
            part.training = mode
        random.setstate(plain)
        numpy.random.set_state(array)
