from __future__ import annotations

from jacnb.protocol.hub import Outcome
from jacnb.server.figures import WalkerFigures
from jacnb.server.walker_counts import WalkerCounts
from jacnb.walkers.run import Run


def ended(counts: WalkerCounts, seconds: float, error: str | None = None) -> None:
    run = Run("shout", "public", None, 0.0)
    counts.begin("shout")
    run.end(Outcome(error=error))
    run.duration = seconds
    counts.end(run)


def test_a_walker_that_was_never_called_has_no_durations() -> None:
    [figures] = WalkerCounts().figures(["shout"])
    assert figures == WalkerFigures("shout", 0, 0, 0, None, None)


def test_calls_errors_and_percentiles_are_counted() -> None:
    counts = WalkerCounts()
    for number in range(1, 101):
        ended(counts, number / 1000, "no luck" if number > 90 else None)
    [figures] = counts.figures()
    assert figures == WalkerFigures("shout", 100, 0, 10, 50.0, 95.0)


def test_only_the_last_500_durations_count() -> None:
    counts = WalkerCounts()
    ended(counts, 60.0)
    for _ in range(500):
        ended(counts, 0.002)
    [figures] = counts.figures()
    assert (figures.calls, figures.p50, figures.p95) == (501, 2.0, 2.0)


def test_what_runs_is_known_and_outlives_a_reset() -> None:
    counts = WalkerCounts()
    ended(counts, 0.001)
    counts.begin("shout")
    counts.begin("whisper")
    counts.clear()
    run = Run("shout", "public", None, 0.0)
    run.end(Outcome())
    run.duration = 0.003
    counts.end(run)
    assert counts.figures(["whisper", "mumble"]) == [
        WalkerFigures("whisper", 1, 1, 0, None, None),
        WalkerFigures("mumble", 0, 0, 0, None, None),
        WalkerFigures("shout", 1, 0, 0, 3.0, 3.0),
    ]


def test_a_reset_forgets_what_has_ended() -> None:
    counts = WalkerCounts()
    ended(counts, 0.001)
    counts.clear()
    assert counts.figures() == []
