"""The Tornado server: its life, its bounds, and what must not stop it."""

from __future__ import annotations

import io
import json
import socket as sockets
import struct
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout, suppress

import pytest
import websocket

import jacnb
from jacnb import WEBSOCKET_MANAGER as socket, Registry, Server, walker
from jacnb.cells import CellRun
from jacnb.errors import (
    ConnectError,
    ConnectionClosedError,
    ServerError,
    WalkerError,
)


@walker(auth=None)
def plus(here, a: int, b: int = 1) -> int:
    return a + b


@pytest.fixture
def dial() -> Iterator[Callable[..., websocket.WebSocket]]:
    """Open bare websockets, read their greeting, and close them after the test."""
    peers: list[websocket.WebSocket] = []

    def dial(server: Server, query: str = "", **options) -> websocket.WebSocket:
        peer = websocket.WebSocket()
        peers.append(peer)
        peer.settimeout(10)
        peer.connect(server.url + query, **options)
        peer.greeting = json.loads(peer.recv())
        return peer

    yield dial
    for peer in peers:
        peer.shutdown()


def close_code(peer: websocket.WebSocket) -> tuple[int, str]:
    """Read up to the close frame and return its code and reason."""
    while True:
        opcode, frame = peer.recv_data_frame(control_frame=True)
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            return struct.unpack("!H", frame.data[:2])[0], frame.data[2:].decode()


def clients(server: Server) -> int:
    """Return how many clients are registered, seen from the server's thread."""
    found = []
    server._do_now(lambda: found.append(len(server.engine.hub.clients)))
    return found[0]


def wait_for_clients(server: Server, count: int) -> None:
    closed = threading.Event()
    unregister = server.engine.hub.disconnect

    def watched(*ended) -> None:
        unregister(*ended)
        if len(server.engine.hub.clients) == count:
            closed.set()

    def watch() -> None:
        server.engine.hub.disconnect = watched
        if len(server.engine.hub.clients) == count:
            closed.set()

    server._do_now(watch)
    assert closed.wait(5), clients(server)


# Its life.


def test_serve_again_returns_the_running_server() -> None:
    first = jacnb.serve()
    try:
        assert jacnb.serve() is first
    finally:
        first.stop()


def test_serve_with_other_settings_replaces_the_server_and_says_so(capsys) -> None:
    first = jacnb.serve()
    second = jacnb.serve(ping_interval=5)
    try:
        assert second is not first
        assert not first.is_running
        assert f"The server at {first.url} is replaced" in capsys.readouterr().out
    finally:
        second.stop()


def test_a_stopped_server_is_not_returned_again() -> None:
    first = jacnb.serve()
    first.stop()
    second = jacnb.serve()
    try:
        assert second is not first
    finally:
        second.stop()


def test_it_is_bound_before_serve_returns(serve) -> None:
    server = serve()
    with urllib.request.urlopen(f"{server.http_url}/healthz") as answer:
        assert (answer.status, answer.read()) == (200, b"")


def test_localhost_reaches_it_over_both_families(serve) -> None:
    server = serve()
    for host in ("127.0.0.1", "::1"):
        with sockets.create_connection((host, server.port), timeout=5) as probe:
            assert probe.getpeername()[1] == server.port


def test_a_port_in_use_fails_at_once_in_one_line(serve) -> None:
    server = serve()
    with pytest.raises(ServerError) as found:
        Server(port=server.port, registry=Registry())
    assert str(found.value) == (
        f"port {server.port} on 127.0.0.1 is in use; port=0 picks a free one"
    )


def test_an_unknown_setting_is_named() -> None:
    with pytest.raises(ServerError, match="'prot'"):
        Server(prot=1)


def test_stop_tells_every_client_and_frees_the_port(serve, dial) -> None:
    server = serve()
    peer = dial(server)
    server.stop()
    assert close_code(peer) == (1001, "server is stopping")
    again = serve(port=server.port)
    assert again.port == server.port


def test_a_client_of_a_stopped_server_learns_why(serve) -> None:
    server = serve()
    alice = server.connect(user="alice")
    server.stop()
    with pytest.raises(ConnectionClosedError) as found:
        alice.receive()
    assert (found.value.code, found.value.reason) == (1001, "server is stopping")


def test_a_stopped_server_says_what_to_do(serve) -> None:
    server = serve()
    server.stop()
    server.stop()
    with pytest.raises(ServerError, match="call jacnb.serve"):
        server.connect()
    with pytest.raises(ServerError, match="call jacnb.serve"):
        server.notify_channels(["room"], {})


def test_with_stops_it() -> None:
    with Server(registry=Registry()) as server:
        assert server.is_running
    assert not server.is_running


