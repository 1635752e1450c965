"""What a client received or sent: one message, and the log of the last ones."""

from __future__ import annotations

import html
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, Literal, overload

from pydantic_core import from_json

KEPT: Final = 10_000
"""How many messages a log keeps."""

_SHOWN: Final = 50
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
    """

    text: str
    direction: Direction = "in"
    time: float = field(default_factory=time.time, compare=False)
    cursor: int = 0
    _value: Any = field(default=_UNREAD, init=False, compare=False)

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
        return _table([self])


class Messages(Sequence[Message]):
    """The last messages of a client, oldest first; safe to read while it grows."""

    def __init__(self, messages: Iterable[Message] = ()) -> None:
        self._kept: deque[Message] = deque(messages, maxlen=KEPT)
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
        messages = self._snapshot()
        hidden = len(messages) - _SHOWN
        note = f"<p>… {hidden} earlier ones</p>" if hidden > 0 else ""
        return note + _table(messages[-_SHOWN:])


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


_COLUMNS: Final[tuple[tuple[str, Callable[[Message], str]], ...]] = (
    ("time", lambda m: time.strftime("%H:%M:%S", time.localtime(m.time))),
    ("", lambda m: "→" if m.direction == "out" else "←"),
    ("type", lambda m: m.type or ""),
    ("bytes", lambda m: str(m.size)),
    ("message", lambda m: m.excerpt(400)),
)


def _table(messages: Sequence[Message]) -> str:
    """Return an HTML table; what others wrote is escaped."""
    head = "".join(f"<th>{name}</th>" for name, _ in _COLUMNS)
    rows = "".join(f"<tr>{_cells(message)}</tr>" for message in messages)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _cells(message: Message) -> str:
    style = "text-align:left;white-space:pre-wrap;overflow-wrap:anywhere"
    return "".join(
        f'<td style="{style}">{html.escape(cell(message))}</td>' for _, cell in _COLUMNS
    )
