from __future__ import annotations

from pathlib import Path

import pytest

import jacnb
from jacnb.errors import RecordingError
from jacnb.panels.clients_source import ClientsSource
from jacnb.panels.sessions import load, save


@pytest.fixture
def entries():
    with jacnb.MemoryServer(registry=jacnb.Registry()) as server:
        alice = server.connect(user="alice", channel_id="room")
        alice.send_to_channels(["room"], {"val": 1})
        yield server.trace.view()


def told(entries):
    return [(entry.kind.value, entry.type, entry.text) for entry in entries]


def test_a_session_comes_back_from_its_file(entries, tmp_path):
    path = save(entries, tmp_path / "run.jsonl")
    assert path == tmp_path / "run.jsonl"
    again = load(path)
    assert [entry.kind for entry in again] == [entry.kind for entry in entries]
    assert again.names.of(again[0].sender) == "alice"


def test_a_session_is_given_in_many_ways(entries, tmp_path):
    path = save(entries, tmp_path / "run.jsonl")
    text = path.read_text()
    for given in (path, str(path), text, entries, list(entries)):
        assert [entry.seq for entry in load(given)] == [0, 1, 2, 3]


def test_a_trace_is_a_session():
    with jacnb.MemoryServer(registry=jacnb.Registry()) as server:
        server.connect(user="alice")
        assert len(load(server.trace)) == 2


@pytest.mark.parametrize("given", [None, 7, [1, 2], {}])
def test_something_else_is_no_session(given):
    with pytest.raises(TypeError, match="a session is a file"):
        load(given)


def test_a_text_that_is_no_recording_is_refused():
    with pytest.raises(RecordingError):
        load('{"format":"other"}\n')


def test_a_file_that_is_not_there_is_an_error():
    with pytest.raises(FileNotFoundError):
        load(Path("not-there.jsonl"))


def test_clients_of_any_server_can_be_saved_too(server):
    alice, other = server.connect("alice"), server.connect("alice")
    source = ClientsSource([alice, other])
    alice.send_to_clients([other.client_id], {"val": 1})
    entries = source.entries()
    assert told(entries)[-2:] == [
        ("event", "client", alice.sent[-1].text),
        ("notification", "data", '{"val": 1}'),
    ]
    assert entries.names.of(entries[-1].receivers[0]) == "alice 2"
    assert len(load(entries.to_jsonl())) == len(entries)


def test_a_client_that_comes_later_is_followed_with_its_past(server):
    alice = server.connect("alice")
    source = ClientsSource([alice])
    bob = server.connect("bob")
    bob.send_to_channels(["room"], {"val": 1})
    source.follow(bob)
    bob.send_to_channels(["room"], {"val": 2})
    rows = source.since(0)
    assert [row["seq"] for row in rows] == list(range(len(rows)))
    assert [row["type"] for row in rows if row["who"] == 1] == ["channel", "channel"]
    assert [lane["name"] for lane in source.lanes()] == ["alice", "bob"]
    source.close()
    assert bob.listeners == 0
