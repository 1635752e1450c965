"""Draw a sequence diagram as an SVG file of its own."""

from __future__ import annotations

import time
from collections.abc import Iterable
from html import escape
from typing import Final

from jacnb.panels.sequence_layout import (
    ASIDE,
    COLUMN,
    GUTTER,
    HEAD,
    ROW,
    Bar,
    Column,
    Layout,
    Message,
)
from jacnb.panels.svg import document, element, fitted, legal, text

FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"

# The same hues as the live panel's, which takes them from the notebook's theme.
STYLE: Final = f"""
.jacnb-picture {{ --back: #fff; --text: #1f2328; --soft: #5b6472; --line: #d3d8df;
  --event: #2962c4; --run: #8745bd; --notification: #1f7a45; --response: #5b6472;
  --error: #c4301f; --visit: #8a5a00; font: 12px {FONT}; }}
@media (prefers-color-scheme: dark) {{ .jacnb-picture {{ --back: #1b1e24;
  --text: #e6e8eb; --soft: #a2aab5; --line: #3b424d; --event: #82aefc; --run: #cf9df5;
  --notification: #6ecb93; --response: #a2aab5; --error: #ff8f7f; --visit: #e5b455;
  }} }}
.back {{ fill: var(--back); }}
.lane {{ stroke: var(--line); stroke-width: 1.5; }}
.gone {{ stroke-dasharray: 2 5; }}
.name {{ fill: var(--text); font-weight: 600; text-anchor: middle; }}
.sub, .time {{ fill: var(--soft); font-size: 10.5px; text-anchor: middle; }}
.time {{ text-anchor: end; }}
.face {{ font-weight: 600; fill: #fff; text-anchor: middle; }}
.faded .name {{ fill: var(--soft); }}
line.faded {{ opacity: .6; }}
.hollow {{ fill: none; stroke: var(--soft); stroke-dasharray: 3 2; }}
.faded .face {{ fill: var(--soft); }}
.server {{ fill: var(--text); }}
.on-server {{ fill: var(--back); font-weight: 600; text-anchor: middle; }}
.line {{ stroke: var(--own); stroke-width: 1.6; fill: none; }}
.dashed {{ stroke-dasharray: 5 4; }}
.head {{ fill: var(--own); }}
.label {{ fill: var(--own); font-size: 11.5px; font-weight: 600; paint-order: stroke;
  stroke: var(--back); stroke-width: 4px; stroke-linejoin: round; }}
.gist {{ fill: var(--soft); font-weight: 400; }}
.bar {{ fill: var(--run); fill-opacity: .25; stroke: var(--run); stroke-width: 1.2; }}
.failed {{ fill: var(--error); stroke: var(--error); }}
.note {{ fill: var(--soft); font-size: 11px; }}
{
    "".join(
        f".is-{mark} {{ --own: var(--{name}); }}"
        for mark, name in {
            "event": "event",
            "run": "run",
            "notification": "notification",
            "response": "response",
            "greeting": "response",
            "open": "response",
            "close": "response",
            "error": "error",
            "failure": "error",
            "drop": "error",
            "visit": "visit",
            "report": "visit",
        }.items()
    )
}
"""

FACES: Final = (
    "#2962c4",
    "#b0411e",
    "#2b7a4b",
    "#8745bd",
    "#0e7480",
    "#b8246b",
    "#8a5a00",
    "#4a51b5",
)
PUBLIC_FACE: Final = "#5b6472"

_DASHED: Final = ("response", "greeting", "error")


def drawn(layout: Layout, note: str = "") -> str:
    """Return the diagram as an SVG file.

    Args:
        layout: What is where.
        note: A line to stand below it.
    """
    width, height = layout.size
    lines = [line for line in (_left_out(layout), note) if line]
    parts = [
        element("rect", class_="back", width=width, height=height + 18 * len(lines)),
        *_lanes(layout),
        *(_bar(bar, layout) for bar in layout.bars),
        *_times(layout.messages),
        *(_message(message, layout) for message in layout.messages),
        *(
            text(line, class_="note", x=16, y=height + 18 * number + 4)
            for number, line in enumerate(lines)
        ),
    ]
    return document(
        element("g", *parts, class_="jacnb-picture"),
        size=(width, height + 18 * len(lines)),
        style=STYLE,
        title=titled(layout),
        desc="\n".join(message.sentence for message in layout.messages),
    )


