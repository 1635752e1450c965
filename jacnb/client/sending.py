"""Frames on their way out, and the ends of a connection."""

from __future__ import annotations

import contextlib
import socket
from typing import Any

import websocket


def send_frame(ws: Any, data: bytes) -> None:
    """Send a frame; if that is interrupted within it, end the connection."""
    sent: list[int] = []
    with ws.lock:
        sock = ws.sock
        if sock is None:
            raise BrokenPipeError("the socket is closed")
        try:
            while (count := sum(sent)) < len(data):
                # So the count is kept even if an interrupt is raised right after.
                sent.extend(map(sock.send, [data[count:]]))
        except BaseException:
            if 0 < sum(sent) < len(data):
                # What is sent next would be read as the rest of this frame.
                shut_down(ws)
            raise


def say_goodbye(ws: Any, code: int, reason: str) -> None:
    """Send a close frame, its reason cut at a character, and that nothing follows."""
    told = reason.encode("utf-8", "replace")[:123].decode("utf-8", "ignore")
    with contextlib.suppress(OSError, websocket.WebSocketException, AttributeError):
        ws.send_close(code, told.encode())
        ws.sock.shutdown(socket.SHUT_WR)


def shut_down(ws: Any) -> None:
    """End reading and writing now, in whatever thread they block."""
    with contextlib.suppress(OSError, AttributeError):
        ws.sock.shutdown(socket.SHUT_RDWR)