def test_it_shows_itself(serve) -> None:
    server = serve(plus)
    server.connect(user="alice")
    assert repr(server) == f"<Server {server.url}, 1 walkers, 1 clients>"
    page = server._repr_html_()
    assert "alice@example.com" in page
    assert "plus" in page


def test_a_registry_of_its_own_offers_only_its_walkers(serve) -> None:
    server = serve()
    with pytest.raises(WalkerError, match="valid walker event"):
        server.connect().walker("plus", a=1)


def test_a_walker_declared_again_replaces_the_old_one(serve) -> None:
    registry = Registry()

    def declare(result: str) -> None:
        @walker(auth=None)
        def version() -> str:
            return result

        registry.declare(version)

    declare("old")
    with Server(registry=registry) as server:
        client = server.connect()
        assert client.walker("version").reports == ["old"]
        declare("new")
        assert client.walker("version").reports == ["new"]


def test_a_call_in_flight_finishes_on_the_old_class() -> None:
    registry, started, go_on = Registry(), threading.Event(), threading.Event()

    def declare(result: str) -> None:
        @walker(auth=None)
        def version() -> str:
            started.set()
            go_on.wait(10)
            return result

        registry.declare(version)

    declare("old")
    with Server(registry=registry) as server, server.connect() as client:
        answers: list[object] = []
        caller = threading.Thread(
            target=lambda: answers.extend(client.walker("version").reports)
        )
        caller.start()
        assert started.wait(5)
        declare("new")
        go_on.set()
        caller.join(5)
        assert answers == ["old"]


# What must not stop it.


def test_a_walker_that_sleeps_stops_nobody_else(serve) -> None:
    go_on = threading.Event()

    @walker(auth=None)
    def sleeps() -> None:
        go_on.wait(30)

    server = serve(sleeps, plus)
    sleeper, other = server.connect(), server.connect()
    sleeper.send_walker("sleeps")
    assert other.walker("plus", a=1).reports == [2]
    go_on.set()


def test_a_walker_of_three_ping_intervals_is_answered(serve, dial) -> None:
    go_on = threading.Event()

    @walker(auth=None)
    def long() -> str:
        go_on.wait(30)
        return "done"

    server = serve(long, ping_interval=0.1, ping_timeout=0.1)
    peer = dial(server)
    peer.send(json.dumps({"type": "walker", "walker": "long", "response": True}))
    pings = 0
    while pings < 4:
        opcode, _ = peer.recv_data_frame(control_frame=True)
        pings += opcode == websocket.ABNF.OPCODE_PING
    go_on.set()
    assert json.loads(peer.recv()) == {"status": 200, "reports": ["done"]}


def test_a_peer_that_closes_while_its_walker_runs_is_unregistered(serve, dial) -> None:
    started, go_on = threading.Event(), threading.Event()

    @walker(auth=None)
    def long() -> None:
        started.set()
        go_on.wait(30)

    server = serve(long)
    peer = dial(server)
    peer.send(json.dumps({"type": "walker", "walker": "long"}))
    assert started.wait(5)
    peer.close()
    wait_for_clients(server, 0)
    go_on.set()


def test_what_a_client_sent_before_it_closed_is_still_done(serve) -> None:
    started, go_on = threading.Event(), threading.Event()

    @walker(auth=None)
    def first() -> None:
        started.set()
        go_on.wait(30)

    @walker(auth=None)
    def second(channel_id: str) -> None:
        socket.notify_channels([channel_id], {"n": 1})

    server = serve(first, second)
    watcher, client = server.connect(channel_id="room"), server.connect()
    client.send_walker("first")
    assert started.wait(5)
    client.send_walker("second", channel_id="room")
    client.send_to_channels("room", {"n": 2})
    client.close()
    wait_for_clients(server, 1)
    go_on.set()
    assert [watcher.receive().value["n"] for _ in range(2)] == [1, 2]


def test_a_walker_and_its_connection_may_end_in_one_moment(serve) -> None:
    started, go_on = threading.Event(), threading.Event()

    @walker(auth=None)
    def first() -> None:
        started.set()
        go_on.wait(30)

    server = serve(first)
    watcher, client = server.connect(channel_id="room"), server.connect()
    client.send_walker("first")
    assert started.wait(5)
    (connection,) = server.engine.hub.clients.get(client.client_id)

    def end() -> None:
        connection.peer._message('{"type":"channel","channel_ids":["room"],"data":{}}')
        connection.peer.resume()
        connection.peer.fail(1011, "")

    server._do(end)
    assert watcher.receive().value == {}
    go_on.set()


def test_a_dead_peer_gets_1011(serve, dial) -> None:
    server = serve(ping_interval=0.1, ping_timeout=0.1)
    peer = dial(server)
    # A bare socket answers no ping unless it is read.
    assert close_code_of_silent(peer) == 1011
    wait_for_clients(server, 0)


