"""A run read from a service over HTTP."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import quote

import httpx
import msgspec

from monitor.errors import NashboardError, NotFound
from monitor.sources.stored import points_of
from monitor.wire import AlertInfo, Columns, RunDetail, SampleInfo

WIDTH = 10_000  # rows of each series in one answer
NAMES = 3000  # characters of names in one request: proxies take addresses of 8 kB
FIRST_STRETCH = 10_000  # steps; more where few of them were logged, fewer when the points do not come as logged


class Unreachable(NashboardError):
    """There is no service at that address."""

    code = "unreachable"


class RemoteRun:
    """Asks the API.

    Raises:
        Unreachable: nobody answers. NotFound: no such run. NashboardError: what the service says.
    """

    def __init__(self, server: str, token: str, run_id: str) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(base_url=f"{server.rstrip('/')}/api/v1", headers=headers, timeout=60)
        self._run, self.where = f"/runs/{quote(run_id, safe='')}", f"{server.rstrip('/')}/runs/{run_id}"
        try:
            self.detail = msgspec.json.decode(self._get(self._run), type=RunDetail)
        except NashboardError:
            self.close()
            raise

    def rows(self, names: Collection[str]) -> Iterator[tuple[int, dict[str, float]]]:
        """See `StoredRun`."""
        wanted = [one for one in self.detail.series if one.name in names]
        if not wanted:
            return
        last, at, stretch = max(one.last_step for one in wanted), min(one.first_step for one in wanted), FIRST_STRETCH
        while at <= last:
            found = self._stretch([one.name for one in wanted], at, at + stretch - 1)
            if any(columns.bucket > 1 for columns in found.values()):
                stretch //= 2
                continue
            rows: dict[int, dict[str, float]] = {}
            for name, columns in found.items():
                for step, value in points_of(columns):
                    rows.setdefault(step, {})[name] = value
            yield from sorted(rows.items())
            at += stretch
            if len(rows) <= WIDTH // 2:
                stretch *= 2

    def curves(self, names: Collection[str], width: int) -> dict[str, Columns]:
        """See `StoredRun`."""
        return self._series(list(names), {"width": width})

    def alerts(self) -> list[AlertInfo]:
        """See `StoredRun`."""
        return msgspec.convert(self._json(f"{self._run}/alerts")["alerts"], list[AlertInfo])

    def events(self) -> list[dict[str, Any]]:
        """See `StoredRun`."""
        found: list[dict[str, Any]] = self._json(f"{self._run}/events")["events"]
        return found

    def samples(self) -> list[SampleInfo]:
        """See `StoredRun`."""
        return msgspec.convert(self._json(f"{self._run}/samples")["samples"], list[SampleInfo])

    def blob(self, digest: str) -> bytes:
        """See `StoredRun`."""
        return self._get(f"/blobs/{digest}")

    def close(self) -> None:
        """See `StoredRun`."""
        self._http.close()

    def _stretch(self, names: list[str], first: int, last: int) -> dict[str, Columns]:
        return self._series(names, {"from": first, "to": last, "width": WIDTH})

    def _series(self, names: list[str], asked: dict[str, int]) -> dict[str, Columns]:
        found: dict[str, Columns] = {}
        waiting = list(names)
        while waiting:
            some = [waiting.pop()]
            while waiting and sum(map(len, some)) + len(waiting[-1]) < NAMES:
                some.append(waiting.pop())
            given = self._json(f"{self._run}/series", name=some, **asked)["series"]
            found |= msgspec.convert(given, dict[str, Columns])
        return found

    def _json(self, path: str, **params: Any) -> Any:
        return msgspec.json.decode(self._get(path, **params))

    def _get(self, path: str, **params: Any) -> bytes:
        try:
            answer = self._http.get(path, params=params)
        except httpx.HTTPError as error:
            raise Unreachable(f"{self._http.base_url.host} can't be reached: {error}") from None
        if answer.is_success:
            return answer.content
        try:
            says = str(answer.json()["error"]["message"])
        except (ValueError, KeyError, TypeError):
            says = answer.reason_phrase
        kind = NotFound if answer.status_code == 404 else NashboardError
        raise kind(f"{answer.request.url.copy_with(query=None)} answered {answer.status_code}: {says}")
