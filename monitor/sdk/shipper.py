"""The one thread that ships while the training goes on."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence

from monitor.sdk.client import Busy, Client, NotAllowed, ShippingError, UnknownRun
from monitor.sdk.courier import Courier
from monitor.sdk.guard import Guard
from monitor.sdk.journal import Journal
from monitor.settings import ClientSettings

SAY_AGAIN = 600.0  # seconds: a service that is away again is said again, but not each time that it flickers
FIRST_PAUSE = 0.1  # seconds; doubles with each failure, up to `retry_max`


class Shipper(threading.Thread):
    """Ships a journal as it grows: the first record at once, the next ones in batches by size and age.

    It sleeps while nothing is logged (the lane wakes it), sends signs of life, and backs off with full jitter when the service
    is away. Journals that earlier processes of the same run left behind go first.
    """

    def __init__(
        self,
        journal: Journal,
        settings: ClientSettings,
        guard: Guard,
        left: Callable[[], Sequence[Journal]] = tuple,
    ) -> None:
        super().__init__(name="nashboard-shipper", daemon=True)
        self._settings, self._guard, self._left = settings, guard, left
        self._client = Client(settings.server, settings.token)
        self.courier = Courier(journal, self._client, guard, settings.batch_bytes)
        self._journal = journal
        self._awake, self._ended = threading.Event(), threading.Event()
        self._deadline, self._said_at = float("inf"), 0.0
        self._random = random.Random()  # its own: the training's random numbers are not ours to draw
        for lane in journal.lanes:
            lane.wake = self._awake.set

    def finish(self, timeout: float) -> bool:
        """Ships what is left for at most `timeout` seconds; True when all of it was acknowledged."""
        self._deadline = time.monotonic() + timeout
        self._ended.set()
        self._awake.set()
        self.join(timeout)
        return self.courier.declared and not self.courier.pending

    def run(self) -> None:
        """The thread's life."""
        try:
            self._ship_left()
            self._ship_own()
        except Exception as error:  # noqa: BLE001 the last line of defence: a thread's death is said, not hidden
            self._guard.caught("nashboard: shipping", error)
        finally:
            self._client.close()

    def _ship_left(self) -> None:
        for journal in self._left():
            courier = Courier(journal, self._client, self._guard, self._settings.batch_bytes)
            if self._persist(courier.drain) >= 0:
                journal.remove()
            else:
                journal.release()

    def _ship_own(self) -> None:
        courier, settings = self.courier, self._settings
        heartbeat_at = 0.0
        while (shipped := self._persist(courier.round)) >= 0:
            now = time.monotonic()
            if now > self._deadline:
                return
            self._journal.scalars.prepare()
            if shipped:
                heartbeat_at = now + settings.heartbeat
                if shipped < settings.batch_bytes // 2:
                    self._ended.wait(settings.batch_age)
            elif self._ended.is_set():
                if courier.untold:
                    self._persist(courier.heartbeat)
                return
            elif now >= heartbeat_at:
                heartbeat_at = now + settings.heartbeat
                self._persist(courier.heartbeat)
            else:
                self._sleep(heartbeat_at - now)

    def _sleep(self, seconds: float) -> None:
        lanes = self._journal.lanes
        for lane in lanes:
            lane.idle = True
        # What was appended before the flags stood has woken nobody.
        if not self.courier.pending and not self._ended.is_set():
            self._awake.wait(seconds)
        self._awake.clear()
        for lane in lanes:
            lane.idle = False

    def _persist(self, action: Callable[[], int]) -> int:
        """What `action` returns once the service takes it; -1 when the time for it ran out."""
        failures = 0
        while True:
            try:
                result = action()
            except ShippingError as error:
                failures += 1
                if not self._pause(error, failures):
                    return -1
            else:
                if failures and time.monotonic() - self._said_at > SAY_AGAIN:
                    self._guard.forget("shipping")
                return result

    def _pause(self, error: ShippingError, failures: int) -> bool:
        if isinstance(error, UnknownRun) and failures == 1:
            return True  # declared anew at once
        self._say(error)
        longest = min(FIRST_PAUSE * 2.0 ** min(failures, 60), self._settings.retry_max)
        if isinstance(error, NotAllowed):
            longest = self._settings.retry_max
        pause = max(self._random.uniform(0, longest), error.retry_after)
        left = self._deadline - time.monotonic()
        if not self._ended.is_set():
            self._ended.wait(pause)
            return True
        if left <= 0:
            return False
        time.sleep(min(pause, left))
        return True

    def _say(self, error: ShippingError) -> None:
        if isinstance(error, Busy) and "answered 429" in error.message:
            return  # asked to come back a little later: that is no news
        self._guard.say(
            "shipping",
            f"nashboard: {error.message}. Everything is kept on disk and shipped later; the training goes on.",
        )
