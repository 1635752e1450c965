"""What was said, and why: a bounded record of every message and its cause.

Lessons and panels are built on it, so it records causes, not only messages: this
notification came from that walker run, which came from that event.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from threading import Lock
from typing import Any, Final

from jacnb.protocol.connections import Connection
from jacnb.protocol.json import masked_text

MAX_ENTRIES: Final = 10_000
MAX_BYTES: Final = 16 * 1024 * 1024


class Kind(Enum):
    """What an entry records."""

    OPEN = "open"
    """A client connected."""
    CLOSE = "close"
    """A client is gone."""
    EVENT = "event"
    """A message of a client arrived."""
    REPLY = "reply"
    """A message to the one client whose event it answers."""
    NOTIFICATION = "notification"
    """A message to any number of clients."""
    RUN = "run"
    """A walker run began, over a websocket or REST."""
    VISIT = "visit"
    """A walker came to a node or edge."""
    END = "end"
    """A walker run ended; the payload is its error, if it had one."""
    DROP = "drop"
    """A message was given up because its receiver does not read."""


@dataclass(slots=True)
class Entry:
    """One thing that happened.

    Attributes:
        seq: Its number, counted from 0.
        time: When, unix seconds.
        kind: What happened.
        type: The event's type, the walker's name, or the location visited.
        sender: The client that an event, run or close belongs to.
        receivers: The clients a message went to.
        size: Bytes of the message.
        cause: The ``seq`` of the entry that led to this one.
    """

    seq: int
    time: float
    kind: Kind
    type: str
    sender: Connection | None
    receivers: Sequence[Connection]
    size: int
    cause: int | None
    _text: str | None = field(repr=False)

    @property
    def text(self) -> str | None:
        """The payload with tokens masked; None if it was dropped to save memory."""
        return None if self._text is None else masked_text(self._text)

    @property
    def client_id(self) -> str | None:
        """The id of the client that this belongs to."""
        return self.sender.client_id if self.sender else None

    @property
    def receiver_ids(self) -> list[str]:
        """The ids of the clients a message went to."""
        return [connection.client_id for connection in self.receivers]


class Trace:
    """A ring of the last entries, their payloads bounded in bytes.

    Entries may come from any thread: node visits are recorded where the walker runs.
    """

    def __init__(
        self,
        clock: Any,
        *,
        max_entries: int = MAX_ENTRIES,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._clock = clock
        self._ring: list[Entry | None] = [None] * max_entries
        self._max_bytes = max_bytes
        self._lock = Lock()
        self._next = 0
        self._bytes = 0
        # The oldest entry that may still have its payload.
        self._oldest = 0

    def record(
        self,
        kind: Kind,
        type: str,  # noqa: A002
        *,
        text: str | None = None,
        sender: Connection | None = None,
        receivers: Sequence[Connection] = (),
        cause: int | None = None,
    ) -> int:
        """Add an entry and return its number."""
        size = len(text) if text else 0
        with self._lock:
            seq = self._next
            self._next = seq + 1
            entry = Entry(
                seq, self._clock(), kind, type, sender, receivers, size, cause, text
            )
            index = seq % len(self._ring)
            evicted = self._ring[index]
            if evicted is not None and evicted._text is not None:
                self._bytes -= evicted.size
            self._ring[index] = entry
            self._bytes += size
            if self._bytes > self._max_bytes:
                self._drop_payloads()
        return seq

    def _drop_payloads(self) -> None:
        oldest = max(self._oldest, self._next - len(self._ring))
        while self._bytes > self._max_bytes:
            entry = self._ring[oldest % len(self._ring)]
            if entry is not None and entry._text is not None:
                entry._text = None
                self._bytes -= entry.size
            oldest += 1
        self._oldest = oldest

    def clear(self) -> None:
        """Forget all entries; numbers go on counting."""
        with self._lock:
            self._ring = [None] * len(self._ring)
            self._bytes = 0
            self._oldest = self._next

    def get(self, seq: int) -> Entry | None:
        """Return the entry of this number, None if it was evicted."""
        entry = self._ring[seq % len(self._ring)]
        return entry if entry is not None and entry.seq == seq else None

    def since(self, seq: int) -> list[Entry]:
        """Return what is kept of the entries from number ``seq`` on."""
        with self._lock:
            first = max(seq, self._next - len(self._ring), 0)
            found = [self.get(number) for number in range(first, self._next)]
        return [entry for entry in found if entry is not None]

    def causes(self, entry: Entry) -> list[Entry | None]:
        """Return the chain of causes, nearest first; None stands for an evicted one."""
        chain: list[Entry | None] = []
        current: Entry | None = entry
        while current is not None and current.cause is not None:
            current = self.get(current.cause)
            chain.append(current)
        return chain

    def __len__(self) -> int:
        return sum(entry is not None for entry in self._ring)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.since(0))

    def __repr__(self) -> str:
        return f"<Trace of {len(self)} entries, {self._bytes} bytes of payload>"
