"""Where to look for what an alert rests on."""

from __future__ import annotations

from monitor.wire import AlertInfo


def window(alert: AlertInfo) -> tuple[int, int]:
    """First and last step of the evidence, with something before and after it."""
    last = max([alert.step, alert.resolved_step or 0, *(one.last_step for one in alert.evidence)])
    room = max(100, (last - alert.onset_step) // 3)
    return max(0, alert.onset_step - room), last + room // 4
