"""What a server tells its author about itself, over memory and sockets alike."""

from __future__ import annotations

import threading

import pytest

import jacnb
from jacnb import Walker, on_entry, report
from jacnb.errors import (
    ConnectionClosedError,
    ServerError,
    WaitTimeoutError,
    WalkerError,
)

HELLO = {"type": "chat", "data": {"message": "hello"}}


class exclaim(Walker):
    text: str = "hi"

    @on_entry
    def enter(self, here: jacnb.Root):
        if not self.text:
            raise ValueError("nothing to exclaim")
        report(self.text.upper())

    class __specs__:
        methods = ["websocket", "post"]
        auth = None


def test_nobody_is_connected_at_first(start):
    server = start()
    assert len(server.connections) == len(server.channels) == len(server.users) == 0
    assert repr(server.connections) == "nobody is connected"


def test_a_connection_says_who_it_is(start):
    server = start()
    alice = server.connect(user="alice", channel_id="room")
    public = server.connect(channel_id="garden")
    one, two = server.connections
    assert (one.client_id, one.name, one.user) == (
        alice.client_id,
        "alice",
        "alice@example.com",
    )
    assert (one.channel_id, one.root_id) == ("room", alice.root_id)
    assert (two.user, two.channel_id) == (None, "garden")
    assert two.name == f"public {public.client_id.partition(':')[2][:4]}"
    assert one.since == int(alice.client_id.partition(":")[0])


def test_messages_are_counted_in_both_directions(start):
    server = start()
    alice = server.connect(user="alice", channel_id="room")
    bob = server.connect(channel_id="room")
    for _ in range(3):
        alice.send_to_channels(["room"], HELLO)
    alice.sync()
    bob.sync()
    one, two = server.connections
    # A greeting, three messages, the answer to the fence.
    assert (one.sent, one.received) == (5, 4)
    assert (two.sent, two.received) == (5, 1)
    assert two.sent_bytes >= 3 * len('{"type":"chat","data":{"message":"hello"}}')
    assert one.received_bytes > two.received_bytes
    assert one.queued == two.queued == 0


def test_sums_outlive_the_clients(start):
    server = start()
    with server.connect(channel_id="room") as alice:
        alice.sync()
    bob = server.connect()
    bob.sync()
    traffic = server.figures().traffic
    assert (traffic.sent, traffic.received) == (4, 2)


def test_channels_and_users_know_their_connections(start):
    server = start()
    wanted = (("alice", "room"), ("alice", "garden"), (None, "room"))
    clients = [server.connect(user=user, channel_id=c) for user, c in wanted]
    assert [[m.client_id for m in c.members] for c in server.channels] == [
        [clients[0].client_id, clients[2].client_id],
        [clients[1].client_id],
    ]
    assert [(c.channel_id, len(c.members)) for c in server.channels] == [
        ("room", 2),
        ("garden", 1),
    ]
    assert [(u.user, len(u.connections)) for u in server.users] == [
        ("alice@example.com", 2),
        (None, 1),
    ]


def test_walkers_are_counted_with_their_errors(start):
    server = start(exclaim)
    alice = server.connect(user="alice")
    alice.walker("exclaim")
    with pytest.raises(WalkerError):
        alice.walker("exclaim", text="")
    [figures] = server.walkers
    assert (figures.name, figures.calls, figures.errors) == ("exclaim", 2, 1)
    assert figures.running == 0
    assert figures.p50 is not None
    assert figures.p95 is not None
    assert 0 < figures.p50 <= figures.p95


def test_a_reset_begins_to_count_walkers_anew(start):
    server = start(exclaim)
    server.connect().walker("exclaim")
    server.reset()
    assert [(w.name, w.calls) for w in server.walkers] == [("exclaim", 0)]


def test_figures_are_shown_as_tables(start):
    server = start(exclaim)
    alice = server.connect(user="alice", channel_id="<b>room</b>")
    assert alice.is_open
    assert "alice@example.com" in repr(server.connections)
    assert "&lt;b&gt;room&lt;/b&gt;" in server.connections._repr_html_()
    assert "<b>room" not in server.channels._repr_html_()
    assert "alice" in repr(server.channels)
    assert "alice" in repr(server.users)
    assert "exclaim" in repr(server.walkers)


def test_a_table_of_very_many_is_cut_and_says_so(start):
    server = start()
    clients = [server.connect(channel_id="room") for _ in range(51)]
    assert repr(server.connections).startswith("… 1 earlier ones\n")
    assert "and 47 more" in repr(server.channels)
    assert len(clients) == len(server.connections)


