"""When to try again after a connection was lost."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Backoff:
    """How long to wait before each attempt to connect again.

    Args:
        first: Seconds before the first attempt, doubled for each further one.
        most: Seconds that no wait exceeds.
        attempts: After how many to give up; None never does.
    """

    first: float = 0.2
    most: float = 30.0
    attempts: int | None = None

    def delays(self) -> Iterator[float]:
        """Yield the waits: jitter keeps clients from coming back all at once."""
        delay, count = self.first, 0
        while self.attempts is None or count < self.attempts:
            yield delay * random.uniform(0.5, 1.0)
            delay, count = min(self.most, delay * 2), count + 1
