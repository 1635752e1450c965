"""Fan-out: one event to 500 subscribers of a channel, deliveries per second.

The events come from a client (`channel` event) or from a walker that a client calls and
that calls `notify_channels`; the window is how many are in flight at once.
"""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from contenders import Contender
from load import Fanout, Sample, channel_event, walker_event
from opening import close_connections, open_connections
from options import OTHERS, chosen, parser, print_table, short_time
from processes import Running, pin, running
from report import number, span, table, times
from rounds import Measured, interleave

HEADERS = ("load", "server", "deliveries/s", "range", "generator's core", "base is")


@dataclass(frozen=True, slots=True)
class Load:
    """Who makes the events and how many are in flight."""

    words: str
    event: Callable[[int], bytes]
    window: int
    needs_walkers: bool


def loads(windows: Sequence[int]) -> list[Load]:
    """List the loads to measure."""
    by_client = [Load("a client's event", channel_event, w, False) for w in windows]
    by_walker = [Load("a walker's call", walker_event, w, True) for w in windows]
    return by_client + by_walker


def measure(server: Running, load: Load, subscribers: int, seconds: float) -> Sample:
    """Open the connections, check the messages, measure, check again, close."""
    crowd = open_connections(server.port, ["room"] * subscribers)
    publisher = open_connections(server.port, ["elsewhere"])
    try:
        fanout = Fanout(publisher[0], crowd, load.event)
        fanout.check()
        fanout.run(min(seconds, 0.3), load.window)
        sample = fanout.run(seconds, load.window)
        fanout.check()
    finally:
        close_connections([*publisher, *crowd])
    return sample


def rows(load: Load, measured: Measured) -> list[list[str]]:
    """Write one load's rows, the base first."""
    lines = []
    for each in measured.samples:
        busy = measured.generator_cpu(each)
        ratio = "" if each is measured.base else times(measured.base_ratio(each))
        rate, spread = number(measured.rate(each)), span(*measured.spread(each))
        words = f"{load.words}, window {load.window}"
        lines.append([words, each.words, rate, spread, f"{busy:.0%}", ratio])
    return lines


def compare(options: argparse.Namespace) -> str:
    """Run every load against every server and return the table."""
    pin(0, last=False)
    lines: list[list[str]] = []
    with contextlib.ExitStack() as stack:
        servers = {each: stack.enter_context(running(each)) for each in chosen(options)}
        for load in loads([int(part) for part in options.window.split(",")]):
            able = [c for c in servers if c.runs_walkers or not load.needs_walkers]

            def once(each: Contender, load: Load = load) -> Sample:
                return measure(
                    servers[each], load, options.subscribers, options.seconds
                )

            if able:
                lines += rows(load, interleave(able, options.rounds, once))
    return table(HEADERS, lines)


def main() -> None:
    """Read the options, print the table."""
    made = parser(__doc__, against="bare,jacnb-untraced," + OTHERS)
    made.add_argument("--seconds", type=short_time, default=2.0)
    made.add_argument("--subscribers", type=int, default=500)
    made.add_argument("--window", default="1,10", help="events in flight")
    print_table(compare, made.parse_args())


if __name__ == "__main__":
    main()
