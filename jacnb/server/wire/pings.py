"""Pings that somebody asked for, beside those of the heartbeat."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jacnb.server.wire.endpoint import Socket

OnAnswer = Callable[[float | None], object]
"""Told the seconds it took, None if the connection ended first."""

_MAX_ASKED: Final = 100  # of one socket; the oldest is given up
_PAYLOAD_SIZE: Final = 8  # the heartbeat's has four bytes


class Pings:
    """Which pings are out, by socket and payload, the oldest first."""

    def __init__(self) -> None:
        self._count = 0
        self._asked: dict[Socket, dict[bytes, tuple[float, OnAnswer | None]]] = {}

    def ask(self, socket: Socket, now: float, on_answer: OnAnswer | None) -> bytes:
        """Return the payload of a new ping."""
        asked = self._asked.setdefault(socket, {})
        if len(asked) >= _MAX_ASKED:
            _tell(asked.pop(next(iter(asked)))[1], None)
        self._count += 1
        payload = self._count.to_bytes(_PAYLOAD_SIZE, "big")
        asked[payload] = now, on_answer
        return payload

    def answered(self, socket: Socket, payload: bytes, now: float) -> None:
        """Take a pong, which answers earlier pings, too (RFC 6455 section 5.5.3)."""
        asked = self._asked.get(socket, {})
        if payload not in asked:
            return
        for earlier in list(asked):
            began, on_answer = asked.pop(earlier)
            socket.rtt = now - began
            _tell(on_answer, socket.rtt)
            if earlier == payload:
                break
        if not asked:
            self._asked.pop(socket, None)

    def forget(self, socket: Socket) -> None:
        """Give up what a socket that is gone was asked."""
        for _, on_answer in self._asked.pop(socket, {}).values():
            _tell(on_answer, None)


def _tell(on_answer: OnAnswer | None, seconds: float | None) -> None:
    if on_answer is not None:
        on_answer(seconds)
