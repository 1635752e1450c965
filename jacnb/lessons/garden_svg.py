"""The picture of the garden in the last lesson, as SVG."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from math import cos, pi, sin
from typing import Final

from jacnb.panels.svg import Picture, element, fitted, legal, text

COLUMNS: Final = "ABCDE"
ROWS: Final = "12345"

_SIDE: Final = 54
_LEFT, _TOP = 34, 34
_WIDTH, _HEIGHT = 540, 366
_LEGEND: Final = _LEFT + 5 * _SIDE + 28
# Dark enough for white letters on them.
_COLOURS: Final = ("#1565c0", "#b3261e", "#6a1b9a", "#00695c", "#8a4b00", "#37474f")
_LISTED: Final = 6
_FONT: Final = "system-ui, sans-serif"


@dataclass(slots=True)
class Plot:
    """What is known of a garden.

    Attributes:
        players: Their names; the picture lists the first six.
        holes: Who dug, by square.
        flags: Whose flag stands there, by square.
        found: Where a treasure was found, as was said.
        sign: What is written at the gate.
        news: What happened last, in words.
    """

    players: list[str] = field(default_factory=list)
    holes: dict[str, str] = field(default_factory=dict)
    flags: dict[str, str] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)
    sign: str = ""
    news: str = "A garden, and a treasure somewhere in it."

    def described(self) -> str:
        """Return what the picture shows, in words."""
        parts = [f"{by} dug {square}" for square, by in self.holes.items()]
        parts += [f"{by} has a flag on {square}" for square, by in self.flags.items()]
        parts += [f"the treasure was at {square}" for square in self.found]
        return f"A garden of 25 squares: {', '.join(parts) or 'nobody has dug yet'}."


def drawn(plot: Plot) -> str:
    """Return the picture as an SVG file."""
    parts = [
        element("rect", width=_WIDTH, height=_HEIGHT, rx=12, fill="#f4ecd8"),
        *_edges(),
        *(_square(plot, column + row) for row in ROWS for column in COLUMNS),
        *_legend(plot),
        *_sign(plot.sign),
        text(
            fitted(plot.news, _WIDTH - 40),
            x=_LEFT,
            y=_HEIGHT - 20,
            font_size=14,
            fill="#3b2f1e",
        ),
    ]
    title = element("title", escape(legal(plot.described()), quote=False))
    return element(
        "svg",
        title,
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        width=_WIDTH,
        height=_HEIGHT,
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
        font_family=_FONT,
        style="max-width:100%;height:auto",
    )


def picture(plot: Plot) -> Picture:
    """Return the picture as a notebook keeps it."""
    return Picture(drawn(plot), plot.described())


def _edges() -> Iterable[str]:
    look = {"font_size": 13, "fill": "#6b5a3e", "text_anchor": "middle"}
    for number, (column, row) in enumerate(zip(COLUMNS, ROWS, strict=True)):
        middle = number * _SIDE + _SIDE / 2
        yield text(column, x=_LEFT + middle, y=_TOP - 10, **look)
        yield text(row, x=_LEFT - 15, y=_TOP + middle + 5, **look)


def _square(plot: Plot, square: str) -> str:
    column, row = COLUMNS.index(square[0]), ROWS.index(square[1])
    x, y = _LEFT + column * _SIDE, _TOP + row * _SIDE
    green = "#8fbf6b" if (column + row) % 2 else "#9dcb7a"
    parts = [
        element(
            "rect",
            x=x + 1.5,
            y=y + 1.5,
            width=_SIDE - 3,
            height=_SIDE - 3,
            rx=6,
            fill=green,
        )
    ]
    middle = x + _SIDE / 2, y + _SIDE / 2
    if square in plot.holes:
        parts.append(_hole(plot, plot.holes[square], middle, square in plot.found))
    elif square in plot.flags:
        parts.append(_flag(plot, plot.flags[square], middle))
    return element("g", *parts)


def _hole(plot: Plot, by: str, at: tuple[float, float], has_treasure: bool) -> str:
    x, y = at
    hole = element("ellipse", cx=x, cy=y, rx=22, ry=20, fill="#6f4e2f")
    inner = element("ellipse", cx=x, cy=y + 3, rx=18, ry=15, fill="#4e351e")
    return hole + inner + (_star(x, y) if has_treasure else _badge(plot, by, x, y))


def _star(x: float, y: float) -> str:
    turns = (pi * number / 5 - pi / 2 for number in range(10))
    radii = (20, 9) * 5
    points = " ".join(
        f"{x + radius * cos(turn):.1f},{y + radius * sin(turn):.1f}"
        for turn, radius in zip(turns, radii, strict=True)
    )
    return element(
        "polygon", points=points, fill="#f6c21c", stroke="#7a5b00", stroke_width=1.5
    )


def _badge(plot: Plot, by: str, x: float, y: float) -> str:
    # Not by colour alone: the first letter says who, too.
    disc = element(
        "circle",
        cx=x,
        cy=y,
        r=12,
        fill=_colour(plot, by),
        stroke="#fff",
        stroke_width=1.5,
    )
    look = {"fill": "#fff", "font_size": 13, "font_weight": 700}
    return disc + text(by[:1].upper(), x=x, y=y + 4.5, text_anchor="middle", **look)


def _flag(plot: Plot, by: str, at: tuple[float, float]) -> str:
    x, y = at
    pole = element("rect", x=x - 13, y=y - 20, width=3, height=40, fill="#4a3b26")
    cloth = f"M{x - 10:.1f} {y - 20:.1f}l30 10l-30 10z"
    cloth = element("path", d=cloth, fill=_colour(plot, by))
    look = {"fill": "#fff", "font_size": 11, "font_weight": 700}
    return pole + cloth + text(by[:1].upper(), x=x - 6, y=y - 6, **look)


def _legend(plot: Plot) -> Iterable[str]:
    x, look = _LEGEND + 34, {"font_size": 14, "fill": "#3b2f1e"}
    others = plot.players[_LISTED:]
    # A line for the others needs room above the sign.
    step = 30 if others else 34
    for number, name in enumerate(plot.players[:_LISTED]):
        y = _TOP + 16 + step * number
        yield _badge(plot, name, _LEGEND + 12, y)
        yield text(f"{fitted(name, 110)}, {_holes(plot, {name})}", x=x, y=y + 5, **look)
    if others:
        y = _TOP + 16 + step * _LISTED
        said = f"and {len(others)} more, {_holes(plot, set(others))}"
        yield text(said, x=x, y=y, **look)


def _holes(plot: Plot, players: set[str]) -> str:
    count = sum(by in players for by in plot.holes.values())
    return f"{count} hole{'' if count == 1 else 's'}"


def _sign(words: str) -> Iterable[str]:
    if not words:
        return
    y = _TOP + 5 * _SIDE - 62
    look = {"fill": "#8a6237", "stroke": "#5b3f20"}
    yield element("rect", x=_LEGEND + 80, y=y + 30, width=10, height=32, fill="#5b3f20")
    yield element("rect", x=_LEGEND, y=y, width=172, height=38, rx=5, **look)
    centre = {"x": _LEGEND + 86, "y": y + 24, "text_anchor": "middle"}
    yield text(fitted(words, 136), font_size=13, fill="#fff", **centre)


def _colour(plot: Plot, name: str) -> str:
    known = plot.players
    return _COLOURS[known.index(name) % len(_COLOURS)] if name in known else "#555"
