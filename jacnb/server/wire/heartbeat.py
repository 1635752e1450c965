"""Ping all connections of a loop from one timer.

A peer is alive if any byte of it arrives: a pong is asked for, but one that is stuck
behind a long upload is no sign of death.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable, Iterable, Sequence

from jacnb.server.wire.endpoint import Socket
from jacnb.server.wire.frames import PING, encode_frame
from jacnb.server.wire.limits import Limits

_SLICE = 200  # sockets that are pinged before the loop may do something else


class Heartbeat:
    """Ping every interval; judge a timeout after each beat.

    Args:
        loop: Whose timer is used.
        limits: Interval and timeout, in seconds.
        sockets: The live set of sockets, looked at afresh in every beat.
        on_beat: Given the open sockets of each beat, slice by slice.
    """

    def __init__(
        self,
        loop: AbstractEventLoop,
        limits: Limits,
        sockets: Iterable[Socket],
        on_beat: Callable[[Sequence[Socket]], None] | None,
    ) -> None:
        self.payload = bytes(4)
        self._loop = loop
        self._limits = limits
        self._sockets = sockets
        self._on_beat = on_beat
        self._timer: TimerHandle | None = None

    def start(self) -> None:
        """Beat for the first time one interval from now."""
        self._timer = self._loop.call_later(self._limits.ping_interval, self._beat)

    def stop(self) -> None:
        """Beat no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _beat(self) -> None:
        self.start()
        count = int.from_bytes(self.payload, "big") + 1
        self.payload = (count % (1 << 32)).to_bytes(4, "big")
        self._ping(list(self._sockets), encode_frame(self.payload, PING))

    def _ping(self, sockets: list[Socket], frame: bytes) -> None:
        batch = [socket for socket in sockets[:_SLICE] if socket.is_open]
        now = self._loop.time()
        for socket in batch:
            socket.ping(frame, now)
        # Scheduled first: what on_beat may raise must not end the sweep.
        if len(sockets) > _SLICE:
            self._loop.call_soon(self._ping, sockets[_SLICE:], frame)
        else:
            self._loop.call_later(self._limits.ping_timeout, self._judge, now)
        if batch and self._on_beat is not None:
            self._on_beat(batch)

    def _judge(self, since: float) -> None:
        for socket in list(self._sockets):
            socket.judge(since)
