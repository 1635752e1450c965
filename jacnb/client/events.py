"""Make the events that a client sends, with errors that fit on one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from jacnb.protocol.events import ChannelEvent, ClientEvent, Event, UserEvent
from jacnb.protocol.json import encode
from jacnb.protocol.validation import protocol_error

E = TypeVar("E", bound=Event)

# A client stands for its ids; any object with the right attribute does.
Ids = str | object | Iterable[str | object]


def make_event(kind: type[E], **fields: Any) -> E:
    """Return an event.

    Raises:
        ProtocolError: If a field is not what the protocol asks for.
    """
    try:
        return kind(**fields)
    except ValidationError as exc:
        raise protocol_error(exc) from None


def to_users(ids: Ids, data: Mapping[str, Any]) -> Event:
    """Return the event that sends data to every connection of these users."""
    return make_event(UserEvent, root_ids=resolve_ids(ids, "root_id"), data=data)


def to_channels(ids: Ids, data: Mapping[str, Any]) -> Event:
    """Return the event that sends data to every connection on these channels."""
    channel_ids = resolve_ids(ids, "channel_id")
    return make_event(ChannelEvent, channel_ids=channel_ids, data=data)


def to_clients(ids: Ids, data: Mapping[str, Any]) -> Event:
    """Return the event that sends data to these connections."""
    return make_event(ClientEvent, client_ids=resolve_ids(ids, "client_id"), data=data)


def frame_of(event: Any) -> str | bytes:
    """Return what goes out for an event, or for what stands in for one.

    Raises:
        TypeError: If it is none.
        ValueRangeError: If JSON cannot carry it.
    """
    if isinstance(event, Event):
        return event.to_text()
    if isinstance(event, Mapping):
        return encode(event, "event")
    if isinstance(event, str | bytes):
        return event
    kind = type(event).__name__
    raise TypeError(f"send() takes an event, a dict, text or bytes, not {kind}")


def resolve_ids(ids: Ids, kind: str) -> list[Any]:
    """Return the ids of these clients, or the strings themselves.

    Args:
        ids: One or many ids or clients.
        kind: Which of a client's ids: "root_id", "channel_id" or "client_id".
    """
    # A client can be iterated, too: over its messages.
    is_one = isinstance(ids, str) or hasattr(ids, kind)
    many = (ids,) if is_one or not isinstance(ids, Iterable) else ids
    return [getattr(item, kind, item) for item in many]
