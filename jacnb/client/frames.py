"""WebSocket frames (RFC 6455, section 5) as a client reads and writes them.

For the asynchronous client; websocket-client, which the synchronous one uses, reads
from blocking sockets only.
"""

from __future__ import annotations

import os
from typing import Final

CONTINUATION: Final = 0x0
TEXT: Final = 0x1
BINARY: Final = 0x2
CLOSE: Final = 0x8
PING: Final = 0x9
PONG: Final = 0xA

_FIN: Final = 0x80
_MASKED: Final = 0x80
_OPCODES: Final = frozenset((CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG))

MAX_MESSAGE: Final = 1 << 28
"""Bytes of the longest message that is taken: more than any server means to send."""


class FrameError(Exception):
    """The server broke the protocol.

    Args:
        code: With which close code to leave.
        reason: What it did.
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def encode_frame(payload: str | bytes, opcode: int = TEXT) -> bytes:
    """Return one frame, masked as a client must (section 5.3)."""
    data = payload.encode() if isinstance(payload, str) else payload
    size, first = len(data), _FIN | opcode
    if size < 126:
        head = bytes((first, _MASKED | size))
    elif size < 65536:
        head = bytes((first, _MASKED | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, _MASKED | 127)) + size.to_bytes(8, "big")
    mask = os.urandom(4)
    return head + mask + _masked(data, mask)


def encode_close(code: int, reason: str = "") -> bytes:
    """Return a close frame; a reason over 123 bytes is cut at a character."""
    told = reason.encode("utf-8", "replace")[:123].decode("utf-8", "ignore")
    return encode_frame(code.to_bytes(2, "big") + told.encode(), CLOSE)


def decode_close(payload: bytes) -> tuple[int, str]:
    """Return code and reason of a close frame (section 5.5.1)."""
    if len(payload) < 2:
        return 1005, ""
    return int.from_bytes(payload[:2], "big"), payload[2:].decode(errors="replace")


def _masked(data: bytes, mask: bytes) -> bytes:
    """XOR with the repeated mask: as one long number, which needs no loop."""
    size = len(data)
    keys = (mask * (size // 4 + 1))[:size]
    mixed = int.from_bytes(data, "little") ^ int.from_bytes(keys, "little")
    return mixed.to_bytes(size, "little")


class FrameReader:
    """Turns the bytes of a server into messages.

    Args:
        limit: Bytes over which a message is refused (1009).
    """

    __slots__ = ("_first", "_joined", "_limit", "_parts", "_rest", "_size")

    def __init__(self, limit: int = MAX_MESSAGE) -> None:
        self._limit = limit
        self._rest = bytearray()
        self._parts: list[bytes] = []
        self._first = 0
        self._joined = 0
        self._size = 0

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Return opcode and payload of each message and control frame in order.

        Raises:
            FrameError: If the server broke the protocol.
        """
        if self._rest:
            self._rest += data
            if len(self._rest) < self._size:
                return []
            data, self._rest = bytes(self._rest), bytearray()
        found: list[tuple[int, bytes]] = []
        start, end = 0, len(data)
        while start < end:
            at, stop = self._locate(data, start, end)
            if stop > end:
                # Nothing is looked at again before this much is there.
                self._rest, self._size = bytearray(data[start:]), stop - start
                break
            self._accept(data[start], data[at:stop], found)
            start = stop
        return found

    def _locate(self, data: bytes, start: int, end: int) -> tuple[int, int]:
        """Return where the payload starts and ends, as far as can be told yet."""
        at = start + 2
        if at > end:
            return at, at
        size = data[start + 1]
        if size > 125:
            at += self._check_header(data[start], size)
            if at > end:
                return at, at
            size = int.from_bytes(data[start + 2 : at], "big")
            self._check_size(size)
        return at, at + size

    def _check_header(self, first: int, size: int) -> int:
        """Return how many bytes tell the length."""
        if size >= _MASKED:
            raise FrameError(1002, "a frame is masked")
        if first & 0x0F >= CLOSE:
            raise FrameError(1002, "a control frame over 125 bytes")
        return 2 if size == 126 else 8

    def _check_size(self, size: int) -> None:
        if self._joined + size > self._limit:
            raise FrameError(1009, f"a message over {self._limit} bytes")

    def _accept(
        self, first: int, payload: bytes, found: list[tuple[int, bytes]]
    ) -> None:
        if first == _FIN | TEXT and not self._parts:
            found.append((TEXT, payload))
            return
        opcode = first & 0x0F
        _check_first(first, opcode)
        if opcode >= CLOSE:
            found.append((opcode, payload))
            return
        if (opcode == CONTINUATION) != bool(self._parts):
            raise FrameError(1002, "the fragments of a message are out of order")
        if opcode != CONTINUATION:
            self._first = opcode
        self._check_size(len(payload))
        self._parts.append(payload)
        self._joined += len(payload)
        if first & _FIN:
            found.append((self._first, b"".join(self._parts)))
            self._parts.clear()
            self._joined = 0


def _check_first(first: int, opcode: int) -> None:
    if first & 0x70:
        raise FrameError(1002, "reserved bits are set")
    if opcode not in _OPCODES:
        raise FrameError(1002, "an unknown opcode")
    if opcode >= CLOSE and not first & _FIN:
        raise FrameError(1002, "a fragmented control frame")
