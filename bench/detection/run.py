"""The command: records what is missing, takes all past the doctor, writes the page and its pictures."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import multiprocessing
import tempfile
from pathlib import Path

from bench.detection.corpus import CASES, copies
from bench.detection.judge import report
from bench.detection.pictures import draw_all
from bench.detection.record import record_all
from bench.detection.replay import SEEN, replay

BEGIN, END = "<!-- figures -->\n", "<!-- end of figures -->\n"
PAGE = Path(__file__).parents[2] / "docs" / "detection.md"
FIRST_SEED = 700


def main(arguments: list[str]) -> int:
    """`[FOLDER [FIRST_SEED [PROCESSES]]]`: where recordings are kept, the first seed (those below 700 served the calibration),
    and how many processes work side by side."""
    folder = Path(arguments[0]) if arguments else Path(tempfile.gettempdir()) / "nashboard-detection"
    first = int(arguments[1]) if len(arguments) > 1 else FIRST_SEED
    processes = int(arguments[2]) if len(arguments) > 2 else 2
    record_all(folder, [(name, first + more) for name in CASES for more in range(copies(name))], processes)
    folders = [one for one in sorted(folder.iterdir()) if ".part-" not in one.name]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        stories = pool.map(replay, folders, chunksize=4)
    draw_all(folder, first)
    text = report({seen: [one[seen] for one in stories] for seen in SEEN})
    print(text)
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(before + BEGIN + text + END + rest.partition(END)[2])
    return 0
