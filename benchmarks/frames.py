"""WebSocket frames and handshakes made by hand, as the load generator needs them."""

from __future__ import annotations

import struct

TEXT = 0x81
PING = 0x89
PONG = 0x8A
CLOSE_FRAME = b"\x88\x82\0\0\0\0\x03\xe8"


def client_frame(payload: bytes) -> bytes:
    """Build a masked text frame.

    The mask is zero, which RFC 6455 allows and which leaves the payload as it is, so
    that masking costs the generator nothing (the server unmasks it all the same).
    """
    return _head(len(payload), mask=0x80) + b"\0\0\0\0" + payload


def server_frame(payload: bytes) -> bytes:
    """Build an unmasked text frame."""
    return _head(len(payload), mask=0) + payload


def pong(payload: bytes) -> bytes:
    """Build the masked answer to a ping."""
    return bytes((PONG, 0x80 | len(payload))) + b"\0\0\0\0" + payload


def split_frames(data: bytes | bytearray) -> tuple[list[bytes], bytes]:
    """Split what a server sent into the payloads of whole frames and the rest."""
    payloads = []
    start = 0
    while (bounds := _bounds(data, start)) is not None:
        begin, start = bounds
        payloads.append(bytes(data[begin:start]))
    return payloads, bytes(data[start:])


def part_pings(data: bytes | bytearray) -> tuple[bytes, list[bytes]]:
    """Take the pings out of what a server sent; return the rest and their payloads."""
    kept, pings, start = b"", [], 0
    while (bounds := _bounds(data, start)) is not None:
        begin, end = bounds
        if data[start] == PING:
            pings.append(bytes(data[begin:end]))
        else:
            kept += data[start:end]
        start = end
    return kept + bytes(data[start:]), pings


def upgrade_request(port: int, channel_id: str) -> bytes:
    """Build the handshake of a connection that listens on one channel."""
    return (
        f"GET /websocket?channel_id={channel_id} HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{port}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: YmVuY2htYXJrLW9mLTE2Yg==\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


def _head(size: int, mask: int) -> bytes:
    if size < 126:
        return bytes((TEXT, mask | size))
    return struct.pack("!BBH", TEXT, mask | 126, size)


def _bounds(data: bytes | bytearray, start: int) -> tuple[int, int] | None:
    """Find the payload of the frame at `start`, if all of it is there."""
    if len(data) < start + 2:
        return None
    size, begin = data[start + 1], start + 2
    if size == 126:
        if len(data) < start + 4:
            return None
        size, begin = struct.unpack_from("!H", data, begin)[0], start + 4
    return (begin, begin + size) if begin + size <= len(data) else None
