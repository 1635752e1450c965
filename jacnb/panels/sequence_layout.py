"""Where everything stands in a sequence diagram, for pictures made here.

The geometry is the same in the page (`sequence_layout.js`) and small enough to be
written twice:

- every message that is shown is one row, ``ROW`` high, in the order of the trace;
- clients stand side by side, ``COLUMN`` wide, in the order in which they came; those
  that there is no room for share one column; the server stands to their right;
- a walker run is a bar right of the server, in the first place (``SLOT`` wide) that is
  free when it begins; it ends at its last message.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from jacnb.panels.rows import Lane, Row
from jacnb.panels.sequence_words import GROUPS, Words, sentence, words_of

CLIENTS: Final = 12
"""How many clients have a column of their own."""
SLOTS: Final = 6
"""How many runs stand side by side; more of them share the last place."""

ROW: Final = 34
HEAD: Final = 74
GUTTER: Final = 74
COLUMN: Final = 150
SLOT: Final = 26
ASIDE: Final = 210


@dataclass(frozen=True)
class Column:
    """A client with a lane of its own; ``first`` and ``last`` are rows."""

    lane: Lane
    x: float
    first: int = 0
    last: int | None = None


@dataclass
class Bar:
    """A walker run: its place beside the server, and its rows."""

    name: str
    slot: int
    first: int
    last: int
    is_over: bool = False
    failed: bool = False


@dataclass(frozen=True)
class Message:
    """One row of the diagram.

    Attributes:
        row: What happened.
        words: Its mark and label.
        sentence: All of it in words.
        index: Its place from above.
        run: The bar that it belongs to.
    """

    row: Row
    words: Words
    sentence: str
    index: int
    run: Bar | None


@dataclass(frozen=True)
class Wanted:
    """What a reader wants to see; what is None or empty wants everything.

    Attributes:
        groups: Values of `GROUPS`.
        lanes: Clients, by lane.
        type: What a message is about.
        text: A part of a sentence or a payload, in upper or lower case.
        last: How many of the newest messages; None is all.
    """

    groups: frozenset[str]
    lanes: frozenset[int] | None = None
    type: str = ""
    text: str = ""
    last: int | None = None

    def includes(
        self, row: Row, words: Words, said: str, named: frozenset[int] = frozenset()
    ) -> bool:
        """Return whether a row is to be shown.

        Args:
            row: What happened.
            words: Its words.
            said: Its sentence.
            named: The lanes whose names hold the text; a sentence names few of many.
        """
        if words.mark == "end" or GROUPS[words.mark] not in self.groups:
            return False
        if self.type and self.type != about(row, words):
            return False
        if self.lanes is not None and not self._is_theirs(row):
            return False
        wanted = self.text.casefold()
        if not wanted or not named.isdisjoint(row["to"]):
            return True
        return wanted in f"{said}\n{row['text'] or ''}".casefold()

    def named(self, known: Mapping[int, Lane]) -> frozenset[int]:
        """Return the lanes whose names hold the text."""
        text = self.text.casefold()
        holds = (n for n, lane in known.items() if text in lane["name"].casefold())
        return frozenset(holds if text else ())

    def _is_theirs(self, row: Row) -> bool:
        assert self.lanes is not None
        if row["who"] in self.lanes or not self.lanes.isdisjoint(row["to"]):
            return True
        return row["who"] is None and not row["to"]


def about(row: Row, words: Words) -> str:
    """Return the type of a row, as it stands in the filter."""
    if row["kind"] == "event" and " " in words.label:
        return words.label.partition(" ")[2]
    return words.label


@dataclass
class Layout:
    """A diagram's columns, messages and bars."""

    columns: list[Column] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    hidden: int = 0
    left_out: int = 0

    @property
    def others(self) -> float:
        """Where the clients stand that have no column."""
        return GUTTER + (len(self.columns) + 0.5) * COLUMN

    @property
    def server(self) -> float:
        """Where the server stands."""
        return GUTTER + (len(self.columns) + (self.hidden > 0) + 0.5) * COLUMN

    @property
    def aside(self) -> float:
        """Where the words right of the runs begin."""
        slots = max((bar.slot + 1 for bar in self.bars), default=0)
        return self.server + slots * SLOT + 14

    @property
    def size(self) -> tuple[float, float]:
        """Width and height."""
        height = HEAD + max(1, len(self.messages)) * ROW + 14
        return self.aside + ASIDE, height

    def at(self, bar: Bar | None) -> float:
        """Where a run stands, and without one the server."""
        return self.server + (0 if bar is None else (bar.slot + 1) * SLOT)

    def x(self, lane: int) -> float:
        """Where a client stands."""
        found = (each.x for each in self.columns if each.lane["lane"] == lane)
        return next(found, self.others)


