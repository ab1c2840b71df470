"""Are samples good, varied, and all that the data are? Pure functions on features; docs/sample-metrics.md explains them."""

from monitor.sample_metrics.extractors import Extractor, Identity, PooledPixels, RandomConvolutions
from monitor.sample_metrics.moments import fid, inception_score, kid
from monitor.sample_metrics.reference import Measured, Reference
from monitor.sample_metrics.structure import ms_ssim, ms_ssim_of_pairs
from monitor.sample_metrics.trajectory import Trajectory
from monitor.sample_metrics.vendi import vendi_score

__all__ = [
    "Extractor",
    "Identity",
    "Measured",
    "PooledPixels",
    "RandomConvolutions",
    "Reference",
    "Trajectory",
    "fid",
    "inception_score",
    "kid",
    "ms_ssim",
    "ms_ssim_of_pairs",
    "vendi_score",
]
