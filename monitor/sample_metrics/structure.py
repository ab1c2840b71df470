"""MS-SSIM between pairs of images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.errors import InvalidValue

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # of the five scales, Wang et al. (2003)
SMALLEST = 32
WINDOW, SIGMA = 11, 1.5  # pixels
PAIRS = 50  # that the service looks at


def ms_ssim_of_pairs(images: Array, pairs: int = 100, seed: int = 0) -> float:
    """Mean MS-SSIM over random pairs of images (N, C, H, W) in [0, 1]. Odena, Olah and Shlens (2017).

    1: all are one. Compare it with the reference's own value: an alarm is 0.15 above that. Cost: about 1 ms a pair of 64 × 64.

    Raises:
        InvalidValue: images below 32 pixels, or fewer than two.
    """
    import numpy

    if images.ndim != 4 or min(images.shape[2:]) < SMALLEST or len(images) < 2:
        raise InvalidValue(
            f"images of shape {images.shape}: MS-SSIM needs two or more (N, C, H, W) of {SMALLEST} pixels or more"
        )
    rng = numpy.random.default_rng(seed)
    first = rng.integers(0, len(images), pairs)
    second = (first + rng.integers(1, len(images), pairs)) % len(images)
    return float(numpy.mean([ms_ssim(images[i], images[j]) for i, j in zip(first, second, strict=True)]))


def similarity(batch: Array) -> dict[str, float]:
    """ "sample/ms_ssim" of a batch (N, C, H, W) uint8 of 32 pixels or more, over 50 pairs; nothing of any other."""
    if batch.ndim != 4 or batch.dtype != "uint8" or min(batch.shape[2:]) < SMALLEST or len(batch) < 2:
        return {}
    return {"sample/ms_ssim": ms_ssim_of_pairs(batch / 255.0, PAIRS)}


def ms_ssim(a: Array, b: Array) -> float:
    """MS-SSIM of two images (C, H, W) in [0, 1]: ∏ mean(cs)^w over the scales, at the last one mean(l · cs)^w.

    l, cs: luminance, and contrast with structure, in Gaussian windows of 11 × 11 within the image; C1 = 0.01², C2 = 0.03².
    Of the five scales as many as leave a side of 11 pixels or more (all from 176 on); the weights w of those sum to 1 again. What
    is below 0 counts as 0. Wang, Simoncelli and Bovik (2003).

    Raises:
        InvalidValue: images of different shapes, or smaller than a window.
    """
    import numpy

    if a.ndim != 3 or a.shape != b.shape or min(a.shape[1:]) < WINDOW:
        raise InvalidValue(
            f"images of shape {a.shape} and {b.shape}: MS-SSIM needs two (C, H, W) of one shape and {WINDOW} pixels or more"
        )
    scales = min(len(WEIGHTS), int(numpy.log2(min(a.shape[1:]) / WINDOW)) + 1)
    weights = numpy.array(WEIGHTS[:scales]) / sum(WEIGHTS[:scales])
    a, b = numpy.asarray(a, dtype=float), numpy.asarray(b, dtype=float)
    total = 1.0
    for place, weight in enumerate(weights):
        whole, structure = _ssim(a, b)
        total *= max(whole if place == scales - 1 else structure, 0.0) ** weight
        a, b = _halved(a), _halved(b)
    return float(total)


def _ssim(a: Array, b: Array) -> tuple[float, float]:
    """Means over all windows of luminance · contrast · structure, and of contrast · structure."""
    mean_a, mean_b = _blurred(a), _blurred(b)
    var_a, var_b = _blurred(a * a) - mean_a**2, _blurred(b * b) - mean_b**2
    cov = _blurred(a * b) - mean_a * mean_b
    small, smaller = 0.01**2, 0.03**2
    luminance = (2 * mean_a * mean_b + small) / (mean_a**2 + mean_b**2 + small)
    structure = (2 * cov + smaller) / (var_a + var_b + smaller)
    return float((luminance * structure).mean()), float(structure.mean())


def _blurred(x: Array) -> Array:
    """Gaussian means in windows that lie within the image: (C, H, W) → (C, H - 10, W - 10)."""
    from scipy.ndimage import gaussian_filter

    edge = WINDOW // 2
    found: Array = gaussian_filter(x, (0, SIGMA, SIGMA), radius=(0, edge, edge))[:, edge:-edge, edge:-edge]
    return found


def _halved(image: Array) -> Array:
    channels, height, width = image.shape
    even = image[:, : height // 2 * 2, : width // 2 * 2]
    halved: Array = even.reshape(channels, height // 2, 2, width // 2, 2).mean(axis=(2, 4))
    return halved
