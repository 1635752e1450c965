"""What a client received or sent: one message, and the log of the last ones."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, Literal, overload

from pydantic_core import from_json

from jacnb.protocol.telling.table import LIMIT, Column, Table

KEPT: Final = 10_000
"""How many messages a log keeps."""

_EXCERPT: Final = 200
_UNREAD: Final = object()

Direction = Literal["in", "out"]


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """One message, as it went over the wire.

    Args:
        text: The JSON text; tokens in what was sent are replaced by stars.
        direction: "in" or "out".
        time: When this client saw it, unix seconds.
        cursor: The number of the message among all of its client.
        is_fence: Whether it is what a `sync` asks or its answer, and no conversation.
    """

    text: str
    direction: Direction = "in"
    time: float = field(default_factory=time.time, compare=False)
    cursor: int = 0
    is_fence: bool = field(default=False, compare=False)
    _value: Any = field(default=_UNREAD, init=False, compare=False)

    def mark_as_fence(self) -> None:
        """Take note that it answers a `sync`, which is known only after it is kept."""
        object.__setattr__(self, "is_fence", True)

    @property
    def value(self) -> Any:
        """The parsed JSON; the text itself if it is no JSON."""
        if self._value is _UNREAD:
            object.__setattr__(self, "_value", _parsed(self.text))
        return self._value

    @property
    def type(self) -> str | None:
        """The message's ``type``, None if it has none."""
        found = self.get("type")
        return found if isinstance(found, str) else None

    @property
    def data(self) -> Any:
        """What stands under ``data``, None if nothing does."""
        return self.get("data")

    @property
    def size(self) -> int:
        """The length in bytes."""
        return len(self.text if self.text.isascii() else self.text.encode())

    def get(self, key: str, default: Any = None) -> Any:
        """Return the member ``key`` of a message that is an object."""
        value = self.value
        return value.get(key, default) if isinstance(value, dict) else default

    def __getitem__(self, key: Any) -> Any:
        return self.value[key]

    def __contains__(self, key: object) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def excerpt(self, limit: int = _EXCERPT) -> str:
        """Return the text, cut after ``limit`` characters."""
        return self.text if len(self.text) <= limit else f"{self.text[:limit]}…"

    def __repr__(self) -> str:
        return f"Message({self.excerpt()})"

    def _repr_html_(self) -> str:
        return _table([self])._repr_html_()


class Messages(Sequence[Message]):
    """The last messages of a client, oldest first; safe to read while it grows.

    Args:
        messages: What it holds.
        keep: How many it holds at most.
    """

    def __init__(self, messages: Iterable[Message] = (), keep: int = KEPT) -> None:
        self._kept: deque[Message] = deque(messages, maxlen=keep)
        self._lock = Lock()

    def append(self, message: Message) -> None:
        """Add a message; the oldest one goes when the log is full."""
        with self._lock:
            self._kept.append(message)

    def clear(self) -> None:
        """Forget them all."""
        with self._lock:
            self._kept.clear()

    def where(
        self,
        type: str | None = None,
        **fields: Any,
    ) -> Messages:
        """Return the messages of this type with these fields (top level or data)."""
        return Messages(m for m in self if matches(m, type, fields))

    def table(self, limit: int | None = LIMIT) -> Table:
        """Return a table of the newest messages, None is all; ``print`` aligns it."""
        messages = self._snapshot()
        first = 0 if limit is None else max(0, len(messages) - limit)
        return _table(messages[first:], first)

    def _snapshot(self) -> list[Message]:
        with self._lock:
            return list(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[Message]:
        return iter(self._snapshot())

    @overload
    def __getitem__(self, index: int) -> Message: ...
    @overload
    def __getitem__(self, index: slice) -> Messages: ...
    def __getitem__(self, index: int | slice) -> Message | Messages:
        if isinstance(index, slice):
            return Messages(self._snapshot()[index])
        return self._kept[index]

    def __repr__(self) -> str:
        lines = [f"{len(self)} messages"]
        lines += [f"  {message.excerpt(100)}" for message in self._snapshot()[-10:]]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def matches(message: Message, type: str | None, fields: dict[str, Any]) -> bool:
    """Tell whether the message has this type and each of these fields."""
    return score(message, type, fields) == len(fields) + (type is not None)


def score(message: Message, type: str | None, fields: dict[str, Any]) -> int:
    """Count what fits: the type and the fields, at top level or under ``data``."""
    fitting = sum(_has(message, key, wanted) for key, wanted in fields.items())
    return fitting + (type is not None and message.type == type)


def _has(message: Message, key: str, wanted: Any) -> bool:
    places = (message.value, message.data)
    return any(
        key in place and _fits(place[key], wanted)
        for place in places
        if isinstance(place, dict)
    )


def _fits(found: Any, wanted: Any) -> bool:
    """Compare; of an object only the members that were named count."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(
            key in found and _fits(found[key], item) for key, item in wanted.items()
        )
    return bool(found == wanted)


def _parsed(text: str) -> Any:
    try:
        return from_json(text)
    except ValueError:
        return text


_COLUMNS: Final = (
    Column("time"),
    Column(""),
    Column("type", width=24),
    Column("bytes", is_number=True),
    Column("message", width=100),
)


def _table(messages: Sequence[Message], left_out: int = 0) -> Table:
    rows = [_row(message) for message in messages]
    return Table(_COLUMNS, rows, left_out, empty="no messages")


def _row(message: Message) -> list[str]:
    return [
        time.strftime("%H:%M:%S", time.localtime(message.time)),
        "→" if message.direction == "out" else "←",
        message.type or "",
        str(message.size),
        message.excerpt(400),
    ]
