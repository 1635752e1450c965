from __future__ import annotations

import pytest
from talk import ALICE, Talk
from told import BOB, new_trace

from jacnb.protocol import Kind
from jacnb.protocol.endings import Ending
from jacnb.protocol.recording import read_jsonl


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        (
            Ending(4001, "mine", "client"),
            '{"code":4001,"reason":"mine","by":"client"}',
        ),
        (Ending(1000), '{"code":1000,"reason":""}'),
        (Ending(1006, "timed out", "client"), '{"code":1006,"reason":""}'),
        (Ending(1008, "\ud800" + "é" * 100), f'{{"code":1008,"reason":"?{"é" * 61}"}}'),
    ],
)
def test_an_ending_is_written_as_the_wire_carries_it(
    ending: Ending, expected: str
) -> None:
    assert ending.to_text() == expected


def test_the_trace_tells_how_a_client_came_and_ended() -> None:
    trace = new_trace()
    hub = Talk(trace=trace).hub
    alice = hub.connect(ALICE, "room", handshake='{"path":"/websocket"}')
    hub.disconnect(alice, Ending(4001, "mine", "client"))
    hub.disconnect(alice, Ending(1000, "again", "server"))
    assert [(e.kind, e.value) for e in trace if e.kind is not Kind.REPLY] == [
        (Kind.OPEN, {"path": "/websocket"}),
        (Kind.CLOSE, {"code": 4001, "reason": "mine", "by": "client"}),
    ]
    assert "4001 mine" in repr(trace.table())
    assert len(trace.where(kind="close", contains="MINE")) == 1
    assert len(trace.where(kind="close", contains="1008")) == 0
    assert "c1-xs: closes 4001 mine" in trace.to_mermaid()


def test_a_token_in_a_reason_is_not_shown() -> None:
    trace = new_trace()
    hub = Talk(trace=trace).hub
    token = "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6IjEifQ.c2lnbmF0dXJl"
    hub.disconnect(hub.connect(ALICE), Ending(4000, f"bad {token}", "client"))
    assert list(trace)[-1].value["reason"] == "bad ***"


def test_who_was_closed_by_the_server_is_told_apart() -> None:
    trace = new_trace()
    text = Ending(1008, "loud", "server").to_text()
    trace.record(Kind.CLOSE, "close", text=text, sender=BOB)
    assert "s-xc1: closes 1008 loud" in trace.to_mermaid()


def test_a_recording_keeps_endings_and_an_old_one_has_none() -> None:
    trace = new_trace()
    trace.record(Kind.CLOSE, "close", text=Ending(1001).to_text(), sender=BOB)
    trace.record(Kind.CLOSE, "close", text='{"code":"odd"}', sender=BOB)
    trace.record(Kind.CLOSE, "close", sender=BOB)
    read = read_jsonl(trace.to_jsonl())
    assert [entry.value for entry in read] == [
        {"code": 1001, "reason": ""},
        {"code": "odd"},
        None,
    ]
    assert [row[-1] for row in read.table().rows] == ["1001", '{"code":"odd"}', ""]


@pytest.mark.parametrize("reason", ['{"token":"S"}', "Bearer S", "password=S"])
def test_no_secret_of_a_reason_is_kept(reason: str) -> None:
    assert "S" not in Ending(4000, reason).to_text()
