"""Idle connections: how fast they are accepted and what each one costs."""

from __future__ import annotations

import argparse
import resource
import socket
import statistics
import sys
import time

from contenders import Contender
from load import Sample
from opening import close_connections, open_connections
from options import chosen, parser, print_table
from pings import keep_alive
from processes import pin, running
from report import number, span, table, times
from rounds import Measured, interleave

HEADERS = (
    "server",
    "connections",
    "accepted/s",
    "range",
    "KB each",
    "base accepts",
    "base needs",
)
# Files of our own and of the server's that are no connections.
RESERVED = 200
SETTLING = 1.0
BATCH = 1000
Memory = dict[Contender, list[float]]


def affordable(wanted: int) -> int:
    """Raise the soft limit of open files to the hard one; return how many fit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        hard = max(wanted + RESERVED, 65536)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if wanted + RESERVED <= hard:
        return wanted
    fits = hard - RESERVED
    words = f"the hard limit of open files is {hard}: measuring {fits} connections"
    print(f"{words} instead of {wanted} (raise it with ulimit -Hn)", file=sys.stderr)
    return fits


def open_idle(port: int, connections: int) -> list[socket.socket]:
    """Open connections, each on its own channel, and keep them alive meanwhile."""
    opened: list[socket.socket] = []
    while len(opened) < connections:
        last = min(len(opened) + BATCH, connections)
        channels = [f"idle{number}" for number in range(len(opened), last)]
        opened += open_connections(port, channels)
        keep_alive(opened)
    return opened


def measure(contender: Contender, connections: int) -> tuple[Sample, float]:
    """Open idle connections to a fresh server; return the rate and KB for each."""
    with running(contender) as server:
        # The first connections load what a server loads late.
        close_connections(open_connections(server.port, ["warm"] * 20))
        before = server.resident_kb()
        start, cpu = time.perf_counter(), time.process_time()
        opened = open_idle(server.port, connections)
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        time.sleep(SETTLING)
        keep_alive(opened)
        each = (server.resident_kb() - before) / connections
        for connection in opened:
            connection.close()
    return Sample(connections, seconds, cpu / seconds), each


def rows(measured: Measured, memory: Memory) -> list[list[str]]:
    """Write one row per server, the base first."""
    base = measured.base
    lines = []
    for each in measured.samples:
        need = statistics.median(memory[each])
        ratios = ["", ""]
        if each is not base:
            share = statistics.median(memory[base]) / need
            ratios = [times(measured.base_ratio(each)), f"{share:.0%}"]
        rate, spread = number(measured.rate(each)), span(*measured.spread(each))
        count = number(measured.samples[each][0].count)
        lines.append([each.words, count, rate, spread, number(need), *ratios])
    return lines


def compare(options: argparse.Namespace) -> str:
    """Measure every server and return the table."""
    pin(0, last=False)
    connections = affordable(options.connections)
    servers = chosen(options)
    memory: Memory = {each: [] for each in servers}

    def once(each: Contender) -> Sample:
        sample, kilobytes = measure(each, connections)
        memory[each].append(kilobytes)
        return sample

    return table(HEADERS, rows(interleave(servers, options.rounds, once), memory))


def main() -> None:
    """Read the options, print the table."""
    made = parser(__doc__, against="tornado,jac-cloud")
    made.set_defaults(rounds=3)
    made.add_argument("--connections", type=int, default=10_000)
    print_table(compare, made.parse_args())


if __name__ == "__main__":
    main()
