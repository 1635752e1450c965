"""A conversation as a plain table, for notebooks that are read without a kernel."""

from __future__ import annotations

import time
from collections.abc import Iterable
from html import escape
from typing import Final

from jacnb.panels.entries import Entry

_CELL: Final = 400
_ARROWS: Final = {"in": "←", "out": "→", "note": "·"}
_HEADINGS: Final = ("time", "client", "", "type", "message")


class Transcript:
    """Lines of one or more clients; a notebook shows them as a table."""

    def __init__(self, lines: Iterable[tuple[str, Entry]]) -> None:
        said = (line for line in lines if line[1]["kind"] != "fence")
        self._lines = sorted(said, key=lambda line: line[1]["time"])

    def __len__(self) -> int:
        return len(self._lines)

    def __repr__(self) -> str:
        return "\n".join("  ".join(row) for row in self.rows())

    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """Return the lines as text: time, client, direction, type, message."""
        return [_row(name, entry) for name, entry in self._lines]

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{heading}</th>" for heading in _HEADINGS)
        body = "".join(f"<tr>{_cells(row)}</tr>" for row in self.rows())
        return (
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            if self._lines
            else "<em>no messages yet</em>"
        )


def _row(name: str, entry: Entry) -> tuple[str, str, str, str, str]:
    clock = time.strftime("%H:%M:%S", time.localtime(entry["time"]))
    said = entry["raw"] or entry["text"] or ""
    shown = said if len(said) <= _CELL else f"{said[:_CELL]}…"
    arrow = _ARROWS[entry["direction"]]
    return (clock, name, arrow, entry["type"] or entry["kind"], shown)


def _cells(row: tuple[str, ...]) -> str:
    *small, message = (escape(cell) for cell in row)
    cells = "".join(f"<td>{cell}</td>" for cell in small)
    return f'{cells}<td style="text-align:left"><code dir="auto">{message}</code></td>'
