"""How a run stands: its address, its alerts, what was lost, and how it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from monitor.wire import Alert

if TYPE_CHECKING:
    from monitor.sdk.alerts import Alerts
    from monitor.sdk.guard import Guard
    from monitor.sdk.journal import Journal
    from monitor.sdk.shipper import Shipper
    from monitor.settings import ClientSettings


class Standing:
    """The half of a `Run` that only tells; the other half fills these in.

    Attributes:
        id: the run's id. name, project: as declared. mode: "online", "offline" or "disabled".
    """

    id: str
    name: str
    project: str
    mode: str
    guard: Guard
    _lost: int
    _alerts: Alerts
    _journal: Journal
    _settings: ClientSettings
    _shipper: Shipper | None

    @property
    def url(self) -> str:
        """Where the dashboard shows this run."""
        path = self._shipper.courier.path if self._shipper else ""
        if path.startswith(("http://", "https://")):
            return path
        server = self._settings.server.rstrip("/")
        below = urlsplit(server).path
        if below and path.startswith(f"{below}/"):  # the service knows the prefix that it is served under
            server = server.removesuffix(below)
        return server + (path or f"/runs/{self.id}")

    @property
    def alerts(self) -> list[Alert]:
        """The run's alerts that are not resolved, as far as the service has told; by onset."""
        return self._alerts.open

    @property
    def should_stop(self) -> bool:
        """Whether an alert of a kind or severity in the setting `stop_on` has opened: the loop should end, and say why."""
        return bool(self._alerts.stop)

    @property
    def stop_reason(self) -> str:
        """Which alert that was, "" while `should_stop` is False."""
        return self._alerts.stop

    @property
    def refused(self) -> int:
        """Records that a full disk or a full journal could not take, or that the service would not have."""
        return sum(lane.refused for lane in self._journal.lanes)

    @property
    def dropped(self) -> int:
        """Values and batches that were not recorded: of an unusable kind, or more than the worker thread could take."""
        return self.guard.errors + self._lost

    def _repr_html_(self) -> str:
        """What a notebook shows of a cell that ends with the run."""
        from monitor.notebook import Embed

        try:
            return Embed(self.id, self._settings)._repr_html_()
        except Exception as error:  # noqa: BLE001 a guest never raises into a notebook's display either
            self.guard.caught("nashboard: Run._repr_html_", error)
            return f"<code>run {self.id}</code>"

    def __repr__(self) -> str:
        return f"<nashboard run {self.id} {self.name!r} ({self.mode})>"
