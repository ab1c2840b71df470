"""Real processes and real HTTP for tests."""

from tests.support.polling import until
from tests.support.service import Service, batch, scalars

__all__ = ["Service", "batch", "scalars", "until"]
