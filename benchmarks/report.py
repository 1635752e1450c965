"""Small Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Build a Markdown table; every column but the first is right-aligned."""
    rule = [" --- ", *(" ---: " for _ in headers[1:])]
    lines = [_line(headers), "|" + "|".join(rule) + "|"]
    return "\n".join([*lines, *map(_line, rows)])


def number(value: float) -> str:
    """Write a figure with three digits that count, thousands set apart."""
    if value >= 1000:
        digits = len(str(int(value))) - 3
        return f"{round(value, -digits):,.0f}"
    return f"{value:.3g}"


def times(ratio: float) -> str:
    """Write a ratio."""
    digits = 1 if ratio < 100 else 0
    return f"{ratio:.{digits}f} \N{MULTIPLICATION SIGN}"


def span(low: float, high: float) -> str:
    """Write the range of a figure."""
    return f"{number(low)} to {number(high)}"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
