from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from jacnb.swarms import SwarmResult
from jacnb.swarms.latencies import Latencies, Timeline


def made(**changes: Any) -> SwarmResult:
    timeline = Timeline()
    for _ in range(4):
        timeline.add(0.1, 0.02)
    clean = SwarmResult(
        clients=2,
        connected=2,
        opening=0.5,
        sent=2,
        expected=4,
        received=4,
        lost=0,
        cut_off=0,
        duplicates=0,
        out_of_order=0,
        strays=0,
        answers=0,
        errors={},
        close_codes={},
        duration=2.0,
        behind=0.0,
        p50=0.02,
        p90=0.02,
        p99=0.02,
        max=0.02,
        timeline=timeline,
        answered=Latencies(),
    )
    return replace(clean, **changes)


def test_a_clean_run_reads_as_a_table() -> None:
    assert repr(made()) == (
        "Swarm\n"
        "    clients      2 of 2 in 0.50 s\n"
        "    sent         2 events, 1.0/s in 2.00 s\n"
        "    deliveries   4 of 4, 2/s\n"
        "    lost         0\n"
        "    duplicates   0\n"
        "    out of order 0\n"
        "    latency      p50 20 ms, p90 20 ms, p99 20 ms, max 20 ms"
    )


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"connected": 1}, "  ! clients      1 of 2 in 0.50 s"),
        ({"lost": 3, "received": 1}, "  ! lost         3"),
        ({"duplicates": 1}, "  ! duplicates   1"),
        ({"out_of_order": 1}, "  ! out of order 1"),
        ({"cut_off": 2}, "  ! cut off      2: the connection ended first"),
        ({"strays": 2}, "  ! strays       2: not sent to whom they reached"),
        ({"close_codes": {1013: 2}}, "  ! closed       2 with 1013"),
        (
            {"errors": {"ValueError: x": 2}},
            "  ! error        2 \N{MULTIPLICATION SIGN} ValueError: x",
        ),
    ],
)
def test_trouble_is_marked(changes: dict[str, object], line: str) -> None:
    result = made(**changes)
    assert line in repr(result).splitlines()
    assert not result.is_clean
    assert "\N{WARNING SIGN}" in result._repr_html_()


def test_of_many_errors_some_are_shown() -> None:
    errors = {f"ValueError: {number}": 1 for number in range(8)}
    assert "… and 3 other errors" in repr(made(errors=errors))


def test_being_behind_is_told() -> None:
    assert "up to 1.50 s late with sending" in repr(made(behind=1.5))


def test_errors_are_escaped_in_html() -> None:
    shown = made(errors={"<script>": 1})._repr_html_()
    assert "&lt;script&gt;" in shown
    assert "<script>" not in shown


def test_a_plot_has_one_of_two_kinds() -> None:
    assert made().plot().title.startswith("Latency, by how often")
    answered = Latencies()
    answered.add(0.5)
    asked = made(expected=0, received=0, timeline=Timeline(), answered=answered)
    assert "round trip of 1 walker calls, logarithmic" in asked.plot().svg
    assert made().plot("time").title.startswith("Latency over time")
    kind: Any = "pie"
    with pytest.raises(ValueError, match="plot\\(\\) draws 'latency' or 'time'"):
        made().plot(kind)


def test_nothing_said_is_no_praise() -> None:
    quiet = made(sent=0, expected=0, received=0, duration=0.0)
    assert "(nothing was said)" in quiet._repr_html_()
    assert quiet.delivery_rate == 0.0


def test_of_calls_alone_the_round_trip_is_told() -> None:
    asked = made(expected=0, received=0, answers=2)
    assert repr(asked).splitlines()[-1].startswith("    round trip   p50 20 ms")
    assert "latency" not in repr(asked)


def test_where_nothing_arrived_there_is_no_latency() -> None:
    answered = Latencies()
    answered.add(0.5)
    none: dict[str, Any] = dict.fromkeys(("p50", "p90", "p99", "max"))
    empty = {"received": 0, "lost": 4, "timeline": Timeline(), "answered": answered}
    lost = made(answers=1, **empty, **none)
    assert "  ! latency      none, for nothing arrived" in repr(lost).splitlines()
    assert " ms" not in repr(lost)
    for kind in ("latency", "time"):
        assert lost.plot(kind).title.endswith("Nothing arrived.")