def close_code_of_silent(peer: websocket.WebSocket) -> int:
    """Read frames without answering pings, up to the close frame."""
    while True:
        frame = peer.recv_frame()
        if frame.opcode == websocket.ABNF.OPCODE_CLOSE:
            return struct.unpack("!H", frame.data[:2])[0]


def test_a_peer_that_vanishes_mid_message_is_unregistered(serve, dial) -> None:
    server = serve()
    peer = dial(server)
    # A text frame that announces 100 bytes and brings five.
    peer.sock.sendall(bytes([0x81, 0x80 | 100, 1, 2, 3, 4]) + b"hello")
    peer.sock.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, struct.pack("ii", 1, 0))
    peer.sock.close()
    wait_for_clients(server, 0)
    assert clients(server) == 0


def test_a_client_that_does_not_read_gets_1013_and_others_are_unharmed(
    serve, dial
) -> None:
    server = serve()
    slow = dial(server, "?channel_id=room")
    good = server.connect(channel_id="room")
    block = {"block": "x" * 900_000}
    sent = 0
    while clients(server) == 2:
        server.notify_channels(["room"], block)
        good.receive()
        sent += 1
        assert sent < 2000
    assert clients(server) == 1
    server.notify_channels(["room"], {"still": "here"})
    assert good.receive().value == {"still": "here"}
    with suppress(websocket.WebSocketException, OSError):
        code, reason = close_code(slow)
        assert code == 1013
        assert "slow" in reason


def test_a_loop_of_notifications_reaches_a_healthy_client(serve) -> None:
    @walker(auth=None)
    def flood(count: int) -> str:
        for number in range(count):
            socket.notify_self({"n": number})
        return "done"

    server = serve(flood)
    client = server.connect()
    before = client.messages[-1]
    assert client.walker("flood", count=20_000, timeout=60).reports == ["done"]
    numbers = [m.value["n"] for m in list(client.messages)[-10_000:-1] if m != before]
    assert numbers == list(range(20_000 - len(numbers), 20_000))


def test_a_walker_may_call_its_own_server(serve) -> None:
    server = serve(plus)

    @walker(auth=None)
    def nested() -> int:
        with server.connect() as client:
            return client.walker("plus", a=1).reports[0]

    server.registry.declare(nested)
    assert server.connect().walker("nested").reports == [2]


def test_increments_of_eight_clients_all_count(serve) -> None:
    from jacnb import Node, Root, Walker, on_entry, refs
    from jacnb.graph import connect

    class Tally(Node):
        count: int = 0

    class bump(Walker):
        @on_entry
        def enter(self, here: Root) -> None:
            tallies = refs(here, node=Tally)
            if tallies:
                tallies[0].count += 1
            else:
                connect(here, Tally())

        class __specs__:
            methods = ("websocket",)

    server = serve(bump)
    users = [server.connect(user="alice") for _ in range(8)]
    users[0].walker("bump")

    def work(client) -> None:
        for _ in range(50):
            client.walker("bump", timeout=30)

    threads = [threading.Thread(target=work, args=(user,)) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    session = server.engine.store
    counts = [r.values["count"] for r in session._records.values() if "Tally" in r.id]
    assert counts == [400]


# Its bounds and its rules.


def test_a_message_over_a_megabyte_gets_1009(serve, dial) -> None:
    peer = dial(serve())
    with suppress(OSError):
        peer.send("x" * (1024 * 1024 + 1))
    assert close_code(peer)[0] == 1009


def test_a_channel_id_over_255_characters_is_refused(serve, dial) -> None:
    server = serve()
    assert dial(server, f"?channel_id={'x' * 255}").connected
    with pytest.raises(ConnectError, match="400"):
        server.connect(channel_id="x" * 256)


def test_a_channel_id_given_twice_counts_last(serve, dial) -> None:
    peer = dial(serve(), "?channel_id=one&channel_id=two")
    assert peer.greeting["data"]["channel_id"] == "two"


def test_auth_in_the_query_wins_over_the_header(serve, dial) -> None:
    server = serve()
    alice, bob = server.connect(user="alice"), server.connect(user="bob")
    header = [f"Authorization: bearer {alice.token}"]
    root = "root_id"
    assert dial(server, header=header).greeting["data"][root] == alice.root_id
    both = dial(server, f"?auth=Bearer%20{bob.token}", header=header)
    assert both.greeting["data"][root] == bob.root_id
    bad = dial(server, "?auth=zzz", header=header)
    assert bad.greeting["data"][root] == "n::000000000000000000000001"
    no_word = dial(server, header=[f"Authorization: {alice.token}"])
    assert no_word.greeting["data"][root] == "n::000000000000000000000001"
    bare = dial(server, f"?auth={bob.token}")
    assert bare.greeting["data"][root] == bob.root_id


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1.evil.example"]
)
def test_a_foreign_page_gets_no_websocket(serve, origin, dial) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException) as found:
        dial(serve(), origin=origin)
    assert found.value.status_code == 403