def titled(layout: Layout) -> str:
    """Return what the picture shows, in one line."""
    names = [column.lane["name"] for column in layout.columns]
    if layout.hidden:
        names.append(f"{layout.hidden} more")
    count = len(layout.messages)
    messages = "1 message" if count == 1 else f"{count} messages"
    between = ", ".join([*names, "the server"])
    return f"Sequence diagram of {messages} between {between}"


def _left_out(layout: Layout) -> str:
    count = layout.left_out
    return f"{count:,} earlier messages are left out" if count else ""


def _y(index: float) -> float:
    return HEAD + (index + 0.5) * ROW + 5


def _lanes(layout: Layout) -> Iterable[str]:
    bottom = layout.size[1]
    for number, column in enumerate(layout.columns):
        yield from _client(column, number, bottom)
    if layout.hidden:
        yield _line(layout.others, HEAD - 12, bottom, "lane")
        yield text(f"{layout.hidden} more", class_="name", x=layout.others, y=40)
        yield text("clients", class_="sub", x=layout.others, y=56)
    x = layout.server
    yield _line(x, HEAD - 12, bottom, "lane")
    box = {"x": x - 36, "y": 22, "width": 72, "height": 28, "rx": 8}
    yield element("rect", class_="server", **box)
    yield text("server", class_="on-server", x=x, y=40)


def _client(column: Column, number: int, bottom: float) -> Iterable[str]:
    lane, x = column.lane, column.x
    faded = "" if lane["open"] else " faded"
    begin = HEAD - 12 if column.first == 0 else _y(column.first)
    end = bottom if column.last is None else _y(column.last)
    yield _line(x, begin, end, "lane")
    if begin > HEAD:
        yield _line(x, HEAD - 12, begin, "lane gone faded")
    if end < bottom:
        yield _line(x, end, bottom, "lane gone faded")
    fill = PUBLIC_FACE if lane["public"] else FACES[lane["lane"] % len(FACES)]
    gone = {"class_": "hollow"} if not lane["open"] else {"fill": fill}
    circle = element("circle", cx=x, cy=19, r=12, **gone)
    initial = lane["name"][:1].upper() or "?"
    sub = "gone" if not lane["open"] else f"#{_short(lane['channel_id'])}"
    yield element(
        "g",
        circle,
        text(initial, class_="face", x=x, y=23.5),
        text(fitted(lane["name"], COLUMN - 16), class_="name", x=x, y=46),
        text(fitted(sub, COLUMN - 10), class_="sub", x=x, y=59),
        class_=f"client{faded}",
    )


def _bar(bar: Bar, layout: Layout) -> str:
    top, end = _y(bar.first) - 8, _y(bar.last) + 8
    if not bar.is_over:
        end = layout.size[1] - 4
    place = {"x": layout.at(bar) - 5, "width": 10, "rx": 3}
    name = "bar failed" if bar.failed else "bar"
    return element("rect", class_=name, y=top, height=end - top, **place)


def _times(messages: Iterable[Message]) -> Iterable[str]:
    before = ""
    for message in messages:
        clock = time.strftime("%H:%M:%S", time.localtime(message.row["at"]))
        if clock != before:
            y = _y(message.index) + 4
            yield text(clock, class_="time", x=GUTTER - 8, y=y)
        before = clock


def _message(message: Message, layout: Layout) -> str:
    parts = list(_shape(message, layout))
    title = element("title", _escaped(message.sentence))
    return element("g", title, *parts, class_=f"is-{message.words.mark}")


def _shape(message: Message, layout: Layout) -> Iterable[str]:
    mark, y = message.words.mark, _y(message.index)
    row, at = message.row, layout.at(message.run)
    who = GUTTER if row["who"] is None else layout.x(row["who"])
    match mark:
        case "event" | "open":
            yield from _arrow(who, layout.server, y, message)
        case "close":
            yield _cross(who, y)
            yield _label(message, who, y, who - 0.75 * COLUMN)
        case "run":
            yield from _arrow(layout.server, at - 6, y, message, labelled=False)
            yield _aside(message, layout, y)
        case "visit" | "report":
            yield element("circle", class_="head", cx=at, cy=y, r=4)
            yield _aside(message, layout, y)
        case "failure":
            yield _cross(at, y)
            yield _aside(message, layout, y)
        case _:
            yield from _to_clients(message, layout, at, y)


