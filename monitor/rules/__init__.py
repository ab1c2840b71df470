"""Rules of users: what is to be told of a signal beside what the doctor sees. Pure: no clock, no files."""

from monitor.rules.following import Followed, Standing
from monitor.rules.rule import Change, NoData, NotFinite, Rule, RunFilter, Threshold
from monitor.rules.runs import RunFacts, fits

__all__ = [
    "Change",
    "Followed",
    "NoData",
    "NotFinite",
    "Rule",
    "RunFacts",
    "RunFilter",
    "Standing",
    "Threshold",
    "fits",
]
