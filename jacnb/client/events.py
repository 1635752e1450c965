"""Make the events that a client sends, with errors that fit on one line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import ValidationError

from jacnb.protocol.events import Event
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
