"""`import monitor` in a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from bench.table import Row, quantile

CODE = "import time; t = time.perf_counter(); import monitor; print((time.perf_counter() - t) * 1e3)"


def measure() -> Iterator[Row]:
    """Median of 11 interpreters, files in the page cache."""
    took = [
        float(subprocess.run([sys.executable, "-c", CODE], stdout=subprocess.PIPE, check=True).stdout)
        for _ in range(11)
    ]
    median = quantile(took, 0.5)
    yield Row("`import monitor`", "≤ 60 ms", f"{median:.0f} ms", median <= 60)
