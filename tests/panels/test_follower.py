from __future__ import annotations

import pytest

from jacnb.panels.follower import Follower
from jacnb.panels.graph_view_walks import WalkSource
from jacnb.panels.trace_source import TraceSource
from jacnb.protocol.trace import Kind, Trace


class Watched:
    def __init__(self, pump):
        self.trace = Trace(lambda: 1.5)
        self.batches: list[tuple[list[int], int]] = []
        self.follower = Follower(TraceSource(self.trace), self.deliver, pump.later)

    def deliver(self, rows, skipped):
        self.batches.append(([row["seq"] for row in rows], skipped))

    def happen(self, times=1, text="x"):
        for _ in range(times):
            self.trace.record(Kind.NOTIFICATION, "channel", text=text)


@pytest.fixture
def watched(pump):
    made = Watched(pump)
    made.follower.start()
    pump.turn()
    return made


def test_what_is_new_comes_in_one_batch(watched, pump):
    watched.happen(3)
    pump.turn()
    watched.happen()
    pump.turn()
    assert watched.batches == [([0, 1, 2], 0), ([3], 0)]


def test_nothing_new_delivers_nothing(watched, pump):
    pump.turn()
    pump.turn()
    assert watched.batches == []


def test_of_a_flood_only_the_newest_are_delivered_and_the_gap_is_counted(watched, pump):
    watched.happen(2_000)
    pump.turn()
    assert watched.batches == [(list(range(1_500, 2_000)), 1_500)]


def test_rows_that_are_kept_no_longer_are_counted(pump):
    watched = Watched(pump)
    watched.trace = Trace(lambda: 1.5, max_entries=10)
    watched.follower = Follower(TraceSource(watched.trace), watched.deliver, pump.later)
    watched.happen(25)
    watched.follower.start()
    pump.turn()
    assert watched.batches == [(list(range(15, 25)), 15)]


def test_rows_of_a_source_that_is_about_some_only_are_no_gap(pump):
    watched = Watched(pump)
    source = WalkSource(watched.trace)
    Follower(source, watched.deliver, pump.later).start()
    watched.happen(3)
    watched.trace.record(Kind.VISIT, "n::1")
    pump.turn()
    assert watched.batches == [([3], 0)]


def test_after_many_characters_it_waits_longer(watched, pump):
    watched.happen(200, "y" * 2_000)
    pump.turn()
    [(rows, _)] = watched.batches
    assert len(rows) == 93
    [(delay, *_)] = pump.jobs
    assert delay > 0.9


def test_one_message_larger_than_a_batch_is_delivered_all_the_same(watched, pump):
    watched.happen(1, "z" * 1_000_000)
    pump.turn()
    assert watched.batches == [([0], 0)]


def test_a_stopped_follower_asks_for_no_more_turns_and_can_go_on(watched, pump):
    watched.follower.stop()
    watched.happen()
    pump.turn()
    assert pump.jobs == []
    watched.follower.start()
    pump.turn()
    assert watched.batches == [([0], 0)]


def test_starting_twice_is_starting_once(watched, pump):
    watched.follower.start()
    watched.happen()
    pump.turn()
    assert len(pump.jobs) == 1


def test_a_delivery_that_fails_does_not_end_it(pump):
    def broken(rows, skipped):
        raise RuntimeError("no browser")

    trace = Trace(lambda: 1.5)
    trace.record(Kind.OPEN, "open")
    Follower(TraceSource(trace), broken, pump.later).start()
    with pytest.raises(RuntimeError, match="no browser"):
        pump.turn()
    assert len(pump.jobs) == 1
