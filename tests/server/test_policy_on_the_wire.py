"""What the rules of `Policy` mean for a browser that knocks at a running server."""

from __future__ import annotations

import json
import logging

import pytest
import websocket

from jacnb.errors import ServerError

HUB = {"host": "hub.example", "origin": "https://hub.example"}


def dial(server, path: str = "/websocket", **options) -> websocket.WebSocket:
    address = f"ws://{server.address}{path}"
    return websocket.create_connection(address, timeout=10, **options)


def status_of(server, **options) -> int:
    """Return the status by which a handshake is answered."""
    try:
        dial(server, **options).shutdown()
    except websocket.WebSocketBadStatusException as refused:
        return refused.status_code
    return 101


def test_a_page_behind_a_proxy_connects_once_it_is_trusted(serve) -> None:
    server = serve()
    assert status_of(server, **HUB) == 403
    server.trust("https://hub.example", "hub.example")
    assert status_of(server, **HUB) == 101


def test_a_rebound_name_gets_nothing_though_a_page_is_trusted(serve) -> None:
    server = serve()
    server.trust("https://hub.example", "hub.example")
    rebound = {"host": "evil.example", "origin": "http://evil.example"}
    assert status_of(server, **rebound) == 403
    assert status_of(server, **HUB | {"host": "evil.example"}) == 403
    assert status_of(server, **HUB | {"origin": "https://evil.example"}) == 403


def test_another_server_does_not_know_the_page(serve) -> None:
    serve().trust("https://hub.example", "hub.example")
    assert status_of(serve(), **HUB) == 403


def test_a_stopped_server_trusts_nobody(serve) -> None:
    server = serve()
    server.stop()
    with pytest.raises(ServerError, match="stopped"):
        server.trust("https://hub.example", "hub.example")


def test_a_refusal_is_logged_with_a_hint_and_without_what_was_sent(
    serve, caplog
) -> None:
    server = serve()
    with caplog.at_level(logging.WARNING, "jacnb.server"):
        header = ["Cookie: secret=1", "Authorization: token abc"]
        foreign = {"origin": "https://evil.example", "header": header}
        assert status_of(server, path="/websocket?auth=Bearer%20x", **foreign) == 403
    assert caplog.messages == [
        "refused GET /websocket: Origin not allowed: add it to trusted_origins"
    ]


def test_health_over_a_websocket_is_one_message_and_makes_no_client(serve) -> None:
    server = serve()
    peer = dial(server, "/healthz")
    assert json.loads(peer.recv()) == {"type": "health"}
    assert peer.recv_data()[0] == websocket.ABNF.OPCODE_CLOSE
    peer.shutdown()
    assert len(server.engine.hub.clients) == 0
    assert list(server.trace) == []


def test_what_is_sent_to_health_is_not_heard(serve) -> None:
    server = serve()
    peer = dial(server, "/healthz")
    peer.send('{"type":"connection"}')
    peer.shutdown()
    with server.connect() as client:
        client.sync()
    assert len(server.runs) == 0


def test_health_over_a_websocket_is_refused_to_foreign_pages(serve) -> None:
    foreign = {"origin": "https://evil.example"}
    assert status_of(serve(), path="/healthz", **foreign) == 403
