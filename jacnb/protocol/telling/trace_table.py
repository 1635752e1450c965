"""A trace as a table: who said what to whom, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from jacnb.protocol.connections import Connection
from jacnb.protocol.naming import Names
from jacnb.protocol.telling.table import Column, Table
from jacnb.protocol.telling.words import gist, is_error, run_of, subject
from jacnb.protocol.trace import Entry, Kind

SERVER: Final = "server"

_COLUMNS: Final = (
    Column("#", is_number=True),
    Column("time", is_number=True),
    Column("kind"),
    Column("who", width=20),
    Column(""),
    Column("whom", width=28),
    Column("type", width=28),
    Column("bytes", is_number=True),
    Column("cause", width=24),
    Column("message", width=48),
)
_EXCERPT: Final = 400
_NAMED: Final = 3
_ARROWS: Final = {
    Kind.RUN: "▶",
    Kind.VISIT: "●",
    Kind.REPORT: "◆",
    Kind.END: "■",
    Kind.CLOSE: "✕",
}


class View(Protocol):
    """The entries, and what is known of the whole that they are from."""

    @property
    def names(self) -> Names:
        """The names of the clients."""

    @property
    def start(self) -> float:
        """When the whole began."""

    def get(self, seq: int) -> Entry | None:
        """Return the entry of this number."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: slice) -> Sequence[Entry]: ...


def table_of(view: View, limit: int | None) -> Table:
    """Return the newest entries as a table; None is all of them."""
    if limit is not None and (type(limit) is not int or limit < 0):
        raise ValueError(
            f"limit is how many entries, such as 50, or None for all; not {limit!r:.60}"
        )
    first = 0 if limit is None else max(0, len(view) - limit)
    rows = [_row(entry, view) for entry in view[first:]]
    return Table(_COLUMNS, rows, left_out=first, empty="nothing was said")


def _row(entry: Entry, view: View) -> list[str]:
    who, whom = _sides(entry, view)
    return [
        str(entry.seq),
        f"{entry.time - view.start:+.3f}",
        "error" if is_error(entry) else entry.kind.value,
        who,
        "✗" if is_error(entry) else _ARROWS.get(entry.kind, "→"),
        whom,
        subject(entry),
        str(entry.size) if entry.size else "",
        _cause(entry, view),
        gist(entry)[:_EXCERPT],
    ]


def _sides(entry: Entry, view: View) -> tuple[str, str]:
    names = view.names
    match entry.kind:
        case Kind.OPEN | Kind.CLOSE | Kind.EVENT:
            return names.of(entry.sender) if entry.sender else "?", SERVER
        case Kind.RUN | Kind.VISIT | Kind.REPORT | Kind.END:
            run = run_of(entry, view.get)
            return run.type if run else entry.type, ""
    return SERVER, _listed(entry, names)


def _listed(entry: Entry, names: Names) -> str:
    receivers: Sequence[Connection] = entry.receivers or (
        (entry.sender,) if entry.sender else ()
    )
    if not receivers:
        return f"{entry.reach} clients" if entry.reach else "nobody"
    hidden = len(receivers) - _NAMED
    shown = [names.of(connection) for connection in receivers[:_NAMED]]
    return ", ".join(shown) + (f" and {hidden} more" if hidden > 0 else "")


def _cause(entry: Entry, view: View) -> str:
    if entry.cause is None:
        return ""
    cause = view.get(entry.cause)
    said = "not kept" if cause is None else subject(cause).removeprefix("walker ")
    return f"← #{entry.cause} {said}"
