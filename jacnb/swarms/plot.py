"""Small pictures as SVG: readable on light and dark, and without any script."""

from __future__ import annotations

import base64
import html
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from jacnb.swarms.latencies import Latencies, Timeline, in_words

# Mid tones: all reach a contrast of 3 or more on white and on black.
_INK: Final = "#7d7d7d"
_GRID: Final = "#7d7d7d55"
_BLUE: Final = "#2f81d6"
_ORANGE: Final = "#d9730d"

_WIDTH: Final = 560
_HEIGHT: Final = 252
_LEFT: Final = 60
_RIGHT: Final = 16
_TOP: Final = 46
_BOTTOM: Final = 44
_BARS: Final = 48
_NOTHING: Final = "Nothing was measured"


class Plot:
    """A picture that a notebook shows and keeps.

    Args:
        svg: All of it.
        title: What it shows.
    """

    def __init__(self, svg: str, title: str) -> None:
        self.svg = svg
        self.title = title

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_html_(self) -> str:
        # An image has words for those who do not see it; notebooks drop them of an SVG.
        data = base64.b64encode(self.svg.encode()).decode()
        return (
            f'<img alt="{html.escape(self.title)}" style="max-width:100%;height:auto" '
            f'src="data:image/svg+xml;base64,{data}">'
        )

    def save(self, path: str | Path) -> None:
        """Write it into a file."""
        Path(path).write_text(self.svg, encoding="utf-8")

    def __repr__(self) -> str:
        return f"<Plot: {self.title}>"


def histogram_plot(
    latencies: Latencies,
    what: str = "deliveries",
    *,
    name: str = "Latency",
    nothing: str = _NOTHING,
) -> Plot:
    """Draw how often each latency occurred; the axis of time is logarithmic.

    Args:
        latencies: What to draw.
        what: Whose latencies they are.
        name: What such a latency is called.
        nothing: Why there are none, if there are none.
    """
    if not latencies.count:
        return _empty(name, nothing)
    bars = _rebinned(latencies)
    most = max(count for _, _, count in bars)
    low, high = math.log10(bars[0][0]), math.log10(bars[-1][1])
    x = _Scale(low, high, _LEFT, _WIDTH - _RIGHT)
    y = _Scale(0, most, _HEIGHT - _BOTTOM, _TOP)
    p50, p99 = latencies.percentile(50) or 0.0, latencies.percentile(99) or 0.0
    parts = [*_ticks_of_counts(y, most), *_ticks_of_durations(x, low, high)]
    parts += [_bar(x, y, *bar) for bar in bars if bar[2]]
    parts += [_mark(x, "p50", p50, 1), _mark(x, "p99", p99, 0)]
    parts.append(_label(6, 14, what, "start"))
    said = (
        f"{latencies.count:,} {what}. Half took {in_words(p50)} at most, 99 percent "
        f"{in_words(p99)}, the longest {in_words(latencies.max)}."
    )
    words = f"{name.lower()} of {latencies.count:,} {what}, logarithmic"
    return _drawn(f"{name}, by how often it occurred", said, words, parts)


def time_plot(timeline: Timeline, nothing: str = _NOTHING) -> Plot:
    """Draw the median and the 99th percentile over the time of sending."""
    points = [
        (index * timeline.width, each.percentile(50) or 0.0, each.percentile(99) or 0.0)
        for index, each in enumerate(timeline.slices)
        if each.count
    ]
    if not points:
        return _empty("Latency over time", nothing)
    low = math.floor(math.log10(min(p50 for _, p50, _ in points)))
    high = max(low + 1, math.ceil(math.log10(max(p99 for _, _, p99 in points))))
    end = max(points[-1][0] + timeline.width, timeline.width)
    x = _Scale(0, end, _LEFT, _WIDTH - _RIGHT)
    y = _Scale(low, high, _HEIGHT - _BOTTOM, _TOP)
    parts = [*_ticks_of_latency(y, low, high), *_ticks_of_time(x, end)]
    for name, column, colour, dash in (
        ("p99", 2, _ORANGE, "5 3"),
        ("p50", 1, _BLUE, ""),
    ):
        line = [
            (x(p[0] + timeline.width / 2), y(math.log10(p[column]))) for p in points
        ]
        parts += _curve(line, colour, dash)
        parts.append(_legend(name, column, colour))
    last = max(p99 for _, _, p99 in points)
    said = f"Over {end:.3g} s, the 99th percentile was {in_words(last)} at most."
    words = "latency by when it was sent, logarithmic"
    return _drawn("Latency over time", said, words, parts)


def _empty(title: str, nothing: str) -> Plot:
    return _drawn(title, f"{nothing}.", nothing.lower(), [])


class _Scale:
    """Maps values to pixels."""

    def __init__(self, low: float, high: float, first: float, last: float) -> None:
        self._low = low
        self._span = (high - low) or 1.0
        self._first = first
        self._length = last - first

    def __call__(self, value: float) -> float:
        place = self._first + (value - self._low) / self._span * self._length
        return round(place, 1)


