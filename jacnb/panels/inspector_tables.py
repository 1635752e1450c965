"""The tables of the inspector: which rows a view wants, and what is in them.

A row is a list of plain values whose first is its key; inspector.js knows the columns
by their numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from jacnb.server.figures import ConnectionFigures, channels_of, users_of
from jacnb.server.inspection import ServerFigures

SHOWN: Final = 200
"""Rows of one table in the browser; a filter finds the others."""

RTT: Final = 10
"""The column of a connection's last ping."""

_NAMED: Final = 5
_MAX_TEXT: Final = 300
_MAX_FILTER: Final = 200

Cells = list[Any]


@dataclass(frozen=True, slots=True)
class Query:
    """What one view shows.

    Attributes:
        table: The table.
        column: The number of the column by which it is sorted.
        is_down: Whether the largest comes first.
        filter: What a row must contain.
        client_id: The client whose messages are shown, too.
    """

    table: str = "connections"
    column: int = 4
    is_down: bool = False
    filter: str = ""
    client_id: str | None = None


def query_of(order: Mapping[str, Any]) -> Query:
    """Return the query that a view asks for; what makes no sense is left out."""
    table = str(order.get("table"))
    if table not in _TABLES:
        table = "connections"
    column = order.get("column")
    _, width = _TABLES[table]
    is_column = isinstance(column, int) and 0 <= column < width
    client_id = order.get("client")
    return Query(
        table=table,
        column=column if is_column else 0,  # type: ignore[arg-type]
        is_down=bool(order.get("down")),
        filter=str(order.get("filter") or "")[:_MAX_FILTER].casefold(),
        client_id=client_id if isinstance(client_id, str) else None,
    )


def rows_for(query: Query, figures: ServerFigures) -> tuple[list[Cells], int, int]:
    """Return the rows to show, how many the filter left, and how many there are."""
    rows = _TABLES[query.table][0](figures)
    found = [row for row in rows if not query.filter or query.filter in _text(row)]
    # By name first, so that equal ones stay where they are.
    found.sort(key=_name)
    known = [row for row in found if row[query.column] is not None]
    unknown = [row for row in found if row[query.column] is None]
    known.sort(key=lambda row: _rank(row[query.column]), reverse=query.is_down)
    return (known + unknown)[:SHOWN], len(found), len(rows)


def counts(figures: ServerFigures) -> dict[str, int]:
    """Return how many rows each table has."""
    connections = figures.connections
    return {
        "connections": len(connections),
        "channels": len({each.channel_id for each in connections}),
        "users": len({each.root_id for each in connections}),
        "walkers": len(figures.walkers),
    }


def _rank(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _name(row: Cells) -> str:
    return str(row[1] if isinstance(row[1], str) else row[0])


def _text(row: Cells) -> str:
    return "\n".join(cell for cell in row if isinstance(cell, str)).casefold()


def _connections(figures: ServerFigures) -> list[Cells]:
    return [
        [
            each.client_id,
            each.name,
            each.user,
            _short(each.channel_id),
            each.since,
            each.sent,
            each.sent_bytes,
            each.received,
            each.received_bytes,
            each.queued,
            _rounded(each.rtt),
            each.root_id,
        ]
        for each in figures.connections
    ]


def _channels(figures: ServerFigures) -> list[Cells]:
    return [
        [_short(each.channel_id), len(each.members), *_summed(each.members)]
        for each in channels_of(figures.connections)
    ]


def _users(figures: ServerFigures) -> list[Cells]:
    return [
        [each.root_id, len(each.connections), *_summed(each.connections), each.user]
        for each in users_of(figures.connections)
    ]


def _walkers(figures: ServerFigures) -> list[Cells]:
    return [
        [w.name, w.calls, w.running, w.errors, _rounded(w.p50), _rounded(w.p95)]
        for w in figures.walkers
    ]


def _summed(connections: Sequence[ConnectionFigures]) -> Cells:
    names = [each.name for each in connections[:_NAMED]]
    if len(connections) > _NAMED:
        names.append(f"and {len(connections) - _NAMED:,} more")
    sent = sum(each.sent for each in connections)
    return [", ".join(names), sent, sum(each.received for each in connections)]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _short(key: str) -> str:
    """Return a channel id that is not too long for a page, and still the only one."""
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return key if len(key) <= _MAX_TEXT else f"{key[:_MAX_TEXT]}… ({digest})"


# The rows of each table, and how many cells they have.
_TABLES: Final[dict[str, tuple[Callable[[ServerFigures], list[Cells]], int]]] = {
    "connections": (_connections, 12),
    "channels": (_channels, 5),
    "users": (_users, 6),
    "walkers": (_walkers, 6),
}


class Told:
    """What one view was told, so that it is told only what changed.

    Rows are called by small numbers; a key keeps its number while it is shown.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._cells: dict[int, Cells] = {}
        self._order: list[int] = []
        self._next = 0

    def changes(self, rows: Iterable[Cells]) -> dict[str, Any]:
        """Return new rows, changed cells and the order, as far as they are news."""
        fresh: list[list[Any]] = []
        changed: list[list[Any]] = []
        order: list[int] = []
        cells: dict[int, Cells] = {}
        numbers: dict[str, int] = {}
        for row in rows:
            number = self._number(row[0])
            numbers[row[0]] = number
            order.append(number)
            cells[number] = row
            before = self._cells.get(number)
            if before is None:
                fresh.append([number, *row])
            elif before != row:
                changed.append([number, *_differences(before, row)])
        news: dict[str, Any] = {"rows": fresh, "changed": changed}
        if order != self._order:
            news["order"] = order
        self._numbers, self._cells, self._order = numbers, cells, order
        return {name: value for name, value in news.items() if value or name == "order"}

    def _number(self, key: str) -> int:
        number = self._numbers.get(key)
        if number is None:
            number = self._next
            self._next += 1
        return number


def _differences(before: Cells, now: Cells) -> list[Any]:
    """Return column, value, column, value … of what is different."""
    pairs = enumerate(zip(before, now, strict=True))
    return [item for n, (old, new) in pairs if old != new for item in (n, new)]