def arranged(rows: Sequence[Row], lanes: Iterable[Lane], wanted: Wanted) -> Layout:
    """Return the diagram of these rows.

    Args:
        rows: In the order of their numbers.
        lanes: The clients.
        wanted: Which messages are shown.
    """
    known = {lane["lane"]: lane for lane in lanes}
    layout = Layout()
    for message in _messages(rows, known, wanted):
        layout.messages.append(message)
    if wanted.last is not None and len(layout.messages) > wanted.last:
        layout.left_out = len(layout.messages) - wanted.last
        kept = layout.messages[layout.left_out :]
        layout.messages = [
            Message(each.row, each.words, each.sentence, number, each.run)
            for number, each in enumerate(kept)
        ]
    layout.bars = _bars(layout.messages)
    chosen = _chosen(known, layout.messages, wanted.lanes)
    layout.hidden = len(_named(layout.messages) - {each["lane"] for each in chosen})
    layout.columns = [_column(lane, n, rows, layout) for n, lane in enumerate(chosen)]
    return layout


def _messages(
    rows: Sequence[Row], known: Mapping[int, Lane], wanted: Wanted
) -> Iterable[Message]:
    slots = _Slots()
    named = wanted.named(known)
    index = 0
    for row in rows:
        words = words_of(row)
        bar = slots.take(row, words)
        said = sentence(row, words, lambda n: _name(known, n), slots.name)
        if wanted.includes(row, words, said, named):
            yield Message(row, words, said, index, bar)
            index += 1


class _Slots:
    """Give each walker run a place while it lasts."""

    def __init__(self) -> None:
        self._bars: dict[int, Bar] = {}
        self._running: dict[int, Bar] = {}

    def name(self, run: int) -> str:
        bar = self._bars.get(run)
        return bar.name if bar else "a walker"

    def take(self, row: Row, words: Words) -> Bar | None:
        run = row["run"]
        if run is None:
            return None
        bar = self._bars.get(run)
        if bar is None:
            name = row["type"] if words.mark == "run" else "a walker"
            bar = Bar(name, self._free(), 0, 0)
            self._bars[run] = self._running[run] = bar
        if words.mark in ("end", "failure"):
            bar.is_over = True
            bar.failed = words.mark == "failure"
            self._running.pop(run, None)
        return bar

    def _free(self) -> int:
        taken = {bar.slot for bar in self._running.values()}
        return next(n for n in range(SLOTS) if n not in taken or n == SLOTS - 1)


def _bars(messages: Sequence[Message]) -> list[Bar]:
    """Return the runs that messages belong to, from their first to their last one."""
    bars: dict[int, Bar] = {}
    for message in messages:
        bar = message.run
        if bar is None:
            continue
        if id(bar) not in bars:
            bars[id(bar)] = bar
            bar.first = message.index
        bar.last = message.index
    for bar in bars.values():
        if not bar.is_over:
            bar.last = len(messages) - 1
    return list(bars.values())


def _named(messages: Iterable[Message]) -> set[int]:
    rows = [message.row for message in messages]
    named = {row["who"] for row in rows if row["who"] is not None}
    before: list[int] = []
    for row in rows:
        # Notifications of one room in sequence share their receivers.
        if row["to"] is not before:
            before = row["to"]
            named.update(before)
    return named


def _chosen(
    known: Mapping[int, Lane],
    messages: Sequence[Message],
    wanted: frozenset[int] | None,
) -> list[Lane]:
    """Return the clients with a column: those that are there and say most go first."""
    named = _named(messages)
    said = Counter(m.row["who"] for m in messages if m.row["kind"] == "event")
    able = [
        lane
        for number, lane in known.items()
        if (number in named or lane["open"]) and (wanted is None or number in wanted)
    ]
    able.sort(key=lambda lane: (not lane["open"], -said[lane["lane"]], lane["lane"]))
    return sorted(able[:CLIENTS], key=lambda lane: lane["lane"])


def _column(lane: Lane, number: int, rows: Sequence[Row], layout: Layout) -> Column:
    x = GUTTER + (number + 0.5) * COLUMN
    mine = [row for row in rows if row["who"] == lane["lane"]]
    opened = next((row["seq"] for row in mine if row["kind"] == "open"), None)
    closed = next((row["seq"] for row in mine if row["kind"] == "close"), None)
    first = 0 if opened is None else _index(layout, opened)
    last = None if closed is None else _index(layout, closed)
    return Column(lane, x, first, last)


def _index(layout: Layout, seq: int) -> int:
    """Return the first row of the diagram that is not before this number."""
    at = (m.index for m in layout.messages if m.row["seq"] >= seq)
    return next(at, len(layout.messages))


def _name(known: Mapping[int, Lane], number: int) -> str:
    lane = known.get(number)
    return lane["name"] if lane else f"client {number}"