def _rebinned(latencies: Latencies) -> list[tuple[float, float, int]]:
    """Return at most so many bars as are drawn: from, to, how many."""
    keys = sorted(latencies.buckets)
    step = max(1, math.ceil((keys[-1] - keys[0] + 1) / _BARS))
    first = keys[0] - 2 * step
    counts = [0] * ((keys[-1] - first) // step + 3)
    for key in keys:
        counts[(key - first) // step] += latencies.buckets[key]
    edges = [1e-6 * 2 ** ((first + i * step) / 32) for i in range(len(counts) + 1)]
    return list(zip(edges, edges[1:], counts, strict=False))


def _bar(x: _Scale, y: _Scale, low: float, high: float, count: int) -> str:
    left, right = x(math.log10(low)), x(math.log10(high))
    # What is rare is still to be seen.
    top = min(y(count), y(0) - 1)
    width = max(1.0, right - left - 0.6)
    said = f"{in_words(low)} to {in_words(high)}: {count:,}"
    return (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" '
        f'height="{y(0) - top:.1f}" fill="{_BLUE}"><title>{said}</title></rect>'
    )


def _mark(x: _Scale, name: str, seconds: float, row: int) -> str:
    at, top = x(math.log10(max(seconds, 1e-6))), _TOP - 22 + 14 * row
    anchor = "end" if at > _WIDTH * 0.75 else "start"
    shift = -4 if anchor == "end" else 4
    return (
        f'<line x1="{at}" x2="{at}" y1="{top - 10}" y2="{_HEIGHT - _BOTTOM}" '
        f'stroke="{_ORANGE}" stroke-dasharray="4 3"/>'
        + _label(at + shift, top, f"{name} {in_words(seconds)}", anchor, _ORANGE)
    )


def _ticks_of_counts(y: _Scale, most: int) -> Iterator[str]:
    for value in _nice(most):
        yield _line_across(y(value)) + _label(_LEFT - 6, y(value) + 4, _count(value))


def _ticks_of_latency(y: _Scale, low: int, high: int) -> Iterator[str]:
    for power in range(low, high + 1):
        words = in_words(10.0**power)
        yield _line_across(y(power)) + _label(_LEFT - 6, y(power) + 4, words)


def _ticks_of_durations(x: _Scale, low: float, high: float) -> Iterator[str]:
    factors = (1, 2, 5) if high - low < 2.5 else (1,)
    for power in range(math.floor(low), math.ceil(high) + 1):
        for value in (factor * 10.0**power for factor in factors):
            if low <= math.log10(value) <= high:
                yield _tick_below(x(math.log10(value)), in_words(value))


def _ticks_of_time(x: _Scale, end: float) -> Iterator[str]:
    for value in _nice(end):
        yield _tick_below(x(value), f"{value:g} s")


def _tick_below(at: float, words: str) -> str:
    base = _HEIGHT - _BOTTOM
    line = f'<line x1="{at}" x2="{at}" y1="{base}" y2="{base + 5}" stroke="{_INK}"/>'
    return line + _label(at, base + 19, words, "middle")


def _line_across(at: float) -> str:
    return (
        f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{at}" y2="{at}" '
        f'stroke="{_GRID}"/>'
    )


def _curve(points: Sequence[tuple[float, float]], colour: str, dash: str) -> list[str]:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    drawn = [
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" '
        f'stroke-dasharray="{dash}"/>'
    ]
    if len(points) < 3:
        drawn += [
            f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in points
        ]
    return drawn


def _legend(name: str, column: int, colour: str) -> str:
    return _label(_WIDTH - _RIGHT - 44 * (column - 1), 14, name, "end", colour)


def _label(
    x: float, y: float, words: str, anchor: str = "end", colour: str = _INK
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">'
        f"{html.escape(words)}</text>"
    )


def _drawn(title: str, said: str, words: str, parts: Sequence[str]) -> Plot:
    base = _HEIGHT - _BOTTOM
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}" role="img" font-size="12" '
        'font-family="system-ui,sans-serif" style="max-width:100%;height:auto">'
        f"<title>{html.escape(title)}</title><desc>{html.escape(said)}</desc>"
        f"{''.join(parts)}"
        f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{base}" y2="{base}" '
        f'stroke="{_INK}"/>'
        + _label((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 6, words, "middle")
        + "</svg>"
    )
    return Plot(svg, f"{title}. {said}")


def _nice(most: float) -> list[float]:
    """Return three to six round values from 0 on."""
    rough = most / 4
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 1.0
    step = next(f * power for f in (1, 2, 5, 10) if f * power >= rough)
    return [round(step * i, 12) for i in range(int(most / step) + 1)]


def _count(value: float) -> str:
    for limit, unit in ((1e6, "M"), (1e3, "k")):
        if value >= limit:
            return f"{value / limit:g} {unit}"
    return f"{value:g}"
