"""The one guard of the SDK: a guest never raises into the training loop.

Messages go through `logging` (logger "nashboard") and not through `warnings`, since a program that turns warnings into
errors would then be stopped by its guest.
"""

from __future__ import annotations

import functools
import logging
import os
import threading
from collections.abc import Callable
from typing import Any, TypeVar, cast

from monitor.errors import InvalidValue, NashboardError

logger = logging.getLogger("nashboard")

MAX_CAUSES = 1000  # names may be made of data; what is said stays bounded


class Guard:
    """Says each cause once, counts all of them.

    With `NASHBOARD_STRICT=1` in the environment everything that would only be said is raised: for tests of one's own loop.
    """

    def __init__(self) -> None:
        self.strict = os.environ.get("NASHBOARD_STRICT", "0") not in ("", "0")
        self.errors = 0
        self._said: set[str] = set()

    def say(self, cause: str, message: str, level: int = logging.WARNING) -> bool:
        """Logs `message` the first time that `cause` comes up; True if it did."""
        if cause in self._said or len(self._said) >= MAX_CAUSES:
            return False
        self._said.add(cause)
        logger.log(level, "%s", message)
        return True

    def forget(self, cause: str) -> None:
        """`cause` is over: if it comes again, it is said again."""
        self._said.discard(cause)

    def refuse(self, cause: str, message: str) -> None:
        """Bad input: said once and counted.

        Raises:
            InvalidValue: only when strict.
        """
        self.errors += 1
        if self.strict:
            raise InvalidValue(message)
        self.say(cause, message)

    def begun(self, thread: threading.Thread, what: str) -> bool:
        """Starts a thread that does `what`; False, and said once, where the machine has none left or Python is ending."""
        try:
            thread.start()
        except RuntimeError as error:
            self.errors += 1
            self.say(f"thread: {what}", f"nashboard: no thread for {what}: {error}. The training goes on.")
            return False
        return True

    def caught(self, where: str, error: Exception) -> None:
        """An exception stopped here: said once for each place and type, and counted."""
        if self.strict:
            raise error
        self.errors += 1
        cause = f"{where}: {type(error).__name__}"
        if isinstance(error, NashboardError):
            self.say(cause, f"{where}: {error.message}")
        elif self.say(cause, f"{where} failed, the training goes on: {type(error).__name__}: {error}"):
            logger.debug("where %s failed:", where, exc_info=error)


F = TypeVar("F", bound=Callable[..., None])


def guarded(method: F) -> F:
    """A method (of an object with a `guard`) that never raises: what goes wrong is said once, counted, and the call is over."""

    @functools.wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> None:
        """The method, with its exceptions handed to the guard."""
        try:
            method(self, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 a guest never raises into the loop
            self.guard.caught(f"nashboard: Run.{method.__name__}", error)

    return cast(F, call)
