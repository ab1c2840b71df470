"""The sample grids of a run as a folder of images."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from monitor.sources.stored import StoredRun

FIELDS = ("step", "name", "kind", "rows", "columns", "count", "tile_height", "tile_width", "value_range")


def to_folder(run: StoredRun, folder: Path) -> int:
    """`<name>/<step>.webp` of each grid, and `index.csv` that says what is where. The number of grids."""
    folder.mkdir(parents=True, exist_ok=True)
    digits = len(str(run.detail.last_step or 0))
    count = 0
    with (folder / "index.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", *FIELDS])
        for one in run.samples():
            image = run.blob(one.hash)
            ending = "webp" if image[8:12] == b"WEBP" else "png"
            group = one.name if one.kind == "reference" else f"{one.name}-{one.kind}"
            place = (
                Path(re.sub(r"[^A-Za-z0-9._-]+", "-", group).strip(".") or "grid") / f"{one.step:0{digits}d}.{ending}"
            )
            (folder / place).parent.mkdir(exist_ok=True)
            (folder / place).write_bytes(image)
            writer.writerow([place, *(getattr(one, name) for name in FIELDS)])
            count += 1
    return count
