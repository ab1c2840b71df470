"""A run read from the service's database and blobs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from monitor.errors import NotFound
from monitor.settings import ServiceSettings
from monitor.storage import runs as store
from monitor.storage import series as stretches
from monitor.storage.alerts import list_alerts
from monitor.storage.blobs import Blobs
from monitor.storage.retelling import names_of, retell
from monitor.storage.samples import list_samples
from monitor.storage.series import Stretch
from monitor.wire import AlertInfo, Columns, SampleInfo

T = TypeVar("T")
ROWS = 20_000  # of one read: no transaction stays open for long


class LocalRun:
    """Reads in short transactions; a service may be at work in the folder.

    Raises:
        NotFound: no such run.
    """

    def __init__(self, engine: Engine, blobs: Blobs, settings: ServiceSettings, run_id: str) -> None:
        self._engine, self._blobs, self._id = engine, blobs, run_id
        self.where = f"{run_id} in {blobs.folder.parent}"
        self.detail = self._read(lambda connection: store.run_detail(connection, settings, run_id))

    def _read(self, query: Callable[[Connection], T]) -> T:
        with self._engine.begin() as connection:
            return query(connection)

    def rows(self, names: Collection[str]) -> Iterator[tuple[int, dict[str, float]]]:
        """See `StoredRun`."""
        asked, after = set(names), -1
        known = self._read(lambda connection: names_of(connection, self._id))
        wanted = {key: name for key, name in known.items() if name in asked}
        while True:
            with self._engine.begin() as connection:
                some = list(islice(retell(connection, wanted, after), ROWS))
            yield from some
            if not some:
                return
            after = some[-1][0]

    def curves(self, names: Collection[str], width: int) -> dict[str, Columns]:
        """See `StoredRun`."""

        def query(connection: Connection) -> dict[str, Columns]:
            found = stretches.find(connection, [self._id], list(names))
            return {
                one.name: stretches.read(connection, one, Stretch(width=width)) for one in found if one.name in names
            }

        return self._read(query)

    def alerts(self) -> list[AlertInfo]:
        """See `StoredRun`."""
        return self._read(lambda connection: list_alerts(connection, self._id))

    def events(self) -> list[dict[str, Any]]:
        """See `StoredRun`."""
        return self._read(lambda connection: store.list_events(connection, self._id))

    def samples(self) -> list[SampleInfo]:
        """See `StoredRun`."""
        return self._read(lambda connection: list_samples(connection, self._id))

    def blob(self, digest: str) -> bytes:
        """See `StoredRun`."""
        try:
            return self._blobs.path(digest).read_bytes()
        except OSError:
            raise NotFound(f"no blob {digest[:64]!r}") from None

    def close(self) -> None:
        """See `StoredRun`."""
        self._engine.dispose()
