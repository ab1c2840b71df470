"""Nashboard: live diagnostics for GAN training.

The public face of the SDK. It is light: what a name needs is loaded when the name is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from monitor.errors import JournalLocked, NashboardError, SettingError
    from monitor.notebook import display
    from monitor.sdk.init import init
    from monitor.sdk.run import Run
    from monitor.wire import Alert

    __version__: str

__all__ = ["Alert", "JournalLocked", "NashboardError", "Run", "SettingError", "__version__", "display", "init"]

_HOMES = {
    "Alert": "monitor.wire",
    "JournalLocked": "monitor.errors",
    "NashboardError": "monitor.errors",
    "Run": "monitor.sdk.run",
    "SettingError": "monitor.errors",
    "display": "monitor.notebook",
    "init": "monitor.sdk.init",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        value: Any = importlib.import_module("importlib.metadata").version("nashboard")
    elif name in _HOMES:
        value = getattr(importlib.import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module 'monitor' has no attribute {name!r}; it has {', '.join(__all__)}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
