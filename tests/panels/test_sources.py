from __future__ import annotations

import json

import pytest

import jacnb
from jacnb.panels.clients_source import ClientsSource
from jacnb.panels.sources import source_of
from jacnb.panels.trace_source import TraceSource
from jacnb.protocol.recording import read_jsonl


class shout_to_watchers(jacnb.Walker):
    channel_id: str

    @jacnb.on_entry
    def enter(self, here: jacnb.Root):
        jacnb.WEBSOCKET_MANAGER.notify_channels([self.channel_id], {"type": "loud"})
        jacnb.report("done")

    class __specs__:
        methods = ["websocket"]


@pytest.fixture
def server():
    with jacnb.MemoryServer(registry=jacnb.Registry(shout_to_watchers)) as server:
        yield server


def test_a_notification_names_its_run_and_its_receivers_as_lanes(server):
    alice = server.connect(user="alice", channel_id="room")
    bob = server.connect(user="bob", channel_id="room")
    alice.walker("shout_to_watchers", channel_id="room")
    rows = source_of(server).since(0)
    [run] = [row for row in rows if row["kind"] == "run"]
    [loud] = [row for row in rows if row["kind"] == "notification"]
    assert (loud["run"], loud["cause"]) == (run["seq"], run["seq"])
    assert (loud["to"], loud["reach"], loud["size"]) == ([0, 1], 2, 15)
    assert bob.is_open


def test_lanes_are_named_and_say_who_is_still_there(server):
    source = source_of(server)
    alice = server.connect(user="alice", channel_id="room")
    bob = server.connect(user="bob")
    alice.close()
    lanes = {lane["name"]: lane for lane in source.lanes()}
    assert list(lanes) == ["bob"]
    source.since(0)
    lanes = {lane["name"]: lane["open"] for lane in source.lanes()}
    assert lanes == {"bob": bob.is_open, "alice": False}


def test_a_lane_leads_back_to_its_connection(server):
    source = source_of(server)
    assert isinstance(source, TraceSource)
    alice = server.connect(user="alice")
    [lane] = source.lanes()
    connection = source.connection(lane["lane"])
    assert connection is not None
    assert connection.client_id == alice.client_id
    assert source.connection(99) is None


def test_a_long_payload_is_cut_in_its_row_and_whole_on_demand(server):
    source = source_of(server)
    alice = server.connect(user="alice", channel_id="room")
    alice.send_to_channels("room", {"x": "x" * 5_000})
    row = source.since(0)[-1]
    assert (len(row["text"] or ""), row["cut"]) == (2_000, 3_008)
    assert source.text(row["seq"]) == '{"x":"' + "x" * 5_000 + '"}'
    assert source.text(9_999) is None


def test_clients_of_any_server_show_both_ways_without_causes(server):
    alice = server.connect(user="alice", channel_id="room")
    bob = server.connect(user="bob", channel_id="room")
    source = source_of([alice, bob])
    assert not source.has_causes
    alice.walker("shout_to_watchers", channel_id="room")
    seen = [
        (row["kind"], row["type"], row["who"], row["to"]) for row in source.since(0)
    ]
    assert seen == [
        ("reply", "connection", None, [0]),
        ("reply", "connection", None, [1]),
        ("event", "walker", 0, []),
        ("notification", "loud", None, [0]),
        ("notification", "loud", None, [1]),
        ("reply", "walker", None, [0]),
    ]


def test_what_clients_saw_is_kept_whole_and_numbered(server):
    alice = server.connect(user="alice", channel_id="room")
    source = source_of(alice)
    alice.send_to_channels("room", {"n": 1})
    rows = source.since(1)
    assert [row["seq"] for row in rows] == [1, 2]
    assert source.text(2) == '{"n":1}'
    assert source.text(3) is None


def test_a_closed_source_of_clients_listens_no_longer(server):
    alice = server.connect(user="alice", channel_id="room")
    source = source_of(alice)
    source.close()
    alice.send_to_channels("room", {"n": 1})
    assert len(source.since(0)) == 1