def test_one_client_is_disconnected_and_told_why(start):
    server = start()
    alice, bob = server.connect(user="alice"), server.connect(user="bob")
    closed = threading.Event()
    bob.on_state(lambda state: closed.set() if state == "closed" else None)
    server.disconnect(bob, 1008, "too loud")
    assert [each.name for each in server.connections] == ["alice"]
    assert closed.wait(5)
    with pytest.raises(ConnectionClosedError, match="1008: too loud"):
        bob.sync()
    alice.sync()


def test_a_client_is_named_by_its_id_or_by_its_figures(start):
    server = start()
    first, second = server.connect(), server.connect()
    server.disconnect(second.client_id)
    server.disconnect(server.connections[0])
    assert len(server.connections) == 0
    assert first.client_id != second.client_id


def test_whoever_is_not_there_cannot_be_disconnected(start):
    server = start()
    alice = server.connect()
    server.disconnect(alice)
    with pytest.raises(ServerError, match="is connected; server.connections shows who"):
        server.disconnect(alice.client_id)


@pytest.mark.parametrize(
    ("code", "reason", "complaint"),
    [
        (1005, "", "1005 is no close code"),
        (1000, "x" * 124, "limited to 123 bytes"),
        (1000, "é" * 62, "limited to 123 bytes"),
        (1000.0, "", "1000.0 is no close code"),
        (1000, 5, "a close is text, not int"),
        (1000, "\ud800", "half a surrogate pair is no text"),
    ],
)
def test_what_cannot_be_sent_is_refused(start, code, reason, complaint):
    server = start()
    alice = server.connect()
    with pytest.raises(ValueError, match=complaint):
        server.disconnect(alice, code, reason)
    with pytest.raises(ValueError, match=complaint):
        alice.close(code, reason)
    alice.sync()
    assert len(server.connections) == 1


def test_a_client_is_a_client_or_its_id(start):
    server = start()
    with pytest.raises(TypeError, match="give a client or its id, not int"):
        server.disconnect(7)  # type: ignore[arg-type]


def test_a_ping_takes_time_and_is_noted(start):
    server = start()
    alice = server.connect()
    assert server.connections[0].rtt is None
    took = server.ping(alice)
    assert 0 <= took < 5000
    assert server.connections[0].rtt == took


def test_pings_to_many_pass_over_whoever_is_gone(start):
    server = start()
    alice = server.connect()
    server.send_pings([alice, "1795411167:0db2f8f20a0b4ce68054d22bd9e21648"])
    server.ping(alice)
    assert server.connections[0].rtt is not None


def test_a_client_that_answers_no_ping_is_not_waited_for(serve):
    server = serve()
    with server.connect() as alice:
        alice.freeze()
        with pytest.raises(
            WaitTimeoutError, match=r"did not answer a ping within 0.05 s"
        ):
            server.ping(alice, timeout=0.05)


def test_a_ping_ends_when_the_server_gives_a_client_up(serve):
    server = serve(ping_interval=0.05, ping_timeout=0.05)
    alice = server.connect()
    with alice.freeze(), pytest.raises(ServerError, match="is gone"):
        server.ping(alice, timeout=1.5)


def test_a_stopped_server_has_nobody_and_says_so(start):
    server = start(exclaim)
    alice = server.connect()
    alice.walker("exclaim")
    server.stop()
    figures = server.figures()
    assert not figures.is_running
    assert len(figures.connections) == len(server.users) == 0
    assert [w.calls for w in server.walkers] == [1]
    with pytest.raises(ServerError, match="stopped"):
        server.disconnect(alice)
    with pytest.raises(ServerError, match="stopped"):
        server.ping(alice)


def test_a_server_without_a_trace_still_counts(start):
    server = start(trace=False)
    alice = server.connect()
    alice.sync()
    figures = server.figures()
    assert (figures.trace_entries, figures.trace_bytes) == (0, 0)
    assert figures.connections[0].sent == 2


def test_the_trace_says_how_much_it_holds(start):
    server = start()
    alice = server.connect()
    before = server.figures()
    alice.send_to_clients(alice.client_id, HELLO)
    alice.sync()
    after = server.figures()
    assert after.trace_entries == before.trace_entries + 4
    assert after.trace_bytes > before.trace_bytes


def test_names_stay_the_same_from_look_to_look(start):
    server = start()
    first, second = server.connect(user="alice"), server.connect(user="alice")
    assert [each.name for each in server.connections] == ["alice", "alice 2"]
    server.disconnect(first)
    assert second.is_open
    assert [each.name for each in server.connections] == ["alice 2"]
