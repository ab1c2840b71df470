"""`python -m bench.detection [FOLDER [SEEDS]]`: judges the doctor on trainings, and writes the figures of docs/detection.md.

Those that are not in the folder yet are recorded first: an hour on two cores.
"""

from __future__ import annotations

import sys

from bench.detection.run import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