def test_a_client_that_is_closed_keeps_its_lane(server):
    alice = server.connect(user="alice", channel_id="room")
    source = ClientsSource([alice])
    client_id = alice.client_id
    [before] = source.lanes()
    alice.close()
    [after] = source.lanes()
    assert (before["open"], after["open"]) == (True, False)
    assert (after["client_id"], after["name"]) == (client_id, "alice")


@pytest.mark.parametrize("wrong", [None, 3, [], "ws://localhost:8000", [1]])
def test_what_cannot_be_watched_is_refused_in_one_line(wrong):
    with pytest.raises(TypeError, match="give a server, a trace, a client"):
        source_of(wrong)


def test_a_recording_is_a_source_to_which_nothing_is_added(server):
    alice, bob = (server.connect(user=name, channel_id="room") for name in "ab")
    alice.send_to_channels("room", {"type": "hey"})
    bob.close()
    entries = read_jsonl(server.trace.to_jsonl())
    source, live = source_of(entries), source_of(server)
    assert source.since(0) == live.since(0)
    assert source.since(4) == live.since(4)
    assert [(each["name"], each["open"]) for each in source.lanes()] == [
        ("a", True),
        ("b", False),
    ]
    assert source.next_seq() == len(entries)
    assert source.text(4) == entries[4].text
    assert source.entries() == entries
    assert source.has_causes


def test_a_part_of_a_trace_is_a_source(server):
    alice = server.connect(user="alice", channel_id="room")
    alice.send_to_channels("room", {"type": "hey"})
    source = source_of(server.trace.where(type="hey"))
    assert source.row(2)["kind"] == "event"
    assert [row["kind"] for row in source.since(0)] == ["event", "notification"]
    assert source.kept_from() == 2
    assert source_of(server.trace.where(type="nothing")).since(0) == []


def test_rows_of_a_part_know_their_run_though_it_is_elsewhere(server):
    alice = server.connect(user="alice", channel_id="room")
    alice.walker("shout_to_watchers", channel_id="room")
    [loud] = source_of(server.trace.where(type="loud")).since(0)
    [run] = server.trace.where(kind="run")
    assert loud["run"] == run.seq
    assert source_of(server.trace.where(type="loud")).row(run.seq)["type"] == run.type


def test_one_row_is_found_by_its_number(server):
    alice = server.connect(user="alice", channel_id="room")
    for source in (source_of(server), source_of(alice)):
        assert source.row(0)["seq"] == 0
        assert source.row(99) is None


def test_no_client_of_a_long_recording_is_forgotten():
    clients = {f"c{n}": {"client_id": f"1:{n}"} for n in range(6_000)}
    lines = [{"format": "jacnb.trace", "version": 1, "clients": clients}]
    for n in range(6_000):
        for kind in ("open", "close"):
            seen = {"seq": len(lines), "time": 1.5, "kind": kind, "type": kind}
            lines.append(seen | {"from": f"c{n}"})
    source = source_of(read_jsonl("\n".join(map(json.dumps, lines))))
    rows = source.since(0)
    names = {lane["lane"]: lane["name"] for lane in source.lanes()}
    assert [names[row["who"]] for row in (rows[0], rows[-1])] == ["c0", "c5999"]
    assert len(names) == 6_000


def test_a_server_itself_is_watched_not_its_class():
    with pytest.raises(TypeError, match=r"as jacnb.serve\(\), not Server itself"):
        source_of(jacnb.Server)


def test_a_server_without_a_trace_says_how_to_get_one():
    with (
        jacnb.MemoryServer(trace=False) as server,
        pytest.raises(TypeError, match="trace=True"),
    ):
        source_of(server)


def test_a_row_names_every_client_of_a_full_room_and_shares_them(server):
    people = [server.connect(user=f"u{n}", channel_id="room") for n in range(40)]
    for n in range(2):
        people[0].send_to_channels("room", {"n": n})
    source = source_of(server)
    first, second = [
        row["to"] for row in source.since(0) if row["kind"] == "notification"
    ]
    assert first == list(range(40))
    assert second == first
