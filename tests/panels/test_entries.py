from __future__ import annotations

import json

import pytest
from scripted_client import ScriptedMessage

from jacnb.panels.entries import TEXT_LIMIT, Entries, note, on_wire


def entry(value, way="in", *, entries=None, seq=1):
    text = json.dumps(value)
    return (entries or Entries()).of(ScriptedMessage(text, way, 1, 7.0), seq)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"type": "chat", "data": {"message": "hi"}}, "chat"),
        ({"type": "chat", "data": {"message": 7}}, "data"),
        ({"val": 1}, "data"),
        ([1, 2], "data"),
        ({"type": "connection", "data": {"client_id": "1:a"}}, "connection"),
        ({"status": 200, "reports": ["sent"]}, "response"),
        ({"walker_id": "w::1"}, "response"),
        ({"type": "walker", "error": "no"}, "error"),
        ({"error": "mine", "val": 1}, "data"),
    ],
)
def test_what_arrives_is_told_apart(value, kind):
    assert entry(value)["kind"] == kind


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"type": "channel", "channel_ids": ["a"], "data": {}}, "sent"),
        ({"type": "user", "root_ids": ["a"], "data": {}}, "sent"),
        ({"type": "client", "client_ids": ["a"]}, "asked"),
        ({"type": "walker", "walker": "shout"}, "call"),
        ({"type": "connection"}, "asked"),
        ("nonsense", "asked"),
    ],
)
def test_what_is_sent_is_told_apart(value, kind):
    assert entry(value, "out")["kind"] == kind


@pytest.mark.parametrize("way", ["in", "out"])
def test_what_a_sync_asks_and_hears_is_a_fence(way):
    data = {"client_id": "1:a", "root_id": "n::1", "channel_id": "room"}
    text = json.dumps({"type": "connection", "data": data})
    entry = Entries().of(ScriptedMessage(text, way, 1, 7.0, is_fence=True), 1)
    assert (entry["kind"], entry["type"], entry["raw"]) == ("fence", "connection", text)


def test_an_entry_carries_what_a_line_shows():
    value = {"type": "chat", "data": {"message": "hi", "from": "alice"}}
    assert entry(value) == {
        "seq": 1,
        "direction": "in",
        "kind": "chat",
        "time": 7.0,
        "size": 60,
        "type": "chat",
        "author": "alice",
        "text": "hi",
        "raw": '{"type": "chat", "data": {"message": "hi", "from": "alice"}}',
        "cut": 0,
        "echo_of": None,
        "problems": [],
    }


@pytest.mark.parametrize(
    ("value", "way"),
    [
        ({"type": "chat", "data": {"message": "hi", "from": "alice"}}, "in"),
        ({"status": 200, "reports": []}, "in"),
        ([1, 2], "in"),
    ],
)
def test_what_the_raw_frame_tells_does_not_travel(value, way):
    said = entry(value, way)
    assert on_wire(said) == {
        "seq": 1,
        "kind": said["kind"],
        "time": 7.0,
        "raw": json.dumps(value),
    }


def test_what_the_raw_frame_does_not_tell_travels():
    sent = {
        "type": "channel",
        "channel_ids": ["é"],
        "data": {"data": {"message": "hi"}},
    }
    assert on_wire(entry(sent, "out"))["direction"] == "out"
    wrong = on_wire(entry({"error": [{"loc": ["val"], "msg": "Field required"}]}))
    assert wrong["text"] == "The server found the event invalid."
    assert wrong["problems"] == [["val", "Field required"]]
    long = {"type": "chat", "data": {"message": "x" * TEXT_LIMIT, "from": "alice"}}
    cut = on_wire(entry(long))
    assert (cut["type"], cut["author"], cut["cut"]) == ("chat", "alice", 58)
    assert len(cut["text"]) == TEXT_LIMIT
    assert on_wire(note("no", 3))["text"] == "no"


def test_a_message_that_comes_back_names_the_one_that_was_sent():
    entries = Entries()
    data = {"type": "chat", "data": {"message": "hi"}}
    sent = {"type": "channel", "channel_ids": ["room"], "data": data}
    assert entry(sent, "out", entries=entries, seq=4)["echo_of"] is None
    assert entry(data, entries=entries, seq=5)["echo_of"] == 4
    assert entry(data, entries=entries, seq=6)["echo_of"] is None


def test_validation_errors_become_places_and_words():
    error = {"type": "missing", "loc": ["event", "val"], "msg": "Field required"}
    problems = entry({"error": [error, "odd"]})["problems"]
    assert problems == [["event.val", "Field required"], ["", "odd"]]


def test_a_long_message_is_cut_and_says_by_how_much():
    long = entry({"val": "x" * TEXT_LIMIT})
    assert (len(long["raw"]), long["cut"]) == (TEXT_LIMIT, 11)


def test_a_message_that_is_no_json_is_shown_as_it_is():
    class Odd:
        text = value = "not json"
        direction, cursor, time, size = "out", 1, 7.0, 8
        is_fence = False

    assert Entries().of(Odd(), 1)["raw"] == "not json"


def test_a_note_is_the_panels_own():
    said = note("cannot send", 3, is_error=True)
    assert (said["direction"], said["kind"], said["text"]) == (
        "note",
        "error",
        "cannot send",
    )
