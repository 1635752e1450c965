"""A table of text: aligned for terminals and test reports, HTML for notebooks."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

LIMIT: Final = 50
"""How many rows are shown unless somebody asks for more."""

_GAP: Final = "  "
_STYLE: Final = (
    "text-align:left;vertical-align:top;white-space:pre-wrap;overflow-wrap:anywhere;"
    "unicode-bidi:isolate"
)
# They join letters and emoji, and do no harm.
_JOINERS: Final = "\u200c\u200d"


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Args:
        name: Its heading.
        is_number: Whether it is aligned to the right.
        width: Where plain text is cut; HTML wraps instead.
    """

    name: str
    is_number: bool = False
    width: int = 40


@dataclass(frozen=True, slots=True, repr=False)
class Table:
    """Rows that ``print`` aligns and a notebook shows as HTML, whatever they hold.

    Args:
        columns: The columns.
        rows: Their cells; what others wrote need not be escaped.
        left_out: How many earlier rows are not here.
        empty: What to say of no rows.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]] = field(default=())
    left_out: int = 0
    empty: str = "nothing yet"

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        if not self.rows:
            return self.empty
        cells = [[column.name for column in self.columns]]
        cells += [
            [
                cut(plain(cell), c.width)
                for c, cell in zip(self.columns, row, strict=True)
            ]
            for row in self.rows
        ]
        widths = [max(map(width_of, column)) for column in zip(*cells, strict=True)]
        lines = [self._line(row, widths) for row in cells]
        return "\n".join([*self._note(), *lines])

    def _repr_html_(self) -> str:
        if not self.rows:
            return f"<p>{html.escape(self.empty)}</p>"
        head = "".join(
            f'<th scope="col" style="text-align:left">{html.escape(c.name)}</th>'
            for c in self.columns
        )
        rows = "".join(f"<tr>{_cells(row)}</tr>" for row in self.rows)
        note = "".join(f"<p>{html.escape(line)}</p>" for line in self._note())
        return (
            f"{note}<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )

    def _note(self) -> list[str]:
        return [f"… {self.left_out} earlier ones"] if self.left_out else []

    def _line(self, row: Sequence[str], widths: Sequence[int]) -> str:
        cells = []
        for column, cell, width in zip(self.columns, row, widths, strict=True):
            blank = " " * (width - width_of(cell))
            cells.append(blank + cell if column.is_number else cell + blank)
        return _GAP.join(cells).rstrip()


def plain(text: str) -> str:
    r"""Return ``text`` on one line, with ``\x1b`` for what could move a cursor."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in _JOINERS else _named(c) for c in text)


def cut(text: str, width: int) -> str:
    """Return ``text``, or its beginning and an ellipsis in ``width`` columns."""
    if width_of(text) <= width:
        return text
    shown = text[: width - 1]
    while width_of(shown) > width - 1:
        shown = shown[:-1]
    return f"{shown}…"


def width_of(text: str) -> int:
    """Return how many columns a terminal takes for ``text``."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(char: str) -> int:
    if unicodedata.combining(char) or char in _JOINERS:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _named(char: str) -> str:
    return char.encode("unicode_escape").decode()


def _cells(row: Sequence[str]) -> str:
    return "".join(
        f'<td style="{_STYLE}">{html.escape(plain(cell))}</td>' for cell in row
    )
