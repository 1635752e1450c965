"""How often each walker was called, how it ended and how long it took."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from jacnb.server.figures import WalkerFigures
from jacnb.walkers.run import Run

KEPT: Final = 500
"""Durations of a walker's last runs from which its percentiles are made."""


@dataclass(slots=True)
class _Record:
    calls: int = 0
    running: int = 0
    errors: int = 0
    durations: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))


class WalkerCounts:
    """Counts by walker name; may be used from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._records: dict[str, _Record] = {}

    def begin(self, name: str) -> None:
        """Note that a walker is called."""
        with self._lock:
            record = self._records.setdefault(name, _Record())
            record.calls += 1
            record.running += 1

    def end(self, run: Run) -> None:
        """Note how a run that began here ended."""
        with self._lock:
            record = self._records[run.walker]
            record.running -= 1
            record.errors += run.error is not None
            if run.duration is not None:
                record.durations.append(run.duration)

    def clear(self) -> None:
        """Forget all but what is running."""
        with self._lock:
            self._records = {
                name: _Record(calls=record.running, running=record.running)
                for name, record in self._records.items()
                if record.running
            }

    def figures(self, declared: Iterable[str] = ()) -> list[WalkerFigures]:
        """Return the figures of the walkers declared, and of others that ran."""
        with self._lock:
            names = dict.fromkeys([*declared, *self._records])
            return [
                _figures(name, self._records.get(name) or _Record()) for name in names
            ]


def _figures(name: str, record: _Record) -> WalkerFigures:
    durations = sorted(record.durations)
    return WalkerFigures(
        name=name,
        calls=record.calls,
        running=record.running,
        errors=record.errors,
        p50=_percentile(durations, 50),
        p95=_percentile(durations, 95),
    )


def _percentile(durations: list[float], percent: int) -> float | None:
    """Return the milliseconds that so many percent of the runs did not exceed."""
    if not durations:
        return None
    rank = math.ceil(len(durations) * percent / 100)
    return durations[rank - 1] * 1000
