"""What the trace keeps of handshakes and closes, and what it must not."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import websocket
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine

from jacnb import Client, Server
from jacnb.server.handshakes import handshake_of

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6IjEifQ.c2lnbmF0dXJl"

Start = Callable[..., Server]


def told(uri: str, **headers: str) -> dict[str, Any]:
    headers |= {"Host": "localhost"}
    given = HTTPHeaders({name.replace("_", "-"): v for name, v in headers.items()})
    request = HTTPServerRequest(
        headers=given,
        connection=SimpleNamespace(context=SimpleNamespace(remote_ip="10.0.0.7")),
        start_line=RequestStartLine("GET", uri, "HTTP/1.1"),
    )
    read: dict[str, Any] = json.loads(handshake_of(request))
    return read


def test_a_handshake_is_kept_without_what_is_secret() -> None:
    kept = told(
        f"/websocket?channel_id=room&auth={JWT}",
        Origin="http://localhost:8888",
        User_Agent="Firefox/1",
        Authorization=f"Bearer {JWT}",
        Cookie="sid=hidden",
    )
    assert kept == {
        "path": "/websocket?channel_id=room&auth=***",
        "origin": "http://localhost:8888",
        "user_agent": "Firefox/1",
        "peer": "10.0.0.7",
        "authorization": "***",
    }


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("a=1&b&channel_id=my%20room", "a=***&***&channel_id=my%20room"),
        ("%61uth=opaque", "***"),
        ("pwd=S&a=1;auth=S&=auth=S&x=Bearer%20S&?S", "pwd=***&a=***&***&x=***&***"),
        (f"channel_id={JWT}", "channel_id=***"),
        ("access_token=opaque&AUTH=x", "access_token=***&AUTH=***"),
        (f"state={JWT}", "state=***"),
        (f"state=%65{JWT[1:]}", "state=***"),
        (JWT, "***"),
        ("", ""),
    ],
)
def test_no_token_of_a_query_is_kept(query: str, shown: str) -> None:
    path = f"/websocket?{query}"
    assert told(path)["path"] == (f"/websocket?{shown}" if shown else "/websocket")


def test_a_long_handshake_is_cut() -> None:
    kept = told(
        "/websocket?channel_id=" + "x" * 5000, Origin="y" * 5000, User_Agent="é" * 5000
    )
    assert {name: len(text) for name, text in kept.items()} == {
        "path": 500,
        "origin": 200,
        "user_agent": 200,
        "peer": 8,
    }


@pytest.mark.parametrize(
    ("headers", "name", "shown"),
    [
        ({"Origin": "http://u:S@localhost:1/?token=S"}, "origin", "http://localhost:1"),
        ({"Origin": "null"}, "origin", "null"),
        ({"Origin": "http://[::1"}, "origin", "***"),
        ({"User_Agent": "a Bearer S"}, "user_agent", "a Bearer ***"),
        ({"User_Agent": "password=S"}, "user_agent", "password=***"),
    ],
)
def test_no_secret_of_a_header_is_kept(
    headers: dict[str, str], name: str, shown: str
) -> None:
    assert told("/websocket", **headers)[name] == shown


def of_kind(server: Server, kind: str) -> list[Any]:
    assert server.trace is not None
    return [entry.value for entry in server.trace.where(kind=kind)]


def test_a_client_is_traced_with_its_handshake(serve: Start) -> None:
    server = serve()
    with server.connect(user="alice", channel_id="room"):
        (opened,) = of_kind(server, "open")
    assert opened["path"] == "/websocket?channel_id=room"
    assert (opened["peer"], opened["authorization"]) == ("127.0.0.1", "***")
    assert "eyJ" not in server.trace.to_jsonl()


def test_a_client_in_memory_has_no_handshake(start: Start) -> None:
    server = start()
    with server.connect():
        (opened,) = of_kind(server, "open")
    assert (opened is None) == (type(server).__name__ == "MemoryServer")


def closed(server: Server, count: int, watch: Client | None = None) -> list[Any]:
    """Return the endings, once there are so many; it takes a client to wait."""
    watch = watch or server.connect()
    while len(found := of_kind(server, "close")) < count:
        watch.sync()
    return found


def test_each_end_of_a_client_is_told_with_who_closed(start: Start) -> None:
    server = start()
    a, b, c, watch = (server.connect() for _ in range(4))
    a.close(code=4001, reason="mine")
    closed(server, 1, watch)
    server.disconnect(b, code=1008, reason="loud")
    closed(server, 2, watch)
    c.drop()
    assert closed(server, 3, watch) == [
        {"code": 4001, "reason": "mine", "by": "client"},
        {"code": 1008, "reason": "loud", "by": "server"},
        {"code": 1006, "reason": ""},
    ]


def test_a_server_that_stops_closes_its_clients(start: Start) -> None:
    server = start()
    with server.connect():
        server.stop()
    expected = {"code": 1001, "reason": "server is stopping", "by": "server"}
    assert of_kind(server, "close") == [expected]


def test_a_client_that_breaks_the_rules_is_closed_by_the_server(serve: Start) -> None:
    server = serve()
    peer = websocket.create_connection(server.url, timeout=10)
    peer.recv()
    peer.sock.sendall(b"\x81\x00")
    while (opcode := peer.recv_data_frame(control_frame=True)[0]) != 8:
        assert opcode != 8
    peer.shutdown()
    (ending,) = closed(server, 1)
    assert (ending["code"], ending["by"]) == (1002, "server")


def test_a_close_without_a_code_is_1005(serve: Start) -> None:
    server = serve()
    peer = websocket.create_connection(server.url, timeout=10)
    peer.recv()
    peer.sock.sendall(struct.pack("!BB", 0x88, 0x80) + bytes(4))
    assert closed(server, 1) == [{"code": 1005, "reason": "", "by": "client"}]
    peer.shutdown()
