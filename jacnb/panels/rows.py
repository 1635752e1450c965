"""One thing that happened, as panels show it and as it goes to the browser.

Clients are named by small numbers (lanes), because a client id is longer than most
messages; a panel tells the browser once what each lane is.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, Final, TypedDict

TEXT_LIMIT: Final = 2_000
"""Characters of a payload that go with a row; the whole of it is fetched on demand."""
RECEIVERS_NAMED: Final = 12
"""Receivers that are told one by one; of more, a row tells its spans of lanes."""
ROOMS_TOLD: Final = 64
"""Rooms that a view is taken to remember (rows.js remembers some more)."""

_CHARS_PER_ROW: Final = 150


class Lane(TypedDict):
    """A client as a panel shows it."""

    lane: int
    client_id: str
    name: str
    channel_id: str
    public: bool
    open: bool


class Row(TypedDict):
    """One entry of the trace, or one message of a client.

    Attributes:
        seq: Its number in its source.
        at: When, unix seconds.
        kind: A `jacnb.protocol.trace.Kind`'s value.
        type: The event's type, the walker's name, or the location visited.
        who: The lane of the client it belongs to, as its sender.
        to: The lanes it went to, in their order if they are many.
        reach: How many clients it went to.
        size: Bytes on the wire.
        cause: The number of what led to it.
        run: The number of the walker run it is part of.
        text: The payload, cut; None if there is none or it is no longer kept.
        cut: How many characters were cut.
    """

    seq: int
    at: float
    kind: str
    type: str
    who: int | None
    to: list[int]
    reach: int
    size: int
    cause: int | None
    run: int | None
    text: str | None
    cut: int


WireRow = dict[str, Any]
"""A row without what the browser can tell from the rest of it (rows.js, `filled`)."""


class Rooms:
    """Many receivers that a view was told with a row, which later rows to them name."""

    def __init__(self) -> None:
        self._told: dict[tuple[int, ...], int] = {}

    def told_by(self, row: Row) -> int:
        """Return the number of the row that told these receivers: its own if none."""
        told = self._told.setdefault(tuple(row["to"]), row["seq"])
        if len(self._told) > ROOMS_TOLD:
            del self._told[next(iter(self._told))]
        return told

    def forget_before(self, seq: int) -> None:
        """Forget what rows told that are kept no more, as nobody can ask for them."""
        kept = self._told.items()
        self._told = {room: told for room, told in kept if told >= seq}


def on_wire(rows: Iterable[Row], rooms: Rooms | None = None) -> list[WireRow]:
    """Return rows as they go to the browser together.

    Messages to a room mostly have the same receivers: ``as`` names the row that told
    them, in this message or, if ``rooms`` are given, in an earlier one with the same.
    """
    rooms = Rooms() if rooms is None else rooms
    return [_wire_row(row, rooms) for row in rows]


def chars_of(rows: Iterable[Row]) -> int:
    """Return about how many characters rows are when they go to the browser."""
    return sum(len(row["text"] or "") + _CHARS_PER_ROW for row in rows)


def _wire_row(row: Row, rooms: Rooms) -> WireRow:
    sent: WireRow = {**row}
    usual = {"reach": len(row["to"]), "size": len(row["text"] or ""), "cut": 0}
    if len(row["to"]) > RECEIVERS_NAMED:
        told = rooms.told_by(row)
        is_first = told == row["seq"]
        sent |= {"spans": _spans(row["to"])} if is_first else {"as": told}
        sent["to"] = []
        # Told all the same: a page that was loaded meanwhile must look who they are.
        usual["reach"] = len(row["to"]) if is_first else 0
    return {
        key: value
        for key, value in sent.items()
        if value is not None and value != [] and usual.get(key, ...) != value
    }


def _spans(lanes: list[int]) -> list[int]:
    """Return lanes in their order as first, count, gap, count, and so on."""
    spans = [lanes[0], 1]
    for before, lane in pairwise(lanes):
        if lane == before + 1:
            spans[-1] += 1
        else:
            spans += [lane - before, 1]
    return spans


def cut(text: str | None) -> tuple[str | None, int]:
    """Return a payload shortened for a row, and by how many characters."""
    if text is None:
        return None, 0
    return text[:TEXT_LIMIT], max(0, len(text) - TEXT_LIMIT)
