"""Runs the detectors over a run's signals, and keeps its alerts."""

from monitor.doctor.alerts import Alert
from monitor.doctor.doctor import Doctor

__all__ = ["Alert", "Doctor"]
