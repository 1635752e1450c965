from __future__ import annotations

import base64
import hashlib

import pytest

from jacnb.client.handshake import Handshake
from jacnb.errors import ConnectError

URL = "ws://user:secret@host:8000/websocket?x=1&channel_id=old"


def accepted(handshake: Handshake) -> bytes:
    """Return the answer of a server that agrees."""
    key = next(
        line.split(b": ")[1]
        for line in handshake.request.split(b"\r\n")
        if line.startswith(b"Sec-WebSocket-Key")
    )
    digest = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n"
        b"Sec-WebSocket-Accept: " + base64.b64encode(digest) + b"\r\n\r\n"
    )


def test_the_request_says_who_and_where() -> None:
    lines = Handshake(URL, "t", "a b").request.decode().split("\r\n")
    assert lines[0] == "GET /websocket?x=1&channel_id=a%20b HTTP/1.1"
    assert lines[1] == "Host: host:8000"
    assert "Authorization: Bearer t" in lines
    assert lines[-2:] == ["", ""]
    assert "secret" not in "".join(lines)


def test_an_address_cannot_smuggle_a_header() -> None:
    request = Handshake("ws://h/a b ä", None, None).request
    assert request.startswith(b"GET /a%20b%20%C3%A4 HTTP/1.1\r\n")


def test_what_comes_behind_the_answer_is_handed_back() -> None:
    handshake = Handshake(URL, None, None)
    answer = accepted(handshake)
    assert handshake.feed(answer[:30]) is None
    assert handshake.feed(answer[30:] + b"\x81\x00") == b"\x81\x00"


@pytest.mark.parametrize(
    ("answer", "said", "status"),
    [
        (b"HTTP/1.1 403 No\r\n\r\n", "HTTP 403 Forbidden$", 403),
        (
            b'HTTP/1.1 400 Bad\r\nContent-Length: 15\r\n\r\n{"detail":"no"}',
            "HTTP 400 Bad Request: no$",
            400,
        ),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "it does not speak WebSocket$", None),
        (b"HTTP/1.1 101 Yes\r\n\r\n", "a wrong accept key", None),
        (b"x" * 70000, "it does not speak WebSocket$", None),
    ],
)
def test_a_refusal_is_told_in_words(
    answer: bytes, said: str, status: int | None
) -> None:
    with pytest.raises(ConnectError, match=said) as caught:
        Handshake(URL, None, None).feed(answer)
    assert caught.value.status == status
    assert "secret" not in str(caught.value)


def test_a_refusal_waits_for_its_body_or_the_end() -> None:
    handshake = Handshake(URL, None, None)
    assert (
        handshake.feed(b"HTTP/1.1 400 Bad\r\nContent-Length: 99\r\n\r\nshort") is None
    )
    with pytest.raises(ConnectError, match="HTTP 400 Bad Request: short"):
        handshake.feed(b"", is_all=True)


def test_a_token_cannot_smuggle_a_header() -> None:
    with pytest.raises(ConnectError, match="not one line of ASCII text"):
        Handshake(URL, "t\r\nX: y", None)
