"""Join what one turn of the loop sends into one write per connection.

A write costs ten times what anything in Python around it does. Frames that one turn
delivers are therefore collected, joined once for all connections that get the same
ones, and written when the turn is over.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from jacnb.server.wire.endpoint import Socket
from jacnb.server.wire.tally import Tally

_TURN_SIZE = 1 << 18  # a turn that delivers more bytes than this is written in parts


class _Group:
    """The frames of this turn for one and the same sequence of receivers."""

    __slots__ = ("frames", "receivers", "size")

    def __init__(self, receivers: Sequence[Any]) -> None:
        self.receivers = receivers  # kept, so that its id stays its own
        self.frames: list[tuple[int, bytes]] = []
        self.size = 0


class Outbox:
    """The output of the current turn.

    Args:
        loop: The loop whose turns are meant.
        socket_of: Finds a receiver's socket, when the turn is over; without it the
            receivers are sockets.

    Attributes:
        tally: Counts what is sent.
    """

    def __init__(
        self, loop: AbstractEventLoop, socket_of: Callable[[Any], Socket] | None
    ) -> None:
        self._loop = loop
        self._socket_of = socket_of
        self.tally = Tally(self._sockets)
        self._groups: dict[object, _Group] = {}
        self._count = 0
        self._size = 0

    def deliver(self, frame: bytes, receivers: Sequence[Any]) -> None:
        """Queue a frame for receivers (see `Wire.deliver`)."""
        if receivers:
            key = id(receivers) if len(receivers) > 1 else receivers[0]
            self._add(key, frame, receivers)

    def send(self, socket: Socket, frame: bytes) -> None:
        """Queue a frame for one socket, in order with `deliver`."""
        self._add(socket, frame, (socket,))

    def _add(self, key: object, frame: bytes, receivers: Sequence[Any]) -> None:
        if self._size > _TURN_SIZE:
            self.flush()
        group = self._groups.get(key)
        if group is None:
            if not self._groups:
                self._loop.call_soon(self.flush)
            group = self._groups[key] = _Group(receivers)
        self._count += 1
        self._size += len(frame)
        group.size += len(frame)
        group.frames.append((self._count, frame))

    def flush(self) -> None:
        """Write everything now."""
        if not self._groups:
            return
        groups = list(self._groups.values())
        self._groups = {}
        self._count = self._size = 0
        for group in groups:
            self.tally.add(group.receivers, len(group.frames), group.size)
        if len(groups) == 1:
            _write(_join(groups), self._sockets(groups[0].receivers))
        else:
            for data, sockets in self._sort(groups):
                _write(data, sockets)

    def _sockets(self, receivers: Sequence[Any]) -> Iterable[Socket]:
        if self._socket_of is None or isinstance(receivers[0], Socket):
            return receivers
        return map(self._socket_of, receivers)

    def _sort(self, groups: list[_Group]) -> list[tuple[bytes, list[Socket]]]:
        """Find who gets the same frames; each socket comes once, so order holds."""
        wanted: defaultdict[Socket, list[int]] = defaultdict(list)
        for number, group in enumerate(groups):
            for socket in self._sockets(group.receivers):
                wanted[socket].append(number)
        same: defaultdict[tuple[int, ...], list[Socket]] = defaultdict(list)
        for socket, numbers in wanted.items():
            same[tuple(numbers)].append(socket)
        return [
            (_join([groups[number] for number in numbers]), sockets)
            for numbers, sockets in same.items()
        ]


def _join(groups: list[_Group]) -> bytes:
    if len(groups) == 1:
        frames = groups[0].frames
        return frames[0][1] if len(frames) == 1 else b"".join([f for _, f in frames])
    return b"".join([f for _, f in sorted(f for group in groups for f in group.frames)])


def _write(data: bytes, sockets: Iterable[Socket]) -> None:
    size = len(data)
    for socket in sockets:  # 500 times a notification: nothing here that can wait
        try:
            sent = socket.write(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            socket.lost()
            continue
        if sent != size:
            socket.hold(data, sent)
