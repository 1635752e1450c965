"""Read and write WebSocket frames (RFC 6455 section 5), with no socket in sight.

The reader is strict: whatever the header alone proves wrong (reserved bits, opcode,
mask, length, size, order of fragments) fails before a byte of payload is waited for.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import Final, NamedTuple

CONTINUATION: Final = 0x0
TEXT: Final = 0x1
BINARY: Final = 0x2
CLOSE: Final = 0x8
PING: Final = 0x9
PONG: Final = 0xA

FIN: Final = 0x80
MASKED: Final = 0x80

Unmask = Callable[[bytes, bytes], bytes]


class Failure(NamedTuple):
    """Why a connection must fail: a close code and a reason for its peer."""

    code: int
    reason: str


class _ViolationError(Exception):
    """The peer broke RFC 6455; never leaves this module."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.failure = Failure(code, reason)


def encode_frame(payload: str | bytes, opcode: int = TEXT) -> bytes:
    """Encode one final frame as a server sends it: unmasked."""
    data = payload.encode() if isinstance(payload, str) else payload
    size = len(data)
    if size < 126:
        return bytes((FIN | opcode, size)) + data
    if size < 65536:
        return bytes((FIN | opcode, 126)) + size.to_bytes(2, "big") + data
    return bytes((FIN | opcode, 127)) + size.to_bytes(8, "big") + data


def encode_close(code: int, reason: str = "") -> bytes:
    """Encode a close frame; a reason over 123 bytes is cut at a character."""
    if code == 1005:  # "no code": never on the wire (RFC 6455 section 7.4.1)
        return encode_frame(b"", CLOSE)
    told = reason.encode("utf-8", "replace")[:123].decode("utf-8", "ignore")
    return encode_frame(code.to_bytes(2, "big") + told.encode(), CLOSE)


def decode_close(payload: bytes) -> tuple[int, str]:
    """Decode what a close frame says, as the reader let it through."""
    if not payload:
        return 1005, ""
    return int.from_bytes(payload[:2], "big"), payload[2:].decode()


def _header_error(first: int) -> str | None:
    opcode = first & 0x0F
    if first & 0x70:
        return "reserved bits are set"
    if opcode not in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG):
        return "unknown opcode"
    if opcode >= CLOSE and not first & FIN:
        return "fragmented control frame"
    return None


# The first byte of a frame decides all this: looked up, not computed.
_HEADER_ERRORS: Final = tuple(_header_error(first) for first in range(256))


def _check_close(payload: bytes) -> None:
    if len(payload) == 1:
        raise _ViolationError(1002, "close frame with half a code")
    code = int.from_bytes(payload[:2], "big") if payload else 1000
    if not (1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999):
        raise _ViolationError(1002, "illegal close code")
    _decode(payload[2:])


