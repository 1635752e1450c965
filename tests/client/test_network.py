from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from scripted import ALICE, ScriptedServer

from jacnb.client import Backoff, NetworkTransport, connect
from jacnb.client.sending import send_frame
from jacnb.errors import ConnectError, ConnectionClosedError

SOON = Backoff(first=0.001, most=0.002)


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port where connections are accepted by the system and nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_nobody_there_is_a_connect_error() -> None:
    with pytest.raises(ConnectError, match="nobody listens there; is the server"):
        connect(f"127.0.0.1:{free_port()}")


def test_no_answer_is_a_connect_error(deaf_port: int) -> None:
    with pytest.raises(ConnectError, match="did not answer in time"):
        connect(f"127.0.0.1:{deaf_port}", timeout=0.05)


def test_unknown_host_is_a_connect_error() -> None:
    with pytest.raises(ConnectError, match="there is no such host"):
        connect("ws://nowhere.invalid")


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (403, "this Host is not allowed", "HTTP 403 Forbidden: this Host is not"),
        (400, '{"detail":"too long"}', "HTTP 400 Bad Request: too long$"),
        (429, "", "HTTP 429 Too Many Requests$"),
        (503, "<html>", "HTTP 503 Service Unavailable$"),
    ],
)
def test_a_refusal_is_told_in_words(
    server: ScriptedServer, status: int, body: str, said: str
) -> None:
    server.refuse_with = (status, body)
    with pytest.raises(ConnectError, match=said) as caught:
        connect(server.url)
    assert caught.value.status == status


def test_a_server_that_speaks_no_websocket_is_a_connect_error(
    server: ScriptedServer,
) -> None:
    with pytest.raises(ConnectError, match="HTTP 404"):
        connect(f"127.0.0.1:{server.port}/elsewhere")


def test_a_server_that_does_not_greet_is_a_connect_error(
    server: ScriptedServer,
) -> None:
    server.greets = False
    with pytest.raises(ConnectError, match=r"no greeting in 0\.05 s"):
        connect(server.url, timeout=0.05)


def test_token_and_channel_are_sent_and_not_shown(server: ScriptedServer) -> None:
    url = f"{server.url}?x=1&channel_id=other"
    with connect(url, token="bearer t", channel_id="a b&c") as client:
        assert server.peers[0].authorization == "Bearer t"
        assert client.channel_id == "a b&c"
        assert client.url == server.url


def test_a_token_cannot_smuggle_headers(server: ScriptedServer) -> None:
    with pytest.raises(ConnectError) as caught:
        connect(server.url, token="a\r\nX-Evil: 1")
    assert str(caught.value) == (
        f"cannot connect to {server.url}: the token is not one line of ASCII text"
    )


def test_a_lost_connection_is_1006(server: ScriptedServer) -> None:
    with connect(server.url) as client:
        server.run(server.peers[0].ws_connection.stream.close)
        with pytest.raises(ConnectionClosedError) as caught:
            client.receive()
        assert caught.value.code == 1006


def test_a_close_without_code_is_1005(server: ScriptedServer) -> None:
    with connect(server.url) as client:
        server.run(server.peers[0].close)
        with pytest.raises(ConnectionClosedError) as caught:
            client.receive()
        assert caught.value.code == 1005


@pytest.mark.parametrize(
    ("frame", "code", "said"),
    [
        (b"\x81\x01\xff", 1007, "text that is not UTF-8"),
        (b"\xff\x00", 1002, "broke the WebSocket protocol"),
        (b"\x80\x00", 1002, "broke the WebSocket protocol"),
    ],
)
def test_a_server_that_breaks_the_protocol_is_left(
    server: ScriptedServer, frame: bytes, code: int, said: str
) -> None:
    with connect(server.url) as client:
        server.run(server.peers[0].ws_connection.stream.write, frame)
        with pytest.raises(ConnectionClosedError, match=f"{code}: .*{said}"):
            client.receive()
        assert server.wait_for_close()[0] == code


