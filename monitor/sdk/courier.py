"""Carries one journal to the service: declares the run, sends portions, splits what is refused, frees what is acknowledged."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from monitor.sdk.client import BadBatch, Busy, Client, UnknownRun
from monitor.sdk.guard import Guard
from monitor.sdk.journal import Journal
from monitor.sdk.lane import Lane, Portion
from monitor.wire import Alert

UNLIMITED = 1 << 62


class Courier:
    """One round after the other; whoever calls decides when, and what to do when the service does not answer.

    Attributes:
        declared: the service knows the run. acked: what it had of each sender then.
        path: where the dashboard shows it, as the service said ("" until then).
        shipped: records acknowledged so far. told: called with the alerts that an acknowledgement tells of.
    """

    def __init__(self, journal: Journal, client: Client, guard: Guard, batch_bytes: int) -> None:
        self.journal, self.client = journal, client
        self.declared, self.path, self.shipped = False, "", 0
        self.acked: dict[str, int] = {}
        self.told: Callable[[Sequence[Alert]], None] = lambda notes: None
        self._guard, self._batch_bytes = guard, batch_bytes
        self._at_most = {lane.name: UNLIMITED for lane in journal.lanes}
        self._told = {lane.name: 0 for lane in journal.lanes}  # the refused counts that the service knows

    @property
    def pending(self) -> bool:
        """Whether anything waits to be shipped."""
        return any(lane.last_seq >= lane.next_seq for lane in self.journal.lanes)

    def declare(self) -> int:
        """Declares the run, and goes on in each lane after what the service has of it; always 0.

        Raises:
            ShippingError: the service did not take it.
        """
        answer = self.client.declare(self.journal.info)
        for lane in self.journal.lanes:
            lane.seek(answer.acked.get(lane.sender, 0) + 1)
        self.declared, self.path, self.acked = True, answer.url, answer.acked
        return 0

    def round(self) -> int:
        """Ships one portion of each lane; the number of bytes shipped, 0 when nothing waits.

        Raises:
            ShippingError: the service did not take it; nothing is lost, try again later.
        """
        if not self.declared:
            self.declare()
        try:
            return sum(self._ship(lane) for lane in self.journal.lanes)
        except UnknownRun:
            self.declared = False
            raise

    def drain(self) -> int:
        """Ships all that is there; always 0.

        Raises:
            ShippingError: as `round`.
        """
        while self.round():
            pass
        return 0

    @property
    def untold(self) -> bool:
        """Whether the service has yet to hear of something refused."""
        return any(lane.refused != self._told[lane.name] for lane in self.journal.lanes)

    def heartbeat(self) -> int:
        """A sign of life, with the counts of what was refused; always 0.

        Raises:
            ShippingError: as `round`.
        """
        if not self.declared:
            self.declare()
        for lane in self.journal.lanes:
            if lane is self.journal.scalars or lane.refused != self._told[lane.name]:
                self._send(lane, lane.next_seq, [])
        return 0

    def _send(self, lane: Lane, first_seq: int, bodies: list[bytes]) -> int:
        refused = lane.refused
        ack = self.client.send(self.journal.info.id, lane.sender, first_seq, bodies, refused)
        self._told[lane.name] = refused
        if ack.alerts:
            self.told(ack.alerts)
        return ack.acked

    def _ship(self, lane: Lane) -> int:
        portion = lane.take(self._batch_bytes, self._at_most[lane.name])
        if portion is None:
            return 0
        size = sum(map(len, portion.bodies))
        try:
            acked = self._send(lane, portion.first_seq, portion.bodies)
        except BadBatch as error:
            self._split(lane, portion, error)
            return size
        if acked < portion.last_seq:
            lane.seek(acked + 1)
            raise Busy(f"the service has {lane.sender} up to {acked}, {portion.last_seq} was sent")
        lane.advance(portion)
        self.shipped += len(portion.bodies)
        self._at_most[lane.name] = min(2 * self._at_most[lane.name], UNLIMITED)
        return size

    def _split(self, lane: Lane, portion: Portion, error: BadBatch) -> None:
        """Half as many next time; a single record that is not taken is counted and left out."""
        if len(portion.bodies) > 1:
            self._at_most[lane.name] = len(portion.bodies) // 2
            return
        lane.refuse(1)
        lane.advance(portion)
        self._guard.say(
            f"bad record: {error.message}",
            f"nashboard: the service would not take a record, it is left out: {error.message}",
            logging.WARNING,
        )
