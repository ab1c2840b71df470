"""Logs of trainings, whoever wrote them, as the records that a training of ours would have sent."""

from monitor.sources.names import Names
from monitor.sources.opening import open_source
from monitor.sources.source import Fault, Faults, Source

__all__ = ["Fault", "Faults", "Names", "Source", "open_source"]
