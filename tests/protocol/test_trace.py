from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import given, strategies as st

from jacnb.protocol import PUBLIC, Connection, Entry, Kind, Trace

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6IjEifQ.c2lnbmF0dXJl"


def ticking() -> Callable[[], float]:
    ticks = count(100)
    return lambda: float(next(ticks))


def texts(trace: Trace) -> list[str | None]:
    return [entry.text for entry in trace]


def test_an_entry_tells_who_said_what_to_whom_and_why() -> None:
    trace, one, two = Trace(ticking()), Connection(PUBLIC), Connection(PUBLIC)
    event = trace.record(Kind.EVENT, "channel", text="{}", sender=one)
    seq = trace.record(
        Kind.NOTIFICATION, "channel", text='{"é":1}', receivers=(one, two), cause=event
    )
    entry = trace.get(seq)
    assert entry is not None
    assert (entry.seq, entry.time, entry.kind) == (1, 101.0, Kind.NOTIFICATION)
    assert (entry.type, entry.text, entry.size) == ("channel", '{"é":1}', 8)
    assert entry.receiver_ids == [one.client_id, two.client_id]
    assert (entry.reach, entry.client_id, entry.cause) == (2, None, 0)
    assert [found.client_id for found in trace] == [one.client_id, None]


def test_causes_are_followed_back_to_the_event() -> None:
    trace = Trace(ticking())
    event = trace.record(Kind.EVENT, "walker")
    run = trace.record(Kind.RUN, "shout", cause=event)
    said = trace.get(trace.record(Kind.NOTIFICATION, "channel", cause=run))
    assert isinstance(said, Entry)
    assert [cause and cause.kind for cause in trace.causes(said)] == [
        Kind.RUN,
        Kind.EVENT,
    ]


def test_a_cause_that_was_evicted_is_shown_as_none() -> None:
    trace = Trace(ticking(), max_entries=2)
    event = trace.record(Kind.EVENT, "walker")
    run = trace.record(Kind.RUN, "shout", cause=event)
    said = trace.get(trace.record(Kind.NOTIFICATION, "channel", cause=run))
    assert isinstance(said, Entry)
    assert trace.causes(said) == [trace.get(run), None]


def test_the_oldest_entries_give_way() -> None:
    trace = Trace(ticking(), max_entries=3)
    for number in range(5):
        trace.record(Kind.EVENT, str(number))
    assert [(entry.seq, entry.type) for entry in trace] == [
        (2, "2"),
        (3, "3"),
        (4, "4"),
    ]
    assert len(trace) == 3
    assert trace.get(1) is None
    assert trace.get(7) is None


def test_since_gives_what_is_new() -> None:
    trace = Trace(ticking(), max_entries=3)
    for number in range(5):
        trace.record(Kind.EVENT, str(number))
    assert [entry.seq for entry in trace.since(4)] == [4]
    assert trace.since(5) == []
    assert [entry.seq for entry in trace.since(-1)] == [2, 3, 4]


def test_the_oldest_payloads_give_way_and_their_entries_stay() -> None:
    trace, one = Trace(ticking(), max_bytes=49), Connection(PUBLIC)
    trace.record(Kind.NOTIFICATION, "channel", text="a" * 20, receivers=(one,))
    trace.record(Kind.EVENT, "channel", text="b" * 30)
    first, second = trace
    assert (first.text, first.size, first.reach) == (None, 20, 1)
    assert (first.receivers, first.receiver_ids) == ((), [])
    assert second.text == "b" * 30


def test_a_payload_beyond_the_bound_is_not_kept_at_all() -> None:
    trace = Trace(ticking(), max_bytes=10)
    trace.record(Kind.OPEN, "open")
    trace.record(Kind.EVENT, "channel", text="a")
    trace.record(Kind.EVENT, "channel", text="b" * 11)
    trace.record(Kind.EVENT, "channel", text="c")
    assert texts(trace) == [None, None, None, "c"]


