"""Interleaved rounds (A B A B …) and what is read from them.

Machines change speed while one waits; servers measured in turn, round after round, meet
the same changes, so ratios stay meaningful where absolute figures do not.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from load import Sample

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Measured(Generic[Key]):
    """The samples of each server, one per round."""

    samples: dict[Key, list[Sample]]

    def rate(self, key: Key) -> float:
        """Return the median rate."""
        return statistics.median(sample.rate for sample in self.samples[key])

    def spread(self, key: Key) -> tuple[float, float]:
        """Return the lowest and the highest rate."""
        rates = [sample.rate for sample in self.samples[key]]
        return min(rates), max(rates)

    def ratio(self, key: Key, other: Key) -> float:
        """Return the median over the rounds of `key`'s rate to `other`'s."""
        pairs = zip(self.samples[key], self.samples[other], strict=True)
        return statistics.median(mine.rate / its.rate for mine, its in pairs)

    def generator_cpu(self, key: Key) -> float:
        """Return the median share of its core that the generator used."""
        return statistics.median(each.generator_cpu for each in self.samples[key])


def interleave(
    keys: Sequence[Key], rounds: int, measure: Callable[[Key], Sample]
) -> Measured[Key]:
    """Measure each key once per round."""
    samples: dict[Key, list[Sample]] = {key: [] for key in keys}
    for number in range(rounds):
        for key in keys:
            samples[key].append(measure(key))
        print(f"  round {number + 1} of {rounds}", end="\r", file=sys.stderr)
    print(" " * 40, end="\r", file=sys.stderr)
    return Measured(samples)


def warn_if_generator_was_busy(name: str, share: float) -> None:
    """Say so when a figure may be the load generator's limit, not the server's."""
    if share > 0.9:
        words = f"the load generator used {share:.0%} of its core: {name} may be faster"
        print(f"warning: {words}", file=sys.stderr)
