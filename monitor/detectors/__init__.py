"""One failure of GAN training a file. What they are shown, and what they say: `frames`, `finding`."""

from monitor.detectors.base import Detector, Setting, View
from monitor.detectors.discriminator_dominates import DiscriminatorDominates
from monitor.detectors.discriminator_overfit import DiscriminatorOverfit
from monitor.detectors.exploding_gradient import ExplodingGradient
from monitor.detectors.finding import SEVERITIES, Evidence, Finding, Severity
from monitor.detectors.frames import Block, SampleBatch
from monitor.detectors.generator_dominates import GeneratorDominates
from monitor.detectors.mode_collapse import ModeCollapse
from monitor.detectors.non_convergence import NonConvergence
from monitor.detectors.non_finite import NonFinite
from monitor.detectors.oscillation import Oscillation
from monitor.detectors.quality_fluctuation import QualityFluctuation
from monitor.detectors.spectral_collapse import SpectralCollapse
from monitor.detectors.vanishing_gradient import VanishingGradient

# Root causes first: while one is open, those after it are taken for its consequences.
DETECTORS: tuple[type[Detector], ...] = (
    NonFinite,
    ExplodingGradient,
    VanishingGradient,
    DiscriminatorDominates,
    GeneratorDominates,
    ModeCollapse,
    Oscillation,
    QualityFluctuation,
    NonConvergence,
    DiscriminatorOverfit,
    SpectralCollapse,
)

__all__ = [
    "DETECTORS",
    "SEVERITIES",
    "Block",
    "Detector",
    "Evidence",
    "Finding",
    "NonFinite",
    "SampleBatch",
    "Setting",
    "Severity",
    "View",
]
