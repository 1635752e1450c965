"""What two runs of one session may differ in: ids and times, made the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from jacnb.ids import PUBLIC_ROOT_ID
from jacnb.protocol.connections import Connection
from jacnb.protocol.events import EVENTS, PairedEvent
from jacnb.protocol.naming import Names
from jacnb.protocol.telling.view import Entries
from jacnb.protocol.trace import Entry, Kind

_SESSION_ID: Final = re.compile(r"\b\d{9,11}:[0-9a-f]{32}\b")
_OBJECT_ID: Final = re.compile(r"\b([new]):(?:(\w*):)?[0-9a-f]{24}\b")
_ISO_TIME: Final = re.compile(
    r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
)
_NEAR: Final = 3600.0
_RANKS: Final = {kind: rank for rank, kind in enumerate(Kind)}
_PAIRED: Final = {
    name for name, kind in EVENTS.items() if issubclass(kind, PairedEvent)
}


class Step(NamedTuple):
    """What is compared of one entry; two runs of the same thing have equal ones.

    Attributes:
        kind: A `Kind`'s value.
        who: The client that it belongs to, by name.
        to: Those that it went to, by name and in order.
        type: As of the entry.
        value: The payload, with ids and times masked.
    """

    kind: str
    who: str
    to: tuple[str, ...]
    type: str
    value: Any


def is_session_id(text: str) -> bool:
    """Return whether a server made this id of a client or channel up."""
    return _SESSION_ID.fullmatch(text) is not None


Numbered = tuple[Step, int]
"""A step and the number of its entry."""


def steps_of(entries: Entries, *, connections: bool) -> list[Numbered]:
    """Return what is to be compared of these entries, in the order of causes.

    Args:
        entries: A run.
        connections: Whether who came and went belongs to it.
    """
    told = list(entries) if connections else _without_coming(entries)
    cast = _Cast(told, entries.names)
    return [(_step(entry, cast), entry.seq) for entry in _by_cause(told, cast)]


def _without_coming(entries: Iterable[Entry]) -> list[Entry]:
    """Leave out what says only that a client came or went: its greeting, too."""
    events = {entry.seq for entry in entries if entry.kind is Kind.EVENT}
    return [e for e in entries if e.cause in events or not _is_coming(e)]


def _is_coming(entry: Entry) -> bool:
    if entry.kind is Kind.REPLY:
        return entry.type == "connection"
    return entry.kind in (Kind.OPEN, Kind.CLOSE)


def _by_cause(entries: list[Entry], cast: _Cast) -> Iterator[Entry]:
    """Yield each entry and then what it led to.

    What walkers and clients do at the same time stands in the trace as it happened to
    come; here it has one order: by kind, then by receiver.
    """
    known = {entry.seq for entry in entries}
    led_to: dict[int, list[Entry]] = {}
    block: list[Entry] = []
    for entry in entries:
        if entry.cause in known and entry.cause is not None:
            led_to.setdefault(entry.cause, []).append(entry)
    for entry in entries:
        if entry.cause in known:
            continue
        if entry.kind is Kind.EVENT:
            yield from _with_effects(cast.sorted(block), led_to, cast)
            block = []
            yield from _with_effects([entry], led_to, cast)
        else:
            block.append(entry)
    yield from _with_effects(cast.sorted(block), led_to, cast)


def _with_effects(
    entries: list[Entry], led_to: dict[int, list[Entry]], cast: _Cast
) -> Iterator[Entry]:
    for entry in entries:
        yield entry
        yield from _with_effects(cast.sorted(led_to.get(entry.seq, [])), led_to, cast)


def _step(entry: Entry, cast: _Cast) -> Step:
    value = entry.value
    if isinstance(value, dict) and _has_own_id(entry):
        value = {**value, "id": "<id>"} if "id" in value else value
    return Step(
        entry.kind.value,
        "" if entry.sender is None else cast.name(entry.sender),
        tuple(sorted(map(cast.name, entry.receivers))),
        cast.masked_text(entry.type),
        cast.masked(value, entry.time),
    )


def _has_own_id(entry: Entry) -> bool:
    """Return whether the ``id`` at its top is that of a call, which is random."""
    return entry.kind is Kind.REPLY or (
        entry.kind is Kind.EVENT and entry.type in {*_PAIRED, "invalid"}
    )


class _Cast:
    """The clients of one run, under names that another run has, too."""

    def __init__(self, entries: Iterable[Entry], names: Names) -> None:
        self._names: dict[str, str] = {}
        self._words: dict[str, str] = {PUBLIC_ROOT_ID: "<public root>"}
        self._met: Counter[str] = Counter()
        for connection in _in_order(entries):
            self._meet(connection, names.of(connection))

    def sorted(self, entries: list[Entry]) -> list[Entry]:
        """Return entries by kind, by receiver, and then as they came."""
        return sorted(
            entries, key=lambda e: (_RANKS[e.kind], sorted(map(self.name, e.receivers)))
        )

    def name(self, connection: Connection) -> str:
        """Return a client's name; the public ones are numbered as they came."""
        return self._names.get(connection.client_id, "?")

    def masked(self, value: Any, now: float) -> Any:
        """Return a payload without what is different in every run."""
        match value:
            case dict():
                return {key: self.masked(item, now) for key, item in value.items()}
            case list():
                return [self.masked(item, now) for item in value]
            case str():
                return self.masked_text(value)
            case bool():
                return value
            case int() | float() if _is_time(value, now):
                return "<time>"
        return value

    def masked_text(self, text: str) -> str:
        """Return a text with words in the place of ids and times."""
        text = _SESSION_ID.sub(lambda found: self._word(found[0], "<id>"), text)
        text = _OBJECT_ID.sub(lambda found: self._word(found[0], _kind(found)), text)
        return _ISO_TIME.sub("<time>", text)

    def _word(self, id: str, otherwise: str) -> str:
        return self._words.get(id, otherwise)

    def _meet(self, connection: Connection, name: str) -> None:
        if connection.identity.is_public:
            self._met["public"] += 1
            name = f"public {self._met['public']}"
        else:
            # The same server has met the alice of an earlier run: this one is alice 2.
            asked = _asked(connection, name)
            self._met[asked] += 1
            name = asked if self._met[asked] == 1 else f"{asked} {self._met[asked]}"
        self._names[connection.client_id] = name
        self._words[connection.client_id] = f"<{name}>"
        self._words.setdefault(connection.channel_id, f"<{name}'s channel>")
        self._words.setdefault(connection.root_id, f"<{name}'s root>")


def _asked(connection: Connection, name: str) -> str:
    """Return a client's name without the number that sets it apart."""
    user = (connection.identity.email or "").partition("@")[0]
    bare, _, number = name.rpartition(" ")
    return bare if number.isdecimal() and bare in (connection.name, user) else name


def _in_order(entries: Iterable[Entry]) -> list[Connection]:
    found: dict[Connection, None] = {}
    last: object = None
    for entry in entries:
        if entry.sender is not None:
            found.setdefault(entry.sender)
        # The members of one channel are one tuple, notified again and again.
        if entry.receivers is not last:
            last = entry.receivers
            found |= dict.fromkeys(entry.receivers)
    return list(found)


def _is_time(value: float, now: float) -> bool:
    """Return whether a number is a time of the run, in seconds or milliseconds."""
    return any(abs(value / scale - now) < _NEAR for scale in (1, 1000))


def _kind(found: re.Match[str]) -> str:
    return f"<{found[2] or {'n': 'node', 'e': 'edge', 'w': 'walker'}[found[1]]}>"
