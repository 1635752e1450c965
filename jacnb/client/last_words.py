"""A WebSocket that hears a server out that has gone already."""

from __future__ import annotations

import contextlib

import websocket


class LastingSocket(websocket.WebSocket):
    """A socket that reads on where it cannot answer.

    The server may have gone while this side was frozen: its last words are still to
    be read, and say why.
    """

    def pong(self, payload: str | bytes = "") -> None:
        """Answer a ping, if there still is somebody."""
        with contextlib.suppress(OSError, websocket.WebSocketException):
            super().pong(payload)

    def send_close(self, status: int = 1000, reason: str | bytes = b"") -> None:
        """Answer a close, if there still is somebody."""
        with contextlib.suppress(OSError, websocket.WebSocketException):
            super().send_close(status, reason)
