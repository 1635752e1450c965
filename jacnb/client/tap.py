"""A tap between a socket and its reader: it can be shut, or opened a little."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any, Final

_SMALL: Final = 16384
"""Bytes that the system may hold for a slow reader, so that its peer notices soon."""


class Tap:
    """Lets a reader read, or not; one lives as long as its transport."""

    def __init__(self) -> None:
        self._is_open = threading.Event()
        self._is_open.set()
        self._rate: float | None = None
        self._hurry = threading.Event()

    def shut(self) -> None:
        """Let nothing through, not even what was read already."""
        self._is_open.clear()

    def open(self) -> None:
        """Let through what there is."""
        self._is_open.set()

    def slow_down(self, rate: float | None) -> None:
        """Let through so many bytes a second; None is all of them."""
        self._rate = rate
        self._wake()

    def give_way(self) -> None:
        """End all faults, for the connection ends."""
        self._rate = None
        self._is_open.set()
        self._wake()

    def read(self, sock: Any, size: int) -> bytes:
        """Read from a socket; TimeoutError tells that it is silent."""
        while True:
            self._is_open.wait()
            try:
                data: bytes = sock.recv(size)
            except TimeoutError:
                if self._is_open.is_set():
                    raise
                continue
            self._is_open.wait()
            self._pause_for(data)
            return data

    def _pause_for(self, data: bytes) -> None:
        rate = self._rate
        if rate is not None and data:
            self._hurry.wait(len(data) / rate)

    def _wake(self) -> None:
        # Whoever pauses now goes on; who pauses later does so on a new event.
        hurry, self._hurry = self._hurry, threading.Event()
        hurry.set()


class TappedSocket:
    """A socket that is read through a tap, and else is as it was."""

    def __init__(self, sock: Any, tap: Tap) -> None:
        self._sock = sock
        self._tap = tap
        self.send = sock.send

    def recv(self, size: int) -> bytes:
        """Read, as the tap allows."""
        return self._tap.read(self._sock, size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


def hold_little(sock: Any) -> None:
    """Have the system hold little of what is not read yet."""
    with contextlib.suppress(OSError, AttributeError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL)
