"""Interleaved rounds (A B A B …) and what is read from them.

Machines change speed while one waits; servers measured in turn, round after round, meet
the same changes, so ratios stay meaningful where absolute figures do not.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from contenders import Contender
from load import Sample
from opening import LoadError

BUSY = 0.9


@dataclass(frozen=True, slots=True)
class Measured:
    """The samples of each server, one per round; the first server is the base."""

    samples: dict[Contender, list[Sample]]

    @property
    def base(self) -> Contender:
        """Return the server that the others are compared with."""
        return next(iter(self.samples))

    def rate(self, server: Contender) -> float:
        """Return the median rate."""
        return statistics.median(sample.rate for sample in self.samples[server])

    def spread(self, server: Contender) -> tuple[float, float]:
        """Return the lowest and the highest rate."""
        rates = [sample.rate for sample in self.samples[server]]
        return min(rates), max(rates)

    def base_ratio(self, server: Contender) -> float:
        """Return how often faster the base was: the median over the rounds."""
        pairs = zip(self.samples[self.base], self.samples[server], strict=True)
        return statistics.median(mine.rate / its.rate for mine, its in pairs)

    def generator_cpu(self, server: Contender) -> float:
        """Return the median share of its core that the generator used.

        Above nine tenths it says so: the figure may then be the generator's limit,
        which the row of the bare sockets shows.
        """
        share = statistics.median(each.generator_cpu for each in self.samples[server])
        if share > BUSY:
            words = f"the load generator used {share:.0%} of its core"
            print(f"warning: {server.name}: {words}", file=sys.stderr)
        return share


def interleave(
    servers: Sequence[Contender], rounds: int, measure: Callable[[Contender], Sample]
) -> Measured:
    """Measure each server once per round.

    Raises:
        LoadError: a server failed; the message names it.
    """
    samples: dict[Contender, list[Sample]] = {server: [] for server in servers}
    for number in range(rounds):
        for server in servers:
            print(f"round {number + 1} of {rounds}: {server.name}", file=sys.stderr)
            try:
                samples[server].append(measure(server))
            except LoadError as error:
                raise LoadError(f"{server.name}: {error}") from error
    return Measured(samples)
