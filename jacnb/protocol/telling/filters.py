"""Which entries of a trace are wanted: the arguments of ``where``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, Final, Protocol

from jacnb.protocol.connections import Connection
from jacnb.protocol.naming import Names
from jacnb.protocol.telling.words import chain_of, types_of, walker_of
from jacnb.protocol.trace import Entry, Kind

Filter = Callable[[Entry], bool]


class Whole(Protocol):
    """What a filter may look up: the names and the causes of a trace."""

    @property
    def names(self) -> Names:
        """The names of the clients."""

    def get(self, seq: int) -> Entry | None:
        """Return the entry of this number."""


def filters_for(given: dict[str, Any], whole: Whole) -> list[Filter]:
    """Return the filters for the arguments of ``where`` that are not None.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If there is no such kind of entry.
    """
    return [
        make(given[name], whole)
        for name, make in _MAKERS.items()
        if given[name] is not None
    ]


def _since(entry: Any, whole: Whole) -> Filter:
    first = _number_of(entry)
    return lambda entry: entry.seq >= first


def _until(entry: Any, whole: Whole) -> Filter:
    last = _number_of(entry)
    return lambda entry: entry.seq <= last


def _of_kind(kind: Any, whole: Whole) -> Filter:
    many = (kind,) if isinstance(kind, Kind | str) else kind
    if not isinstance(many, Collection):
        raise TypeError(f"kind is a kind of entry, or a list of them, not {kind!r:.60}")
    kinds = {_kind(each) for each in many}
    return lambda entry: entry.kind in kinds


def _on_channel(channel: Any, whole: Whole) -> Filter:
    _check_text("channel", channel)
    return lambda entry: any(c.channel_id == channel for c in _parties(entry))


def _of_client(client: Any, whole: Whole) -> Filter:
    wanted, names = getattr(client, "client_id", client), whole.names
    _check_text("client", wanted)

    def is_meant(connection: Connection) -> bool:
        known = (connection.client_id, names.of(connection), connection.identity.email)
        return wanted in known

    return lambda entry: any(map(is_meant, _parties(entry)))


def _of_walker(walker: Any, whole: Whole) -> Filter:
    _check_text("walker", walker)
    return lambda entry: walker_of(entry, whole.get) == walker


def _of_type(type: Any, whole: Whole) -> Filter:
    _check_text("type", type)
    return lambda entry: type in types_of(entry)


def _containing(text: Any, whole: Whole) -> Filter:
    _check_text("contains", text)
    wanted = text.casefold()
    return lambda entry: wanted in (entry.text or "").casefold()


def _caused_by(entry: Any, whole: Whole) -> Filter:
    root = _number_of(entry)

    def is_meant(entry: Entry) -> bool:
        chain = chain_of(entry, whole.get) if entry.seq > root else []
        return entry.seq == root or any(each.seq == root for each in chain)

    return is_meant


# The cheap ones first.
_MAKERS: Final[dict[str, Callable[[Any, Whole], Filter]]] = {
    "since": _since,
    "until": _until,
    "kind": _of_kind,
    "channel": _on_channel,
    "client": _of_client,
    "cause": _caused_by,
    "walker": _of_walker,
    "type": _of_type,
    "contains": _containing,
}


def _parties(entry: Entry) -> Iterator[Connection]:
    if entry.sender is not None:
        yield entry.sender
    yield from entry.receivers


def _number_of(entry: object) -> int:
    if isinstance(entry, Entry):
        return entry.seq
    if isinstance(entry, int):
        return entry
    raise TypeError(f"an entry or its number is wanted, not {type(entry).__name__}")


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise TypeError(f"{name} is a str, not {type(value).__name__}")


def _kind(kind: object) -> Kind:
    try:
        return Kind(kind)
    except ValueError:
        known = ", ".join(each.value for each in Kind)
        raise ValueError(f"{kind!r} is no kind of entry; there are {known}") from None
