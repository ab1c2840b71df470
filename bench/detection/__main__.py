"""`python -m bench.detection [FOLDER [SEED [PROCESSES]]]`: judges the doctor on trainings.

It writes the figures of docs/detection.md, and draws its pictures. Trainings that are not in the folder yet are recorded first:
a quarter of an hour on two cores.
"""

from __future__ import annotations

import sys

from bench.detection.run import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
