"""Turn a client's messages into the lines that a panel draws."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from typing import Any, Final, Literal, Protocol, TypedDict

Kind = Literal[
    "chat",
    "data",
    "sent",
    "call",
    "asked",
    "response",
    "error",
    "connection",
    "fence",
    "note",
]
"""How a line is drawn: what it is in the conversation (docs/protocol.md).

A fence is what a client's `sync` asks, and its answer: only raw frames show it.
"""

TEXT_LIMIT: Final = 16_384
"""Characters of one message that go to the browser; the client keeps it whole."""

_ERROR_KEYS: Final = {"type", "error", "id", "truncated"}
_ECHOES: Final = 50


class Entry(TypedDict):
    """One line of a panel, as it goes to the browser."""

    seq: int
    direction: Literal["in", "out", "note"]
    kind: Kind
    time: float
    size: int
    type: str | None
    author: str | None
    text: str | None
    raw: str
    cut: int
    echo_of: int | None
    problems: list[list[str]]


WireEntry = dict[str, Any]
"""An entry without what the browser can tell from its ``raw`` (chat_panel.js)."""


def on_wire(entry: Entry) -> WireEntry:
    """Return an entry as it goes to the browser."""
    usual = {"direction": "in", "size": len(entry["raw"]), "cut": 0, "problems": []}
    is_whole = bool(entry["raw"]) and not entry["cut"]
    told = {"type"} if is_whole else set()
    if is_whole and entry["kind"] != "error":
        told |= {"author", "text"}
    return {
        key: value
        for key, value in (entry | {"time": round(entry["time"], 3)}).items()
        if value is not None and key not in told and usual.get(key, ...) != value
    }


class MessageLike(Protocol):
    """What a panel reads of a client's message; its tokens are masked."""

    @property
    def cursor(self) -> int:
        """Its number among all messages of its client, both ways."""

    @property
    def text(self) -> str:
        """The frame as it went over the wire."""

    @property
    def value(self) -> Any:
        """The parsed frame; its text where that is no JSON."""

    @property
    def is_fence(self) -> bool:
        """Whether a `sync` asked it, or it answers one."""

    @property
    def direction(self) -> Any:
        """Either "in" or "out"."""

    @property
    def time(self) -> float:
        """Unix seconds."""

    @property
    def size(self) -> int:
        """Bytes on the wire."""


class Entries:
    """Make entries of one client's messages, and know its echoes.

    A message to one's own channel comes back. Drawn as a chat it is one message,
    so the second entry names the first (``echo_of``).
    """

    def __init__(self) -> None:
        self._sent: deque[tuple[int, object]] = deque(maxlen=_ECHOES)

    def of(self, message: MessageLike, seq: int) -> Entry:
        """Return the entry of a message, as number ``seq``."""
        value = message.value
        outgoing = message.direction == "out"
        kind = _kind_out(value) if outgoing else kind_in(value)
        kind = "fence" if message.is_fence else kind
        entry = _entry(seq, kind, message.text, time_=message.time)
        entry["direction"] = "out" if outgoing else "in"
        entry["size"] = message.size
        _describe(entry, value)
        if kind == "sent":
            self._sent.append((seq, value["data"]))
        elif not outgoing:
            entry["echo_of"] = self._echo(value)
        return entry

    def _echo(self, value: object) -> int | None:
        for number, (seq, data) in enumerate(self._sent):
            if data == value:
                del self._sent[number]
                return seq
        return None


def note(text: str, seq: int, *, is_error: bool = False) -> Entry:
    """Return an entry that the panel itself says."""
    entry = _entry(seq, "error" if is_error else "note", "", time_=time.time())
    entry["direction"] = "note"
    entry["text"] = text[:TEXT_LIMIT]
    return entry


def _entry(seq: int, kind: Kind, raw: str, *, time_: float) -> Entry:
    return Entry(
        seq=seq,
        direction="in",
        kind=kind,
        time=time_,
        size=0,
        type=None,
        author=None,
        text=None,
        raw=raw[:TEXT_LIMIT],
        cut=max(0, len(raw) - TEXT_LIMIT),
        echo_of=None,
        problems=[],
    )


def kind_in(value: object) -> Kind:
    """Return what a message that arrived is in the conversation."""
    if not isinstance(value, dict):
        return "data"
    if "error" in value and value.keys() <= _ERROR_KEYS:
        return "error"
    if "type" not in value and ("reports" in value or "walker_id" in value):
        return "response"
    data = value.get("data")
    if value.get("type") == "connection" and isinstance(data, dict):
        return "connection"
    return "chat" if _said(value) is not None else "data"


def _kind_out(value: object) -> Kind:
    event = value.get("type") if isinstance(value, dict) else None
    if event == "walker":
        return "call"
    has_data = isinstance(value, dict) and "data" in value
    return "sent" if event in ("user", "channel", "client") and has_data else "asked"


def _describe(entry: Entry, value: object) -> None:
    if not isinstance(value, dict):
        return
    event = value.get("type")
    entry["type"] = event if isinstance(event, str) else None
    if entry["kind"] == "error":
        entry["text"], entry["problems"] = _error_in_words(value["error"])
        return
    said = value.get("data") if entry["kind"] == "sent" else value
    entry["text"] = _cut(_said(said))
    entry["author"] = _cut(_field(said, "from"), 80)


def _said(value: object) -> str | None:
    """Return the text of a chat message: ``{"type", "data": {"message"}}``."""
    return _field(value, "message")


def _field(value: object, name: str) -> str | None:
    data = value.get("data") if isinstance(value, Mapping) else None
    found = data.get(name) if isinstance(data, Mapping) else None
    return found if isinstance(found, str) else None


def _cut(text: str | None, limit: int = TEXT_LIMIT) -> str | None:
    return None if text is None else text[:limit]


def _error_in_words(error: object) -> tuple[str, list[list[str]]]:
    if not isinstance(error, list):
        return str(error)[:TEXT_LIMIT], []
    problems = [_problem(each) for each in error[:10]]
    return "The server found the event invalid.", problems


def _problem(each: object) -> list[str]:
    if not isinstance(each, Mapping):
        return ["", str(each)[:200]]
    loc = each.get("loc")
    where = ".".join(str(part) for part in loc) if isinstance(loc, list) else ""
    return [where[:200], str(each.get("msg", "invalid"))[:400]]


def type_in(value: object) -> str:
    """Return what a message calls itself, and without that what it is."""
    if not isinstance(value, dict):
        return "text" if isinstance(value, str) else "data"
    said = value.get("type")
    if isinstance(said, str):
        return str(said)[:200]
    words = {"response": "walker", "error": "error"}
    return str(words.get(kind_in(value), "data"))
