"""What one kernel feels: round trips of the sync client, `serve()`, and the import."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

from report import number, table, times

LAZY = ("tornado", "ipywidgets", "websocket", "jwt", "argon2", "jaclang")
IMPORT = (
    "import time; start = time.perf_counter(); {}; print(time.perf_counter() - start)"
)
SERVE = """
import jacnb, time
start = time.perf_counter()
server = jacnb.serve()
first = time.perf_counter() - start
server.stop()
start = time.perf_counter()
server = jacnb.serve()
print(first, time.perf_counter() - start)
server.stop()
"""


def seconds_printed_by(program: str) -> list[float]:
    """Run a program in a fresh interpreter; return the figures it prints."""
    output = subprocess.check_output([sys.executable, "-c", program], text=True)
    return [float(word) for word in output.split()]


def import_rows(rounds: int) -> list[list[str]]:
    """Compare `import jacnb` with the import of pydantic, interleaved."""
    ours: list[float] = []
    pydantic: list[float] = []
    for _ in range(rounds):
        ours += seconds_printed_by(IMPORT.format("import jacnb"))
        statement = "from pydantic import BaseModel"
        pydantic += seconds_printed_by(IMPORT.format(statement))
    ratio = statistics.median(a / b for a, b in zip(ours, pydantic, strict=True))
    return [
        ["`import jacnb`", milliseconds(ours), times(ratio) + " pydantic's"],
        ["`from pydantic import BaseModel`", milliseconds(pydantic), ""],
    ]


def loaded_too_early() -> list[str]:
    """Name the modules that `import jacnb` must not load and did."""
    program = f"import jacnb, sys; print(*(n for n in {LAZY} if n in sys.modules))"
    output = subprocess.check_output([sys.executable, "-c", program], text=True)
    return output.split()


def serve_rows(rounds: int) -> list[list[str]]:
    """Time `serve()` in fresh interpreters, first with all it loads, then again."""
    pairs = [seconds_printed_by(SERVE) for _ in range(rounds)]
    first, again = zip(*pairs, strict=True)
    return [
        ["`serve()`, modules loaded", milliseconds(again), ""],
        ["`serve()`, the first one, which loads Tornado", milliseconds(first), ""],
    ]


def round_trip_rows(calls: int) -> list[list[str]]:
    """Time `client.walker(...)` with server and client in this very process."""
    import jacnb

    @jacnb.walker
    def shout(here: jacnb.Root, text: str) -> str:
        return text.upper()

    took = []
    with jacnb.Server() as server, server.connect(user="alice") as alice:
        for _ in range(calls + calls // 10):
            start = time.perf_counter()
            response = alice.walker("shout", text="hello")
            took.append(time.perf_counter() - start)
            if response.reports != ["HELLO"]:
                raise SystemExit(f"the walker answered {response!r}")
    took = took[calls // 10 :]
    late = statistics.quantiles(took, n=20)[18]
    words = f"`client.walker(...)`, {number(calls)} calls"
    return [[words, milliseconds(took), f"p95 {number(late * 1000)} ms"]]


def milliseconds(seconds: list[float] | tuple[float, ...]) -> str:
    """Write the median."""
    return number(statistics.median(seconds) * 1000)


def main() -> None:
    """Read the options, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--calls", type=int, default=3000)
    options = parser.parse_args()
    rows = round_trip_rows(options.calls)
    rows += serve_rows(options.rounds) + import_rows(options.rounds)
    early = ", ".join(loaded_too_early()) or "none"
    rows.append([f"of {', '.join(LAZY)} loaded by `import jacnb`", "", early])
    print(table(("what", "median ms", ""), rows))


if __name__ == "__main__":
    main()
