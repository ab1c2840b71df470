"""The subcommands of `nashboard` that train."""

import os

# Read when torch is first imported, which is after this: OpenMP's idle threads spin by default, and beside a service, a
# browser or a second training on the same cores that makes a step many times slower.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
