"""Round trips: a walker called with `response: true`, calls per second and latency."""

from __future__ import annotations

import argparse
import contextlib
import statistics

from calls import Callers
from contenders import Contender
from load import Sample
from opening import close_connections, open_connections
from options import chosen, parser, print_table, short_time
from processes import Running, pin, running
from report import number, table, times
from rounds import Measured, interleave

HEADERS = (
    "connections",
    "server",
    "calls/s",
    "p50 ms",
    "p99 ms",
    "generator's core",
    "base is",
)
Latencies = dict[Contender, list[int]]


def measure(
    server: Running, connections: int, seconds: float
) -> tuple[Sample, list[int]]:
    """Open the connections, check the answers, measure, close."""
    opened = open_connections(server.port, ["calls"] * connections)
    try:
        callers = Callers(opened)
        callers.check()
        callers.run(min(seconds, 0.3))
        return callers.run(seconds)
    finally:
        close_connections(opened)


def rows(connections: int, measured: Measured, took: Latencies) -> list[list[str]]:
    """Write the rows of one number of connections, the base first."""
    lines = []
    for each in measured.samples:
        hundredths = statistics.quantiles(took[each], n=100)
        figures = measured.rate(each), hundredths[49] / 1e6, hundredths[98] / 1e6
        busy = f"{measured.generator_cpu(each):.0%}"
        ratio = "" if each is measured.base else times(measured.base_ratio(each))
        cells = [str(connections), each.words, *map(number, figures), busy, ratio]
        lines.append(cells)
    return lines


def compare(options: argparse.Namespace) -> str:
    """Run every number of connections against every server; return the table."""
    pin(0, last=False)
    lines: list[list[str]] = []
    with contextlib.ExitStack() as stack:
        able = [each for each in chosen(options) if each.runs_walkers]
        servers = {each: stack.enter_context(running(each)) for each in able}
        for count in [int(part) for part in options.connections.split(",")]:
            took: Latencies = {each: [] for each in able}

            def once(
                each: Contender, count: int = count, took: Latencies = took
            ) -> Sample:
                sample, latencies = measure(servers[each], count, options.seconds)
                took[each] += latencies
                return sample

            measured = interleave(able, options.rounds, once)
            lines += rows(count, measured, took)
    return table(HEADERS, lines)


def main() -> None:
    """Read the options, print the table."""
    made = parser(__doc__, against="jac-cloud")
    made.add_argument("--seconds", type=short_time, default=2.0)
    made.add_argument("--connections", default="1,50")
    print_table(compare, made.parse_args())


if __name__ == "__main__":
    main()
