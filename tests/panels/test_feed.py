from __future__ import annotations

import threading

import pytest

from jacnb.panels.entries import note
from jacnb.panels.feed import Feed


class Views:
    def __init__(self, pump):
        self.batches, self.answers, self.histories = [], [], []
        self.feed = Feed(self.deliver, self.histories.append, pump.later)

    def deliver(self, entries, answers):
        self.batches.append([entry["seq"] for entry in entries])
        self.answers += answers

    def say(self, text="x"):
        self.feed.add(lambda seq: note(text, seq))


@pytest.fixture
def views(pump):
    return Views(pump)


def test_many_messages_become_one_batch_in_order(views, pump):
    for _ in range(5):
        views.say()
    pump.run()
    assert views.batches == [[1, 2, 3, 4, 5]]


def test_the_history_is_written_once_however_many_batches_there_were(views, pump):
    for _ in range(3):
        views.say()
        pump.run(within=0.5)
    assert views.histories == []
    pump.run()
    assert [[entry["seq"] for entry in each] for each in views.histories] == [[1, 2, 3]]


def test_history_keeps_two_hundred_and_the_transcript_a_thousand(views):
    for _ in range(1_200):
        views.say()
    assert len(views.feed.history()) == 200
    assert views.feed.history()[-1]["seq"] == 1_200
    assert len(views.feed.recent()) == 1_000


def test_fences_take_no_room_in_the_history_from_what_is_said(views):
    views.say("first")
    for _ in range(300):
        views.feed.load(lambda seq: note("", seq) | {"kind": "fence"})
    views.say("last")
    history = views.feed.history()
    assert (history[0]["text"], history[-1]["text"]) == ("first", "last")


def test_a_flood_sends_the_newest_and_slows_down(views, pump):
    for _ in range(500):
        views.say("y" * 1_000)
    pump.run()
    assert views.batches == [list(range(301, 501))]
    views.say()
    [(delay, *_)] = pump.jobs
    assert delay > 0.9


def test_in_a_lasting_flood_batches_are_small_and_rarer(views, pump):
    for _ in range(3):
        for _ in range(300):
            views.say()
        pump.run()
    assert [len(batch) for batch in views.batches] == [200, 30, 30]
    assert views.batches[-1][-1] == 900
    views.say()
    [(delay, *_)] = pump.jobs
    assert 0.2 < delay <= 0.25


def test_what_comes_after_a_flood_is_shown_whole(views, pump):
    for count in (300, 300, 100):
        for _ in range(count):
            views.say()
        pump.run()
    assert [len(batch) for batch in views.batches] == [200, 30, 100]


def test_a_large_history_is_not_written_for_each_message(views, pump):
    for _ in range(150):
        views.feed.load(lambda seq: note("x" * 100, seq))
    for _ in range(3):
        views.say()
        pump.run()
    assert views.histories == []


def test_a_view_gets_what_came_after_what_it_has(views):
    for _ in range(5):
        views.say()
    assert [entry["seq"] for entry in views.feed.history(after=3)] == [4, 5]
    assert views.feed.history(after=5) == []


def test_a_history_of_long_messages_is_bounded_but_never_empty(views):
    for _ in range(20):
        views.say("z" * 16_000)
    assert len(views.feed.history()) == 6
    assert len(views.feed.history()[-1]["text"]) == 16_000


def test_the_past_goes_into_the_history_and_is_not_sent(views, pump):
    views.feed.load(lambda seq: note("before", seq))
    pump.run()
    assert views.batches == []
    assert [entry["text"] for entry in views.feed.history()] == ["before"]


def test_answers_travel_without_messages(views, pump):
    views.feed.answer({"nonce": "a", "error": None})
    pump.run()
    assert (views.batches, views.answers) == ([[]], [{"nonce": "a", "error": None}])


def test_messages_of_many_threads_are_numbered_once_each(views, pump):
    threads = [
        threading.Thread(target=lambda: [views.say() for _ in range(50)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pump.run()
    assert views.batches == [list(range(1, 201))]
