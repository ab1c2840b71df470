"""A run that records nothing: mode "disabled", another rank, or a forked child's copy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.sdk.alerts import Alerts, Callback
from monitor.sdk.guard import Guard
from monitor.sdk.run import Run
from monitor.settings import ClientSettings
from monitor.wire import RunInfo


class InertRun(Run):
    """A run whose methods do nothing: mode "disabled", another rank, or a forked child's copy."""

    def __init__(self, info: RunInfo, settings: ClientSettings, guard: Guard) -> None:
        self.id, self.name, self.project, self.mode = info.id, info.name, info.project, settings.mode
        self.guard, self._lost, self._done, self._crash = guard, 0, False, ""
        self._settings, self._shipper, self._alerts = settings, None, Alerts(guard)

    def log(self, values: Mapping[str, Any], step: int | None = None) -> None:
        """Does nothing."""

    def samples(self, *args: Any, **kwargs: Any) -> None:
        """Does nothing."""

    def reference(self, *args: Any, **kwargs: Any) -> None:
        """Does nothing."""

    def interpolation(self, *args: Any, **kwargs: Any) -> None:
        """Does nothing."""

    def field(self, *args: Any, **kwargs: Any) -> None:
        """Does nothing."""

    def watch(self, *args: Any, **kwargs: Any) -> None:
        """Does nothing."""

    def event(self, kind: str, /, **data: Any) -> None:
        """Does nothing."""

    def on_alert(self, callback: Callback) -> None:
        """Does nothing: nobody tells of alerts."""

    def display(self, height: int = 640) -> None:
        """Does nothing."""

    def _repr_html_(self) -> str:
        return f"<code>run {self.id} (nothing is recorded)</code>"

    def finish(self, *args: Any, **kwargs: Any) -> None:
        """Does nothing."""

    @property
    def refused(self) -> int:
        """Always 0."""
        return 0
