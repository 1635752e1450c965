"""Latencies in bounded memory: counted in buckets, each 2.2 % wider than the last."""

from __future__ import annotations

import math
from typing import Final

_PER_OCTAVE: Final = 32
_SMALLEST: Final = 1e-6
_MAX_SLICES: Final = 240


class Latencies:
    """How often each latency occurred; right to about 1 %, its maximum exactly."""

    __slots__ = ("buckets", "count", "max")

    def __init__(self) -> None:
        self.buckets: dict[int, int] = {}
        self.count = 0
        self.max = 0.0

    def add(self, seconds: float) -> None:
        """Count one."""
        key = 0
        if seconds > _SMALLEST:
            key = int(math.log2(seconds / _SMALLEST) * _PER_OCTAVE)
        self.buckets[key] = self.buckets.get(key, 0) + 1
        self.count += 1
        if seconds > self.max:
            self.max = seconds

    def merge(self, other: Latencies) -> None:
        """Count all of another, too."""
        for key, count in other.buckets.items():
            self.buckets[key] = self.buckets.get(key, 0) + count
        self.count += other.count
        self.max = max(self.max, other.max)

    def copy(self) -> Latencies:
        """Return the same, to which nothing is added any more."""
        copied = Latencies()
        copied.merge(self)
        return copied

    def percentile(self, percent: float) -> float | None:
        """Return the seconds that so many percent do not exceed; None without any."""
        if not self.count:
            return None
        wanted = max(1, math.ceil(self.count * percent / 100))
        if wanted == self.count:
            return self.max
        seen = 0
        for key in sorted(self.buckets):
            seen += self.buckets[key]
            if seen >= wanted:
                break
        return min(_middle(key), self.max)


def _middle(key: int) -> float:
    return float(_SMALLEST * 2 ** ((key + 0.5) / _PER_OCTAVE))


class Timeline:
    """Latencies by when their event was sent; slices grow so that they stay few.

    Attributes:
        width: Seconds of a slice.
        slices: The latencies of each, in order.
    """

    def __init__(self, width: float = 0.05) -> None:
        self.width = width
        self.slices: list[Latencies] = []

    def add(self, at: float, seconds: float) -> None:
        """Count a latency of what was sent so many seconds after the start."""
        index = max(0, int(at / self.width))
        while index >= _MAX_SLICES:
            self._halve()
            index = int(at / self.width)
        while len(self.slices) <= index:
            self.slices.append(Latencies())
        self.slices[index].add(seconds)

    def total(self) -> Latencies:
        """Return all of them together."""
        total = Latencies()
        for each in self.slices:
            total.merge(each)
        return total

    def copy(self) -> Timeline:
        """Return the same, to which nothing is added any more."""
        copied = Timeline(self.width)
        copied.slices = [each.copy() for each in self.slices]
        return copied

    def _halve(self) -> None:
        self.width *= 2
        for index in range(1, len(self.slices), 2):
            self.slices[index - 1].merge(self.slices[index])
        self.slices = self.slices[::2]


def in_words(seconds: float) -> str:
    """Return a duration with a fitting unit and three digits that count."""
    for limit, factor, unit in ((1e-3, 1e6, "µs"), (1.0, 1e3, "ms")):
        if seconds < limit * 0.9995:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds:.3g} s" if seconds < 1000 else f"{seconds:,.0f} s"
