"""What was said, and why: a bounded record of every message and its cause.

Lessons and panels are built on it, so it records causes, not only messages: this
notification came from that walker run, which came from that event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import from_json

from jacnb.protocol.connections import Connection
from jacnb.protocol.masking import masked_frame

if TYPE_CHECKING:
    from jacnb.protocol.telling.table import Table
    from jacnb.protocol.telling.view import Entries

MAX_ENTRIES: Final = 10_000
MAX_BYTES: Final = 16 * 1024 * 1024
_POINTER: Final = 8
# A location is named by its repr, which may be long.
_MAX_TYPE: Final = 200


class Kind(Enum):
    """What an entry records."""

    OPEN = "open"
    """A client connected; the payload is what is known of its handshake."""
    CLOSE = "close"
    """A client is gone; the payload has the close code, the reason and who closed."""
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
    REPORT = "report"
    """A walker reported a value, which is the payload, at the location it is at."""
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
        type: The event's type, the walker's name, or the location of the walker.
        sender: The client that an event, run or close belongs to.
        receivers: The clients a message went to; empty once the payload was dropped.
        reach: How many clients a message went to.
        size: Bytes of the message.
        cause: The ``seq`` of the entry that led to this one.
    """

    seq: int
    time: float
    kind: Kind
    type: str
    sender: Connection | None
    receivers: Sequence[Connection] = field(repr=False)
    reach: int
    size: int
    cause: int | None
    _text: str | None = field(repr=False)
    # Bytes that dropping the payload sets free.
    _weight: int = field(repr=False)

    @property
    def text(self) -> str | None:
        """The payload with tokens masked; None if it was dropped to save memory."""
        return None if self._text is None else masked_frame(self._text)

    @property
    def value(self) -> Any:
        """The payload parsed, tokens masked; the text itself if it is no JSON."""
        text = self.text
        try:
            return None if text is None else from_json(text, allow_inf_nan=False)
        except (TypeError, ValueError):
            return text

    @property
    def client_id(self) -> str | None:
        """The id of the client that this belongs to."""
        return self.sender.client_id if self.sender else None

    @property
    def receiver_ids(self) -> list[str]:
        """The ids of the clients a message went to."""
        return [connection.client_id for connection in self.receivers]


class Trace:
    """A ring of the last entries, their payloads and receivers bounded in bytes.

    Args:
        clock: Returns the time, unix seconds.
        max_entries: How many entries are kept.
        max_bytes: Beyond it the oldest payloads are dropped; their entries stay.

    Servers write it on one thread, so that its order is what happened; it may be read
    from any.
    """

    def __init__(
        self,
        clock: Callable[[], float],
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
        self._cleared = 0
        self._shared: Sequence[Connection] = ()

    @property
    def next_seq(self) -> int:
        """The number that the next entry will have."""
        return self._next

    @property
    def kept_from(self) -> int:
        """The number before which no entry is kept any more."""
        return max(self._cleared, self._next - len(self._ring))

    def record(
        self,
        kind: Kind,
        type: str,
        *,
        text: str | None = None,
        sender: Connection | None = None,
        receivers: Sequence[Connection] = (),
        cause: int | None = None,
    ) -> int:
        """Add an entry and return its number."""
        size = _size(text)
        with self._lock:
            seq = self._next
            self._next = seq + 1
            weight = size
            # The members of one channel, notified again and again, take room once.
            if len(receivers) > 1 and receivers is not self._shared:
                self._shared = receivers
                weight += _POINTER * len(receivers)
            entry = Entry(
                seq,
                self._clock(),
                kind,
                type[:_MAX_TYPE],
                sender,
                receivers,
                len(receivers),
                size,
                cause,
                text,
                weight,
            )
            index = seq % len(self._ring)
            if (evicted := self._ring[index]) is not None:
                self._bytes -= evicted._weight
            self._ring[index] = entry
            self._bytes += weight
            if self._bytes > self._max_bytes:
                self._drop_payloads()
        return seq

    def _drop_payloads(self) -> None:
        oldest = max(self._oldest, self._next - len(self._ring))
        while self._bytes > self._max_bytes:
            entry = self._ring[oldest % len(self._ring)]
            if entry is not None and entry._weight:
                self._bytes -= entry._weight
                entry._weight = 0
                entry._text = None
                entry.receivers = ()
            oldest += 1
        self._oldest = oldest

    @property
    def size(self) -> int:
        """The bytes of the payloads that are kept."""
        return self._bytes

    def clear(self) -> None:
        """Forget all entries; numbers go on counting."""
        with self._lock:
            self._ring = [None] * len(self._ring)
            self._bytes = 0
            self._oldest = self._cleared = self._next
            self._shared = ()

    def get(self, seq: int) -> Entry | None:
        """Return the entry of this number, None if it was evicted."""
        entry = self._ring[seq % len(self._ring)]
        return entry if entry is not None and entry.seq == seq else None

    def since(self, seq: int) -> list[Entry]:
        """Return what is kept of the entries from number ``seq`` on."""
        with self._lock:
            first = max(seq, self.kept_from)
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

    def view(self) -> Entries:
        """Return what is kept now, as a sequence that does not change any more."""
        from jacnb.protocol.telling.view import Entries

        return Entries(self.since(0))

    def where(self, type: str | None = None, **wanted: Any) -> Entries:
        """Return the entries that fit: ``where(type="chat", client="alice")``.

        Args:
            type: Their type, or that of the message.
            wanted: ``kind``, ``client``, ``walker``, ``channel``, ``contains``,
                ``since``, ``until`` or ``cause``; see `Entries.where`.
        """
        return self.view().where(type, **wanted)

    def table(self, limit: int | None = 50) -> Table:
        """Return a table of the newest entries, None is all; ``print`` aligns it."""
        return self.view().table(limit)

    def to_mermaid(self) -> str:
        """Return a sequence diagram of the newest entries as Mermaid's text."""
        return self.view().to_mermaid()

    def to_jsonl(self) -> str:
        """Return the entries as JSON, one a line, in plain ASCII."""
        return self.view().to_jsonl()

    def __len__(self) -> int:
        return sum(entry is not None for entry in self._ring)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.since(0))

    def __repr__(self) -> str:
        return f"<Trace of {len(self)} entries, {self._bytes} bytes of payload>"

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def _size(text: str | None) -> int:
    """Return the bytes of a message; one that is not valid text has some too."""
    if not text:
        return 0
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
