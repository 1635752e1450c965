"""What came of a swarm."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from jacnb.swarms.latencies import Latencies, Timeline, in_words
from jacnb.swarms.plot import Plot, histogram_plot, time_plot


@dataclass(frozen=True, repr=False)
class SwarmResult:
    """What a swarm said, and what became of it; durations are in seconds.

    Attributes:
        clients: How many were asked for.
        connected: How many of them were connected when it began.
        opening: How long connecting took.
        sent: Events that were sent and counted.
        expected: Deliveries that these should cause.
        received: Deliveries that arrived, each counted once.
        lost: Deliveries that did not arrive though the connection is there.
        cut_off: Deliveries that could not arrive, for the connection ended first.
        duplicates: Further copies of what had arrived.
        out_of_order: Deliveries that came after a later one of the same sender.
        strays: Copies that reached somebody to whom they were not sent.
        answers: Walker calls that were answered.
        errors: What went wrong at the clients, and how often.
        close_codes: With which codes connections ended before the swarm ended them.
        duration: How long it took, until the last delivery.
        behind: By how much sending was behind its rate, at worst.
        p50, p90, p99, max: How long deliveries took, None if none arrived; if nothing
            was to be delivered, the round trips of the walker calls.
        timeline: The latencies of the deliveries, by when they were sent.
        answered: The round trips of the walker calls.
        mark: What its tags begin with, by which a server's record shows its traffic:
            ``server.trace.where(contains=result.mark)``.
    """

    clients: int
    connected: int
    opening: float
    sent: int
    expected: int
    received: int
    lost: int
    cut_off: int
    duplicates: int
    out_of_order: int
    strays: int
    answers: int
    errors: Mapping[str, int]
    close_codes: Mapping[int, int]
    duration: float
    behind: float
    p50: float | None
    p90: float | None
    p99: float | None
    max: float | None
    timeline: Timeline = field(compare=False)
    answered: Latencies = field(compare=False)
    mark: str = field(default="", compare=False)

    @property
    def sending_rate(self) -> float:
        """Events a second."""
        return _rate(self.sent, self.duration)

    @property
    def delivery_rate(self) -> float:
        """Deliveries a second."""
        return _rate(self.received, self.duration)

    @property
    def is_clean(self) -> bool:
        """Whether everything arrived once and in order, and nothing went wrong."""
        faults = self.lost + self.cut_off + self.duplicates + self.out_of_order
        is_whole = self.connected == self.clients and not self.close_codes
        return is_whole and not (faults + self.strays or self.errors)

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values, ready for JSON."""
        found = asdict(self)
        del found["timeline"], found["answered"], found["mark"]
        found["errors"] = dict(self.errors)
        found["close_codes"] = {str(code): n for code, n in self.close_codes.items()}
        rates = {
            "sending_rate": self.sending_rate,
            "delivery_rate": self.delivery_rate,
        }
        return found | rates | {"is_clean": self.is_clean}

    def plot(self, kind: Literal["latency", "time"] = "latency") -> Plot:
        """Return a picture: how often each latency, or latencies over time.

        Where nothing was to be delivered, it is of the walker calls' round trips.

        Raises:
            ValueError: If it is another kind.
        """
        if kind == "time":
            return time_plot(self.timeline, self._why_empty())
        if kind != "latency":
            raise ValueError(f"plot() draws 'latency' or 'time', not {kind!r}")
        latencies = self.timeline.total()
        if latencies.count or self.expected or not self.answered.count:
            return histogram_plot(latencies, nothing=self._why_empty())
        return histogram_plot(self.answered, "walker calls", name="Round trip")

    def _why_empty(self) -> str:
        return "Nothing arrived" if self.expected else "Nothing was measured"

    def rows(self) -> Iterator[tuple[str, str, bool]]:
        """Yield each figure: its name, its value in words, whether it is bad news."""
        opening = f" in {self.opening:.2f} s" if self.opening else ""
        is_short = self.connected < self.clients
        yield "clients", f"{self.connected:,} of {self.clients:,}{opening}", is_short
        per_second = f"{self.sending_rate:,.1f}/s in {self.duration:.2f} s"
        yield "sent", f"{self.sent:,} events, {per_second}", False
        if self.answers:
            yield "answers", f"{self.answers:,} walker calls", False
        arrived = f"{self.received:,} of {self.expected:,}"
        is_short = self.received < self.expected
        yield "deliveries", f"{arrived}, {self.delivery_rate:,.0f}/s", is_short
        yield "lost", f"{self.lost:,}", self.lost > 0
        yield "duplicates", f"{self.duplicates:,}", self.duplicates > 0
        yield "out of order", f"{self.out_of_order:,}", self.out_of_order > 0
        yield from self._rows_of_trouble()
        yield from self._rows_of_time()

    def _rows_of_time(self) -> Iterator[tuple[str, str, bool]]:
        """Yield how long it took, named for what it is."""
        if self.received and self.max is not None:
            yield "latency", self._latency(), False
        elif self.expected:
            yield "latency", "none, for nothing arrived", True
        elif self.max is not None:
            yield "round trip", self._latency(), False

    def _rows_of_trouble(self) -> Iterator[tuple[str, str, bool]]:
        """Yield what is only worth a line when it happened."""
        if self.cut_off:
            yield "cut off", f"{self.cut_off:,}: the connection ended first", True
        if self.strays:
            yield "strays", f"{self.strays:,}: not sent to whom they reached", True
        if self.behind > 0.1:
            yield "behind", f"up to {self.behind:.2f} s late with sending", True
        for code, count in sorted(self.close_codes.items()):
            yield "closed", f"{count:,} with {code}", True
        for error, count in sorted(self.errors.items(), key=lambda e: -e[1])[:5]:
            yield "error", f"{count:,} \N{MULTIPLICATION SIGN} {error}", True
        if len(self.errors) > 5:
            yield "error", f"… and {len(self.errors) - 5} other errors", True

    def _latency(self) -> str:
        named = [("p50", self.p50), ("p90", self.p90), ("p99", self.p99)]
        named.append(("max", self.max))
        return ", ".join(f"{name} {in_words(value or 0.0)}" for name, value in named)

    def __repr__(self) -> str:
        lines = [
            f"  {'!' if is_bad else ' '} {name:<13}{value}"
            for name, value, is_bad in self.rows()
        ]
        return "\n".join(["Swarm", *lines])

    def _repr_html_(self) -> str:
        cells = "".join(_row(*row) for row in self.rows())
        verdict = "everything arrived once, in order" if self.is_clean else "see below"
        verdict = verdict if self.sent or not self.is_clean else "nothing was said"
        return (
            f"<div><b>Swarm</b> ({verdict})"
            f'<table role="table" style="text-align:left">{cells}</table></div>'
        )


def _row(name: str, value: str, is_bad: bool) -> str:
    # Bad news is told by a sign, too, not by colour alone.
    sign = "\N{WARNING SIGN} " if is_bad else ""
    style = "text-align:left;font-variant-numeric:tabular-nums"
    colour = ";color:var(--jp-error-color1,#d32f2f)" if is_bad else ""
    return (
        f'<tr><th scope="row" style="text-align:left">{html.escape(name)}</th>'
        f'<td style="{style}{colour}">{sign}{html.escape(value)}</td></tr>'
    )


def _rate(count: int, seconds: float) -> float:
    return count / seconds if seconds > 0 else 0.0