def test_a_send_that_fails_ends_the_connection(server: ScriptedServer) -> None:
    with connect(server.url) as client:
        client._transport._ws.sock.shutdown(socket.SHUT_WR)
        with pytest.raises(ConnectionClosedError, match="1006"):
            client.send_to_clients("x", {})
        assert list(client) == []


class InterruptedSocket:
    """Takes three bytes, then the user presses stop."""

    def __init__(self) -> None:
        self.sent = b""
        self.is_shut_down = False

    def send(self, data: bytes) -> int:
        if self.sent:
            raise KeyboardInterrupt
        self.sent = data[:3]
        return 3

    def shutdown(self, how: int) -> None:
        self.is_shut_down = True


@pytest.mark.parametrize(("frame", "is_broken"), [(b"abc", False), (b"abcd", True)])
def test_an_interrupt_within_a_frame_ends_the_connection(
    frame: bytes, is_broken: bool
) -> None:
    sock = InterruptedSocket()
    ws = SimpleNamespace(sock=sock, lock=threading.Lock())
    expected = pytest.raises(KeyboardInterrupt) if is_broken else nullcontext()
    with expected:
        send_frame(ws, frame)
    assert sock.is_shut_down is is_broken


def test_a_dead_server_is_noticed(server: ScriptedServer) -> None:
    with connect(server.url, ping_interval=0.02, ping_timeout=0.02) as client:
        server.freeze()
        with pytest.raises(ConnectionClosedError, match="1011: ping timeout"):
            client.receive()


def test_a_quiet_server_that_answers_pings_is_kept(server: ScriptedServer) -> None:
    pinged = threading.Event()
    count = itertools.count(1)

    def ping(data: bytes) -> None:
        if next(count) == 3:
            pinged.set()

    with connect(server.url, ping_interval=0.01, ping_timeout=5) as client:
        server.peers[0].on_ping = ping
        assert pinged.wait(5)
        client.sync()
        assert client.is_open


def test_pings_of_the_server_are_answered_while_a_cell_computes(
    server: ScriptedServer,
) -> None:
    ponged = threading.Event()
    with connect(server.url):
        server.peers[0].on_pong = lambda data: ponged.set()
        server.run(server.peers[0].ping, b"x")
        assert ponged.wait(5)


@pytest.mark.parametrize("name", ["ping_interval", "ping_timeout"])
def test_pings_without_a_time_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        NetworkTransport("ws://x", **{name: 0})


def test_big_and_fragmented_messages_arrive_whole(server: ScriptedServer) -> None:
    with connect(server.url) as client:
        server.say({"text": "é" * 500_000})
        assert client.receive()["text"] == "é" * 500_000
        client.send_to_clients("1:x", {"text": "x" * 900_000})
        assert len(client.receive()["text"]) == 900_000


class Reconnecting:
    """A client that connects again, and what it told of its states."""

    def __init__(self, server: ScriptedServer, backoff: Backoff = SOON) -> None:
        self.states: list[str] = []
        self.is_open, self.is_closed = threading.Event(), threading.Event()
        self.client = connect(server.url, token="t", reconnect=backoff)
        self.client.on_state(self.note)

    def note(self, state: str) -> None:
        self.states.append(state)
        if state == "open":
            self.is_open.set()
        if state == "closed":
            self.is_closed.set()


def test_reconnecting_keeps_user_and_channel(server: ScriptedServer) -> None:
    again = Reconnecting(server)
    with again.client as client:
        before = client.info
        server.run(server.peers[0].close, 1012, "restart")
        assert again.is_open.wait(5)
        assert client.client_id != before.client_id
        assert (client.root_id, client.channel_id) == (ALICE, before.channel_id)
        assert client.walker("echo", val=1).reports == [1]
    assert again.states == ["reconnecting", "open", "closed"]


def test_reconnecting_resumes_the_user_it_changed_to(server: ScriptedServer) -> None:
    again = Reconnecting(server)
    with again.client as client:
        client.change_user()
        server.run(server.peers[0].close, 1012)
        assert again.is_open.wait(5)
        assert server.peers[1].authorization is None
        assert client.info.is_public