def test_pages_of_this_machine_and_listed_ones_do(serve, dial) -> None:
    server = serve(trusted_origins=["https://lab.example"])
    for origin in (
        f"http://127.0.0.1:{server.port}",
        "http://localhost:8888",
        "https://lab.example",
    ):
        assert dial(server, origin=origin).connected


def test_a_rebound_name_gets_nothing(serve, dial) -> None:
    server = serve()
    with pytest.raises(websocket.WebSocketBadStatusException) as found:
        dial(server, host="evil.example", origin="http://evil.example")
    assert found.value.status_code == 403
    assert dial(serve(trusted_hosts=["lab.example"]), host="lab.example").connected


# What a notebook does to it.


def test_the_old_server_goes_on_if_the_new_one_cannot_start(serve) -> None:
    taken = serve()
    first = jacnb.serve()
    try:
        with pytest.raises(ServerError, match="in use"):
            jacnb.serve(port=taken.port)
        assert first.is_running
        assert jacnb.serve() is first
    finally:
        first.stop()


def test_running_a_cell_again_closes_the_clients_that_it_made(
    serve, monkeypatch
) -> None:
    server = serve()
    module = "jacnb.server.server.current_run"
    monkeypatch.setattr(module, lambda: CellRun("cell-1", "run-1"))
    alice, bob = server.connect(user="alice"), server.connect(user="bob")
    monkeypatch.setattr(module, lambda: CellRun("cell-2", "run-2"))
    other = server.connect()
    monkeypatch.setattr(module, lambda: CellRun("cell-1", "run-3"))
    again = server.connect(user="alice")
    assert [c.is_open for c in (alice, bob, other, again)] == [
        False,
        False,
        True,
        True,
    ]


def test_an_interrupted_start_leaves_neither_thread_nor_port(monkeypatch) -> None:
    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    with Server(registry=Registry()) as probe:
        port = probe.port
    before = threading.active_count()
    monkeypatch.setattr("jacnb.server.server._start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Server(port=port, registry=Registry())
    monkeypatch.undo()
    assert threading.active_count() == before
    Server(port=port, registry=Registry()).stop()


def test_what_a_walker_writes_to_stderr_is_kept_with_its_run(serve, capsys) -> None:
    @walker(auth=None)
    def warns() -> None:
        print("careful", file=sys.stderr)

    server = serve(warns)
    server.connect().walker("warns")
    assert server.runs[-1].output == "careful\n"
    assert capsys.readouterr().err == ""


def test_prints_are_kept_though_somebody_redirected_them(serve) -> None:
    @walker(auth=None)
    def talks() -> None:
        print("hello")

    with redirect_stdout(io.StringIO()) as elsewhere:
        server = serve(talks)
    server.connect().walker("talks")
    with redirect_stdout(elsewhere):
        server.connect().walker("talks")
    assert [run.output for run in server.runs] == ["hello\n", "hello\n"]
    assert elsewhere.getvalue() == ""


def test_the_runs_are_a_table(serve) -> None:
    @walker(auth=None)
    def stumbles() -> None:
        print("<b>before</b>")
        raise ValueError("no luck")

    server = serve(stumbles)
    with pytest.raises(WalkerError):
        server.connect().walker("stumbles")
    assert "<td>ValueError: no luck</td>" in server.runs._repr_html_()
    shown = server.runs[-1]._repr_html_()
    assert "&lt;b&gt;before&lt;/b&gt;" in shown
    assert "raise ValueError(&quot;no luck&quot;)" in shown
    assert repr(server.runs[-1]).startswith(
        "<Run of stumbles by public: ValueError: no luck ("
    )


def test_a_default_that_is_no_json_does_not_hide_the_other_walkers(serve) -> None:
    @walker
    def odd(x: object = threading.Lock()) -> None:
        pass

    fields = {c["name"]: c["fields"] for c in serve(odd, plus).engine.catalogue()}
    assert [field["default"] for field in fields["odd"]] == [None]
    assert [field["name"] for field in fields["plus"]] == ["a", "b"]


def test_the_log_says_when_no_thread_is_left(serve, caplog) -> None:
    go_on = threading.Event()

    @walker(auth=None)
    def waits() -> None:
        go_on.wait(30)

    server = serve(waits, plus, walker_threads=1)
    server.connect().send_walker("waits")
    client = server.connect()
    client.send_walker("plus", a=1)
    server.connect().sync()
    go_on.set()
    client.sync()
    assert "all 1 threads of jacnb-walker are busy" in caplog.text