def test_bytes_are_counted_not_characters() -> None:
    trace = Trace(ticking(), max_bytes=5)
    trace.record(Kind.EVENT, "channel", text="éé")
    trace.record(Kind.EVENT, "channel", text="☃")
    trace.record(Kind.EVENT, "channel", text="\ud800")
    assert [entry.size for entry in trace] == [4, 3, 3]
    assert texts(trace) == [None, None, "\ud800"]


def test_receivers_take_room_unless_they_are_the_same_as_before() -> None:
    room = [Connection(PUBLIC) for _ in range(10)]
    trace, same = Trace(ticking(), max_bytes=200), tuple(room)
    for _ in range(5):
        trace.record(Kind.NOTIFICATION, "channel", text="{}", receivers=same)
        trace.record(Kind.REPLY, "walker", receivers=same[:1])
    assert texts(trace) == ["{}", None] * 5
    for _ in range(2):
        trace.record(Kind.NOTIFICATION, "channel", text="{}", receivers=tuple(room))
    assert texts(trace) == [None, None, *["{}", None] * 4, "{}", "{}"]


def test_a_long_name_is_cut() -> None:
    trace = Trace(ticking())
    entry = trace.get(trace.record(Kind.VISIT, "x" * 1000))
    assert entry is not None
    assert entry.type == "x" * 200


def test_clear_forgets_and_goes_on_counting() -> None:
    trace = Trace(ticking(), max_bytes=10)
    trace.record(Kind.EVENT, "channel", text="a" * 9)
    trace.clear()
    assert len(trace) == 0
    assert list(trace) == []
    assert trace.kept_from == trace.next_seq == 1
    assert trace.record(Kind.EVENT, "channel", text="b" * 9) == 1
    assert texts(trace) == ["b" * 9]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            '{"type":"change_user","token":"secret"',
            '{"type":"change_user","token":"***"',
        ),
        (f'{{"data":"{JWT}"}}', '{"data":"***"}'),
        ('{"context":{"password":"hunter2"}}', '{"context":{"password":"***"}}'),
    ],
)
def test_secrets_are_masked_when_a_payload_is_shown(text: str, shown: str) -> None:
    trace = Trace(ticking())
    entry = trace.get(trace.record(Kind.EVENT, "walker", text=text))
    assert entry is not None
    assert entry.text == shown
    assert "secret" not in repr(entry)


def test_a_trace_tells_its_size_and_the_next_number() -> None:
    trace = Trace(ticking())
    trace.record(Kind.EVENT, "channel", text="abc")
    assert (trace.size, trace.next_seq) == (3, 1)


def test_a_payload_is_parsed_when_it_is_json() -> None:
    trace = Trace(ticking())
    texts = ['{"a":1}', "nope", '{"token":"x"}', "\ud800", "NaN", None]
    for text in texts:
        trace.record(Kind.EVENT, "channel", text=text)
    assert [entry.value for entry in trace] == [
        {"a": 1},
        "nope",
        {"token": "***"},
        "\ud800",
        "NaN",
        None,
    ]


def test_a_trace_is_shown_by_its_size() -> None:
    trace = Trace(ticking())
    trace.record(Kind.EVENT, "channel", text="abc")
    assert repr(trace) == "<Trace of 1 entries, 3 bytes of payload>"


@given(
    st.lists(st.integers(0, 40), max_size=60), st.integers(1, 20), st.integers(0, 100)
)
def test_bounds_hold_and_the_newest_payloads_are_kept(
    sizes: list[int], max_entries: int, max_bytes: int
) -> None:
    trace = Trace(ticking(), max_entries=max_entries, max_bytes=max_bytes)
    for size in sizes:
        trace.record(Kind.EVENT, "channel", text="x" * size)
    first = max(0, len(sizes) - max_entries)
    assert [entry.seq for entry in trace] == list(range(first, len(sizes)))
    for entry in trace:
        if entry.size:
            fits = sum(sizes[entry.seq :]) <= max_bytes
            assert (entry.text is not None) == fits
