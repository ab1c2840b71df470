"""What a rule says."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Annotated, Literal

from msgspec import Meta, Struct

from monitor.errors import InvalidValue
from monitor.failures import RULE

Operator = Literal[">", ">=", "<", "<="]
COMPARE: dict[Operator, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
Severity = Literal["info", "warning", "critical"]
Glob = Annotated[str, Meta(min_length=1, max_length=200)]
Day = Annotated[float, Meta(ge=0, le=86_400)]


class Threshold(Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="threshold"):
    """A value is beyond a limit.

    Attributes:
        clear: once told, it is over only when the value is on the other side of this one (hysteresis); None: of `value`.
    """

    op: Operator
    value: float
    clear: float | None = None

    def check(self) -> None:
        """Raises InvalidValue when `clear` is on the wrong side: the alert would be over before it began."""
        if self.clear is not None and self.clear != self.value and COMPARE[self.op](self.clear, self.value):
            side = "below" if self.op.startswith(">") else "above"
            raise InvalidValue(
                f"clear={self.clear:g} is not allowed with {self.op} {self.value:g}: it has to be {side} that, or the same"
            )


class Change(Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="change"):
    """A value moves away from its own mean over the `window` steps before it.

    Attributes:
        by: share of that mean: 0.5 is 50 %. direction: which way counts.
    """

    by: Annotated[float, Meta(gt=0, le=1e6)]
    window: Annotated[int, Meta(ge=2, le=10_000_000)] = 500
    direction: Literal["up", "down", "either"] = "either"

    def check(self) -> None:
        """Raises InvalidValue when it can never come true."""
        if self.direction == "down" and self.by >= 1:
            raise InvalidValue(
                f"by={self.by:g} is not allowed with direction='down': less than 1 (nothing falls by more than 100 %)"
            )


class NoData(Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="no_data"):
    """No value has come for some minutes, while the run has not ended by its own word."""

    minutes: Annotated[float, Meta(gt=0, le=60 * 24 * 30)]

    def check(self) -> None:
        """Nothing can be wrong."""


class NotFinite(Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="nan"):
    """A value is NaN or infinite."""

    def check(self) -> None:
        """Nothing can be wrong."""


Condition = Threshold | Change | NoData | NotFinite


class RunFilter(Struct, frozen=True, forbid_unknown_fields=True):
    """Which runs; all that is given must fit, and nothing given means every run.

    Attributes:
        projects, tags: one of them; projects are globs. name: glob. query: as in the search field of the runs page.
    """

    projects: Annotated[list[Glob], Meta(max_length=50)] = []
    tags: Annotated[list[Annotated[str, Meta(min_length=1, max_length=100)]], Meta(max_length=50)] = []
    name: Annotated[str, Meta(max_length=200)] = ""
    query: Annotated[str, Meta(max_length=500)] = ""


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be told.

    Attributes:
        name: unique; its alerts are of the kind `rule:<name>`. signal: glob over series' names and standard signals.
        hold_steps, hold_seconds: how long the condition has to hold before it is told, and to be gone before it is over.
        cooldown: seconds after an alert's end before the rule opens another for the run.
        note: what the reader should do; it is added to the message. enabled: off keeps it, and resolves its alerts.
    """

    name: Annotated[str, Meta(pattern=r"^\w[\w .:%/()<>=+-]{0,57}$")]
    condition: Condition
    signal: Glob = "*"
    severity: Severity = "warning"
    hold_steps: Annotated[int, Meta(ge=0, le=10_000_000)] = 0
    hold_seconds: Day = 0.0
    cooldown: Day = 60.0
    runs: RunFilter = RunFilter()
    note: Annotated[str, Meta(max_length=500)] = ""
    enabled: bool = True

    @property
    def kind(self) -> str:
        """The kind of its alerts."""
        return RULE + self.name

    def check(self) -> None:
        """What one field alone can't tell.

        Raises:
            InvalidValue: names the value and what is allowed.
        """
        self.condition.check()
        if isinstance(self.condition, NoData) and (self.hold_steps or self.hold_seconds):
            raise InvalidValue("hold_steps and hold_seconds have to be 0 with no_data: its minutes are the hold time")
