"""What a client may say and what it is answered, each wire word written once.

The models are the events of docs/protocol.md, section 3; the functions below them
make the messages of sections 2 and 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import from_json

from jacnb.errors import ProtocolError
from jacnb.protocol.json import decode, encode
from jacnb.protocol.validation import protocol_error

MAX_IDS: Final = 1000
"""How many ids one event may name."""

MAX_CALL_ID: Final = 64
"""Characters of the ``id`` by which a client pairs an answer."""

Ids = Annotated[list[str], Field(min_length=1, max_length=MAX_IDS)]
Data = dict[str, Any]
CallId = str | int | None


class Event(BaseModel):
    """One message of a client; unknown fields are ignored."""

    model_config = ConfigDict(frozen=True)

    type: str

    def to_text(self) -> str:
        """Return the event as a client sends it."""
        return encode({"type": self.type} | self.model_dump(exclude_defaults=True))


class PairedEvent(Event):
    """An event whose answer repeats its ``id`` (docs/protocol.md, section 7)."""

    # Ids that cannot be echoed are ignored, not refused: the reference takes all.
    id: Any = None

    @property
    def call_id(self) -> CallId:
        """The ``id`` that is echoed, if it is one."""
        return call_id(self.id)

    def to_text(self) -> str:
        """Return the event as a client sends it, its ``id`` last."""
        fields = self.model_dump(exclude_defaults=True)
        own = {"id": fields.pop("id")} if "id" in fields else {}
        return encode({"type": self.type} | fields | own)


class ConnectionEvent(PairedEvent):
    """Ask for the connection message again."""

    type: Literal["connection"] = "connection"


class WalkerEvent(PairedEvent):
    """Run a walker."""

    type: Literal["walker"] = "walker"
    walker: str
    node: str | None = None
    response: bool = False
    # It may hold a password.
    context: Data = Field(default_factory=dict, repr=False)


class UserEvent(Event):
    """Send ``data`` to every connection of these users."""

    type: Literal["user"] = "user"
    root_ids: Ids
    data: Data


class ChannelEvent(Event):
    """Send ``data`` to every connection on these channels."""

    type: Literal["channel"] = "channel"
    channel_ids: Ids
    data: Data


class ClientEvent(Event):
    """Send ``data`` to these connections."""

    type: Literal["client"] = "client"
    client_ids: Ids
    data: Data


class ChangeUserEvent(PairedEvent):
    """Re-bind the connection to the token's user, or to the public."""

    type: Literal["change_user"] = "change_user"
    token: str | None = Field(default=None, repr=False)


AnyEvent = Annotated[
    ConnectionEvent
    | WalkerEvent
    | UserEvent
    | ChannelEvent
    | ClientEvent
    | ChangeUserEvent,
    Field(discriminator="type"),
]

EVENTS: Final[dict[str, type[Event]]] = {
    "connection": ConnectionEvent,
    "walker": WalkerEvent,
    "user": UserEvent,
    "channel": ChannelEvent,
    "client": ClientEvent,
    "change_user": ChangeUserEvent,
}

_PAIRED: Final = frozenset(
    name for name, kind in EVENTS.items() if issubclass(kind, PairedEvent)
)

_any_event: TypeAdapter[Event] = TypeAdapter(AnyEvent)


@dataclass(frozen=True, slots=True)
class InvalidEvent:
    """An event that broke the rules, with what is known of it."""

    type: ClassVar[str] = "invalid"

    error: ProtocolError
    call_id: CallId = None


def parse_event(text: str | bytes) -> Event | InvalidEvent:
    """Return the event in one message of a client."""
    try:
        value = decode(text)
    except ProtocolError as exc:
        return InvalidEvent(error=exc)
    try:
        return _any_event.validate_python(value)
    except ValidationError as exc:
        return InvalidEvent(error=protocol_error(exc, "event"), call_id=_id_of(value))


def call_id(value: object) -> CallId:
    """Return ``value`` if an answer may echo it as its ``id``, else None."""
    if isinstance(value, str):
        return value if len(value) <= MAX_CALL_ID else None
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) < 10**MAX_CALL_ID else None
    return None


def _id_of(value: object) -> CallId:
    if not isinstance(value, dict):
        return None
    kind = value.get("type")
    is_paired = isinstance(kind, str) and kind in _PAIRED
    return call_id(value.get("id")) if is_paired else None


def connection_message(
    client_id: str, root_id: str, channel_id: str, id: CallId = None
) -> str:
    """Return the first message on a connection, which also answers some events."""
    data = {"client_id": client_id, "root_id": root_id, "channel_id": channel_id}
    return f'{{"type":"connection","data":{encode(data)}{_id_member(id)}}}'


def response_message(status: int, reports: str, id: CallId = None) -> str:
    """Return the answer to a walker event; ``reports`` is a JSON array."""
    return f'{{"status":{status},"reports":{reports}{_id_member(id)}}}'


def custom_message(custom: str, id: CallId = None) -> str:
    """Return a response that the walker wrote itself; only an object can have an id."""
    if id is None or not custom.startswith("{"):
        return custom
    if custom == "{}" or '"id"' in custom:
        # An ``id`` of the walker's own gives way: two in one object are no good JSON.
        return encode({**from_json(custom), "id": id})
    return f"{custom[:-1]}{_id_member(id)}}}"


def walker_error_message(error: str, id: CallId = None) -> str:
    """Return what the sender of a failed walker event is told."""
    # A walker may raise with any text, lone surrogates included.
    text = encode(error.encode("utf-8", "replace").decode())
    return f'{{"type":"walker","error":{text}{_id_member(id)}}}'


def validation_message(exc: ProtocolError, id: CallId = None) -> str:
    """Return what the sender of an invalid event or context is told."""
    answer: dict[str, Any] = {"error": exc.errors}
    if exc.truncated:
        answer["truncated"] = exc.truncated
    if id is not None:
        answer["id"] = id
    return encode(answer)


def _id_member(id: CallId) -> str:
    return "" if id is None else f',"id":{encode(id)}'
