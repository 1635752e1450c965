"""Count what goes to each connection, at a cost that does not grow with their number.

Frames for five hundred receivers are noted once, for the sequence of receivers as a
whole. Only when somebody asks, or when too many sequences wait, is that shared out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from jacnb.server.wire.endpoint import Socket

_MAX_WAITING: Final = 1 << 16  # receivers, eight bytes each


class _Share:
    """What each of these receivers got since it was last shared out."""

    __slots__ = ("frames", "receivers", "size")

    def __init__(self, receivers: Sequence[Any]) -> None:
        self.receivers = receivers  # kept, so that its id stays its own
        self.frames = 0
        self.size = 0


class Tally:
    """Frames and bytes that were handed out, for each socket and for all.

    Args:
        sockets_of: Finds the sockets of receivers.

    Attributes:
        frames: All frames, once for each receiver.
        size: Their bytes.
    """

    def __init__(self, sockets_of: Callable[[Sequence[Any]], Iterable[Socket]]) -> None:
        self.frames = 0
        self.size = 0
        self._sockets_of = sockets_of
        self._shares: dict[int, _Share] = {}
        self._waiting = 0

    def add(self, receivers: Sequence[Any], frames: int, size: int) -> None:
        """Note that each of the receivers gets so many frames of so many bytes."""
        count = len(receivers)
        self.frames += frames * count
        self.size += size * count
        if count == 1:
            self._give(receivers, frames, size)
            return
        share = self._shares.get(id(receivers))
        if share is None:
            share = self._new_share(receivers)
        share.frames += frames
        share.size += size

    def settle(self) -> None:
        """Share out, so that each socket's own counts are up to date."""
        shares = self._shares.values()
        self._shares = {}
        self._waiting = 0
        for share in shares:
            self._give(share.receivers, share.frames, share.size)

    def _new_share(self, receivers: Sequence[Any]) -> _Share:
        if self._waiting > _MAX_WAITING:
            self.settle()
        self._waiting += len(receivers)
        share = self._shares[id(receivers)] = _Share(receivers)
        return share

    def _give(self, receivers: Sequence[Any], frames: int, size: int) -> None:
        for socket in self._sockets_of(receivers):
            socket.sent += frames
            socket.sent_bytes += size
