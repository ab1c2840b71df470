"""Streaming statistics: state is plain numbers in msgspec structs, so that it can be kept and taken up again."""

from monitor.streams.best import Best
from monitor.streams.cycle import Cycle, concentration, cycle
from monitor.streams.mean import DecayingMean
from monitor.streams.persistence import Persistence
from monitor.streams.ranks import auc
from monitor.streams.trend import mann_kendall
from monitor.streams.window import Window

__all__ = [
    "Best",
    "Cycle",
    "DecayingMean",
    "Persistence",
    "Window",
    "auc",
    "concentration",
    "cycle",
    "mann_kendall",
]
