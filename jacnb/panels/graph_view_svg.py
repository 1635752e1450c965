"""Draw the graph, and a walk over it, as an SVG file of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from jacnb.panels.graph_view_layout import HEIGHT, WIDTH, Line, Placed, Point
from jacnb.panels.graph_view_reading import Spot
from jacnb.panels.graph_view_walks import Walk
from jacnb.panels.sequence_svg import FACES, FONT, PUBLIC_FACE
from jacnb.panels.svg import document, element, fitted, legal, text

MOST_REPORTS: Final = 2
"""Reports that stand beside one node."""

STYLE: Final = f"""
.jacnb-picture {{ --back: #fff; --text: #1f2328; --soft: #5b6472; --line: #aab2bd;
  --box: #f6f7f9; --walk: #8745bd; --report: #8a5a00; font: 12px {FONT}; }}
@media (prefers-color-scheme: dark) {{ .jacnb-picture {{ --back: #1b1e24;
  --text: #e6e8eb; --soft: #a2aab5; --line: #5a6370; --box: #262b33; --walk: #cf9df5;
  --report: #e5b455; }} }}
.back {{ fill: var(--back); }}
.edge {{ fill: none; stroke: var(--line); stroke-width: 1.5; }}
.tip {{ fill: var(--line); }}
.walked {{ stroke: var(--walk); stroke-width: 2.6; }}
.box {{ fill: var(--box); stroke: var(--own); stroke-width: 1.5; }}
.visited .box {{ stroke: var(--walk); stroke-width: 3; }}
.root .box {{ fill: var(--own); }}
.name {{ fill: var(--text); font-weight: 600; text-anchor: middle; }}
.root text {{ fill: #fff; }}
.sub, .note {{ fill: var(--soft); font-size: 10.5px; text-anchor: middle; }}
.note {{ text-anchor: start; }}
.edge-name {{ fill: var(--soft); font-size: 10.5px; text-anchor: middle;
  paint-order: stroke; stroke: var(--back); stroke-width: 4px; }}
.badge {{ fill: var(--walk); }}
.number {{ fill: var(--back); font-size: 10.5px; font-weight: 600;
  text-anchor: middle; }}
.walked + .tip {{ fill: var(--walk); }}
.report {{ fill: var(--report); font-size: 11px; text-anchor: middle; }}
.ground {{ fill: var(--back); stroke: var(--report); stroke-width: .6; }}
"""


def colour_of(spot: Spot) -> str:
    """Return a node's colour: one for each class, as in the page."""
    if spot.is_root:
        return PUBLIC_FACE
    number = 7
    for letter in spot.name:
        number = (number * 31 + ord(letter)) % 2**32
    return FACES[number % len(FACES)]


def drawn(graph: Placed, walk: Walk | None, more: str = "") -> str:
    """Return the graph as an SVG file, with the whole of a walk if there is one."""
    lines = [line for line in (_said_of(walk), more) if line]
    width, height = graph.size
    full = height + 18 * len(lines)
    numbers, reports = _seen(walk)
    walked = walked_links(graph, walk)
    parts = [
        element("rect", class_="back", width=width, height=full),
        *(_edge(line, line.link.id in walked) for line in graph.lines),
        *(
            _node(
                spot,
                graph.places[spot.id],
                numbers.get(spot.id, []),
            )
            for spot in graph.snapshot.spots
        ),
        *(
            line
            for id, said in reports.items()
            if id in graph.places
            for line in _reports(graph.places[id], said)
        ),
        *(
            text(line, class_="note", x=16, y=height + 18 * n)
            for n, line in enumerate(lines)
        ),
    ]
    return document(
        element("g", *parts, class_="jacnb-picture"),
        size=(width, full),
        style=STYLE,
        title=titled(graph, walk),
        desc="\n".join(_told(graph)),
    )


def titled(graph: Placed, walk: Walk | None) -> str:
    """Return what the picture shows, in one line."""
    nodes, edges = len(graph.snapshot.spots), len(graph.snapshot.links)
    said = f"Graph of {_count(nodes, 'node')} and {_count(edges, 'edge')}"
    return f"{said}, with the walk of {walk.walker}" if walk else said


def walked_links(graph: Placed, walk: Walk | None) -> set[str]:
    """Return the edges that a walk followed, as far as one can tell.

    A walker may visit an edge itself; of a node, the first edge that leads to it from
    a place before and was not followed yet.
    """
    ends = {frozenset((e.source, e.target)): e.id for e in graph.snapshot.links}
    ids = {link.id for link in graph.snapshot.links}
    walked: set[str] = set()
    before: list[str] = []
    for step in walk.steps if walk else ():
        if step.at in ids:
            walked.add(step.at)
        else:
            # Who came first queued its neighbours first.
            ways = (ends.get(frozenset((each, step.at))) for each in before)
            walked.update([way for way in ways if way and way not in walked][:1])
            before.append(step.at)
    return walked


def _seen(walk: Walk | None) -> tuple[dict[str, list[int]], dict[str, list[str]]]:
    """Return at which steps each place was visited, and what was reported there."""
    numbers: dict[str, list[int]] = {}
    reports: dict[str, list[str]] = {}
    count = 0
    for step in walk.steps if walk else ():
        if step.report is None:
            count += 1
            numbers.setdefault(step.at, []).append(count)
        else:
            reports.setdefault(step.at, []).append(step.report)
    return numbers, reports


def _edge(line: Line, is_walked: bool) -> str:
    parts = [
        element("path", class_=f"edge{' walked' if is_walked else ''}", d=line.path)
    ]
    if not line.link.undirected:
        parts.append(_tip(line.path))
    if line.link.name:
        x, y = line.middle
        parts.append(text(line.link.name, class_="edge-name", x=x, y=y + 3))
    return element("g", *parts)


def _tip(path: str) -> str:
    """Return an arrowhead at the end of a path, turned the way it comes in."""
    *_, cx, cy, x, y = (float(each) for each in _numbers(path))
    if "c" in path:
        cx, cy, x, y = 1.0, 0.0, 0.0, 0.0
        start = [float(each) for each in _numbers(path)[:2]]
        x, y, cx, cy = start[0], start[1] + 16, start[0] + 10, start[1] + 20
    length = max(0.1, ((x - cx) ** 2 + (y - cy) ** 2) ** 0.5)
    dx, dy = (x - cx) / length, (y - cy) / length
    left = (x - 8 * dx - 4 * dy, y - 8 * dy + 4 * dx)
    right = (x - 8 * dx + 4 * dy, y - 8 * dy - 4 * dx)
    points = (
        f"M{x:.1f} {y:.1f}L{left[0]:.1f} {left[1]:.1f}L{right[0]:.1f} {right[1]:.1f}z"
    )
    return element("path", class_="tip", d=points)


def _numbers(path: str) -> list[str]:
    for letter in "MQc":
        path = path.replace(letter, " ")
    return path.split()


def _node(spot: Spot, place: Point, numbers: Sequence[int]) -> str:
    x, y = place
    names = [
        "node",
        *(["root"] if spot.is_root else []),
        *(["visited"] if numbers else []),
    ]
    box = element(
        "rect",
        class_="box",
        x=x - WIDTH / 2,
        y=y - HEIGHT / 2,
        width=WIDTH,
        height=HEIGHT,
        rx=HEIGHT / 2 if spot.is_root else 9,
    )
    title = element("title", _escaped(f"{spot.name} {spot.label}".strip()))
    offset = -2 if spot.label else 4
    parts = [
        text(fitted(spot.name, WIDTH - 12), class_="name", x=x, y=y + offset),
        text(fitted(spot.label, WIDTH - 4), class_="sub", x=x, y=y + 13),
    ]
    return element(
        "g",
        title,
        box,
        *parts,
        *_badge(place, numbers),
        class_=" ".join(names),
        style=f"--own: {colour_of(spot)}",
    )


def _badge(place: Point, numbers: Sequence[int]) -> Iterable[str]:
    if numbers:
        said = ", ".join(str(each) for each in numbers[:3])
        said += "…" if len(numbers) > 3 else ""
        width = 12 + 6.5 * len(said)
        x, y = place[0] - WIDTH / 2, place[1] - HEIGHT / 2
        shape = {"x": x - width / 2, "y": y - 9, "width": width, "height": 18}
        yield element("rect", class_="badge", rx=9, **shape)
        yield text(said, class_="number", x=x, y=y + 4)


def _reports(place: Point, reports: Sequence[str]) -> Iterable[str]:
    times = Counter(reports)
    shown = [
        fitted(f"“{each}”", 148)
        + (f" \N{MULTIPLICATION SIGN}{count}" if count > 1 else "")
        for each, count in list(times.items())[-MOST_REPORTS:]
    ]
    if len(times) > MOST_REPORTS:
        shown[0] = f"{len(reports)} reports, the last new one:"
    for number, said in enumerate(shown):
        x, y = place[0], place[1] + HEIGHT / 2 + 15 + 15 * number
        width = 5.9 * len(said) + 12
        # On ground of its own: edges pass below.
        box = {"x": x - width / 2, "y": y - 10.5, "width": width, "height": 15}
        yield element("rect", class_="ground", rx=7.5, **box)
        yield text(said, class_="report", x=x, y=y)


def _said_of(walk: Walk | None) -> str:
    if walk is None:
        return ""
    visits = sum(step.report is None for step in walk.steps)
    caller = f" for {walk.caller}" if walk.caller else ""
    ending = f"; it failed: {walk.error}" if walk.error else ""
    return f"{walk.walker} ran{caller}: {_count(visits, 'visit')}{ending}"[:160]


def _told(graph: Placed) -> Iterable[str]:
    names = {
        spot.id: f"{spot.name} {spot.label}".strip() for spot in graph.snapshot.spots
    }
    yield from names.values()
    for link in graph.snapshot.links:
        word = f"{link.name} leads" if link.name else "leads"
        yield f"{names[link.source]} {word} to {names[link.target]}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _escaped(content: str) -> str:
    return escape(legal(content), quote=False)
