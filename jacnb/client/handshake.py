"""The opening handshake of a client (RFC 6455, section 4.1), without a socket."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import Final
from urllib.parse import quote, urlsplit

from jacnb.client.addresses import authorization, on_channel, without_secrets
from jacnb.client.refusals import status_in_words
from jacnb.errors import ConnectError

_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_MAX_HEAD: Final = 65536
_IN_TARGETS: Final = "/?&=%:;,+@!$'()*~[]|"


class Handshake:
    """One attempt to open a connection.

    Args:
        url: A whole ws:// or wss:// address.
        token: Who connects; None is the public.
        channel_id: The channel; None for what the address says.

    Raises:
        ConnectError: If the token cannot stand in a header.
    """

    __slots__ = ("_answer", "_key", "_url", "request")

    def __init__(self, url: str, token: str | None, channel_id: str | None) -> None:
        self._url = without_secrets(url)
        self._key = base64.b64encode(os.urandom(16))
        self._answer = bytearray()
        parts = urlsplit(on_channel(url, channel_id))
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        target = quote(path, safe=_IN_TARGETS)
        lines = [
            f"GET {target} HTTP/1.1",
            f"Host: {parts.netloc.rpartition('@')[2]}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {self._key.decode()}",
            *authorization(self._url, token),
        ]
        self.request = ("\r\n".join(lines) + "\r\n\r\n").encode()
        """What to send."""

    def feed(self, data: bytes, *, is_all: bool = False) -> bytes | None:
        """Take what the server answers.

        Args:
            data: What arrived.
            is_all: Whether nothing more will come.

        Returns:
            What came behind the answer; None if the answer is not complete.

        Raises:
            ConnectError: If the server refuses, or speaks no WebSocket.
        """
        self._answer += data
        head, found, rest = bytes(self._answer).partition(b"\r\n\r\n")
        if not found:
            if is_all or len(head) > _MAX_HEAD:
                raise self._refused("it does not speak WebSocket")
            return None
        status, headers = self._parsed(head)
        if status != 101:
            if not is_all and len(rest) < _length(headers):
                return None
            raise ConnectError(self._url, status_in_words(status, rest), status)
        if headers.get("sec-websocket-accept") != self._expected():
            raise self._refused("it does not speak WebSocket (a wrong accept key)")
        return rest

    def _parsed(self, head: bytes) -> tuple[int, dict[str, str]]:
        first, *lines = head.decode("latin-1").split("\r\n")
        version, _, rest = first.partition(" ")
        status = rest[:3]
        if not (version.startswith("HTTP/1.") and status.isdecimal()):
            raise self._refused("it does not speak WebSocket")
        pairs = (line.partition(":") for line in lines)
        return int(status), {name.strip().lower(): v.strip() for name, _, v in pairs}

    def _expected(self) -> str:
        digest = hashlib.sha1(self._key + _GUID, usedforsecurity=False).digest()
        return base64.b64encode(digest).decode()

    def _refused(self, reason: str) -> ConnectError:
        return ConnectError(self._url, reason)


def _length(headers: dict[str, str]) -> int:
    """Return how long the body is, as far as it is worth waiting for."""
    told = headers.get("content-length", "0")
    return min(int(told), _MAX_HEAD) if told.isdecimal() else 0
