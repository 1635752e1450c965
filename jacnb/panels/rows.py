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


def on_wire(rows: Iterable[Row]) -> list[WireRow]:
    """Return rows as they go to the browser together.

    Messages to a room mostly have the same receivers: ``as`` names the row that told.
    """
    told: dict[tuple[int, ...], int] = {}
    return [_wire_row(row, told) for row in rows]


def chars_of(rows: Iterable[Row]) -> int:
    """Return about how many characters rows are when they go to the browser."""
    return sum(len(row["text"] or "") + _CHARS_PER_ROW for row in rows)


def _wire_row(row: Row, told: dict[tuple[int, ...], int]) -> WireRow:
    sent: WireRow = {**row}
    if len(row["to"]) > RECEIVERS_NAMED:
        first = told.setdefault(tuple(row["to"]), row["seq"])
        is_first = first == row["seq"]
        sent |= {"spans": _spans(row["to"])} if is_first else {"as": first}
        sent["to"] = []
    usual = {"reach": len(row["to"]), "size": len(row["text"] or ""), "cut": 0}
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
