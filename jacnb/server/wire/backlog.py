"""What one connection could not send yet."""

from __future__ import annotations

from collections import deque
from typing import Final

from jacnb.server.wire.limits import Limits

_WRITE_SIZE: Final = 1 << 18  # small chunks are joined up to this for one write


class Backlog:
    """Chunks of whole frames in order, the first of them perhaps half sent.

    Args:
        data: The chunk that did not fit.
        sent: How much of it did.
        now: The loop's time.
    """

    __slots__ = ("_chunks", "_is_partial", "_moved", "size")

    def __init__(self, data: bytes, sent: int, now: float) -> None:
        self.size = 0
        self._chunks: deque[bytes | memoryview] = deque()
        self._is_partial = False
        self._moved = now  # when the socket last took a byte
        self.append(data)
        self.put_back(self.take(), sent, now)

    @property
    def behind(self) -> int:
        """Bytes behind the first chunk: one message alone is never too much."""
        return self.size - len(self._chunks[0]) if self._chunks else 0

    def is_too_slow(self, limits: Limits, now: float) -> bool:
        """Tell whether the peer has had its chance (see `Limits`)."""
        if self.behind <= limits.backlog_limit:
            return False
        is_stalled = now - self._moved > limits.stall_timeout
        return is_stalled or self.behind > limits.backlog_cap

    def append(self, data: bytes) -> None:
        """Queue a chunk."""
        self._chunks.append(data)
        self.size += len(data)

    def take(self) -> bytes | memoryview:
        """Take the first chunk, joined with what follows while it is small."""
        chunks = self._chunks
        parts = [chunks.popleft()]
        size = len(parts[0])
        while chunks and size + len(chunks[0]) <= _WRITE_SIZE:
            parts.append(chunks.popleft())
            size += len(parts[-1])
        self.size -= size
        return b"".join(parts) if len(parts) > 1 else parts[0]

    def put_back(self, data: bytes | memoryview, sent: int, now: float) -> None:
        """Queue first what was taken, less what was sent."""
        if sent:
            self._moved = now
            self._is_partial = sent < len(data)
        if sent < len(data):
            self._chunks.appendleft(memoryview(data)[sent:] if sent else data)
            self.size += len(data) - sent

    def cut(self) -> None:
        """Forget all but the rest of a chunk that has begun."""
        rest = [self._chunks[0]] if self._is_partial else []
        self._chunks = deque(rest)
        self.size = sum(map(len, rest))
