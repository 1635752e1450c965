"""Collect what a panel shows, and hand it on in batches."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from jacnb.panels.allowance import Allowance
from jacnb.panels.entries import Entry
from jacnb.panels.pump import Later

BATCH_SECONDS: Final = 0.05
"""From the first message after a while to its batch."""
FLOW_SECONDS: Final = 0.1
"""From one batch to the next while messages flow."""
FLOOD_SECONDS: Final = 0.25
HISTORY_SECONDS: Final = 1.0
SHOWN: Final = 200
"""Entries in a view and in the history that views attached later start from."""
FLOOD_SHOWN: Final = 30
"""Entries of a batch while more come, for longer, than a view could show."""
KEPT: Final = 1_000
"""Entries that a panel remembers for its transcript."""

# Fences are shown as raw frames only, so they take no room from what is said.
_LOOKED_AT: Final = 3 * SHOWN
_HISTORY_CHARS: Final = 100_000
# Jupyter Server drops a kernel's messages beyond 1 MB/s; several panels share it.
_CHARS_PER_SECOND: Final = 200_000

Answer = dict[str, str | None]
"""What became of something sent in the panel: its ``nonce`` and ``error``."""

Make = Callable[[int], Entry]


class Feed:
    """Number entries as they come from any thread; deliver them on the pump.

    Args:
        deliver: Takes the new entries and answers; called on the pump only.
        keep: Takes the entries of the history; called on the pump only.
        later: The pump.
    """

    def __init__(
        self,
        deliver: Callable[[list[Entry], list[Answer]], None],
        keep: Callable[[list[Entry]], None],
        later: Later,
    ) -> None:
        self._deliver = deliver
        self._keep = keep
        self._later = later
        self._lock = threading.RLock()
        self._seq = 0
        self._recent: deque[Entry] = deque(maxlen=KEPT)
        # Entries beyond what a view shows are not worth sending: it marks the gap.
        self._fresh: deque[Entry] = deque(maxlen=SHOWN)
        self._answers: list[Answer] = []
        self._flush_due = False
        self._history_due = False
        self._is_flood = False
        self._allowance = Allowance()
        self._paused_until = 0.0

    def load(self, make: Make) -> None:
        """Add an entry of the past, which goes to views with the history."""
        with self._lock:
            entry = make(self._seq + 1)
            self._seq += 1
            self._recent.append(entry)

    def add(self, make: Make) -> None:
        """Add the entry that ``make`` returns for the next sequence number."""
        with self._lock:
            self.load(make)
            self._fresh.append(self._recent[-1])
        self.wake()

    def answer(self, answer: Answer) -> None:
        """Tell the view what became of something it sent."""
        with self._lock:
            self._answers.append(answer)
        self.wake()

    def wake(self) -> None:
        """Have the pump flush soon; many calls become one flush."""
        with self._lock:
            if self._flush_due:
                return
            self._flush_due = True
            pause = self._paused_until - time.monotonic()
        self._later(max(BATCH_SECONDS, pause), self.flush)

    def flush(self) -> None:
        """Deliver what is new (on the pump)."""
        with self._lock:
            entries, answers = self._take(), self._answers
            self._answers = []
            self._flush_due = False
            least = FLOOD_SECONDS if self._is_flood else FLOW_SECONDS
            pause = max(least, _chars(entries) / _CHARS_PER_SECOND)
            self._paused_until = time.monotonic() + pause
        self._deliver(entries, answers)
        self._allowance.earn(_chars(entries))
        if entries and self._allowance.covers_last():
            self._refresh_history()

    def _take(self) -> list[Entry]:
        """Return what is worth showing of what is new; in a lasting flood, little."""
        entries = list(self._fresh)
        self._fresh.clear()
        was_flood, self._is_flood = self._is_flood, len(entries) == SHOWN
        return entries[-FLOOD_SHOWN:] if was_flood and self._is_flood else entries

    def recent(self, count: int = KEPT) -> list[Entry]:
        """Return the newest entries, oldest first."""
        with self._lock:
            return list(self._recent)[-count:]

    def history(self, after: int = 0) -> list[Entry]:
        """Return what a view that attaches now starts from, bounded in size.

        Args:
            after: The number of the newest entry that the view has.
        """
        kept: list[Entry] = []
        room, shown = _HISTORY_CHARS, 0
        for entry in reversed(self.recent(_LOOKED_AT)):
            room -= _chars([entry])
            shown += entry["kind"] != "fence"
            is_full = kept and (room < 0 or shown > SHOWN)
            if is_full or entry["seq"] <= after:
                break
            kept.append(entry)
        return kept[::-1]

    def _refresh_history(self) -> None:
        if not self._history_due:
            self._history_due = True
            self._later(HISTORY_SECONDS, self._write_history)

    def _write_history(self) -> None:
        self._history_due = False
        history = self.history()
        if self._allowance.spend(_chars(history)):
            self._keep(history)


def _chars(entries: list[Entry]) -> int:
    return sum(len(e["raw"]) + len(e["text"] or "") + 200 for e in entries)
