"""Hand on what is new in a source, in batches that a browser keeps up with."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from jacnb.panels.pump import Later
from jacnb.panels.rows import Row, chars_of
from jacnb.panels.sources import Source

BATCH_SECONDS: Final = 0.1
SHOWN: Final = 500
"""Rows of one batch; of more that are new only the newest go to the browser."""

# Jupyter Server drops a kernel's messages beyond 1 MB/s; several panels share it.
_CHARS_PER_SECOND: Final = 200_000

Deliver = Callable[[list[Row], int], None]


class Follower:
    """Look at a source again and again, and deliver its new rows on the pump.

    Looking costs a running server nothing, unlike being called for each message.

    Args:
        source: What to follow.
        deliver: Takes new rows, and how many came before them that are left out.
        later: The pump.
        start: The number of the first row to deliver.

    Attributes:
        next: The number of the first row that was not delivered yet.
    """

    def __init__(
        self, source: Source, deliver: Deliver, later: Later, start: int = 0
    ) -> None:
        self._source = source
        self._deliver = deliver
        self._later = later
        self.next = start
        self._is_on = False
        self._looking = threading.Lock()

    def start(self) -> None:
        """Begin to follow; twice is no error."""
        if not self._is_on:
            self._is_on = True
            self._later(0, self._look)

    def stop(self) -> None:
        """Follow no longer; what is new meanwhile is delivered after ``start()``."""
        self._is_on = False

    def look(self) -> float:
        """Deliver what is new (on the pump); return the seconds to pause then."""
        with self._looking:
            rows = self._source.since(self.next)
            if not rows:
                return BATCH_SECONDS
            shown = _newest(rows)
            # Numbers may have gaps: a source may be about some of the rows only.
            gone = max(0, self._source.kept_from() - self.next)
            skipped = gone + len(rows) - len(shown)
            self.next = rows[-1]["seq"] + 1
        began = time.monotonic()
        self._deliver(shown, skipped)
        # A browser's message loop that is slow to take batches gets fewer of them.
        spent = time.monotonic() - began
        return max(BATCH_SECONDS, chars_of(shown) / _CHARS_PER_SECOND, 4 * spent)

    def _look(self) -> None:
        if not self._is_on:
            return
        pause = BATCH_SECONDS
        try:
            pause = self.look()
        finally:
            self._later(pause, self._look)


def _newest(rows: list[Row]) -> list[Row]:
    """Return the newest rows that fit into one batch, oldest first."""
    room = _CHARS_PER_SECOND
    kept: list[Row] = []
    for row in reversed(rows[-SHOWN:]):
        room -= chars_of([row])
        if kept and room < 0:
            break
        kept.append(row)
    return kept[::-1]
