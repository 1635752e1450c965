"""Where nodes and edges stand in the graph view: layers below their roots.

The same graph always looks the same: nothing is random, and a node that is added moves
its neighbours only. The page draws what is computed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Final

from jacnb.panels.graph_view_reading import Link, Snapshot, Spot

WIDTH, HEIGHT = 132.0, 44.0
"""The size of a node."""
GAP: Final = 26.0
LAYER: Final = 116.0
"""From one layer to the next."""
PER_ROW: Final = 12
"""Nodes side by side; a layer with more of them has several rows, longer ones."""
ROW: Final = 84.0
MARGIN: Final = 30.0
REPORTS: Final = 22.0
"""Room below the last layer for what is reported there."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """An edge as it is drawn: its path, its arrow's end and where its name stands."""

    link: Link
    path: str
    middle: Point


@dataclass(frozen=True)
class Placed:
    """A graph with a place for everything."""

    snapshot: Snapshot
    places: Mapping[str, Point]
    lines: Sequence[Line]
    size: tuple[float, float]


def placed(graph: Snapshot) -> Placed:
    """Return where the nodes and edges of a graph stand."""
    near = _neighbours(graph)
    xs: dict[str, float] = {}
    layers = [list(spots) for _, spots in groupby(graph.spots, attrgetter("level"))]
    for layer in layers:
        _place(layer, {spot.id: _mean(near[spot.id], xs) for spot in layer}, xs)
    for layer in reversed(layers[:-1]):
        below = {spot.id: _below(spot, near, xs, layers) for spot in layer}
        if len(layer) <= PER_ROW:
            _place(layer, below, xs)
    places = _points(layers, xs)
    width = max((x for x, _ in places.values()), default=0.0)
    height = max((y for _, y in places.values()), default=0.0)
    size = (width + WIDTH / 2 + MARGIN, height + HEIGHT / 2 + MARGIN + REPORTS)
    lines = _lines(graph.links, places)
    return Placed(graph, places, lines, size)


def per_row(layer: Sequence[Spot]) -> int:
    """Return how many nodes of a layer stand side by side; large ones are wide."""
    return max(PER_ROW, int((1.6 * len(layer)) ** 0.5))


def _neighbours(graph: Snapshot) -> dict[str, list[str]]:
    near: dict[str, list[str]] = {spot.id: [] for spot in graph.spots}
    for link in graph.links:
        near[link.source].append(link.target)
        near[link.target].append(link.source)
    return near


def _mean(ids: Sequence[str], xs: Mapping[str, float]) -> float | None:
    known = [xs[each] for each in ids if each in xs]
    return sum(known) / len(known) if known else None


def _below(
    spot: Spot,
    near: Mapping[str, list[str]],
    xs: Mapping[str, float],
    layers: Sequence[Sequence[Spot]],
) -> float | None:
    """Return the middle of a node's neighbours one layer down, else its place."""
    lower = layers[spot.level + 1] if spot.level + 1 < len(layers) else ()
    mine = set(near[spot.id]).intersection(each.id for each in lower)
    return _mean(sorted(mine), xs) if mine else xs.get(spot.id)


def _place(
    layer: list[Spot], wanted: Mapping[str, float | None], xs: dict[str, float]
) -> None:
    """Put the nodes of a layer as near as possible to where they want to be."""
    order = {spot.id: number for number, spot in enumerate(layer)}
    known = [each for each in wanted.values() if each is not None]
    middle = sum(known) / len(known) if known else 0.0
    goal = {key: middle if x is None else x for key, x in wanted.items()}
    layer.sort(key=lambda spot: (goal[spot.id], order[spot.id]))
    step = WIDTH + GAP
    count = per_row(layer)
    for start in range(0, len(layer), count):
        row = layer[start : start + count]
        at = float("-inf")
        for spot in row:
            at = max(goal[spot.id], at + step)
            xs[spot.id] = at
        # Those that were pushed went right: all of them share the way back.
        shift = sum(xs[each.id] - goal[each.id] for each in row) / len(row)
        for spot in row:
            xs[spot.id] -= shift


def _points(
    layers: Sequence[Sequence[Spot]], xs: Mapping[str, float]
) -> dict[str, Point]:
    left = min(xs.values(), default=0.0) - WIDTH / 2 - MARGIN
    y = MARGIN + HEIGHT / 2
    places = {}
    for layer in layers:
        for number, spot in enumerate(layer):
            row = number // per_row(layer)
            places[spot.id] = (round(xs[spot.id] - left, 1), y + row * ROW)
        y += LAYER + (len(layer) - 1) // per_row(layer) * ROW
    return places


def _lines(links: Sequence[Link], places: Mapping[str, Point]) -> list[Line]:
    lines, between = [], dict[frozenset[str], int]()
    for link in links:
        pair = frozenset((link.source, link.target))
        number = between[pair] = between.get(pair, -1) + 1
        lines.append(_line(link, places[link.source], places[link.target], number))
    return lines


def _line(link: Link, start: Point, end: Point, number: int) -> Line:
    """Return the path of an edge; several between two nodes are bent apart."""
    if start == end:
        x, y = start[0] + WIDTH / 2, start[1]
        path = f"M{x:.1f} {y - 8:.1f}c34 -26 34 42 0 16"
        return Line(link, path, (x + 30, y))
    is_level = start[1] == end[1]
    bend = (-46.0 if is_level else 0.0) + (number + 1) // 2 * 26.0 * (-1) ** number
    (x1, y1), (x2, y2) = start, end
    length = max(1.0, ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5)
    side = 1.0 if (x1, y1) < (x2, y2) else -1.0
    mx = (x1 + x2) / 2 - (y2 - y1) / length * bend * side
    my = (y1 + y2) / 2 + (x2 - x1) / length * bend * side
    a, b = _border(start, (mx, my), 0), _border(end, (mx, my), 5)
    path = f"M{a[0]:.1f} {a[1]:.1f}Q{mx:.1f} {my:.1f} {b[0]:.1f} {b[1]:.1f}"
    # Past the middle: what a node reports stands below it.
    x = 0.16 * a[0] + 0.48 * mx + 0.36 * b[0]
    y = 0.16 * a[1] + 0.48 * my + 0.36 * b[1]
    return Line(link, path, (round(x, 1), round(y, 1)))


def _border(center: Point, towards: Point, gap: float) -> Point:
    """Return where a line from a node's center leaves its box, and a gap further."""
    dx, dy = towards[0] - center[0], towards[1] - center[1]
    if not dx and not dy:
        return center
    to_side = (WIDTH / 2 + gap) / abs(dx) if dx else float("inf")
    to_top = (HEIGHT / 2 + gap) / abs(dy) if dy else float("inf")
    part = min(to_side, to_top)
    return center[0] + dx * part, center[1] + dy * part