def _to_clients(message: Message, layout: Layout, at: float, y: float) -> Iterable[str]:
    row = message.row
    ends = sorted({layout.x(lane) for lane in row["to"]})
    start = at - 6 if message.run else at
    more = row["reach"] - sum(layout.x(lane) != layout.others for lane in row["to"])
    if not ends:
        ends = [layout.server - COLUMN / 2]
        word = f"{row['reach']} clients" if row["reach"] else "nobody"
        yield element("circle", class_="line", cx=ends[0] - 5, cy=y, r=4)
        yield text(word, class_="note", x=ends[0] - 14, y=y + 4, text_anchor="end")
    else:
        yield from (_tip(end, y, start, message) for end in ends)
        if more > 0:
            yield _more(more, layout, ends, y)
    yield _between(start, ends[0], y, message)
    yield _label(message, start, y, ends[0])


def _more(more: int, layout: Layout, ends: list[float], y: float) -> str:
    x = layout.others if layout.others in ends and layout.hidden else ends[0]
    return text(f"+{more} more", class_="note", x=x + 8, y=y + 13)


def _arrow(
    start: float, end: float, y: float, message: Message, labelled: bool = True
) -> Iterable[str]:
    yield _between(start, end, y, message)
    yield _tip(end, y, start, message)
    if labelled:
        yield _label(message, start, y, end)


def _between(start: float, end: float, y: float, message: Message) -> str:
    dashed = " dashed" if message.words.mark in _DASHED else ""
    return element("line", class_=f"line{dashed}", x1=start, y1=y, x2=end, y2=y)


def _tip(x: float, y: float, start: float, message: Message) -> str:
    side = 1 if start > x else -1
    match message.words.mark:
        case "notification" | "response" | "greeting":
            points = f"M{x + 8 * side:.1f} {y - 4.5:.1f}L{x:.1f} {y:.1f}"
            return element("path", class_="line", d=f"{points}l{8 * side} 4.5")
        case "drop":
            return _cross(x + 16 * side, y)
    return element("path", class_="head", d=f"M{x:.1f} {y:.1f}l{9 * side} -4.5v9z")


def _cross(x: float, y: float) -> str:
    path = f"M{x - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10"
    return element("path", class_="line", d=path)


def _label(message: Message, start: float, y: float, end: float) -> str:
    is_left = end < start
    x = start - 12 if is_left else start + 12
    return _worded(message, x, y - 6, abs(start - end) - 26, is_left)


def _aside(message: Message, layout: Layout, y: float) -> str:
    return _worded(message, layout.aside, y + 4, ASIDE - 20, False)


def _worded(message: Message, x: float, y: float, room: float, is_left: bool) -> str:
    label, said = spoken(message)
    # Bold letters are wider; and short arrows have room all the same.
    shown = fitted(label, 0.87 * max(room, 90))
    rest = room - len(shown) * 7.2
    gist = fitted(said, rest) if said and rest > 30 else ""
    parts = [element("tspan", _escaped(shown))]
    if gist:
        parts.append(element("tspan", _escaped(gist), class_="gist", dx=6))
    anchor = "end" if is_left else None
    return element("text", *parts, class_="label", x=x, y=y, text_anchor=anchor)


def spoken(message: Message) -> tuple[str, str]:
    """Return what stands at an arrow: what it is about, and what it carries."""
    row, words = message.row, message.words
    plain = {
        "open": ("connects", ""),
        "close": ("gone", words.gist),
        "greeting": ("connection", ""),
        "run": (row["type"], "runs" if row["who"] is not None else "runs for REST"),
        "visit": ("visits", row["type"]),
        "report": ("reports", words.gist),
        "failure": ("fails", words.gist),
        "response": ("response", words.gist),
    }
    if words.mark in plain:
        return plain[words.mark]
    return words.label.removeprefix("walker "), words.gist


def _line(x: float, top: float, bottom: float, name: str) -> str:
    return element("line", class_=name, x1=x, y1=top, x2=x, y2=bottom)


def _escaped(content: str) -> str:
    return escape(legal(content), quote=False)


def _short(id: str) -> str:
    return id if len(id) <= 16 else f"{id[:4]}…{id[-6:]}"