def _decode(payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise _ViolationError(1007, "text is not UTF-8") from None


class _Fragments:
    """A message of several frames, checked as it comes, joined at its end."""

    __slots__ = ("_check", "data", "opcode")

    def __init__(self, opcode: int) -> None:
        self.opcode = opcode
        self.data = bytearray()
        self._check = codecs.getincrementaldecoder("utf-8")()

    def add(self, payload: bytes, final: bool) -> str | bytes | None:
        """Take the next payload; return the whole message with the last one."""
        self.data += payload
        if self.opcode == TEXT:
            try:
                self._check.decode(payload, final)
            except UnicodeDecodeError:
                raise _ViolationError(1007, "text is not UTF-8") from None
        if not final:
            return None
        return self.data.decode() if self.opcode == TEXT else bytes(self.data)


class FrameReader:
    """Turn the bytes of one client into messages.

    Args:
        limit: The size in bytes over which a message fails with 1009.
        unmask: `(mask, data) -> data`, the hot spot of reading.
    """

    __slots__ = ("_fragments", "_limit", "_needed", "_tail", "_unmask", "failure")

    def __init__(self, limit: int, unmask: Unmask) -> None:
        self.failure: Failure | None = None
        self._limit = limit
        self._unmask = unmask
        self._tail: bytearray | None = None  # the start of a frame, none while idle
        self._needed = 0  # the length `_tail` must reach before it is worth a look
        self._fragments: _Fragments | None = None

    def feed(self, data: bytes) -> list[tuple[int, str | bytes]]:
        """Return the (opcode, payload) of each message and control frame in order.

        Text comes as `str`, everything else as `bytes`. A peer that breaks the rules
        sets `failure`; the messages before that are still returned.
        """
        if self._tail is not None:
            self._tail += data
            if len(self._tail) < self._needed:
                return []
            data = bytes(self._tail)
            self._tail = None
        messages: list[tuple[int, str | bytes]] = []
        try:
            self._read_all(data, messages)
        except _ViolationError as error:
            self.failure = error.failure
        return messages

    def _read_all(self, data: bytes, messages: list[tuple[int, str | bytes]]) -> None:
        start, end = 0, len(data)
        while start < end:
            where = self._locate(data, start, end)
            if where is None:
                self._tail = bytearray(data[start:])
                self._needed -= start
                return
            mask_at, stop = where
            payload = data[mask_at + 4 : stop]
            if payload:
                payload = self._unmask(data[mask_at : mask_at + 4], payload)
            self._accept(data[start], payload, messages)
            if data[start] == FIN | CLOSE:  # nothing after it counts (section 5.5.1)
                return
            start = stop

    def _locate(self, data: bytes, start: int, end: int) -> tuple[int, int] | None:
        """Check the header at start; return where mask and frame end."""
        error = _HEADER_ERRORS[data[start]]
        if error is not None:
            raise _ViolationError(1002, error)
        if start + 2 > end:
            self._needed = start + 2
            return None
        size = data[start + 1]
        if size < MASKED:
            raise _ViolationError(1002, "frame is not masked")
        size -= MASKED
        mask_at = start + 2
        if size > 125:
            mask_at += 2 if size == 126 else 8
            self._check_order(data[start], size)
            if mask_at > end:
                self._needed = mask_at
                return None
            size = _long_size(data[start + 2 : mask_at])
        self._check_order(data[start], size)
        stop = mask_at + 4 + size
        if stop > end:
            self._needed = stop
            return None
        return mask_at, stop

    def _check_order(self, first: int, size: int) -> None:
        opcode = first & 0x0F
        if opcode >= CLOSE:
            if size > 125:
                raise _ViolationError(1002, "control frame over 125 bytes")
            return
        fragments = self._fragments
        if opcode == CONTINUATION:
            if fragments is None:
                raise _ViolationError(1002, "nothing to continue")
            size += len(fragments.data)
        elif fragments is not None:
            raise _ViolationError(1002, "new message inside a fragmented one")
        if size > self._limit:
            raise _ViolationError(1009, f"message over {self._limit} bytes")

    def _accept(
        self, first: int, payload: bytes, messages: list[tuple[int, str | bytes]]
    ) -> None:
        if first == FIN | TEXT:
            messages.append((TEXT, _decode(payload)))
            return
        opcode = first & 0x0F
        if opcode == CLOSE:
            _check_close(payload)
        if opcode >= CLOSE or first == FIN | BINARY:
            messages.append((opcode, payload))
            return
        fragments = self._fragments
        if fragments is None:
            fragments = self._fragments = _Fragments(opcode)
        message = fragments.add(payload, first >= FIN)
        if message is not None:
            messages.append((fragments.opcode, message))
            self._fragments = None


def _long_size(field: bytes) -> int:
    size = int.from_bytes(field, "big")
    if size < (126 if len(field) == 2 else 65536):
        raise _ViolationError(1002, "length is not in its shortest form")
    if size >= 1 << 63:
        raise _ViolationError(1002, "length over 63 bits")
    return size
