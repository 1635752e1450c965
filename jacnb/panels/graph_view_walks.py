"""Walker runs as walks over the graph: where they came, and what they reported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from jacnb.panels.rows import Row
from jacnb.panels.sequence_words import one_line
from jacnb.panels.trace_source import TraceSource
from jacnb.protocol.connections import Connection
from jacnb.protocol.telling.words import gist
from jacnb.protocol.trace import Entry, Kind, Trace

KINDS: Final = frozenset({Kind.RUN, Kind.VISIT, Kind.REPORT, Kind.END})


@dataclass
class Step:
    """One thing a walker did: it came to a place, or reported something there."""

    at: str
    report: str | None = None


@dataclass
class Walk:
    """One run of a walker.

    Attributes:
        run: Its number in the trace.
        walker: The walker's name.
        caller: The client that called it, empty over REST.
        steps: What it did, oldest first.
        is_over: Whether it ended.
        error: Why it failed, empty if it did not.
    """

    run: int
    walker: str
    caller: str = ""
    steps: list[Step] = field(default_factory=list)
    is_over: bool = False
    error: str = ""


class WalkSource(TraceSource):
    """The rows of a trace that tell where walkers are, and nothing else."""

    def __init__(
        self, trace: Trace, connected: Callable[[], Sequence[Connection]] = tuple
    ) -> None:
        super().__init__(trace, connected)
        # Asked again and again for what comes after one number, it need not look
        # through all that was said meanwhile each time.
        self._asked = self._reached = 0

    def since(self, seq: int) -> list[Row]:
        """Return the rows about walks that are kept from number ``seq`` on."""
        with self._lock:
            start = max(seq, self._reached) if seq == self._asked else seq
            entries = self._trace.since(start)
            walked = [entry for entry in entries if entry.kind in KINDS]
            self._asked = seq
            self._reached = seq if walked or not entries else entries[-1].seq + 1
            return [self._row(entry) for entry in walked]


def walks_of(rows: Iterable[Row], name: Callable[[int], str]) -> list[Walk]:
    """Return the walks that rows tell of, oldest first.

    Args:
        rows: In the order of their numbers.
        name: A client's name by its lane.
    """
    walks: dict[int, Walk] = {}
    for row in rows:
        if row["kind"] == Kind.RUN.value:
            caller = "" if row["who"] is None else name(row["who"])
            walks[row["seq"]] = Walk(row["seq"], row["type"], caller)
        elif row["run"] in walks:
            _follow(walks[row["run"]], row)
    return list(walks.values())


def _follow(walk: Walk, row: Row) -> None:
    if row["kind"] == Kind.VISIT.value:
        walk.steps.append(Step(row["type"]))
    elif row["kind"] == Kind.REPORT.value:
        walk.steps.append(Step(row["type"], _said(row)))
    elif row["kind"] == Kind.END.value:
        walk.is_over, walk.error = True, row["text"] or ""


def _said(row: Row) -> str:
    entry = Entry(0, 0, Kind.REPORT, "", None, (), 0, 0, None, row["text"], 0)
    return one_line(gist(entry))