def test_a_token_that_a_new_connection_is_not_accepted_with_is_a_warning(
    server: ScriptedServer,
) -> None:
    again = Reconnecting(server)
    with again.client as client:
        server.knows_tokens = False
        server.run(server.peers[0].close, 1012, "restart")
        assert again.is_open.wait(5)
        assert (client.token, client.name, client.info.is_public) == (
            None,
            "public",
            True,
        )
        said = "did not accept the token .* this connection is public"
        with pytest.warns(UserWarning, match=said) as caught:
            client.sync()
        assert [warning.filename for warning in caught] == [__file__]
        client.sync()


def test_a_wait_ends_after_the_callbacks(server: ScriptedServer) -> None:
    heard: list[float] = []
    started = threading.Event()

    def callback(message: object) -> None:
        started.wait(0.05)
        heard.append(1)

    with connect(server.url) as client:
        client.on_message(callback)
        client.sync()
        assert heard == [1]


def test_waiting_goes_on_over_a_reconnect(server: ScriptedServer) -> None:
    again = Reconnecting(server)
    with again.client as client:
        again.client.on_state(
            lambda state: state == "open" and client.send_to_clients("x", {"val": 1})
        )
        server.run(server.peers[0].close, 1012)
        assert client.expect(val=1)["val"] == 1


def test_a_call_in_flight_fails_when_the_connection_is_lost(
    server: ScriptedServer,
) -> None:
    server.walkers["leave"] = lambda peer, context: peer.close(1012, "restart") or []
    again = Reconnecting(server)
    with again.client as client:
        with pytest.raises(ConnectionClosedError, match="1012: restart"):
            client.walker("leave")
        assert again.is_open.wait(5)


@pytest.mark.parametrize("code", [1000, 1008])
def test_some_closes_are_final(server: ScriptedServer, code: int) -> None:
    again = Reconnecting(server)
    server.run(server.peers[0].close, code)
    assert again.is_closed.wait(5)
    assert again.states == ["closed"]
    assert len(server.peers) == 1


def test_a_refusal_ends_reconnecting(server: ScriptedServer) -> None:
    again = Reconnecting(server)
    server.refuse_with = (403, "not any more")
    server.run(server.peers[0].close, 1012)
    assert again.is_closed.wait(5)
    with pytest.raises(ConnectionClosedError, match="HTTP 403 Forbidden: not any more"):
        again.client.sync()


def test_reconnecting_gives_up_after_its_attempts(server: ScriptedServer) -> None:
    again = Reconnecting(server, Backoff(first=0.001, attempts=2))
    server.refuse_with = (503, "")
    server.run(server.peers[0].close, 1012, "restart")
    assert again.is_closed.wait(5)
    assert again.states == ["reconnecting", "closed"]


def test_closing_ends_reconnecting(server: ScriptedServer) -> None:
    again = Reconnecting(server, Backoff(first=60))
    server.run(server.peers[0].close, 1012, "restart")
    again.client._transport.wait(lambda: again.states == ["reconnecting"], 5)
    with pytest.raises(ConnectionClosedError) as caught:
        again.client.sync()
    assert str(caught.value) == (
        "the connection is lost and being opened again; wait for it (1012: restart)"
    )
    again.client.close()
    assert again.states == ["reconnecting", "closed"]


def test_waits_grow_with_jitter_up_to_the_most() -> None:
    delays = list(itertools.islice(Backoff(first=1, most=4).delays(), 5))
    for delay, most in zip(delays, [1, 2, 4, 4, 4], strict=True):
        assert most / 2 <= delay <= most


def end_of(client, message: str) -> tuple[int, str]:
    """Send until the connection ends, and return why."""
    while True:
        try:
            client.send(message)
            client.sync()
        except ConnectionClosedError as exc:
            return exc.code, exc.reason


def test_who_sends_too_much_is_told_so_however_far_the_sending_got(serve) -> None:
    server = serve()
    for _ in range(20):
        client = server.connect()
        assert end_of(client, "x" * 8_000_000)[0] == 1009
        assert end_of(client, "x")[0] == 1009
