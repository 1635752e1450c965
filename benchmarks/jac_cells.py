"""What Jac costs: a warm cell, and a walker in Jac beside the same one in Python."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable

from report import number, table, times

import jacnb
from jacnb.graph import OPath, Session, connect
from jacnb.jac.magics import run_cell
from jacnb.store import MemoryStore

THREE = "\n".join(
    f"""walker step{i} {{
    has text: str, times: int = 1;
    can start with Root entry {{ report self.text * self.times; }}
    class __specs__ {{ has methods: list = ["websocket"]; }}
}}"""
    for i in range(3)
)
IN_JAC = """
node City {}
walker in_jac {
    has n: int = 0;
    can start with Root entry { self.n += 1; report self.n; visit [-->]; }
}
"""


class in_python(jacnb.Walker):  # noqa: N801
    """The same walker as `in_jac`."""

    n: int = 0

    @jacnb.on_entry
    def start(self, here: jacnb.Root) -> None:
        """Count, report, go on."""
        self.n += 1
        jacnb.report(self.n)
        jacnb.visit(self, jacnb.refs(OPath(here).edge_out().visit()))


def run(source: str) -> None:
    """Run a cell, without showing anything."""
    run_cell(vars(sys.modules["__main__"]), source, None, lambda shown: None)


def seconds(function: Callable[[], object], repeats: int = 1) -> float:
    """Return the time that one of several calls took."""
    start = time.perf_counter()
    for _ in range(repeats):
        function()
    return (time.perf_counter() - start) / repeats


def cell_rows(rounds: int) -> list[list[str]]:
    """Time a cell that replaces three walkers of a running server."""
    with jacnb.Server():
        first = seconds(lambda: run(THREE))
        warm = statistics.median(seconds(lambda: run(THREE)) for _ in range(rounds))
    said = "a cell of three walkers, on a running server"
    return [
        [f"{said}: the first one of a kernel", f"{number(first * 1000)} ms", ""],
        [f"{said}: run again", f"{number(warm * 1000)} ms", ""],
    ]


def walker_rows(rounds: int) -> list[list[str]]:
    """Time a run of four places in both languages, interleaved."""
    run(IN_JAC)
    names = vars(sys.modules["__main__"])
    store = MemoryStore()
    root_id = store.new_root()
    with Session(store, root_id) as session:
        connect(session.root, [names["City"]() for _ in range(3)])
        session.commit()

    def one_run(cls: type[jacnb.Walker]) -> None:
        with Session(store, root_id) as session:
            session.run(cls(), session.entry())
            session.serialized_reports()
            session.commit()

    jac, python = [], []
    for _ in range(rounds):
        jac.append(seconds(lambda: one_run(names["in_jac"]), 1000))
        python.append(seconds(lambda: one_run(in_python), 1000))
    ratio = statistics.median(a / b for a, b in zip(jac, python, strict=True))
    in_jac, plain = (number(statistics.median(each) * 1e6) for each in (jac, python))
    return [
        ["a run over four places, declared in Jac", f"{in_jac} µs", times(ratio)],
        ["… declared in Python", f"{plain} µs", ""],
    ]


def main() -> None:
    """Read the options, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    rows = cell_rows(options.rounds) + walker_rows(options.rounds)
    print(table(("what", "median", "of Python's time"), rows))


if __name__ == "__main__":
    main()
