"""Streaming statistics: state is plain numbers in msgspec structs, so that it can be kept and taken up again."""

from monitor.streams.best import Best
from monitor.streams.cycle import Cycle, concentration, cycle
from monitor.streams.mean import DecayingMean
from monitor.streams.persistence import Persistence
from monitor.streams.ranks import auc
from monitor.streams.robust import mad, median
from monitor.streams.trend import mann_kendall, theil_sen
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
    "mad",
    "mann_kendall",
    "median",
    "theil_sen",
]
