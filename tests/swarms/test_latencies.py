from __future__ import annotations

import random

import pytest

from jacnb.swarms.latencies import Latencies, Timeline, in_words


def test_percentiles_are_right_to_two_percent() -> None:
    drawn = random.Random(1)
    values = [drawn.lognormvariate(-6, 2) for _ in range(10_001)]
    latencies = Latencies()
    for value in values:
        latencies.add(value)
    values.sort()
    for percent, index in ((50, 5000), (90, 9000), (99, 9900)):
        assert latencies.percentile(percent) == pytest.approx(values[index], rel=0.02)
    assert latencies.percentile(100) == latencies.max == values[-1]


def test_of_nothing_there_is_no_percentile() -> None:
    assert Latencies().percentile(50) is None


def test_of_one_all_percentiles_are_that_one() -> None:
    latencies = Latencies()
    latencies.add(0.5)
    assert [latencies.percentile(p) for p in (1, 50, 100)] == [0.5, 0.5, 0.5]


@pytest.mark.parametrize("seconds", [0.0, -1.0, 1e-9])
def test_what_is_too_short_to_measure_counts_as_the_least(seconds: float) -> None:
    latencies = Latencies()
    latencies.add(seconds)
    latencies.add(1.0)
    assert latencies.percentile(50) == pytest.approx(1e-6, rel=0.02)


def test_a_timeline_stays_small_and_loses_nothing() -> None:
    timeline = Timeline(width=0.1)
    for number in range(10_000):
        timeline.add(number * 0.1, number + 1)
    assert len(timeline.slices) <= 240
    assert timeline.width == pytest.approx(6.4)
    assert (timeline.total().count, timeline.total().max) == (10_000, 10_000)
    assert timeline.slices[0].count == 64


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (2e-6, "2 µs"),
        (0.00123456, "1.23 ms"),
        (0.9999, "1 s"),
        (2.5, "2.5 s"),
        (12345, "12,345 s"),
    ],
)
def test_durations_have_fitting_units(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
