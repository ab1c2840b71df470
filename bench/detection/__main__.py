"""`python -m bench.detection FOLDER`: judges the doctor on recorded trainings, and writes the figures of docs/detection.md."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import multiprocessing
import sys
from functools import partial
from pathlib import Path

from bench.detection.judge import report
from bench.detection.replay import replay

BEGIN, END = "<!-- figures -->\n", "<!-- end of figures -->\n"
PAGE = Path(__file__).parents[2] / "docs" / "detection.md"


def main() -> None:
    """Replays all, with samples and without, and puts the tables into the page."""
    folders = [one for one in sorted(Path(sys.argv[1]).iterdir()) if ".part-" not in one.name]
    with multiprocessing.Pool(2) as pool:
        whole = pool.map(replay, folders, chunksize=1)
        without = pool.map(partial(replay, samples=False), folders, chunksize=1)
    text = report(whole, without)
    print(text)
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(before + BEGIN + text + END + rest.partition(END)[2])


if __name__ == "__main__":
    main()
