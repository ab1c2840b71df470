"""What a commit changed, for those who follow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from monitor.wire import AlertInfo, FieldInfo, SampleInfo
from monitor.wire_layers import LayersInfo


@dataclass
class Change:
    """What a commit changed in one run; for the live cursor."""

    run_id: str
    points: dict[str, tuple[list[int], list[float]]] = field(default_factory=dict)
    samples: list[SampleInfo] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    projections: list[int] = field(default_factory=list)
    alerts: list[AlertInfo] = field(default_factory=list)
    fields: list[FieldInfo] = field(default_factory=list)
    layers: list[LayersInfo] = field(default_factory=list)
    jobs: bool = False
    rewound_to: int | None = None
    deleted: bool = False

    def rewind(self, step: int) -> None:
        """Drops what came after `step`."""
        self.points = {name: _until(step, *columns) for name, columns in self.points.items()}
        self.samples = [sample for sample in self.samples if sample.step <= step]
        self.fields = [one for one in self.fields if one.step <= step]
        self.layers = [one for one in self.layers if one.step <= step]
        self.projections = [frame for frame in self.projections if frame <= step]
        self.alerts = [alert for alert in self.alerts if alert.step <= step]
        self.rewound_to = step if self.rewound_to is None else min(step, self.rewound_to)


def _until(step: int, steps: list[int], values: list[float]) -> tuple[list[int], list[float]]:
    kept = [pair for pair in zip(steps, values, strict=True) if pair[0] <= step]
    return [pair[0] for pair in kept], [pair[1] for pair in kept]
