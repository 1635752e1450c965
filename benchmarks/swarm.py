"""A swarm and its server in one process: what the kernel of a notebook takes."""

from __future__ import annotations

import argparse
import gc
import resource
import sys
import time
from pathlib import Path

from report import number, table

import jacnb

HEADERS = (
    "clients",
    "opened in",
    "KB each, with server",
    "events",
    "deliveries",
    "deliveries/s",
    "p50",
    "p99",
    "lost",
    "doubled",
)


def resident_kb() -> int:
    """Return the memory that this process holds, in KB."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text().splitlines()
        return next(int(n.split()[1]) for n in lines if n.startswith("VmRSS"))
    # macOS counts bytes, and only the most that there ever was.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def measure(clients: int, events: int, seconds: float) -> list[str]:
    """Open so many clients of a fresh server, let them talk, return a row."""
    with jacnb.Server(trace=False) as server:
        jacnb.swarm(server, 20, channel_id="warm", rate=20, seconds=0.5, progress=False)
        gc.collect()
        before = resident_kb()
        with jacnb.swarm(
            server, clients, channel_id="room", keep=0, progress=False
        ) as crowd:
            each = (resident_kb() - before) / clients
            found = crowd.run(rate=events / seconds, seconds=seconds, patience=30)
    if not found.is_clean:
        print(found, file=sys.stderr)
    return [
        f"{found.connected:,}",
        f"{found.opening:.2f} s",
        number(each),
        f"{found.sent:,}",
        f"{found.received:,}",
        number(found.delivery_rate),
        f"{(found.p50 or 0) * 1e3:.0f} ms",
        f"{(found.p99 or 0) * 1e3:.0f} ms",
        f"{found.lost:,}",
        f"{found.duplicates:,}",
    ]


def main() -> None:
    """Read the options, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, nargs="+", default=[100, 500, 2000])
    parser.add_argument("--events", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
    start = time.monotonic()
    rows = [measure(n, options.events, options.seconds) for n in options.clients]
    print(table(HEADERS, rows))
    print(f"{time.monotonic() - start:.0f} s, {sys.platform}, Python {sys.version[:6]}")


if __name__ == "__main__":
    main()
