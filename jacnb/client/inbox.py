"""The messages a client has not read yet, and the words when none of them fits."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, Final

from jacnb.client.messages import KEPT, Message, matches, score

_SHOWN: Final = 5


class Wanted:
    """A description of a message: its type and fields."""

    def __init__(self, type: str | None, fields: dict[str, Any]) -> None:
        self.type = type
        self.fields = fields

    def fits(self, message: Message) -> bool:
        """Tell whether the message is one of these."""
        return matches(message, self.type, self.fields)

    def nearness(self, message: Message) -> tuple[int, int]:
        """Return a key that is greater, the more of it fits; then the newer."""
        return score(message, self.type, self.fields), message.cursor

    def __str__(self) -> str:
        parts = [] if self.type is None else [f"type={self.type!r}"]
        parts += [f"{key}={value!r:.80}" for key, value in self.fields.items()]
        return "message with " + ", ".join(parts) if parts else "message"


class Inbox:
    """Unread messages in the order they came; the oldest go beyond the limit.

    The transport's thread puts, the user's thread takes.

    Args:
        keep: The limit.
    """

    def __init__(self, keep: int = KEPT) -> None:
        self._keep = keep
        self._unread: list[Message] = []
        self._lock = Lock()

    def put(self, message: Message) -> None:
        """Add a message at its place in the order."""
        with self._lock:
            # Nearly always the last one; only a message that was held back is not.
            insort(self._unread, message, key=_cursor)
            if len(self._unread) > self._keep:
                del self._unread[0]

    def take(self, fits: Callable[[Message], bool]) -> Message | None:
        """Remove and return the first unread message that fits, or None."""
        with self._lock:
            for index, message in enumerate(self._unread):
                if fits(message):
                    return self._unread.pop(index)
        return None

    def take_all(self, fits: Callable[[Message], bool]) -> list[Message]:
        """Remove and return every unread message that fits."""
        with self._lock:
            found = [message for message in self._unread if fits(message)]
            self._unread = [message for message in self._unread if not fits(message)]
        return found

    def unread(self) -> list[Message]:
        """Return the unread messages without taking them."""
        with self._lock:
            return list(self._unread)

    def __len__(self) -> int:
        return len(self._unread)


def missed(wanted: Wanted, name: str, timeout: float, others: list[Message]) -> str:
    """Say that nothing fitted, and show what did arrive, nearest first."""
    said = f"no {wanted} arrived at {name} within {timeout:g} s"
    if not others:
        return f"{said}; nothing else did either"
    nearest = sorted(others, key=wanted.nearness, reverse=True)
    return f"{said}; {_counted(len(others))} did, nearest first:{listed(nearest)}"


def unexpected(name: str, messages: Sequence[Message]) -> str:
    """Say what came though nothing should have."""
    return f"{_counted(len(messages))} arrived at {name}:{listed(messages)}"


def listed(messages: Sequence[Message]) -> str:
    """Return the first few messages, one a line."""
    lines = [f"\n  {message.excerpt()}" for message in messages[:_SHOWN]]
    hidden = len(messages) - len(lines)
    return "".join(lines) + (f"\n  … and {hidden} more" if hidden else "")


def _counted(count: int) -> str:
    return "1 message" if count == 1 else f"{count} messages"


def _cursor(message: Message) -> int:
    return message.cursor
